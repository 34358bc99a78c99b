import type { Become, Endpoint } from '../../core/session.ts';
import type { Value } from '../../core/value.ts';
import type { Keywords, Written } from '../../language/model.ts';
import type { ConnectionDefaults } from './run-context.ts';

/** Reads a variable, computed; undefined where nobody set it. */
type ReadVariable = (name: string) => Value | undefined;

/** Computes a keyword as written. */
type ReadKeyword = (written: Written | undefined) => Value | undefined;

/**
 * How to reach a host for a task: variables first, then the task's keywords, then the command line, as Ansible ranks
 * them. `nodeEndpoint` gives the way to another host, for containers that are reached through theirs.
 */
export function endpointOf(
  name: string,
  variable: ReadVariable,
  keywords: Keywords,
  keyword: ReadKeyword,
  defaults: ConnectionDefaults,
  nodeEndpoint: (host: string) => Endpoint | undefined,
): Endpoint {
  const text = (...names: string[]): string | undefined => {
    for (const each of names) {
      const value = variable(each);
      if (value !== undefined && value !== null && value !== '') return String(value);
    }
    return undefined;
  };
  const word = (written: Written | undefined): string | undefined => {
    const value = keyword(written);
    return value === undefined || value === null ? undefined : String(value);
  };
  const connection = connectionOf(
    text('ansible_connection') ??
      word(keywords.connection) ??
      defaults.connection ??
      (isLocalhost(name) ? 'local' : 'ssh'),
  );
  const user =
    connection === 'local'
      ? undefined
      : (text('ansible_user', 'ansible_ssh_user') ?? word(keywords.remoteUser) ?? defaults.user);
  const port = text('ansible_port', 'ansible_ssh_port') ?? word(keywords.port);
  const node = text('ansible_pct_node', 'ansible_pct_host');
  const knownHosts = variable('retrace_known_hosts');
  return {
    ...defaults.defaults,
    name,
    connection,
    address: text('ansible_host', 'ansible_ssh_host') ?? name,
    port: port === undefined ? defaults.port : Number(port),
    user,
    password: text('ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password') ?? defaults.password,
    privateKeyFile: text('ansible_ssh_private_key_file', 'ansible_private_key_file') ?? defaults.privateKeyFile,
    knownHostsFiles:
      knownHosts === undefined || knownHosts === null
        ? undefined
        : Array.isArray(knownHosts)
          ? knownHosts.map(String)
          : [String(knownHosts)],
    hostKeyChecking:
      truth(variable('ansible_host_key_checking') ?? variable('ansible_ssh_host_key_checking')) ??
      defaults.hostKeyChecking,
    connectTimeoutMs: defaults.connectTimeoutMs,
    pct:
      connection === 'pct' && node !== undefined
        ? {
            id: text('ansible_pct_id') ?? '',
            node: nodeEndpoint(node) ?? { name: node, connection: 'ssh', address: node },
          }
        : undefined,
    shell: text('ansible_shell_executable') ?? defaults.shell,
    become: becomeOf(
      variable,
      text,
      keywords,
      keyword,
      word,
      defaults,
      connection === 'pct' ? 'root' : connection === 'local' ? localUser() : user,
    ),
  };
}

function becomeOf(
  variable: ReadVariable,
  text: (...names: string[]) => string | undefined,
  keywords: Keywords,
  keyword: ReadKeyword,
  word: (written: Written | undefined) => string | undefined,
  defaults: ConnectionDefaults,
  login: string | undefined,
): Become | undefined {
  const wanted = truth(variable('ansible_become')) ?? truth(keyword(keywords.become)) ?? defaults.become ?? false;
  if (!wanted) return undefined;
  const user = text('ansible_become_user') ?? word(keywords.becomeUser) ?? defaults.becomeUser ?? 'root';
  // Whoever logs in as that user has nothing to become.
  if (user === login) return undefined;
  const method = text('ansible_become_method') ?? word(keywords.becomeMethod) ?? defaults.becomeMethod ?? 'sudo';
  return {
    method: method.replace(/^(ansible\.builtin|community\.general)\./, '') as Become['method'],
    user,
    password:
      text('ansible_become_password', 'ansible_become_pass', `ansible_${method}_pass`) ?? defaults.becomePassword,
    flags: text('ansible_become_flags') ?? word(keywords.becomeFlags) ?? defaults.becomeFlags,
    exe: text('ansible_become_exe') ?? word(keywords.becomeExe) ?? defaults.becomeExe,
  };
}

const localUser = (): string | undefined => (process.getuid?.() === 0 ? 'root' : process.env['USER']);

const isLocalhost = (name: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(name);

/** Ansible's names for ways to a shell that are one of ours. */
function connectionOf(word: string): Endpoint['connection'] {
  const plain = word.replace(/^(ansible\.builtin|community\.general)\./, '');
  if (plain === 'smart' || plain === 'paramiko' || plain === 'paramiko_ssh' || plain === 'ssh2') return 'ssh';
  if (plain === 'proxmox_pct_remote') return 'pct';
  return plain as Endpoint['connection'];
}

/** A boolean as people write it in variables. */
export function truth(value: Value | undefined): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  const word = String(value).toLowerCase();
  return ['yes', 'true', 'on', '1', 'y', 't'].includes(word)
    ? true
    : ['no', 'false', 'off', '0', 'n', 'f'].includes(word)
      ? false
      : undefined;
}
