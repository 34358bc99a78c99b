import {
  type Change,
  defineTask,
  exists,
  type HomeFile,
  homeFile,
  nothing,
  openText,
  type Params,
  type Plan,
  parentOf,
  predicts,
  sh,
  writeFile,
} from '../src/sdk.ts';
import {
  type SshOption,
  type SshOptions,
  sshOptions,
  withoutSshHost,
  withSshOptions,
} from './shared/editing/ssh-config-edit.ts';
import { contentDiff } from './shared/files/file-content.ts';
import { makeDirectory } from './shared/files/make-directory.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  host: { type: 'str', required: true, doc: 'The host, as it stands after `Host` in the configuration.' },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether it should have a section.' },
  user: {
    type: 'str',
    doc: 'The user whose `~/.ssh/config` to edit (default: the configuration of the whole system).',
  },
  group: { type: 'str', doc: "The group of the user's configuration (default: that of the user)." },
  ssh_config_file: { type: 'path', doc: 'The configuration file, instead of that of a user.' },
  hostname: { type: 'str', doc: 'The actual name or address.' },
  port: { type: 'str', doc: 'The port.' },
  remote_user: { type: 'str', doc: 'The user to log in as.' },
  identity_file: { type: 'path', doc: 'The private key, which must exist.' },
  user_known_hosts_file: { type: 'str', doc: 'The file with known host keys.' },
  strict_host_key_checking: { type: 'str', choices: ['yes', 'no', 'ask'], doc: 'What to do about unknown host keys.' },
  proxycommand: { type: 'str', doc: 'The command through which to connect.' },
  proxyjump: { type: 'str', doc: 'The host through which to connect.' },
  forward_agent: { type: 'bool', doc: 'Whether to forward the agent.' },
  host_key_algorithms: { type: 'str', doc: 'The algorithms of host keys to accept.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.ssh_config',
  summary: 'Manage the section of a host in the configuration of ssh.',
  description:
    'All other lines stay as they are, with their comments; a file keeps its mode. The options of a section that the task does not give stay, too.',
  params,
  rules: {
    mutuallyExclusive: [
      ['user', 'ssh_config_file'],
      ['proxycommand', 'proxyjump'],
    ],
  },
  ask: (task) => ({
    file: homeFile(accountOf(task), placeOf(task)),
    key: task.identity_file === undefined ? nothing() : exists(task.identity_file),
  }),
  plan({ file, key }, task, { diff }): Plan {
    const wrong = refusal(file, key, task);
    if (wrong !== undefined) return { failed: wrong };
    const opened = openText(file.bytes ?? new Uint8Array());
    const text = textAfter(opened.text, task);
    if (text === opened.text) return { changes: [] };
    const { path = '' } = file;
    const was = sshOptions(opened.text, task.host);
    const after = opened.close(text);
    const change: Change = {
      what: `ssh host ${task.host}`,
      from: was === undefined ? null : told(was),
      to: task.state === 'absent' ? null : told(sshOptions(text, task.host) ?? {}),
      ...(diff && { diff: contentDiff(path, file.bytes, after) }),
      commands: [...folderFor(file, path), writing(file, after, task)],
      effects: [
        predicts(homeFile(accountOf(task), placeOf(task)), withContent(file, after, task)),
        { blurs: [`entry:${path}`, `data:${path}`, ...(file.folder === undefined ? [`entry:${parentOf(path)}`] : [])] },
      ],
      paths: [path],
    };
    return { changes: [change] };
  },
  result({ before: { file }, params: task, changes }) {
    const { text } = openText(file.bytes ?? new Uint8Array());
    const old = sshOptions(text, task.host);
    const now = sshOptions(textAfter(text, task), task.host);
    const named = (is: boolean): readonly string[] => (changes.length > 0 && is ? [task.host] : []);
    const isChanged = old !== undefined && now !== undefined;
    return {
      hosts_added: named(old === undefined),
      hosts_removed: named(now === undefined),
      hosts_changed: named(isChanged),
      hosts_change_diff: named(isChanged).map((host) => ({ [host]: { old: plain(old ?? {}), new: plain(now ?? {}) } })),
    };
  },
  retire: byState('ssh client section', ['host', 'user', 'group', 'ssh_config_file']),
  returns: {
    hosts_added: 'The host, if its section was added.',
    hosts_removed: 'The host, if its section was removed.',
    hosts_changed: 'The host, if its options were changed.',
    hosts_change_diff: 'The options of the host before (`old`) and after (`new`).',
  },
  examples: [
    {
      title: 'Reach a host through another one',
      yaml: 'ssh_config:\n  user: root\n  host: backend\n  hostname: 10.1.0.113\n  remote_user: deploy\n  proxyjump: gate.example.org',
    },
    {
      title: 'Remove a host from a file',
      yaml: 'ssh_config:\n  ssh_config_file: /etc/ssh/retrace_config\n  host: old\n  state: absent',
    },
  ],
});

