import { splitCollection } from './collection-name.ts';

/** What the engine and the command line know about a connection type: its names and the variables that configure it. */
export interface ConnectionSpec {
  /** Ansible's other names for it. */
  readonly aliases: readonly string[];
  /** The Ansible collections that provide it: `community.docker.docker` is `docker`. */
  readonly collections: readonly string[];
  /** The user after login: the one that the inventory names, the user running this program, or always root. */
  readonly login: 'named' | 'own' | 'root';
  /**
   * Variables that only this connection reads, or reads differently from the others; the first one that is set wins.
   */
  readonly variables: Readonly<Record<string, readonly string[]>>;
  /** The setting that names the inventory host through which it connects. */
  readonly via?: string;
  /** The subject that a task affects when it creates or removes such a host. */
  readonly subject?: (settings: Readonly<Record<string, string | undefined>>) => string;
}

/**
 * Connection types. Each is implemented in src/session/connections, in a file of the same name; the types ensure that
 * every name here has an implementation, and that there are no others.
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

/** The name of a supported connection. */
export type ConnectionName = keyof typeof CONNECTIONS;

type Own<N extends ConnectionName> = keyof (typeof CONNECTIONS)[N]['variables'];

/** Variables that every connection reads, even if it does not use them. */
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

/** Settings that only one of the connections uses. */
type SettingName = Exclude<{ [N in ConnectionName]: Own<N> }[ConnectionName], keyof typeof COMMON_VARIABLES>;

/** Settings as strings; unset ones are absent. */
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

/** All names, with our own first. */
export const connectionNames = Object.keys(CONNECTIONS) as readonly ConnectionName[];

/** The spec of a connection, typed so that every optional property can be read. */
export const connectionSpec = (name: ConnectionName): ConnectionSpec => CONNECTIONS[name];

/** Every word that names a connection, without collections. */
export const connectionWords: readonly string[] = [
  ...connectionNames,
  ...connectionNames.flatMap((name) => connectionSpec(name).aliases),
];

/** The connection that a word names, in our terms or Ansible's. */
export function connectionNamed(word: string): ConnectionName | undefined {
  const { collection, name } = splitCollection(word);
  return connectionNames.find((each) => {
    const { aliases, collections } = connectionSpec(each);
    const known = collection === undefined || collections.includes(collection);
    return known && (each === name || aliases.includes(name));
  });
}

/** Every variable that configures how to reach a host. */
export const connectionVariables: ReadonlySet<string> = new Set(
  [COMMON_VARIABLES, ...connectionNames.map((name) => connectionSpec(name).variables)].flatMap((variables) =>
    Object.values(variables).flat(),
  ),
);
