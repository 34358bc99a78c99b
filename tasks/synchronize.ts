import {
  blurs,
  type Change,
  type Command,
  type Controller,
  ControllerError,
  decodeText,
  defineTask,
  type Endpoint,
  joinPath,
  type Params,
  type Plan,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  tidyPath,
} from '../src/sdk.ts';
import { itemMark, type RsyncItem, readItems } from './shared/network/rsync-items.ts';
import { noRsync, remoteRsync, rshText, sshWords } from './shared/network/rsync-ssh.ts';
import { pathThing } from './shared/retire/paths.ts';

const params = {
  src: { type: 'str', required: true, doc: 'What to copy; with a trailing slash, only the contents of the directory.' },
  dest: { type: 'str', required: true, doc: 'Where to copy it to.' },
  mode: {
    type: 'str',
    default: 'push',
    choices: ['pull', 'push'],
    doc: '`push` copies to the host, `pull` from the host. The other side is the controller, or the host in `delegate_to`.',
  },
  archive: { type: 'bool', default: true, doc: 'Copy recursively, with links, modes, times, owners and groups.' },
  recursive: { type: 'bool', doc: 'Copy the contents of directories (default: as `archive`).' },
  links: { type: 'bool', doc: 'Copy links as links (default: as `archive`).' },
  perms: { type: 'bool', doc: 'Copy modes (default: as `archive`).' },
  times: { type: 'bool', doc: 'Copy modification times (default: as `archive`).' },
  owner: { type: 'bool', doc: 'Copy owners, if the receiving user may set them (default: as `archive`).' },
  group: { type: 'bool', doc: 'Copy groups (default: as `archive`).' },
  checksum: { type: 'bool', default: false, doc: 'Compare contents instead of sizes and times.' },
  compress: { type: 'bool', default: true, doc: 'Compress the data that is sent.' },
  existing_only: { type: 'bool', default: false, doc: 'Update only what already exists, and create nothing new.' },
  delete: {
    type: 'bool',
    default: false,
    doc: 'After copying, delete what is not in the source. Requires `recursive` or `dirs`.',
  },
  dirs: { type: 'bool', default: false, doc: 'Copy directories without their contents.' },
  copy_links: { type: 'bool', default: false, doc: 'Copy the targets of links instead of the links.' },
  partial: { type: 'bool', default: false, doc: 'Keep partially copied files.' },
  delay_updates: { type: 'bool', default: true, doc: 'Move all files into place at the end.' },
  link_dest: {
    type: 'list',
    elements: 'str',
    doc: 'Directories at the destination; a file that is identical in one of them becomes a hard link to that one.',
  },
  rsync_path: { type: 'str', doc: 'The rsync program on the host, with any command that starts it, such as sudo.' },
  rsync_opts: { type: 'list', elements: 'str', default: [], doc: 'Additional arguments for rsync.' },
  rsync_timeout: { type: 'int', default: 0, doc: 'Seconds without data after which rsync gives up (0: never).' },
  set_remote_user: {
    type: 'bool',
    default: true,
    doc: 'Log in as the user that the inventory names. Otherwise, the ssh configuration decides.',
  },
  dest_port: { type: 'int', doc: 'The ssh port (default: that of the host in the inventory).' },
  private_key: { type: 'path', doc: 'The ssh key (default: that of the host in the inventory).' },
  ssh_connection_multiplexing: {
    type: 'bool',
    default: false,
    doc: 'Let ssh share a connection, as configured for ssh.',
  },
  use_ssh_args: { type: 'bool', default: false, ignored: "there is no `ssh_args`; ssh's own configuration applies" },
  verify_host: { type: 'bool', default: false, ignored: 'the host key is always verified' },
} as const;

type Task = Params<typeof params> & {
  readonly endpoint: Endpoint;
  /** The host that rsync runs on. */
  readonly runner: string;
  /** Whether both sides are on that host. */
  readonly alone: boolean;
};

const controllerName = 'localhost';

