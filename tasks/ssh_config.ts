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
  strict_host_key_checking: {
    type: 'str',
    choices: ['yes', 'no', 'ask', 'accept-new'],
    doc: 'What to do about unknown host keys.',
  },
  proxycommand: { type: 'str', doc: 'The command through which to connect.' },
  proxyjump: { type: 'str', doc: 'The host through which to connect.' },
  forward_agent: { type: 'bool', doc: 'Whether to forward the agent.' },
  host_key_algorithms: { type: 'str', doc: 'The algorithms of host keys to accept.' },
  identities_only: { type: 'bool', doc: 'Whether to offer only the configured keys, even if the agent has others.' },
  add_keys_to_agent: { type: 'bool', doc: 'Whether a key that is used is added to the agent.' },
  controlmaster: {
    type: 'str',
    choices: ['yes', 'no', 'ask', 'auto', 'autoask'],
    doc: 'Whether several sessions share one connection.',
  },
  controlpath: { type: 'str', doc: 'The path of the socket through which they do.' },
  controlpersist: { type: 'str', doc: 'How long the connection stays open after the last session.' },
  dynamicforward: { type: 'str', doc: 'The port on which ssh is a SOCKS proxy.' },
  address_family: { type: 'str', choices: ['any', 'inet', 'inet6'], doc: 'The kind of addresses to use.' },
  other_options: { type: 'dict', doc: 'Further options by keyword, in lower case; their values are texts.' },
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
  return otherProblem(task);
}

/** What is wrong with `other_options`. */
function otherProblem({ other_options: others = {} }: Task): string | undefined {
  const [key] = Object.keys(others).filter((one) => !/^[a-z][a-z0-9]*$/.test(one) || one === 'host' || one === 'match');
  if (key !== undefined) return `other_options: expected a keyword of ssh in lower case, got \`${key}\``;
  const [wrong] = Object.entries(others).filter(([, value]) => typeof value !== 'string' || /[\n\r]/.test(value));
  return wrong === undefined ? undefined : `other_options: the value of ${wrong[0]} must be a text of one line`;
}

const yesOrNo = (flag: boolean | undefined): string | undefined => {
  if (flag === undefined) return undefined;
  return flag ? 'yes' : 'no';
};

/** The options that the task gives. */
function wantedOptions(task: Task): readonly SshOption[] {
  const given: Readonly<Record<string, string | undefined>> = {
    hostname: task.hostname,
    port: task.port,
    identityfile: task.identity_file,
    user: task.remote_user,
    stricthostkeychecking: task.strict_host_key_checking,
    userknownhostsfile: task.user_known_hosts_file,
    proxycommand: task.proxycommand,
    proxyjump: task.proxyjump,
    forwardagent: yesOrNo(task.forward_agent),
    hostkeyalgorithms: task.host_key_algorithms,
    identitiesonly: yesOrNo(task.identities_only),
    addkeystoagent: yesOrNo(task.add_keys_to_agent),
    controlmaster: task.controlmaster,
    controlpath: task.controlpath,
    controlpersist: task.controlpersist,
    dynamicforward: task.dynamicforward,
    addressfamily: task.address_family,
  };
  const others = Object.entries(task.other_options ?? {}).map(([keyword, value]) => [keyword, String(value)] as const);
  return [...Object.entries(given), ...others].flatMap(([keyword, value]) =>
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
