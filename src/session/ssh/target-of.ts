import { hostname, type UserInfo, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../core/session.ts';
import { addressOf } from '../address-of.ts';
import { type ConfigQuery, type ConfigValues, hostName, resolveConfig } from './config/resolve-config.ts';
import { expandEnvironment, expandHome, expandTokens, type Tokens } from './config/tokens.ts';
import { readValues, type ValueReader } from './config/value-reader.ts';
import { unsupported } from './explain-login.ts';
import type { SshTarget } from './target.ts';
import type { TargetContext, TargetResult } from './target-result.ts';
import { throughProxy } from './through-proxy.ts';

/** Complete an endpoint from the ssh configuration; the inventory takes precedence. */
export function targetOf(endpoint: Endpoint, context: TargetContext): TargetResult {
  const config = configFor(endpoint, context);
  const values = readValues(config);
  const beyond = beyondSsh2(config, values);
  if (beyond) return { ok: false, failure: unsupported(`${addressOf(endpoint)}: ssh2 does not support ${beyond}`) };

  const { host, localUser } = queryOf(endpoint);
  const user = endpoint.user ?? values.text('user') ?? localUser;
  const port = endpoint.port ?? values.number('port') ?? 22;
  const h = hostName({ values: config.values, query: queryOf(endpoint) });
  const tokens: Tokens = { h, n: host, p: String(port), r: user, u: localUser, d: context.home, ...ofThisMachine() };
  const expand = (text: string) => expandHome(expandTokens(expandEnvironment(text, context.env), tokens), context.home);
  const target: SshTarget = {
    place: addressOf(endpoint),
    host: h,
    port,
    user,
    ...(endpoint.password !== undefined && { password: endpoint.password }),
    ...identities(endpoint, config, expand, context),
    ...hostKeys(endpoint, values, expand, context.home),
    connectTimeoutMs: endpoint.connectTimeoutMs ?? values.milliseconds('connecttimeout') ?? 10_000,
    keepaliveMs: values.milliseconds('serveraliveinterval') || 10_000,
    keepaliveCount: values.number('serveralivecountmax') ?? 3,
    lacks: lacking(values),
  };
  if (context.direct) return { ok: true, target };
  const way = { command: values.line('proxycommand')?.rest, jumps: values.text('proxyjump') };
  const resolve = (jump: Endpoint, more: Partial<TargetContext>) => targetOf(jump, { ...context, ...more });
  return throughProxy({ target, endpoint, way, via: context.via ?? [] }, (text) => expandTokens(text, tokens), resolve);
}

/** The ssh configuration for an endpoint. */
export const configFor = (endpoint: Endpoint, { config }: Pick<TargetContext, 'config'>): ConfigValues =>
  resolveConfig(config, queryOf(endpoint));

function queryOf({ address, name, user }: Endpoint): ConfigQuery {
  return { host: address ?? name, localUser: thisUser().username, ...(user !== undefined && { user }) };
}

let known: UserInfo<string> | undefined;

/** Who runs this program; looked up once, as there may be thousands of logins. */
function thisUser(): UserInfo<string> {
  known ??= userInfo();
  return known;
}

const ofThisMachine = (): Tokens => ({
  i: String(thisUser().uid),
  l: hostname(),
  L: hostname().replace(/\..*/, ''),
});

/** The line that decides how to connect and that only the system's ssh can honour. */
function beyondSsh2({ undecidable }: ConfigValues, values: ValueReader): string | undefined {
  const line =
    undecidable ?? values.line('proxyusefdpass', 'yes') ?? values.line('canonicalizehostname', 'yes', 'always');
  return line && `“${line.keyword} ${line.rest}” (${line.at})`;
}

function identities(
  endpoint: Endpoint,
  config: ConfigValues,
  expand: (text: string) => string,
  { env, home }: TargetContext,
): Pick<SshTarget, 'identityFiles' | 'identityFilesAsked' | 'identitiesOnly' | 'agent'> {
  const values = readValues(config);
  const inventorys = endpoint.privateKeyFile === undefined ? [] : [expandHome(endpoint.privateKeyFile, home)];
  const asked = [...inventorys, ...config.identityFiles.map(expand)];
  const agent = agentSocket(values.text('identityagent'), env, expand);
  return {
    identityFiles: asked.length > 0 ? asked : usualKeys.map((name) => join(home, '.ssh', name)),
    identityFilesAsked: asked.length > 0,
    identitiesOnly: values.text('identitiesonly') === 'yes',
    ...(agent && { agent }),
  };
}

const usualKeys = ['id_rsa', 'id_ecdsa', 'id_ed25519'];

function agentSocket(
  said: string | undefined,
  env: NodeJS.ProcessEnv,
  expand: (text: string) => string,
): string | undefined {
  if (said === 'none') return undefined;
  if (said === undefined || said === 'SSH_AUTH_SOCK') return env.SSH_AUTH_SOCK;
  return said.startsWith('$') && !said.startsWith('${') ? env[said.slice(1)] : expand(said);
}

function hostKeys(
  endpoint: Endpoint,
  values: ValueReader,
  expand: (text: string) => string,
  home: string,
): Pick<SshTarget, 'knownHostsFiles' | 'hostKeyChecking' | 'hostKeyAlias'> {
  const users = values.words('userknownhostsfile')?.map(expand) ?? inSshFolder(home);
  const global = values.words('globalknownhostsfile') ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];
  const alias = values.text('hostkeyalias');
  return {
    knownHostsFiles: endpoint.knownHostsFiles ?? [...users, ...global].filter((file) => file !== 'none'),
    hostKeyChecking: endpoint.hostKeyChecking === false ? 'off' : checking(values.text('stricthostkeychecking')),
    ...(alias && { hostKeyAlias: alias }),
  };
}

const inSshFolder = (home: string): string[] => [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')];

// OpenSSH's `no` accepts unknown keys, and only warns about a changed one; we refuse a changed key.
const checking = (said = 'ask'): SshTarget['hostKeyChecking'] =>
  ['no', 'off', 'accept-new'].includes(said) ? 'accept-new' : 'strict';

/** Login methods that the configuration requests but ssh2 lacks; mentioned if the login fails. */
function lacking(values: ValueReader): SshTarget['lacks'] {
  const lines = [
    ['gssapi-with-mic', values.line('gssapiauthentication', 'yes')],
    ['hostbased', values.line('hostbasedauthentication', 'yes')],
    ['publickey', values.line('certificatefile')],
    ['publickey', values.line('pkcs11provider')],
  ] as const;
  return lines.flatMap(([method, line]) =>
    line && line.words[0] !== 'none' ? [{ method, shown: `${line.keyword} (${line.at})` }] : [],
  );
}
