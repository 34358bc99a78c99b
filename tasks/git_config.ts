import {
  type Change,
  defineTask,
  exporting,
  nothing,
  type Params,
  predicts,
  type Self,
  type ShellAnswer,
  script,
  self,
  sh,
  shell,
  shellAnswer,
  type TaskContext,
} from '../src/sdk.ts';
import { settingsFailure, settingsFiles } from './shared/git/settings.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', doc: 'The setting, for example `user.email`.' },
  value: { type: 'str', doc: 'The value to set; without it, the setting is only read.' },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether the setting should exist.' },
  add_mode: {
    type: 'str',
    default: 'replace-all',
    choices: ['add', 'replace-all'],
    doc: 'Whether the value replaces all others or is added to them.',
  },
  scope: {
    type: 'str',
    choices: ['file', 'local', 'global', 'system'],
    doc: 'Which configuration to use: the one in `file` (file), or that of the repository in `repo` (local), the user (global) or the host (system, the default for a named setting).',
  },
  file: { type: 'path', doc: 'The file, for `scope: file`.' },
  repo: { type: 'path', doc: 'The repository, for `scope: local`.' },
  list_all: { type: 'bool', default: false, doc: 'Read all settings instead of one.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.git_config',
  summary: 'Read or manage a git setting.',
  description: 'Requires the `git` package on the host.',
  params,
  rules: {
    mutuallyExclusive: [
      ['list_all', 'name'],
      ['list_all', 'value'],
      ['list_all', 'state'],
    ],
    requiredIf: [
      { param: 'scope', is: 'local', needs: ['repo'] },
      { param: 'scope', is: 'file', needs: ['file'] },
    ],
    requiredOneOf: [['list_all', 'name']],
  },
  looks: (task) => task.list_all || reads(task),
  ask: (): { readonly self: ReturnType<typeof self> } => ({ self: self() }),
  thenAsk: ({ self }, task, context) => ({
    every: askValues(task, self, context, 'with includes'),
    own: task.list_all || reads(task) ? nothing() : askValues(task, self, context, 'own'),
  }),
  plan({ self, every, own }, task, context) {
    if (every === undefined) return { changes: [] };
    const failure = settingsFailure(every) ?? (own && settingsFailure(own));
    if (failure !== undefined) return failure;
    if (own === undefined) return { changes: [] };
    const now = valuesIn(own);
    const to = wanted(now, valuesIn(every), task);
    if (to === undefined) return { changes: [] };
    const change: Change = {
      what: `${task.name} in ${placeOf(task)}`,
      from: now.length === 0 ? null : now.join(', '),
      to: to.length === 0 ? null : to.join(', '),
      diff: { before: lines(now), after: lines(to), beforeHeader: placeOf(task), afterHeader: placeOf(task) },
      commands: [sh`${git(task)} ${writing(task)}`],
      effects: [
        predicts(askValues(task, self, context, 'own'), answering(to)),
        // What an included file adds is known only afterwards.
        ...(now.join('\0') === valuesIn(every).join('\0')
          ? [predicts(askValues(task, self, context, 'with includes'), answering(to))]
          : []),
      ],
    };
    return { changes: [change] };
  },
  result({ before, params: task, changes }) {
    if (before.every === undefined) return {};
    if (task.list_all) return { msg: '', config_values: settingsIn(before.every) };
    if (reads(task)) return { msg: '', config_value: valuesIn(before.every).at(-1)?.trimEnd() ?? '' };
    if (changes.length > 0) return { msg: 'setting changed' };
    return { msg: task.state === 'absent' ? 'no setting to unset' : '' };
  },
  retire: byState('git setting', ['name', 'scope', 'file', 'repo']),
  returns: {
    msg: 'what was done',
    config_value: 'the value that was read; empty if the setting does not exist',
    config_values: 'all settings that were read, by name',
  },
  examples: [
    {
      title: 'Set the default branch for all users',
      yaml: 'git_config:\n  name: init.defaultBranch\n  value: main\n  scope: system',
      runs: { no: 'needs the git package' },
    },
    {
      title: 'Trust a directory in addition to others',
      yaml: 'git_config:\n  name: safe.directory\n  value: /srv/www\n  scope: global\n  add_mode: add',
      runs: { no: 'needs the git package' },
    },
  ],
});

const reads = ({ value, state }: Task): boolean => value === undefined && state === 'present';

const scopeOf = ({ scope, list_all }: Task): 'file' | 'local' | 'global' | 'system' | undefined =>
  scope ?? (list_all ? undefined : 'system');

function placeOf(task: Task): string {
  const scope = scopeOf(task) ?? 'git';
  if (scope === 'file') return task.file ?? '';
  return scope === 'local' ? `${task.repo}` : `the ${scope} configuration`;
}

/** git in the directory where it finds the repository or, outside of any repository, in the root directory. */
const git = (task: Task) => {
  const inRepo = scopeOf(task) === 'local' || (task.list_all && task.repo !== undefined);
  return script`LC_ALL=C git -C ${inRepo ? (task.repo ?? '/') : '/'} config`;
};

function scopeWords(task: Task): readonly string[] {
  const scope = scopeOf(task);
  if (scope === undefined) return [];
  return scope === 'file' ? ['--file', task.file ?? ''] : [`--${scope}`];
}

function writing(task: Task): readonly string[] {
  const { name = '', value = '' } = task;
  if (task.state === 'absent') return [...scopeWords(task), '--unset-all', name];
  return [...scopeWords(task), `--${task.add_mode}`, name, value];
}

/** Asks for the values, each ending in NUL: `own` are those that are in the file itself. */
const askValues = (task: Task, self: Self, { environment }: TaskContext, which: 'own' | 'with includes') => {
  const includes = which === 'own' ? '--no-includes' : '--includes';
  const what = task.list_all ? ['--list'] : ['--get-all', task.name ?? ''];
  return shell({
    ...sh`${exporting(environment)}${git(task)} ${includes} ${scopeWords(task)} --null ${what}`,
    about: [...settingsFiles({ ...task, scope: scopeOf(task) }, self), 'by:package:git'],
  });
};

const valuesIn = ({ stdout }: ShellAnswer): readonly string[] => stdout.split('\0').slice(0, -1);

const answering = (values: readonly string[]): ShellAnswer =>
  shellAnswer(values.map((one) => `${one}\0`).join(''), values.length === 0 ? 1 : 0);

/** Each entry of a list has a name and, on the lines below it, a value. */
const settingsIn = (answer: ShellAnswer): Readonly<Record<string, string>> =>
  Object.fromEntries(
    valuesIn(answer).map((entry) => {
      const end = entry.indexOf('\n');
      return end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)];
    }),
  );

const lines = (values: readonly string[]): string => values.map((one) => `${one}\n`).join('');

/** The values that the file should have; undefined if nothing needs to change. */
function wanted(
  own: readonly string[],
  every: readonly string[],
  { state, value = '', add_mode }: Task,
): readonly string[] | undefined {
  if (state === 'absent') return own.length === 0 ? undefined : [];
  if (add_mode === 'add') return every.includes(value) ? undefined : [...own, value];
  const right = own.length === 0 ? every.at(-1) === value : own.length === 1 && own[0] === value;
  return right ? undefined : [value];
}
