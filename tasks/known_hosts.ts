import { defineTask, hash, type Params, type Plan, type TaskContext } from '../src/sdk.ts';
import { askEdit, type EditState, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { followedInfo } from './shared/files/path-info.ts';
import { isHost, putHostKeys, readHostKey } from './shared/network/known-host-lines.ts';
import { partThings } from './shared/retire/paths.ts';

const params = {
  name: {
    type: 'str',
    required: true,
    aliases: ['host'],
    doc: 'The host, in the form that `ssh` uses: `[HOST]:PORT` if the port is not 22.',
  },
  key: { type: 'str', doc: "The host's key, as in known_hosts: `HOST TYPE KEY`; separate several keys with newlines." },
  path: { type: 'path', default: '~/.ssh/known_hosts', doc: 'The file.' },
  hash_host: { type: 'bool', default: false, doc: 'Hash the host name, so that it cannot be read.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: "Whether the host's key should be in the file.",
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.known_hosts',
  summary: "Add a host's ssh keys to known_hosts, or remove them.",
  params,
  ask: (task) => askEdit(fileOf(task)),
  thenAsk: (state, task) => thenAskEdit(state, fileOf(task)),
  plan: (state, task, context) => planHost(state, task, context),
  result: ({ before, state, params: task }) => ({
    diff: diffOf(before, state, task.path),
    name: task.name,
    key: task.key ?? null,
    path: task.path,
    state: task.state,
    hash_host: task.hash_host,
    // As with Ansible, `state` becomes what the file is.
    ...followedInfo(state.before),
  }),
  retire: ({ path, name, state }) =>
    partThings(path, {
      name: `host key of ${name}`,
      ...(state === 'present' && { absence: { args: { path, name, state: 'absent' } } }),
    }),
  returns: {
    name: 'the host',
    key: "the host's key",
    path: 'the file',
    diff: "the file's content before and after",
  },
  examples: [
    {
      title: "Add a forge's key before cloning from it",
      yaml: 'known_hosts:\n  name: forge.example.org\n  key: forge.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n  path: /etc/ssh/ssh_known_hosts',
    },
    { title: 'Forget a host', yaml: 'known_hosts:\n  name: gone.example.org\n  state: absent' },
  ],
});

/** ssh makes its directory accessible only to the owner. */
const fileOf = (task: Task) => ({ path: task.path, directory_mode: '0700' });

function planHost(state: EditState, task: Task, context: TaskContext): Plan {
  const keys = (task.key ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ line, key: readHostKey(line) }));
  if (task.state === 'present' && keys.length === 0) return { failed: 'No key specified when adding a host.' };
  if (task.name.includes(','))
    return {
      failed:
        'Comma separated list of names is not supported. Please pass a single name to lookup in the known_hosts file.',
    };
  const wrong = keys.find(({ key }) => key === undefined || !key.hosts.some((host) => isHost(host, task.name)));
  if (wrong !== undefined) {
    const msg = 'Host parameter does not match hashed host field in supplied key';
    return { failed: `${msg}: ${wrong.line}`, result: { msg } };
  }
  if (task.state === 'absent' && state.now.bytes === undefined) return { changes: [] };
  const opened = openEdited(state);
  const text = putHostKeys(opened.text, {
    host: task.name,
    keys: keys.flatMap(({ key }) => key ?? []),
    state: task.state,
    hashed: task.hash_host,
  });
  const known = opened.text
    .split('\n')
    .filter((line) => readHostKey(line)?.hosts.some((host) => isHost(host, task.name)) === true)
    .flatMap((line) => readHostKey(line) ?? [])
    .map(tellKey);
  const to =
    task.state === 'absent' ? null : keys.flatMap(({ key }) => (key === undefined ? [] : [tellKey(key)])).join(', ');
  const mode = state.now.bytes === undefined ? { mode: '0644' } : {};
  return planEdit(state, { ...fileOf(task), ...mode }, { opened, text }, context, {
    what: `keys of ${task.name}`,
    from: known.length === 0 ? null : known.join(', '),
    to,
  });
}

/** Ansible's `diff`, which it returns even without `--diff`; a missing file is shown as /dev/null. */
function diffOf(before: EditState, after: EditState, path: string) {
  const headerOf = ({ now }: EditState): string => (now.bytes === undefined ? '/dev/null' : path);
  return {
    before: openEdited(before).text,
    after: openEdited(after).text,
    before_header: headerOf(before),
    after_header: headerOf(after),
  };
}

/** A key as ssh describes it: two keys of the same type can be told apart by their fingerprints. */
const tellKey = ({ type, key }: { readonly type: string; readonly key: string }): string =>
  `${type} SHA256:${fingerprint(key)}`;

const fingerprint = (key: string): string =>
  Buffer.from(hash('sha256', Buffer.from(key, 'base64')), 'hex')
    .toString('base64')
    .replace(/=+$/, '');
