import { blurs, type Change, defineTask, type Params, type Plan, sh, shell } from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { type Delegations, type Entity, permissionsIn, readDelegations } from './shared/storage/zfs-permissions.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The file system or volume.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    doc: 'Whether the permissions are delegated. If `absent` and without `permissions`, none are.',
  },
  users: { type: 'list', elements: 'str', doc: 'The users that may do it.' },
  groups: { type: 'list', elements: 'str', doc: 'The groups whose members may do it.' },
  everyone: { type: 'bool', default: false, doc: 'Everyone may do it.' },
  permissions: {
    type: 'list',
    elements: 'str',
    choices: [
      ...['allow', 'clone', 'create', 'destroy', 'diff', 'hold', 'mount', 'promote', 'readonly', 'receive', 'release'],
      ...['rename', 'rollback', 'send', 'share', 'snapshot', 'unallow'],
    ],
    default: [],
    doc: 'What they may do; required if `present`.',
  },
  local: {
    type: 'bool',
    default: false,
    doc: 'In the dataset itself. If neither this nor `descendents` is set, both are.',
  },
  descendents: { type: 'bool', default: false, doc: 'In the datasets below it.' },
  recursive: { type: 'bool', default: false, doc: 'If `absent`, also take back what datasets below it delegate.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.zfs_delegate_admin',
  summary: 'Delegate what may be done with a ZFS dataset to users and groups.',
  description:
    'Requires `zfs` of OpenZFS on the host, whose `zfs allow` tells what is delegated. Tested on recorded answers, because the ZFS of the test hosts cannot delegate.',
  params,
  rules: {
    requiredOneOf: [['users', 'groups', 'everyone']],
    requiredIf: [{ param: 'state', is: 'present', needs: ['permissions'] }],
  },
  ask: (task) => ({ told: askDelegations(task) }),
  plan({ told: { code, stdout, stderr } }, task): Plan {
    if (code === 127) return { failed: missingTool({ name: 'zfs', package: 'zfsutils-linux' }) };
    if (code !== 0) return { failed: stderr.trim() || `zfs allow: exit code ${code}` };
    const all = readDelegations(stdout);
    const changes = entitiesOf(task).flatMap((entity) => changeFor(entity, all, task) ?? []);
    return { changes };
  },
  examples: [
    {
      title: 'A user may take and send snapshots',
      yaml: 'zfs_delegate_admin:\n  name: zfs-hdd/off\n  users: off2operator\n  permissions: [hold, send, snapshot]',
      runs: { no: 'a test host has no pool' },
    },
    {
      title: 'Take back what is delegated to a group',
      yaml: 'zfs_delegate_admin:\n  name: zfs-hdd/off\n  groups: staff\n  state: absent',
      runs: { no: 'a test host has no pool' },
    },
  ],
});

/** With `recursive`, also asks about the datasets below, and prints all under their headings. */
const askDelegations = ({ name, state, recursive }: Pick<Task, 'name' | 'state' | 'recursive'>) =>
  shell({
    ...(state === 'absent' && recursive
      ? sh`command -v zfs >/dev/null || exit 127
below=$(zfs list -H -o name -t filesystem,volume -r ${name}) || exit
printf '%s\n' "$below" | while IFS= read -r one; do zfs allow "$one" || exit; done`
      : sh`command -v zfs >/dev/null || exit 127
zfs allow ${name}`),
    about: [delegated(name), `by:dataset:${name}`, `by:dataset:${name}/*`, 'by:package:zfs*'],
  });

/** What is delegated, which the dataset's own properties do not depend on. */
const delegated = (name: string): string => `dataset:${name}#delegated`;

const entitiesOf = ({ users = [], groups = [], everyone }: Task): readonly Entity[] => [
  ...users.map((user) => `user ${user}`),
  ...groups.map((group) => `group ${group}`),
  ...(everyone ? ['everyone'] : []),
];

function changeFor(entity: Entity, all: ReadonlyMap<string, Delegations>, task: Task): Change | undefined {
  const { name, state, permissions, recursive } = task;
  const both = task.local === task.descendents;
  const wheres = (['Local', 'Descendent'] as const).filter((where) => both || (where === 'Local') === task.local);
  const datasets = [...all.keys()].filter((one) => one === name || (recursive && one.startsWith(`${name}/`)));
  const has = (dataset: string) => wheres.map((where) => permissionsIn(all.get(dataset), entity, where));
  const now = has(name);
  const flags = [both ? [] : [task.local ? '-l' : '-d'], wordsOf(entity)].flat();
  const missing = permissions.filter((one) => now.some((some) => !some.has(one)));
  const found = datasets.flatMap(has).flatMap((some) => [...some]);
  const taken = [...new Set(found)].filter((one) => permissions.length === 0 || permissions.includes(one as never));
  if ((state === 'present' ? missing : taken).length === 0) return undefined;
  const before = [...new Set(now.flatMap((some) => [...some]))].sort();
  // What holds only here or only below is told as such.
  const where = (one: string): string => (now[0]?.has(one) === true ? 'here' : 'below');
  const told = (one: string): string => (now.every((some) => some.has(one)) ? one : `${one} (only ${where(one)})`);
  const after =
    state === 'present'
      ? [...new Set([...before, ...missing])].sort()
      : before.filter((one) => permissions.length > 0 && !permissions.includes(one as never));
  return {
    what: `permissions of ${entity} on ${name}`,
    from: before.length === 0 ? null : before.map(told).join(','),
    to: after.length === 0 ? null : after.join(','),
    commands: [
      state === 'present'
        ? sh`zfs allow ${flags} ${permissions.join(',')} ${name}`
        : sh`zfs unallow ${recursive ? '-r' : []} ${flags} ${permissions.length === 0 ? [] : permissions.join(',')} ${name}`,
    ],
    effects: [blurs(delegated(name))],
  };
}

const wordsOf = (entity: Entity): readonly string[] => {
  if (entity === 'everyone') return ['-e'];
  const [kind, ...name] = entity.split(' ');
  return [kind === 'user' ? '-u' : '-g', name.join(' ')];
};