export default defineTask({
  name: 'ansible.posix.synchronize',
  summary: 'Copy files and directories with rsync.',
  description:
    'rsync runs on the controller, or on the host in `delegate_to`, and logs in to the host over ssh, with the key, port and user from the inventory. rsync must be installed on both sides. Becoming another user on the host must not require a password. A check asks rsync what it would do.',
  worksFromElsewhere: true,
  params,
  rules: { mutuallyExclusive: [['link_dest', 'copy_links']] },
  prepare(given, controller): Task {
    const { endpoint, from } = controller;
    const isLocal = endpoint.connection === 'local';
    const runner = from ?? (isLocal ? endpoint.name : controllerName);
    const alone = runner === endpoint.name;
    const wrong = alone ? undefined : noRsync(endpoint);
    if (wrong !== undefined) throw new ControllerError(wrong);
    const onController = from === undefined;
    const [src, dest] =
      given.mode === 'push'
        ? [onController ? onThisMachine(given.src, controller) : given.src, given.dest]
        : [given.src, onController ? onThisMachine(given.dest, controller) : given.dest];
    return { ...given, src, dest, endpoint, runner, alone };
  },
  ask: (task) => ({ there: askThere(task), told: askRsync(task) }),
  plan({ there, told }, task): Plan {
    const missing = missingRsync(there, told, task);
    if (missing !== undefined) return { failed: missing };
    if (task.delete && !walks(task) && !task.dirs)
      return { failed: 'delete requires recursive or dirs', result: { rc: 1 } };
    if (told.code !== 0)
      return {
        failed: told.stderr.trim() || `rsync: exit code ${told.code}`,
        result: { rc: told.code, cmd: shown(task) },
      };
    return { changes: changesOf(readItems(told.stdout), there.stdout.includes('directory'), task) };
  },
  result({ params: task, before, replies }) {
    const said = replies[0] === undefined ? before.told.stdout : decodeText(replies[0].stdout);
    const lines = said.replaceAll(itemMark, '').split('\n');
    return {
      cmd: shown(task),
      rc: 0,
      msg: lines.join('\n'),
      stdout_lines: lines.filter((line) => line !== ''),
    };
  },
  seesTo: ({ dest }) => (dest.startsWith('/') ? [pathThing(dest, { puts: false, whole: true, tree: true })] : []),
  returns: {
    cmd: 'The rsync command.',
    rc: 'The exit code of rsync.',
    msg: 'What rsync did, in its own format.',
    stdout_lines: 'The same, as a list of lines.',
  },
  examples: [
    {
      title: 'Make a directory on the host identical to one on the controller',
      yaml: 'synchronize:\n  src: site/\n  dest: /srv/site\n  delete: true\n  recursive: true',
      runs: { no: 'needs rsync' },
    },
    {
      title: 'Fetch logs, except compressed ones',
      yaml: 'synchronize:\n  mode: pull\n  src: /var/log/nginx\n  dest: /srv/logs/\n  rsync_opts: ["--exclude=*.gz"]',
      runs: { no: 'needs rsync' },
    },
  ],
});

/** A relative path of the playbook, like those of `copy`; a slash at its end is kept. */
function onThisMachine(path: string, { find }: Controller): string {
  if (path.startsWith('/') || path.startsWith('~') || isDaemon(path)) return path;
  const found = find('files', path);
  const absolute = found.ok ? found.path : (found.searched.at(-1) ?? path);
  return `${absolute.replace(/\/+$/, '')}${path.endsWith('/') ? '/' : ''}`;
}

const isDaemon = (path: string): boolean => path.startsWith('rsync://') || path.includes('::');

const walks = ({ archive, recursive }: Task): boolean => recursive ?? archive;

/** The host that the files go to. */
const receiver = ({ mode, runner, endpoint }: Task): string => (mode === 'push' ? endpoint.name : runner);

/** On the host: whether it has rsync. Also depends on what an earlier task would change at the host's side. */
const askThere = (task: Task) => {
  const path = task.mode === 'push' ? task.dest : task.src;
  return shell({
    ...sh`command -v rsync >/dev/null || exit 127
[ ! -d ${path} ] || echo directory`,
    ...(path.startsWith('/') && { about: [`path:${tidyPath(path)}`, 'by:package:rsync'] }),
  });
};

const noneHere = 'no rsync here';

const askRsync = (task: Task) => {
  const path = task.mode === 'push' ? task.src : task.dest;
  return shell(
    {
      // rsync, too, exits with 127 if there is no rsync on the other side.
      ...sh`command -v rsync >/dev/null || { echo ${noneHere}; exit 127; }
${rsync(task, ['--dry-run'])}`,
      ...(path.startsWith('/') && !task.alone && { about: [`path:${tidyPath(path)}`, 'by:package:rsync'] }),
    },
    { ...(task.runner !== task.endpoint.name && { host: task.runner, asLogin: true }), beyond: true },
  );
};

function missingRsync(there: ShellAnswer, told: ShellAnswer, task: Task): string | undefined {
  const on = (host: string) => `rsync is missing on ${host}: install the package rsync`;
  if (told.code === 127 && told.stdout.trim() === noneHere)
    return on(task.runner === controllerName ? 'the controller' : task.runner);
  return there.code === 127 && task.rsync_path === undefined ? on(task.endpoint.name) : undefined;
}