const accountOf = ({ user }: Task): string => user ?? 'root';
const placeOf = ({ user, ssh_config_file }: Task): string =>
  ssh_config_file ?? (user === undefined ? '/etc/ssh/ssh_config' : '.ssh/config');

function refusal({ path, folder }: HomeFile, key: boolean | undefined, task: Task): string | undefined {
  if (path === undefined) return `Failed to lookup user ${accountOf(task)}`;
  if (task.state === 'present' && key === false) return `IdentityFile ${task.identity_file} does not exist`;
  if (folder === undefined && task.user === undefined && task.state === 'present')
    return `the directory ${parentOf(path)} does not exist`;
  return undefined;
}

/** The options that the task gives. */
function wantedOptions(task: Task): readonly SshOption[] {
  const { forward_agent } = task;
  const given: Readonly<Record<string, string | undefined>> = {
    hostname: task.hostname,
    port: task.port,
    identityfile: task.identity_file,
    user: task.remote_user,
    stricthostkeychecking: task.strict_host_key_checking,
    userknownhostsfile: task.user_known_hosts_file,
    proxycommand: task.proxycommand,
    proxyjump: task.proxyjump,
    forwardagent: forward_agent === undefined ? undefined : ({ true: 'yes', false: 'no' } as const)[`${forward_agent}`],
    hostkeyalgorithms: task.host_key_algorithms,
  };
  return Object.entries(given).flatMap(([keyword, value]) =>
    value === undefined || value === '' ? [] : [[keyword, value] as const],
  );
}

function textAfter(text: string, task: Task): string {
  if (task.state === 'absent') return withoutSshHost(text, task.host);
  const options = wantedOptions(task);
  return options.length === 0 ? text : withSshOptions(text, task.host, options);
}

const told = (options: SshOptions): string =>
  Object.entries(options)
    .map(([keyword, values]) => `${keyword} ${values.join(', ')}`)
    .join('; ') || 'no options';

/** As Ansible tells options: a list only if there are several values, or of private keys. */
const plain = (options: SshOptions): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(options).map(([keyword, values]) => [
      keyword,
      values.length === 1 && keyword !== 'identityfile' ? values[0] : values,
    ]),
  );

/** The user's own directory is made; ssh wants it to be private. */
const folderFor = ({ folder, uid, gid }: HomeFile, path: string): Change['commands'] =>
  folder === undefined ? [makeDirectory(parentOf(path), 0o700), sh`chown -- ${`${uid}:${gid}`} ${parentOf(path)}`] : [];

function writing({ path = '', resolved, file, uid, gid }: HomeFile, content: Uint8Array, { user, group }: Task) {
  const owned = user === undefined ? {} : { owner: uid, group: group ?? gid };
  return writeFile({
    path: resolved ?? path,
    content,
    ...owned,
    ...((file === undefined || user !== undefined) && { mode: file?.mode ?? 0o600 }),
  });
}

function withContent(file: HomeFile, bytes: Uint8Array, { user }: Task): HomeFile {
  const { uid, gid } = file;
  const owner = user === undefined ? (file.file ?? { uid: 0, gid: 0 }) : { uid, gid };
  return {
    ...file,
    bytes,
    file: { ...owner, mode: file.file?.mode ?? 0o600 },
    folder: file.folder ?? { uid, gid, mode: 0o700 },
  };
}
