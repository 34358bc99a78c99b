import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Endpoint, SessionFailure } from '../../core/session.ts';
import { placeOf } from '../open-session.ts';
import type { ConfigLine } from './config/parse-config.ts';
import { type ConfigQuery, type ConfigValues, hostName, resolveConfig } from './config/resolve-config.ts';
import { expandEnvironment, expandHome, expandTokens, type Tokens } from './config/tokens.ts';
import { unsupported } from './explain-login.ts';
import type { SshTarget } from './target.ts';

export type TargetResult =
  | { readonly ok: true; readonly target: SshTarget }
  | { readonly ok: false; readonly failure: SessionFailure };

/** What an endpoint is completed with. */
export interface TargetContext {
  readonly config: readonly ConfigLine[];
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

/** Completes an endpoint by the ssh configuration: what the inventory says comes first. */
export function targetOf(endpoint: Endpoint, context: TargetContext): TargetResult {
  const { host, localUser } = queryOf(endpoint);
  const config = configFor(endpoint, context);
  const values = reader(config);
  const lack =
    config.undecidable ??
    values.lineOf('proxyusefdpass', 'yes') ??
    values.lineOf('canonicalizehostname', 'yes', 'always');
  if (lack)
    return {
      ok: false,
      failure: unsupported(`${placeOf(endpoint)}: ${lack.at}: ssh2 cannot do “${lack.keyword} ${lack.rest}”`),
    };

  const user = endpoint.user ?? values.text('user') ?? localUser;
  const port = endpoint.port ?? values.number('port') ?? 22;
  const h = hostName({ values: config.values, query: queryOf(endpoint) });
  const tokens: Tokens = {
    h,
    n: host,
    p: String(port),
    r: user,
    u: localUser,
    d: context.home,
    i: String(userInfo().uid),
    l: hostname(),
    L: hostname().split('.')[0]!,
  };
  const expand = (text: string) => expandHome(expandTokens(expandEnvironment(text, context.env), tokens), context.home);

  const target: SshTarget = {
    place: placeOf(endpoint),
    host: h,
    port,
    user,
    ...(endpoint.password !== undefined && { password: endpoint.password }),
    ...identities(endpoint, config, expand, context),
    ...hostKeys(endpoint, values, expand, context.home),
    connectTimeoutMs: endpoint.connectTimeoutMs ?? seconds(values.text('connecttimeout')) ?? 10_000,
    keepaliveMs: seconds(values.text('serveraliveinterval')) || 10_000,
    keepaliveCount: values.number('serveralivecountmax') ?? 3,
    lacks: lacking(values),
  };
  return throughProxy(target, endpoint, values, (text) => expandTokens(text, tokens), context);
}

/** What the ssh configuration says of an endpoint. */
export const configFor = (endpoint: Endpoint, { config }: Pick<TargetContext, 'config'>): ConfigValues =>
  resolveConfig(config, queryOf(endpoint));

function queryOf({ address, name, user }: Endpoint): ConfigQuery {
  return { host: address ?? name, localUser: userInfo().username, ...(user !== undefined && { user }) };
}

type Reader = ReturnType<typeof reader>;

function reader({ values }: ConfigValues) {
  const text = (keyword: string): string | undefined => values.get(keyword)?.words[0];
  return {
    text,
    line: (keyword: string) => values.get(keyword),
    words: (keyword: string) => values.get(keyword)?.words,
    number: (keyword: string) => (text(keyword) === undefined ? undefined : Number(text(keyword))),
    /** The line, if it says one of these. */
    lineOf: (keyword: string, ...said: readonly string[]) =>
      said.includes(text(keyword)?.toLowerCase() ?? '') ? values.get(keyword) : undefined,
  };
}

function identities(
  endpoint: Endpoint,
  config: ConfigValues,
  expand: (text: string) => string,
  { env, home }: TargetContext,
): Pick<SshTarget, 'identityFiles' | 'identityFilesAsked' | 'identitiesOnly' | 'agent'> {
  const values = reader(config);
  const asked = [
    ...(endpoint.privateKeyFile === undefined ? [] : [expandHome(endpoint.privateKeyFile, home)]),
    ...config.identityFiles.map(expand),
  ];
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
  values: Reader,
  expand: (text: string) => string,
  home: string,
): Pick<SshTarget, 'knownHostsFiles' | 'hostKeyChecking' | 'hostKeyAlias'> {
  const users = values.words('userknownhostsfile')?.map(expand) ?? [
    join(home, '.ssh/known_hosts'),
    join(home, '.ssh/known_hosts2'),
  ];
  const global = values.words('globalknownhostsfile') ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];
  const alias = values.text('hostkeyalias');
  return {
    knownHostsFiles: endpoint.knownHostsFiles ?? [...users, ...global].filter((file) => file !== 'none'),
    hostKeyChecking: endpoint.hostKeyChecking === false ? 'off' : checking(values.text('stricthostkeychecking')),
    ...(alias && { hostKeyAlias: alias }),
  };
}

// OpenSSH's `no` still warns of a changed key; we take unknown ones, and refuse changed ones.
const checking = (said = 'ask'): SshTarget['hostKeyChecking'] =>
  ['no', 'off', 'accept-new'].includes(said) ? 'accept-new' : 'strict';

/** Ways to log in that the configuration asks for and ssh2 lacks: named when the login fails. */
function lacking(values: Reader): readonly string[] {
  const lines = [
    values.lineOf('gssapiauthentication', 'yes'),
    values.lineOf('hostbasedauthentication', 'yes'),
    values.line('certificatefile'),
    values.line('pkcs11provider'),
  ];
  return lines.flatMap((line) => (line && line.words[0] !== 'none' ? [`${line.keyword} (${line.at})`] : []));
}

function throughProxy(
  target: SshTarget,
  endpoint: Endpoint,
  values: Reader,
  expand: (text: string) => string,
  context: TargetContext,
): TargetResult {
  const command = values.line('proxycommand')?.rest;
  if (command && command.toLowerCase() !== 'none')
    return { ok: true, target: { ...target, proxyCommand: expand(command) } };
  const jumps = values.text('proxyjump');
  if (!jumps || jumps.toLowerCase() === 'none') return { ok: true, target };
  let jump: SshTarget | undefined;
  for (const spec of expand(jumps).split(',')) {
    const resolved = targetOf(jumpEndpoint(spec, endpoint), context);
    if (!resolved.ok) return resolved;
    // Only the first of a chain is reached in its own way.
    jump = jump ? { ...resolved.target, jump, proxyCommand: undefined } : resolved.target;
  }
  return { ok: true, target: { ...target, ...(jump && { jump }) } };
}

/** The endpoint of a jump host: as [user@]host[:port] or ssh://…, with how the target checks host keys, and without its password and key. */
function jumpEndpoint(spec: string, { knownHostsFiles, hostKeyChecking, connectTimeoutMs }: Endpoint): Endpoint {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?\/?$/.exec(spec) ?? [];
  const name = bracketed ?? plain ?? spec;
  return {
    name,
    connection: 'ssh',
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port: Number(port) }),
    ...(knownHostsFiles && { knownHostsFiles }),
    ...(hostKeyChecking !== undefined && { hostKeyChecking }),
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
  };
}

/** A time of ssh_config: seconds, or `1m30s`. */
function seconds(said: string | undefined): number | undefined {
  if (said === undefined || said === 'none') return undefined;
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  const parts = [...said.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit || 's'] ?? 1), 0) * 1000;
}