function rsync(task: Task, more: readonly string[] = []): Script {
  const { src, dest, mode, alone } = task;
  const here = (path: string) => fromHome(path);
  const there = (path: string) => (alone ? fromHome(path) : script`${remotePath(path, task)}`);
  const [from, to] = mode === 'push' ? [here(src), there(dest)] : [there(src), here(dest)];
  return script`LC_ALL=C.UTF-8 rsync ${[...more, ...rsyncOptions(task)]} -- ${from} ${to}`;
}

/** A path in which a tilde at the beginning is the home of the user that rsync runs as. */
const fromHome = (path: string): Script =>
  path === '~' || path.startsWith('~/') ? script`"$HOME"${path.slice(1)}` : script`${path}`;

/** A path on the host. A relative one begins at the home of the user who logs in. */
function remotePath(path: string, { endpoint, set_remote_user: named }: Task): string {
  if (isDaemon(path)) return path;
  const address = endpoint.address ?? endpoint.name;
  const host = address.includes(':') ? `[${address}]` : address;
  const user = named && endpoint.user !== undefined ? `${endpoint.user}@` : '';
  return `${user}${host}:${path.replace(/^~\/?/, '') || '.'}`;
}

function rsyncOptions(task: Task): readonly string[] {
  const { archive, endpoint, alone } = task;
  const when = (condition: boolean, ...words: readonly string[]) => (condition ? words : []);
  const parts = ['recursive', 'links', 'perms', 'times', 'owner', 'group'] as const;
  const path = alone ? task.rsync_path : remoteRsync(endpoint, task.rsync_path);
  const ssh = sshWords(endpoint, {
    onController: task.runner === controllerName,
    port: task.dest_port,
    privateKey: task.private_key,
    shares: task.ssh_connection_multiplexing,
  });
  return [
    ...when(task.delay_updates, '--delay-updates'),
    '-F',
    ...when(task.compress, '--compress'),
    ...when(task.rsync_timeout > 0, `--timeout=${task.rsync_timeout}`),
    ...when(task.delete, '--delete-after'),
    ...when(task.existing_only, '--existing'),
    ...when(task.checksum, '--checksum'),
    ...when(task.copy_links, '--copy-links'),
    ...when(archive, '--archive'),
    ...parts.flatMap((part) => when(task[part] === !archive, archive ? `--no-${part}` : `--${part}`)),
    ...when(task.dirs, '--dirs'),
    ...when(task.partial, '--partial'),
    ...(task.link_dest === undefined ? [] : ['-H', ...task.link_dest.map((folder) => `--link-dest=${folder}`)]),
    ...when(!alone, '--protect-args', `--rsh=${rshText(ssh)}`),
    ...(path === undefined ? [] : [`--rsync-path=${path}`]),
    ...task.rsync_opts,
    '--8-bit-output',
    `--out-format=${itemMark}%i %n%L`,
  ];
}

const shown = (task: Task): string => rsync(task).text;

/** One command copies everything, but the change is reported item by item. */
function changesOf(items: readonly RsyncItem[], isDirectory: boolean, task: Task): readonly Change[] {
  const command: Command = {
    ...sh`${rsync(task)}`,
    long: true,
    ...(task.runner !== task.endpoint.name && { at: task.runner }),
  };
  const to = receiver(task);
  return items.map((item, index) => ({
    what: `${item.kind} ${item.name}`,
    ...fromTo(item, task),
    commands: index === 0 ? [command] : [],
    ...(to !== task.endpoint.name && { on: to }),
    effects: [blurs(`path:${placeOf(item, items.length, isDirectory, task)}`)],
    // Without comparing what it copies, rsync copies again.
    ...((task.rsync_opts.length > 0 || (!(task.times ?? task.archive) && !task.checksum)) && {
      repeats: true as const,
    }),
  }));
}

function fromTo({ does, differs }: RsyncItem, { src }: Task): Pick<Change, 'from' | 'to'> {
  if (does === 'deletes') return { from: 'present', to: null };
  if (does === 'creates') return { from: null, to: 'present' };
  return { from: `other ${differs.join(', ') || 'attributes'}`, to: `as in ${src}` };
}

/** The path that an item changes: below the destination, or for a single file perhaps the destination itself. */
function placeOf(item: RsyncItem, count: number, isDirectory: boolean, { dest, mode }: Task): string {
  const isItself = count === 1 && item.kind === 'file' && !dest.endsWith('/') && (mode === 'pull' || !isDirectory);
  return tidyPath(isItself ? dest : joinPath(dest, item.name));
}
