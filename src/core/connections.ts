import { splitCollection } from './collection-name.ts';

/** What the engine and the command line know of a way to a shell: how it is called, and which variables tell it something. */
export interface ConnectionSpec {
  /** Other names for the same, as Ansible has them. */
  readonly aliases: readonly string[];
  /** Collections in which Ansible has it: `community.docker.docker` is `docker`. */
  readonly collections: readonly string[];
  /** Who one is after the login: whom the inventory names, the user of this program, or always root. */
  readonly login: 'named' | 'own' | 'root';
  /** The variables that it reads otherwise than all do, or alone; the first that is set counts. */
  readonly variables: Readonly<Record<string, readonly string[]>>;
  /** The setting that names the host of the inventory through which it goes. */
  readonly via?: string;
  /** What a task that makes such a host, or takes it away, says that it changes. */
  readonly subject?: (settings: Readonly<Record<string, string | undefined>>) => string;
}

/**
 * Ways to a shell. How each works is in src/session/connections, in a file of its name; that there is one for each name here,
 * and none besides, is held by types.
 */
const CONNECTIONS = {
  ssh: {
    aliases: ['smart', 'paramiko', 'paramiko_ssh', 'ssh2'],
    collections: ['ansible.builtin'],
    login: 'named',
    variables: {},
  },
  openssh: { aliases: [], collections: [], login: 'named', variables: {} },
  local: { aliases: [], collections: ['ansible.builtin'], login: 'own', variables: {} },
  pct: {
    aliases: ['proxmox_pct_remote'],
    collections: ['community.general', 'community.proxmox'],
    login: 'root',
    variables: { id: ['ansible_pct_id'], node: ['ansible_pct_node', 'ansible_pct_host'] },
    via: 'node',
    subject: ({ id }) => `ct:${id}`,
  },
  docker: {
    aliases: [],
    collections: ['community.docker', 'community.general'],
    login: 'named',
    variables: {
      address: ['ansible_docker_host', 'ansible_host'],
      user: ['ansible_docker_user', 'ansible_user'],
      extraArgs: ['ansible_docker_extra_args'],
    },
  },
} as const satisfies Readonly<Record<string, ConnectionSpec>>;

/** A way to a shell that there is. */
export type ConnectionName = keyof typeof CONNECTIONS;

type Own<N extends ConnectionName> = keyof (typeof CONNECTIONS)[N]['variables'];

/** What all ways read, whether it means something to them or not. */
export const COMMON_VARIABLES = {
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  privateKeyFile: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  shell: ['ansible_shell_executable'],
  hostKeyChecking: ['ansible_host_key_checking', 'ansible_ssh_host_key_checking'],
  knownHosts: ['retrace_known_hosts'],
} as const satisfies ConnectionSpec['variables'];

/** What only one of the ways needs to be told. */
type SettingName = Exclude<{ [N in ConnectionName]: Own<N> }[ConnectionName], keyof typeof COMMON_VARIABLES>;

/** Settings as texts; what nobody set is not there. */
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

/** All names, ours first. */
export const connectionNames = Object.keys(CONNECTIONS) as readonly ConnectionName[];

/** What is known of a way, each property whether this one has it or not. */
export const connectionSpec = (name: ConnectionName): ConnectionSpec => CONNECTIONS[name];

/** All that somebody may write for a way, without collections. */
export const connectionWords: readonly string[] = [
  ...connectionNames,
  ...connectionNames.flatMap((name) => connectionSpec(name).aliases),
];

/** The way that a word means, in our words or Ansible's. */
export function connectionNamed(word: string): ConnectionName | undefined {
  const { collection, name } = splitCollection(word);
  return connectionNames.find((each) => {
    const { aliases, collections } = connectionSpec(each);
    const known = collection === undefined || collections.includes(collection);
    return known && (each === name || aliases.includes(name));
  });
}

/** Every variable that says something of the way to a host. */
export const connectionVariables: ReadonlySet<string> = new Set(
  [COMMON_VARIABLES, ...connectionNames.map((name) => connectionSpec(name).variables)].flatMap((variables) =>
    Object.values(variables).flat(),
  ),
);
