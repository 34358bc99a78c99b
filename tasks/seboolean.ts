import {
  type Change,
  defineTask,
  type Effect,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { aboutSemanage, askMode, isEnabled, policyFiles, semanage, semanageTool } from './shared/selinux/semanage.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The boolean.' },
  state: { type: 'bool', required: true, doc: 'Its value.' },
  persistent: { type: 'bool', default: false, doc: 'Keep the value after a restart.' },
  ignore_selinux_state: {
    type: 'bool',
    default: false,
    doc: 'Change the stored policy even if SELinux is disabled; this needs `persistent`.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.posix.seboolean',
  summary: 'Set an SELinux boolean.',
  description:
    'Requires `setsebool` on the host (in the `policycoreutils` package) and, with `persistent`, the `policycoreutils-python-utils` package.',
  params,
  ask: (task) => ({ mode: askMode, value: askBoolean(task) }),
  plan({ mode, value }, task): Plan {
    const { name, state, persistent } = task;
    if (!isEnabled(mode) && !task.ignore_selinux_state)
      return { failed: 'SELinux is disabled on this host: enable it, or set `ignore_selinux_state: true`' };
    if (!isEnabled(mode) && !persistent)
      return {
        failed: 'SELinux is disabled on this host, so that only a persistent value can be set: set `persistent: true`',
      };
    const failure = unanswered(value, semanageTool);
    if (failure !== undefined) return { failed: failure };
    const now = readBoolean(value.stdout);
    if (now.active === undefined && now.stored === undefined)
      return { failed: `SELinux boolean ${name} does not exist.` };
    const to = state ? 'on' : 'off';
    const command = isEnabled(mode)
      ? sh`setsebool ${persistent ? ['-P'] : []} ${name} ${to}`
      : semanage('boolean', { reload: false }, ['-m', state ? '--on' : '--off', name]);
    const effects: readonly Effect[] = [
      predicts(askBoolean(task), { ...value, stdout: writeBoolean(now, to) }),
      ...(persistent ? policyFiles : []),
    ];
    const differing = [
      { what: `SELinux boolean ${name}`, from: now.active },
      { what: `SELinux boolean ${name} (persistent)`, from: now.stored },
    ].filter(({ from }) => from !== undefined && from !== to);
    return {
      changes: differing.map(
        ({ what, from = null }, index): Change => ({ what, from, to, commands: index === 0 ? [command] : [], effects }),
      ),
    };
  },
  result: ({ params: { name, persistent, state } }) => ({ name, persistent, state }),
  returns: {
    name: 'The boolean.',
    persistent: 'The `persistent` parameter.',
    state: 'The value.',
  },
  examples: [
    {
      title: 'Let the web server open connections, also after a restart',
      yaml: 'seboolean:\n  name: httpd_can_network_connect\n  state: true\n  persistent: true',
      runs: { no: 'needs SELinux' },
    },
    {
      title: 'Let it send mail until the next restart',
      yaml: 'ansible.posix.seboolean:\n  name: httpd_can_sendmail\n  state: true',
      runs: { no: 'needs SELinux' },
    },
  ],
});

/** Asks for the value in the kernel, if SELinux is enabled, and, if it should persist, for the stored one. */
const askBoolean = ({ name, persistent }: Task): Question<ShellAnswer> =>
  shell({
    ...sh`_file=${`/sys/fs/selinux/booleans/${name}`}
[ ! -e "$_file" ] || printf 'active %s\n' "$(cut -d ' ' -f 1 "$_file")"
${persistent ? askStored(name) : sh`:`}`,
    about: [`selinux:boolean/${name}`, 'by:boot:', ...aboutSemanage],
  });

const askStored = (name: string) => sh`command -v semanage >/dev/null || exit 127
_all=$(semanage boolean -l -n) || exit
printf '%s\n' "$_all" | awk -v name=${name} '$1 == name { sub(/^[^(]*\(/, ""); sub(/\).*$/, ""); split($0, v, ","); gsub(/ /, "", v[2]); print "stored", v[2] }'`;

interface Values {
  readonly active?: string;
  readonly stored?: string;
}

function readBoolean(stdout: string): Values {
  const active = /^active (\d)$/m.exec(stdout)?.[1];
  const stored = /^stored (on|off)$/m.exec(stdout)?.[1];
  return {
    ...(active !== undefined && { active: active === '1' ? 'on' : 'off' }),
    ...(stored !== undefined && { stored }),
  };
}

const writeBoolean = ({ active, stored }: Values, to: 'on' | 'off'): string =>
  `${active === undefined ? '' : `active ${to === 'on' ? 1 : 0}\n`}${stored === undefined ? '' : `stored ${to}\n`}`;
