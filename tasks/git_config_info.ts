import {
  defineTask,
  exporting,
  type Params,
  type Self,
  type ShellAnswer,
  self,
  sh,
  shell,
  type TaskContext,
} from '../src/sdk.ts';
import { settingsFailure, settingsFiles } from './shared/git/settings.ts';

const params = {
  name: { type: 'str', doc: 'The setting; without it, all settings are read.' },
  scope: {
    type: 'str',
    default: 'system',
    choices: ['global', 'system', 'local', 'file'],
    doc: 'Which configuration to read: that of the host (system), the user (global), the repository in `path` (local), or the file `path` (file).',
  },
  path: { type: 'path', doc: 'The repository or file.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.git_config_info',
  summary: 'Read git settings.',
  description: 'Requires the `git` package on the host.',
  params,
  rules: {
    requiredIf: [
      { param: 'scope', is: 'local', needs: ['path'] },
      { param: 'scope', is: 'file', needs: ['path'] },
    ],
  },
  looks: () => true,
  ask: (): { readonly self: ReturnType<typeof self> } => ({ self: self() }),
  thenAsk: ({ self }, task, context) => ({ settings: askSettings(task, self, context) }),
  plan({ settings }) {
    return (settings && settingsFailure(settings)) ?? { changes: [] };
  },
  result({ state: { settings }, params: { name } }) {
    if (settings === undefined) return {};
    const found = valuesByName(settings, name);
    return { msg: '', config_value: name === undefined ? '' : (found[name]?.[0] ?? ''), config_values: found };
  },
  returns: {
    msg: 'Always empty.',
    config_value: 'The value of the setting, or the first of several; empty if it is not set.',
    config_values: 'All values of each setting, by name.',
  },
  examples: [
    {
      title: 'Read a setting of the user',
      yaml: 'git_config_info:\n  name: user.email\n  scope: global\nregister: email',
      runs: { no: 'needs the git package' },
    },
    {
      title: 'Read all settings in a file',
      yaml: 'git_config_info:\n  scope: file\n  path: /srv/app/.git/config\nregister: settings',
      runs: { no: 'needs the git package and the file' },
    },
  ],
});

/** Asks git, in the repository or outside of any; each value ends in NUL. */
const askSettings = ({ name, scope, path = '/' }: Task, self: Self, { environment }: TaskContext) => {
  const where = scope === 'file' ? ['--file', path] : [`--${scope}`];
  const what = name === undefined ? ['--list'] : ['--get-all', name];
  return shell({
    ...sh`${exporting(environment)}LC_ALL=C git -C ${scope === 'local' ? path : '/'} config --includes --null ${where} ${what}`,
    about: [...settingsFiles({ scope, file: path, repo: path }, self), 'by:package:git'],
  });
};

/** In a list, each entry has a name and, on the lines below it, a value. */
function valuesByName({ stdout }: ShellAnswer, name: string | undefined): Readonly<Record<string, readonly string[]>> {
  const entries = stdout.split('\0').slice(0, -1);
  if (name !== undefined) return { [name]: entries };
  const found: Record<string, readonly string[]> = {};
  for (const entry of entries) {
    const [key = '', ...rest] = entry.split('\n');
    found[key] = [...(found[key] ?? []), rest.join('\n')];
  }
  return found;
}
