import {
  type Change,
  defineTask,
  type Effect,
  type HomeFile,
  homeFile,
  openText,
  type Params,
  parentOf,
  predicts,
  sh,
  showMode,
  writeFile,
} from '../src/sdk.ts';
import { type AuthorizedKey, putKeys, readAuthorizedKey } from './shared/accounts/authorized-keys.ts';
import { contentDiff } from './shared/files/file-content.ts';
import { makeDirectory } from './shared/files/make-directory.ts';

const params = {
  user: { type: 'str', required: true, doc: 'The user whose authorized keys are managed.' },
  key: { type: 'str', required: true, doc: 'The public keys, one per line.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the keys should be present.',
  },
  exclusive: { type: 'bool', default: false, doc: 'Remove all other keys.' },
  key_options: { type: 'str', doc: 'Options for the keys, for example `no-pty,command="…"`.' },
  comment: { type: 'str', doc: 'A comment that replaces those in the keys.' },
  path: { type: 'str', doc: "The file that holds the keys, instead of the user's ~/.ssh/authorized_keys." },
  manage_dir: {
    type: 'bool',
    default: true,
    doc: 'Create the directory if needed, and make it accessible only to its owner.',
  },
  follow: { type: 'bool', default: false, doc: 'Write through a link instead of replacing it.' },
  validate_certs: { type: 'bool', default: true, ignored: 'keys are not fetched from URLs' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.posix.authorized_key',
  summary: "Add or remove a user's authorized ssh keys.",
  params,
  ask: (task) => ({ file: homeFile(task.user, task.path ?? '.ssh/authorized_keys') }),
  plan({ file }, task, context) {
    const keys = wantedKeys(task);
    if (typeof keys === 'string') return { failed: keys };
    const { path } = file;
    if (path === undefined) return { failed: `Failed to lookup user ${task.user}` };
    if (task.state === 'absent' && file.bytes === undefined) return { changes: [] };
    const opened = openText(file.bytes ?? new Uint8Array());
    const text = putKeys(opened.text, keys, task.state, task.exclusive);
    const same = file.bytes !== undefined && text === opened.text;
    const effects = foreseen(file, path, same ? file.bytes : opened.close(text), task);
    const changes = [
      ...folderChanges(file, path, task),
      ...(same
        ? []
        : [keysChange({ ...file, path }, opened.text, opened.close(text), keys, { ...task, diff: context.diff })]),
      ...(same && task.manage_dir && task.state === 'present' ? ownerChanges(file, path) : []),
    ];
    return { changes: changes.map((change) => ({ ...change, effects, paths: [path] })) };
  },
  result: ({ state: { file }, params: task }) => ({
    keyfile: file.path,
    user: task.user,
    key: task.key,
    state: task.state,
    exclusive: task.exclusive,
    key_options: task.key_options ?? null,
    manage_dir: task.manage_dir,
    path: task.path ?? null,
    unique: false,
    validate_certs: true,
    comment: task.comment ?? null,
    follow: task.follow,
  }),
  retire: ({ user, key, path, state }) =>
    key.startsWith('http')
      ? []
      : key
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => ({
            name: `SSH key ${line} of ${user}${path === undefined ? '' : ` in ${path}`}`,
            ...(state === 'present' && {
              absence: {
                args: { user, key: line, ...(path !== undefined && { path }), manage_dir: false, state: 'absent' },
              },
            }),
          })),
  returns: { keyfile: 'the file that holds the keys', user: 'the user whose keys are managed', key: 'the keys' },
  examples: [
    {
      title: 'Add a key for root',
      yaml: 'authorized_key:\n  user: root\n  key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEpZ6Yf2hxv4cBmRz5S2h1zJ0o3q9uEw8b7x6c5v4n3 off@example.org',
    },
    {
      title: 'Add a key that may run only one command',
      yaml: 'authorized_key:\n  user: root\n  key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEpZ6Yf2hxv4cBmRz5S2h1zJ0o3q9uEw8b7x6c5v4n4 backup\n  key_options: no-pty,command="/usr/bin/true"',
    },
    {
      title: 'Remove a key',
      yaml: 'authorized_key:\n  user: root\n  key: ssh-rsa AAAAB3NzaC1yc2E old\n  state: absent',
    },
  ],
});

