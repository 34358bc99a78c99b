import { becomeMethodNamed, becomeSpec } from '../../core/become-methods.ts';
import {
  COMMON_VARIABLES,
  type ConnectionName,
  type ConnectionSpec,
  connectionNamed,
  connectionSpec,
} from '../../core/connections.ts';
import type { Become, Endpoint } from '../../core/session.ts';
import { truthOf } from '../../core/text/truth.ts';
import type { Value } from '../../core/value.ts';
import type { Keywords, Written } from '../../language/model.ts';
import { truthIn } from './keyword-values.ts';
import type { ConnectionDefaults } from './run-context.ts';

/** Everything that configures how to reach a host, evaluated on demand. */
export interface Said {
  /** A variable; undefined if it is not set. */
  readonly variable: (name: string) => Value | undefined;
  /** Evaluate a keyword as written. */
  readonly keyword: (written: Written | undefined) => Value | undefined;
  readonly keywords: Keywords;
}

/**
 * How to reach a host for a task: variables first, then the task's keywords, then the command line, in Ansible's order
 * of precedence. `nodeEndpoint` returns the endpoint of another host, for containers that are reached through their
 * node.
 */
export function endpointOf(
  name: string,
  said: Said,
  defaults: ConnectionDefaults,
  nodeEndpoint: (host: string) => Endpoint | undefined,
): Endpoint {
  const { variable, keywords } = said;
  const word =
    textOf(said, ['ansible_connection']) ??
    wordOf(said.keyword(keywords.connection)) ??
    defaults.connection ??
    usual(name);
  const connection = connectionNamed(word);
  const { login, variables, via } = connection === undefined ? UNKNOWN : connectionSpec(connection);
  const read = (what: keyof typeof COMMON_VARIABLES): string | undefined =>
    textOf(said, variables[what] ?? COMMON_VARIABLES[what]);
  const user =
    login === 'own' ? undefined : (read('user') ?? wordOf(said.keyword(keywords.remoteUser)) ?? defaults.user);
  const port = read('port') ?? wordOf(said.keyword(keywords.port));
  const settings = settingsOf(said, variables);
  const node = via === undefined ? undefined : settings[via];
  const loggedInAs = { named: user, own: localUser(), root: 'root' }[login];
  return {
    ...defaults.defaults,
    name,
    connection: connection ?? word,
    address: read('address') ?? name,
    port: port === undefined ? defaults.port : Number(port),
    user,
    password: read('password') ?? defaults.password,
    privateKeyFile: read('privateKeyFile') ?? defaults.privateKeyFile,
    knownHostsFiles: listOf(first(COMMON_VARIABLES.knownHosts, variable)),
    hostKeyChecking: truthOf(first(COMMON_VARIABLES.hostKeyChecking, variable)) ?? defaults.hostKeyChecking,
    connectTimeoutMs: defaults.connectTimeoutMs,
    settings,
    via: node === undefined ? undefined : (nodeEndpoint(node) ?? { name: node, connection: 'ssh', address: node }),
    shell: read('shell') ?? defaults.shell,
    become: becomeOf(said, defaults, loggedInAs),
    // As in Ansible, relative paths on this machine start at the playbook.
    ...(connection === 'local' && { directory: textOf(said, ['playbook_dir']) }),
  };
}

/**
 * The subject that a task affects when it creates or removes this host, and the host on which it does so: a
 * container's node.
 */
export function subjectOf({ connection, settings = {}, via }: Endpoint): { host: string; subject: string } | undefined {
  const name = connectionNamed(connection);
  const subject = name === undefined ? undefined : connectionSpec(name).subject;
  return via === undefined || subject === undefined ? undefined : { host: via.name, subject: subject(settings) };
}

const UNKNOWN: Pick<ConnectionSpec, 'login' | 'variables' | 'via'> = { login: 'named', variables: {} };

const usual = (name: string): ConnectionName => (isLocalhost(name) ? 'local' : 'ssh');

/** The settings that a connection reads in addition to the common ones. */
function settingsOf(said: Said, variables: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([setting, names]) => {
      const text = setting in COMMON_VARIABLES ? undefined : textOf(said, names);
      return text === undefined ? [] : [[setting, text]];
    }),
  );
}

function becomeOf(said: Said, defaults: ConnectionDefaults, login: string | undefined): Become | undefined {
  const { variable, keywords } = said;
  const wanted =
    truthOf(variable('ansible_become')) ??
    truthIn(keywords.become, inForce(said, keywords.become)) ??
    defaults.become ??
    false;
  if (!wanted) return undefined;
  const user =
    textOf(said, ['ansible_become_user']) ?? wordOf(inForce(said, keywords.becomeUser)) ?? defaults.becomeUser;
  // If the login user is already the target user, there is nothing to become, unless its program is wanted nevertheless.
  if ((user ?? 'root') === login && defaults.becomeSameUser !== true) return undefined;
  const word =
    textOf(said, ['ansible_become_method']) ??
    wordOf(inForce(said, keywords.becomeMethod)) ??
    defaults.becomeMethod ??
    'sudo';
  const method = becomeMethodNamed(word);
  const passwords = method === undefined ? [] : becomeSpec(method).passwords;
  return {
    method: method ?? word,
    user: user ?? 'root',
    password: textOf(said, ['ansible_become_password', 'ansible_become_pass', ...passwords]) ?? defaults.becomePassword,
    flags:
      textOf(said, ['ansible_become_flags']) ?? wordOf(inForce(said, keywords.becomeFlags)) ?? defaults.becomeFlags,
    exe: textOf(said, ['ansible_become_exe']) ?? wordOf(inForce(said, keywords.becomeExe)) ?? defaults.becomeExe,
  };
}

/** The value of a keyword; if it is omitted, that of the nearest around it. */
function inForce(said: Said, written: Written | undefined): Value | undefined {
  const value = said.keyword(written);
  return value === undefined && written?.outer !== undefined ? inForce(said, written.outer) : value;
}

/** The first of some variables that is set and not empty, as text. */
function textOf({ variable }: Said, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = variable(name);
    if (value !== undefined && value !== null && value !== '') return String(value);
  }
  return undefined;
}

function wordOf(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** The first of some variables that is set. */
function first(names: readonly string[], variable: Said['variable']): Value | undefined {
  for (const name of names) {
    const value = variable(name);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

function listOf(value: Value | undefined): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

// Asked for each task of each host, and each time it would be a system call.
const isRoot = process.getuid?.() === 0;

const localUser = (): string | undefined => (isRoot ? 'root' : process.env['USER']);

const isLocalhost = (name: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(name);
