import {
  type Change,
  type Command,
  defineTask,
  nothing,
  type Params,
  predicts,
  type ShellAnswer,
  sh,
  shell,
  tidyPath,
} from '../src/sdk.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['name'], doc: 'The file or directory.' },
  state: {
    type: 'str',
    default: 'query',
    choices: ['absent', 'present', 'query'],
    doc: 'Whether the entry should be present; `query` only reports the ACL.',
  },
  etype: { type: 'str', choices: ['group', 'mask', 'other', 'user'], doc: 'The kind of entry.' },
  entity: { type: 'str', default: '', doc: 'The user or group the entry is for (default: the owner).' },
  permissions: { type: 'str', doc: 'The permissions to grant: any of `r`, `w`, `x` and `X`.' },
  entry: {
    type: 'str',
    doc: 'The whole entry in setfacl notation, instead of the parameters above: `[default:]TYPE:ENTITY:PERMISSIONS`.',
  },
  default: {
    type: 'bool',
    default: false,
    doc: 'Manage the default entry, which new files and directories in the directory inherit.',
  },
  recursive: {
    type: 'bool',
    default: false,
    aliases: ['recurse'],
    doc: 'Apply the entry to everything below the directory as well.',
  },
  follow: { type: 'bool', default: true, doc: 'If the path is a link, manage the ACL of its target.' },
  recalculate_mask: {
    type: 'str',
    default: 'default',
    choices: ['default', 'mask', 'no_mask'],
    doc: 'Whether to recalculate the ACL mask.',
  },
  use_nfsv4_acls: { type: 'bool', default: false, ignored: 'only POSIX ACLs are managed' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.posix.acl',
  summary: 'Manage one entry in the POSIX ACL of a file.',
  description: 'Requires the `acl` package on the host.',
  params,
  rules: {
    mutuallyExclusive: [
      ['entry', 'entity'],
      ['entry', 'etype'],
      ['entry', 'permissions'],
    ],
  },
  ask: (task) => ({
    acl: askAcl(task),
    tried: task.state === 'query' || wrongly(task) !== undefined ? nothing() : askTried(task),
  }),
  plan({ acl, tried }, task) {
    const wrong = wrongly(task);
    if (wrong !== undefined) return { failed: wrong };
    if (acl.code !== 0) return { failed: complaintOf(acl) };
    if (tried === undefined) return { changes: [] };
    if (tried.code !== 0) return { failed: complaintOf(tried) };
    const differing = changed(tried);
    if (differing.length === 0) return { changes: [] };
    const entry = entryOf(task);
    const present = task.state === 'present';
    const change: Change = {
      what: `ACL of ${differing.length === 1 ? differing[0] : `${task.path} and everything below it (${differing.length} entries)`}`,
      from: present ? 'other' : entry,
      to: present ? entry : null,
      commands: [setfacl(task)],
      effects: [
        predicts(askTried(task), { ...tried, stdout: '' }),
        { blurs: [`inode:${tidyPath(task.path)}`, ...(task.recursive ? [`path:${tidyPath(task.path)}`] : [])] },
      ],
    };
    return { changes: [change] };
  },
  result: ({ state: { acl } }) => ({ acl: lines(acl) }),
  retire: byState('ACL entry', ['path', 'etype', 'entity', 'default']),
  returns: { acl: 'The entries of the ACL.' },
  examples: [
    {
      title: 'Let a user read a file',
      yaml: 'acl:\n  path: /etc/retrace.key\n  etype: user\n  entity: www-data\n  permissions: r\n  state: present',
      runs: { no: 'needs the file and the acl package' },
    },
    {
      title: 'Let a group write to everything created in a directory',
      yaml: 'acl:\n  path: /srv/shared\n  entry: default:group:staff:rwX\n  recursive: true\n  state: present',
      runs: { no: 'needs the directory and the acl package' },
    },
  ],
});

/** The error in the parameters, if any. It is reported before any host is queried. */
function wrongly(task: Task): string | undefined {
  if (task.state === 'query') return undefined;
  if (task.entry === undefined && task.etype === undefined) return "'etype' or 'entry' must be given";
  const parts = task.entry?.replace(/^d(efault)?:/, '').split(':');
  if (parts === undefined)
    return task.state === 'present' && task.permissions === undefined
      ? "'permissions' must be given when state is present"
      : undefined;
  const wanted = task.state === 'present' ? 3 : 2;
  return parts.length === wanted
    ? undefined
    : `'entry' must have ${wanted} sections divided by ':' when state is ${task.state}, got "${task.entry}"`;
}

function entryOf({ entry, etype, entity, permissions, default: standard, state }: Task): string {
  if (entry !== undefined) return entry;
  const words = [etype, entity, ...(state === 'present' ? [permissions] : [])];
  return `${standard ? 'default:' : ''}${words.join(':')}`;
}

const complaintOf = ({ code, stderr }: ShellAnswer): string =>
  code === 127
    ? 'getfacl and setfacl are missing on the host: install the acl package'
    : stderr.trim() || `exit code ${code}`;

const target = ({ path }: Task): string => (path.startsWith('-') ? `./${path}` : path);

const askAcl = (task: Task) =>
  shell({
    ...sh`LC_ALL=C getfacl --omit-header --absolute-names ${task.follow ? [] : ['--physical']} -- ${target(task)}`,
    about: [`inode:${tidyPath(task.path)}`, 'by:package:acl'],
  });

/** `--test` prints the result, with `*,*` for a file that stays unchanged. */
const askTried = (task: Task) =>
  shell({
    ...setfacl(task, '--test'),
    about: [`${task.recursive ? 'path' : 'inode'}:${tidyPath(task.path)}`, 'by:package:acl'],
  });

const setfacl = (task: Task, ...test: readonly string[]): Command => {
  const walk = [...(task.recursive ? ['--recursive'] : []), ...(task.follow ? [] : ['--physical'])];
  const mask = { default: [], mask: ['--mask'], no_mask: ['--no-mask'] }[task.recalculate_mask];
  const verb = task.state === 'present' ? '--modify' : '--remove';
  return sh`LC_ALL=C setfacl ${[...test, ...walk, ...mask, verb, entryOf(task)]} -- ${target(task)}`;
};

/** The files whose ACL would change. */
const changed = ({ stdout }: ShellAnswer): readonly string[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith('*,*'))
    .map((line) => line.slice(0, line.lastIndexOf(': ')));

const lines = ({ stdout }: ShellAnswer): readonly string[] => stdout.split('\n').filter((line) => line !== '');