function wantedKeys(task: Task): readonly AuthorizedKey[] | string {
  const keys: AuthorizedKey[] = [];
  for (const line of task.key.split('\n')) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    if (/^\w+:\/\//.test(line)) return `keys are not fetched from URLs (${line}): use get_url or a lookup`;
    const key = readAuthorizedKey(line);
    if (key === undefined) return `invalid key specified: ${line}`;
    keys.push({ ...key, options: task.key_options ?? key.options, comment: task.comment ?? key.comment });
  }
  return keys;
}

function keysChange(
  file: HomeFile & { readonly path: string },
  before: string,
  after: Uint8Array,
  keys: readonly AuthorizedKey[],
  task: Task & { readonly diff: boolean },
): Change {
  const path = task.follow ? (file.resolved ?? file.path) : file.path;
  const names = keys.map((key) => key.comment || `${key.key.slice(0, 12)}…${key.key.slice(-8)}`).join(', ');
  return {
    what: 'authorized keys',
    from: file.bytes === undefined ? null : shownBefore(before, names, task),
    to: task.state === 'absent' ? null : names,
    ...(task.diff && { diff: contentDiff(path, file.bytes, after) }),
    // sshd refuses key files that others can write to.
    commands: [
      writeFile({
        path,
        content: after,
        ...(task.manage_dir || file.file === undefined ? { mode: 0o600, owner: file.uid, group: file.gid } : {}),
      }),
    ],
  };
}

function shownBefore(before: string, names: string, { state }: Task): string {
  if (state === 'absent') return names;
  return `${before.split('\n').filter((line) => readAuthorizedKey(line) !== undefined).length} keys`;
}

/** The changes to the directory. sshd requires it to belong to the user. */
function folderChanges(file: HomeFile, keyfile: string, task: Task): readonly Change[] {
  if (!task.manage_dir || task.state === 'absent') return [];
  const path = parentOf(keyfile);
  const { folder, uid, gid } = file;
  if (folder === undefined) {
    const commands = [makeDirectory(path, 0o700), sh`chown -- ${`${uid}:${gid}`} ${path}`];
    return [{ what: `directory ${path}`, from: null, to: '0700', commands }];
  }
  return [
    ...(folder.uid === uid && folder.gid === gid
      ? []
      : [
          {
            what: `owner of ${path}`,
            from: `${folder.uid}:${folder.gid}`,
            to: `${uid}:${gid}`,
            commands: [sh`chown -- ${`${uid}:${gid}`} ${path}`],
          },
        ]),
    ...(folder.mode === 0o700
      ? []
      : [{ what: `mode of ${path}`, from: showMode(folder.mode), to: '0700', commands: [sh`chmod 00700 -- ${path}`] }]),
  ];
}

function ownerChanges({ file, uid, gid }: HomeFile, path: string): readonly Change[] {
  if (file === undefined) return [];
  return [
    ...(file.uid === uid && file.gid === gid
      ? []
      : [
          {
            what: 'owner',
            from: `${file.uid}:${file.gid}`,
            to: `${uid}:${gid}`,
            commands: [sh`chown -- ${`${uid}:${gid}`} ${path}`],
          },
        ]),
    ...(file.mode === 0o600
      ? []
      : [{ what: 'mode', from: showMode(file.mode), to: '0600', commands: [sh`chmod 0600 -- ${path}`] }]),
  ];
}

function foreseen(file: HomeFile, path: string, bytes: Uint8Array, task: Task): readonly Effect[] {
  const own = { uid: file.uid, gid: file.gid };
  const folder = task.manage_dir ? { ...own, mode: 0o700 } : file.folder;
  return [
    predicts(homeFile(task.user, task.path ?? '.ssh/authorized_keys'), {
      ...file,
      bytes,
      file: { ...own, mode: 0o600 },
      folder,
    }),
    {
      blurs: [`entry:${path}`, `data:${path}`, ...(file.folder === undefined ? [`entry:${parentOf(path)}`] : [])],
    },
  ];
}
