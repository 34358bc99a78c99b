import {
  blurs,
  type Change,
  type Command,
  defineTask,
  joined,
  type Params,
  type Plan,
  predicts,
  type ShellAnswer,
  script,
  sh,
  stat,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { askEdit, type EditState, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { puts } from './shared/retire/by-state.ts';
import { pathThing } from './shared/retire/paths.ts';
import { entryFor, type FstabEntry, withEntry } from './shared/storage/fstab.ts';
import { askMounted, differingOptions, foreseenMount, type Mounted, readMounted } from './shared/storage/mounted.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['name'], doc: 'The mount point; `none` for swap.' },
  src: { type: 'str', doc: 'The device, `UUID=…`, directory or network share to mount.' },
  fstype: { type: 'str', doc: 'The filesystem type.' },
  opts: { type: 'str', doc: 'The mount options, as in fstab (default: `defaults`).' },
  dump: { type: 'str', default: '0', doc: 'The fifth field in fstab.' },
  passno: { type: 'str', default: '0', doc: 'The sixth field in fstab.' },
  state: {
    type: 'str',
    required: true,
    choices: ['absent', 'absent_from_fstab', 'ephemeral', 'mounted', 'present', 'remounted', 'unmounted'],
    doc: '`mounted`: mounted and in fstab; `present`: in fstab; `ephemeral`: mounted, with fstab left as it is; `unmounted`: not mounted; `absent`: neither mounted nor in fstab, and the directory is removed as well; `absent_from_fstab`: not in fstab; `remounted`: remounted each time.',
  },
  fstab: { type: 'path', default: '/etc/fstab', doc: 'The path of the fstab file.' },
  boot: { type: 'bool', default: true, doc: 'Whether the filesystem is mounted at boot; otherwise `noauto` is added.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous fstab in the same directory, with a timestamp in its name.',
  },
  opts_no_log: { type: 'bool', default: false, ignored: 'use `no_log` if the options contain a secret' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.posix.mount',
  summary: 'Mount filesystems, and manage their entries in /etc/fstab.',
  description:
    'The requested source, filesystem and options are compared with what the kernel reports as mounted. A filesystem is mounted before its entry is written to fstab, because an entry that cannot be mounted could prevent the next boot.',
  params,
  rules: {
    requiredIf: ['mounted', 'present', 'ephemeral'].map((state) => ({
      param: 'state',
      is: state,
      needs: ['src', 'fstype'],
    })),
  },
  ask: (task) => ({
    ...askEdit({ path: task.fstab, backup: task.backup }),
    mounted: askMounted(task.path, task.src ?? '', task.fstype ?? ''),
  }),
  thenAsk: (state, task) => thenAskEdit(state, { path: task.fstab }),
  plan(state, task, context) {
    const now = readMounted(state.mounted, task.src ?? '');
    const refused = refusal(now, task);
    if (refused !== undefined) return { failed: refused };
    const live = liveChanges(now, state.mounted, task);
    const table = fstabPlan(state, task, context);
    if (!('changes' in table)) return table;
    return { changes: [...live, ...table.changes, ...removal(now, task)] };
  },
  result: ({ params: task, replies }) => ({
    name: task.path,
    path: task.path,
    src: task.src ?? null,
    fstype: task.fstype ?? null,
    opts: optionsOf(task),
    dump: task.dump,
    passno: task.passno,
    fstab: task.fstab,
    boot: task.boot ? 'yes' : 'no',
    ...backupFile(replies, task.backup),
  }),
  retire: ({ path, state, fstab }) => [
    pathThing(path, { puts: false }),
    {
      name: `mount ${path}`,
      ...(puts({ state }) && {
        absence: {
          args: {
            path,
            ...(fstab === '/etc/fstab' ? {} : { fstab }),
            state: state === 'ephemeral' ? 'unmounted' : 'absent',
          },
        },
      }),
    },
  ],
  returns: { name: 'the mount point', opts: 'the mount options', backup_file: 'the path of the fstab backup' },
  examples: [
    {
      title: 'Add an entry to fstab only',
      yaml: 'mount:\n  path: /mnt/retrace\n  src: tmpfs\n  fstype: tmpfs\n  opts: size=16m,nosuid\n  state: present',
    },
    {
      title: 'Mount a data disk now and at boot',
      yaml: 'mount:\n  path: /srv/data\n  src: UUID=b3e48f45-f933-4c8e-a700-22a159ec9077\n  fstype: ext4\n  opts: noatime\n  state: mounted',
      runs: { no: 'needs a disk' },
    },
    {
      title: 'Bind-mount a directory',
      yaml: 'mount:\n  path: /srv/chroot/data\n  src: /srv/data\n  fstype: none\n  opts: bind\n  state: mounted',
      runs: { no: 'a test host is not allowed to mount filesystems' },
    },
    { title: 'Unmount a filesystem and remove its entry', yaml: 'mount:\n  path: /mnt/gone\n  state: absent' },
  ],
});

const optionsOf = ({ opts, boot }: Task): string => {
  const options = opts ?? 'defaults';
  return boot || options.split(',').includes('noauto') ? options : `${options},noauto`;
};

const isSwap = ({ fstype }: Task): boolean => fstype === 'swap';
const mounts = ({ state }: Task): boolean => state === 'mounted' || state === 'ephemeral';
const unmounts = ({ state }: Task): boolean => state === 'unmounted' || state === 'absent';

function refusal(now: Mounted, task: Task): string | undefined {
  if (mounts(task) && !now.helper)
    return `mount.${task.fstype} is not on the host: install ${task.fstype?.startsWith('nfs') === true ? 'nfs-common' : 'the package that contains it'}`;
  if (mounts(task) && !isSwap(task) && now.layers > 0 && !sameMount(now, task))
    return `another filesystem is mounted at ${task.path}: ${now.source} (${now.fstype}); unmount it first`;
  if (task.state === 'remounted' && now.layers === 0) return `${task.path} is not mounted`;
  return undefined;
}

const isBind = (task: Task): boolean =>
  optionsOf(task)
    .split(',')
    .some((one) => one === 'bind' || one === 'rbind');

/** Whether the mounted filesystem is the wanted one, judging by source and type. */
const sameMount = (now: Mounted, task: Task): boolean =>
  now.sameSource &&
  (isBind(task) ||
    task.fstype === 'auto' ||
    now.fstype === task.fstype ||
    (task.fstype === 'nfs' && now.fstype === 'nfs4'));

function liveChanges(now: Mounted, answer: ShellAnswer, task: Task): readonly Change[] {
  if (isSwap(task)) return swapChanges(now, answer, task);
  const { path, state } = task;
  const words = optionsOf(task);
  const foreseen = (after: Parameters<typeof foreseenMount>[1]) => [
    predicts(askMounted(path, task.src ?? '', task.fstype ?? ''), foreseenMount(answer, after)),
    blurs(`path:${tidyPath(path)}`),
  ];
  const row = { fstype: task.fstype ?? '', source: task.src ?? '', options: shownOptions(words) };
  const change = (from: string | null, to: string | null, command: Command, after: object): Change => ({
    what: `mount ${path}`,
    from,
    to,
    commands: [command],
    effects: foreseen(after),
  });
  if (state === 'remounted')
    return [{ ...change('mounted', 'remounted', remount(task, task.opts ?? ''), { row }), repeats: true }];
  if (unmounts(task) && now.layers > 0)
    return [
      change(
        `${now.source} (${now.fstype})`,
        null,
        sh`${joined(Array(now.layers).fill(script`umount -- ${path}`), script` && `)}`,
        {},
      ),
    ];
  if (!mounts(task)) return [];
  if (now.layers === 0) {
    const folder = now.folder === 'none' ? script`mkdir -p -- ${path} && ` : script``;
    const mount = sh`${folder}mount -t ${task.fstype ?? 'auto'} -o ${words} -- ${task.src ?? ''} ${path}`;
    return [change(null, `${task.src} (${task.fstype})`, mount, { folder: 'directory', row })];
  }
  const differing = differingOptions(words, now.options);
  if (differing.length === 0) return [];
  return [change(now.options.join(','), words, remount(task, [words, ...differing].join(',')), { row })];
}

/** Names the source if it is known: otherwise mount adds the options in fstab, which are still the old ones. */
const remount = (task: Task, options: string): Command => {
  const words = ['remount', ...options.split(',').filter((one) => one !== '' && one !== 'defaults')].join(',');
  return task.src === undefined
    ? sh`mount -o ${words} -- ${task.path}`
    : sh`mount -o ${words} -- ${task.src} ${task.path}`;
};

/** Options as the kernel reports them. */
const shownOptions = (options: string): string =>
  options
    .split(',')
    .filter((one) => one !== 'defaults')
    .concat(options.split(',').includes('ro') ? [] : ['rw'])
    .join(',');

function swapChanges(now: Mounted, answer: ShellAnswer, task: Task): readonly Change[] {
  const on = mounts(task);
  if ((!on && !unmounts(task)) || now.swap === on) return [];
  return [
    {
      what: `swap ${task.src}`,
      from: on ? null : 'in use',
      to: on ? 'in use' : null,
      commands: [on ? sh`swapon -- ${task.src ?? ''}` : sh`swapoff -- ${task.src ?? ''}`],
      effects: [predicts(askMounted(task.path, task.src ?? '', 'swap'), foreseenMount(answer, { swap: on }))],
    },
  ];
}

function fstabPlan(state: EditState, task: Task, context: TaskContext): Plan {
  const at = { src: task.src ?? '', path: task.path, fstype: task.fstype ?? '' };
  const inTable = task.state === 'mounted' || task.state === 'present';
  const outOfTable = task.state === 'absent' || task.state === 'absent_from_fstab';
  if (!inTable && !outOfTable) return { changes: [] };
  if (outOfTable && state.now.bytes === undefined) return { changes: [] };
  const opened = openEdited(state);
  const entry: FstabEntry | undefined = inTable
    ? { ...at, path: tidyPath(task.path), opts: optionsOf(task), dump: task.dump, passno: task.passno }
    : undefined;
  const text = withEntry(opened.text, at, entry);
  return planEdit(
    state,
    { path: task.fstab, backup: task.backup, ...(state.now.bytes === undefined ? { mode: '0644' } : {}) },
    { opened, text },
    context,
    {
      what: `${task.path} in ${task.fstab}`,
      from: entryFor(opened.text, at) ?? null,
      to: entryFor(text, at) ?? null,
    },
  );
}

/** Removes the directory as well, if it is empty. */
function removal(now: Mounted, task: Task): readonly Change[] {
  if (task.state !== 'absent' || isSwap(task) || now.folder !== 'directory') return [];
  return [
    {
      what: `directory ${task.path}`,
      from: 'present',
      to: null,
      commands: [sh`rmdir -- ${task.path}`],
      effects: [
        predicts(stat(tidyPath(task.path)), { exists: false, resolved: undefined }),
        blurs(`path:${tidyPath(task.path)}`),
      ],
    },
  ];
}
