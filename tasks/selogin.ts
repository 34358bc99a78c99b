import {
  type Change,
  defineTask,
  nothing,
  type Params,
  type Plan,
  type Question,
  type ShellAnswer,
  sh,
  shell,
} from '../src/sdk.ts';
import { byState } from './shared/retire/by-state.ts';
import {
  askMode,
  askRecords,
  isEnabled,
  type Records,
  readRecords,
  recordEffects,
  recordParams,
  recordRefusal,
  semanage,
} from './shared/selinux/semanage.ts';

const params = {
  login: {
    type: 'str',
    required: true,
    doc: 'The Linux user, a group (`%engineering`), or `__default__` for all users that have no rule.',
  },
  seuser: { type: 'str', doc: 'The SELinux user.' },
  selevel: { type: 'str', default: 's0', aliases: ['serange'], doc: 'The SELinux range.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether there is such a rule.' },
  ...recordParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.selogin',
  summary: 'Manage which SELinux user a Linux user gets at a login.',
  description: 'Requires the `policycoreutils-python-utils` package on the host.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['seuser'] }] },
  ask: () => ({ mode: askMode, records: askLogins }),
  thenAsk: ({ mode, records }, task): Asking => {
    const isAsked = task.state === 'present' && records.code === 0 && (isEnabled(mode) || task.ignore_selinux_state);
    const isOther = isAsked && mapping(readRecords(records).all, task.login) !== wanted(task);
    return {
      users: isOther ? askRecords('user') : nothing(),
      account: isOther && task.login !== '__default__' ? askAccount(task.login) : nothing(),
    };
  },
  plan({ mode, records, users, account }, task): Plan {
    const failure = recordRefusal(mode, records, task);
    if (failure !== undefined) return { failed: failure };
    const now = readRecords(records);
    if (task.state === 'absent') return removingLogin(now, task);
    const from = mapping(now.all, task.login);
    if (from === wanted(task)) return { changes: [] };
    if (account !== undefined && account.code !== 0)
      return {
        failed: task.login.startsWith('%')
          ? `Linux Group ${task.login.slice(1)} does not exist`
          : `Linux User ${task.login} does not exist`,
      };
    const known = users === undefined ? [] : readRecords(users).all.map((line) => line.split(/\s+/)[0]);
    if (users?.code === 0 && !known.includes(task.seuser)) return { failed: `there is no SELinux user ${task.seuser}` };
    const line = `${task.login} ${task.seuser} ${task.selevel} *`;
    const words = [from === undefined ? '-a' : '-m', '-s', task.seuser ?? '', '-r', task.selevel, task.login];
    const change: Change = {
      what: `SELinux user of ${task.login}`,
      from: from ?? null,
      to: wanted(task),
      commands: [semanage('login', task, words)],
      effects: recordEffects(askLogins, {
        all: [...others(now.all, task), line],
        own: [...others(now.own, task), line],
      }),
    };
    return { changes: [change] };
  },
  result: ({ params: { login, seuser = null, selevel, state } }) => ({ login, seuser, serange: selevel, state }),
  retire: byState('SELinux login', ['login']),
  returns: {
    login: 'The Linux user.',
    seuser: 'The SELinux user.',
    serange: 'The SELinux range.',
    state: 'The `state` parameter.',
  },
  examples: [
    {
      title: 'Confine all users that have no rule',
      yaml: 'selogin:\n  login: __default__\n  seuser: user_u',
      runs: { no: 'needs SELinux' },
    },
    {
      title: 'All members of a group',
      yaml: "community.general.selogin:\n  login: '%engineering'\n  seuser: staff_u",
      runs: { no: 'needs SELinux' },
    },
  ],
});

type Asking = Readonly<Record<'users' | 'account', Question<ShellAnswer | undefined>>>;

const askLogins = askRecords('login');

const askAccount = (login: string): Question<ShellAnswer> =>
  login.startsWith('%')
    ? shell({ ...sh`getent group ${login.slice(1)}`, about: [`group:${login.slice(1)}`] })
    : shell({ ...sh`getent passwd ${login}`, about: [`user:${login}`] });

const wanted = ({ seuser, selevel }: Task): string => `${seuser} (${selevel})`;

/** The SELinux user and range of a login. */
function mapping(lines: readonly string[], login: string): string | undefined {
  const [, user, range] = lines.map((line) => line.trim().split(/\s+/)).find(([name]) => name === login) ?? [];
  return user === undefined ? undefined : `${user} (${range})`;
}

const others = (lines: readonly string[], { login }: Task): readonly string[] =>
  lines.filter((line) => line.trim().split(/\s+/)[0] !== login);

function removingLogin(now: Records, task: Task): Plan {
  const from = mapping(now.all, task.login);
  if (from === undefined) return { changes: [] };
  if (mapping(now.own, task.login) === undefined)
    return { failed: `Login mapping for ${task.login} is defined in policy, cannot be deleted` };
  const change: Change = {
    what: `SELinux user of ${task.login}`,
    from,
    to: null,
    commands: [semanage('login', task, ['-d', task.login])],
    effects: recordEffects(askLogins, { all: others(now.all, task), own: others(now.own, task) }),
  };
  return { changes: [change] };
}
