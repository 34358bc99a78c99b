import { script } from '../../../core/command.ts';
import { type Drafted, type DraftTask, exact, likely, lookOnly, manual, pathTask, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, isExpanded, placeIn } from '../words.ts';
import { secretVariable } from './users.ts';

const UNKNOWN = 'it is not understood';

/** What looks at an address and has to succeed. */
const probe = (args: Readonly<Record<string, unknown>>): DraftTask => ({ type: 'uri', args });

const CURL = {
  flags: 'sSfLIikvgO46',
  longFlags: [
    'silent',
    'show-error',
    'fail',
    'location',
    'head',
    'include',
    'insecure',
    'verbose',
    'remote-name',
    'ipv4',
    'ipv6',
    'compressed',
  ],
  values: 'oumXHAdb',
  longValues: [
    'output',
    'user',
    'max-time',
    'connect-timeout',
    'request',
    'header',
    'resolve',
    'user-agent',
    'data',
    'cookie',
    'retry',
  ],
};

const curl: Verb = (called) => {
  const options = readOptions(called.args, CURL);
  const [given, ...more] = options?.operands ?? [];
  if (options === undefined || given === undefined || more.length > 0 || isExpanded(given)) return manual(UNKNOWN);
  const url = /^\w+:\/\//.test(given) ? given : `http://${given}`;
  if (options.has('d', 'data', 'b', 'cookie')) return manual('it changes something at that address');
  if (options.has('resolve')) return exact(resolved(options.all('resolve'), url));
  const file =
    options.value('o', 'output') ??
    (options.has('O', 'remote-name')
      ? url
          .replace(/[?#].*/, '')
          .split('/')
          .at(-1)
      : undefined);
  const access = accessOf(options.value('u', 'user'));
  const validate = options.has('k', 'insecure') && { validate_certs: false };
  if (file !== undefined && file !== '/dev/null') return download(url, file, { ...access, ...validate }, called);
  const method = options.value('X', 'request') ?? (options.has('I', 'head') ? 'HEAD' : 'GET');
  if (method !== 'GET' && method !== 'HEAD') return manual('it changes something at that address');
  const headers = Object.fromEntries(
    options.all('H', 'header').map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
  const isHeader = Object.keys(headers).length > 0;
  if (/refused|timed out|could not resolve/i.test(called.output ?? ''))
    return likely('it failed as it should', closed(url));
  return exact(
    probe({
      url,
      ...(method !== 'GET' && { method }),
      ...(isHeader && { headers }),
      ...access,
      ...validate,
    }),
  );
};

/** A probe of a server that the name does not lead to yet. */
const resolved = (addresses: readonly string[], url: string): DraftTask => ({
  type: 'verify',
  args: {
    cmd: script`curl -fsS -o /dev/null ${addresses.flatMap((one) => ['--resolve', one])} ${url}`.text,
    about: ['network:'],
  },
});

/** A port that nobody may reach. */
function closed(url: string): DraftTask {
  const { hostname, port, protocol } = new URL(url);
  return {
    type: 'wait_for',
    args: { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80), state: 'stopped', timeout: 10 },
  };
}

/** `-u NAME:PASSWORD`; a password is a variable of the vault, whatever the document has. */
function accessOf(user: string | undefined): Readonly<Record<string, unknown>> {
  if (user === undefined) return {};
  const [name = '', password] = user.split(/:(.*)/s);
  return {
    url_username: name,
    ...(password !== undefined && { url_password: secretVariable(`password_of_${name}`) }),
    force_basic_auth: true,
  };
}

function download(
  url: string,
  file: string,
  access: Readonly<Record<string, unknown>>,
  called: Parameters<Verb>[0],
): Drafted {
  const dest = isExpanded(file) ? undefined : absolutePath(file, called);
  if (dest === undefined) return manual('the document does not tell in which directory it ran');
  return exact(pathTask('get_url', dest, { url, dest, ...access }));
}

const wget: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'qvcN',
    longFlags: ['quiet', 'no-verbose', 'continue', 'no-check-certificate', 'spider'],
    values: 'OP',
    longValues: ['output-document', 'directory-prefix', 'user', 'password'],
  });
  const [url, ...more] = options?.operands ?? [];
  if (options === undefined || url === undefined || more.length > 0 || isExpanded(url)) return manual(UNKNOWN);
  if (options.has('spider')) return exact(probe({ url, method: 'HEAD' }));
  const name = options.value('O', 'output-document');
  if (name === '-' || name === '/dev/null') return exact(probe({ url }));
  const base =
    url
      .replace(/[?#].*/, '')
      .split('/')
      .at(-1) ?? '';
  if (name === undefined && base === '') return manual('its address does not tell the name of the file');
  const folder = options.value('P', 'directory-prefix');
  const user = options.value('user');
  return download(
    url,
    name ?? (folder === undefined ? base : placeIn(`${folder}/`, base, true, called)),
    accessOf(user === undefined ? undefined : `${user}:`),
    called,
  );
};

const nc: Verb = ({ args, output = '' }) => {
  const options = readOptions(args, { flags: 'vzun46', values: 'w' });
  const [host, port, ...more] = options?.operands ?? [];
  if (options === undefined || options.has('u') || host === undefined || !/^\d+$/.test(port ?? '') || more.length > 0)
    return manual(UNKNOWN);
  const isClosed = /refused|timed out|no route/i.test(output);
  return exact({
    type: 'wait_for',
    args: {
      host,
      port: Number(port),
      timeout: Number(options.value('w') ?? 10),
      ...(isClosed && { state: 'stopped' }),
    },
  });
};

const ufw: Verb = ({ args }) => {
  const words = args.filter((word) => word !== '--force');
  const [verb = 'status', ...rest] = words;
  if (verb === 'status' || verb === 'show' || verb === 'version' || verb === 'app') return lookOnly;
  if (verb === 'enable' || verb === 'disable')
    return exact({ type: 'ufw', args: { state: `${verb}d` }, declares: 'ufw:state' });
  if (verb === 'reload')
    return { grade: 'restart', handler: { type: 'ufw', args: { state: 'reloaded' }, declares: 'ufw:state' } };
  if (verb === 'logging' && rest.length === 1)
    return exact({ type: 'ufw', args: { logging: rest[0] }, declares: 'ufw:logging' });
  if (verb === 'default') {
    const [policy = '', direction = 'incoming'] = rest;
    return exact({ type: 'ufw', args: { default: policy, direction }, declares: `ufw:default:${direction}` });
  }
  const isDeleted = verb === 'delete';
  const rule = ufwRule(isDeleted ? rest : words);
  if (rule === undefined) return manual('its rule is not understood');
  return exact({
    type: 'ufw',
    args: { ...rule, ...(isDeleted && { delete: true }) },
    declares: `ufw:rule:${JSON.stringify({ ...rule, rule: '' })}`,
  });
};

/** `allow 22/tcp`, `allow OpenSSH`, `allow in on eth0 from 10.0.0.0/8 to any port 25 proto tcp comment …`. */
function ufwRule(words: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  const [rule = '', ...rest] = words;
  if (!['allow', 'deny', 'reject', 'limit'].includes(rule) || rest.length === 0) return undefined;
  if (rest.length === 1) {
    const [, port, proto] = /^(\d[\d:,]*)(?:\/(tcp|udp))?$/.exec(rest[0] ?? '') ?? [];
    if (port !== undefined) return { rule, port, ...(proto !== undefined && { proto }) };
    // A name of services(5) is a port; one with a capital letter is an application's profile.
    const [name = ''] = rest;
    if (/^[a-z][a-z0-9-]*$/.test(name)) return { rule, port: name };
    return /^\w/.test(name) ? { rule, name } : undefined;
  }
  const found: Record<string, unknown> = { rule };
  let side: 'from' | 'to' = 'to';
  for (let at = 0; at < rest.length; ) {
    const word = rest[at] ?? '';
    const value = rest[at + 1];
    at += word === 'in' || word === 'out' || word === 'log' ? 1 : 2;
    if (word === 'in' || word === 'out') found['direction'] = word;
    else if (word === 'log') found['log'] = true;
    else if (value === undefined) return undefined;
    else if (word === 'on') found['interface'] = value;
    else if (word === 'from' || word === 'to') {
      side = word;
      if (value !== 'any') found[`${word}_ip`] = value;
    } else if (word === 'port') found[`${side}_port`] = value;
    else if (word === 'app') found['name'] = value;
    else if (word === 'proto' || word === 'comment') found[word] = value;
    else return undefined;
  }
  return found;
}

const IPTABLES: Readonly<Record<string, string>> = {
  '-t': 'table',
  '--table': 'table',
  '-p': 'protocol',
  '--protocol': 'protocol',
  '-s': 'source',
  '--source': 'source',
  '-d': 'destination',
  '--destination': 'destination',
  '-j': 'jump',
  '--jump': 'jump',
  '-i': 'in_interface',
  '--in-interface': 'in_interface',
  '-o': 'out_interface',
  '--out-interface': 'out_interface',
  '--sport': 'source_port',
  '--source-port': 'source_port',
  '--dport': 'destination_port',
  '--destination-port': 'destination_port',
  '--to': 'to_destination',
  '--to-destination': 'to_destination',
  '--to-source': 'to_source',
  '--to-ports': 'to_ports',
  '--comment': 'comment',
  '--reject-with': 'reject_with',
  '--limit': 'limit',
  '--icmp-type': 'icmp_type',
};

const iptables =
  (ipVersion: 'ipv4' | 'ipv6'): Verb =>
  ({ args }) => {
    if (args.some((word) => /^(-\w*[LSC]\w*|--list|--list-rules|--check)$/.test(word))) return lookOnly;
    if (args.some(isExpanded)) return manual('a shell variable stands in its rule');
    const found: Record<string, unknown> = ipVersion === 'ipv4' ? {} : { ip_version: ipVersion };
    let not = '';
    for (let at = 0; at < args.length; at++) {
      const word = args[at] ?? '';
      const value = args[at + 1];
      const param = IPTABLES[word];
      if (word === '!') {
        not = '!';
        continue;
      }
      if (value === undefined) return manual('its rule is not understood');
      at++;
      if (/^(-[AID]|--append|--insert|--delete)$/.test(word)) {
        found['chain'] = value;
        if (/^(-I|--insert)$/.test(word)) found['action'] = 'insert';
        if (/^(-D|--delete)$/.test(word)) found['state'] = 'absent';
        if (/^\d+$/.test(args[at + 1] ?? '')) {
          if (found['state'] === 'absent') return manual('it deletes a rule by its number');
          found['rule_num'] = args[++at];
        }
      } else if (word === '-P' || word === '--policy') {
        const policy = args[++at];
        if (policy === undefined || at < args.length - 1) return manual('its rule is not understood');
        Object.assign(found, { chain: value, policy });
      } else if (word === '-m' || word === '--match')
        found['match'] = [...((found['match'] as string[] | undefined) ?? []), value];
      else if (word === '--dports' || word === '--destination-ports') found['destination_ports'] = value.split(',');
      else if (word === '--ctstate' || word === '--state') found['ctstate'] = value.split(',');
      else if (param !== undefined) found[param] = `${not}${value}`;
      else return manual('its rule is not understood');
      not = '';
    }
    if (found['chain'] === undefined) return manual('its rule is not understood');
    // The matches that a parameter implies.
    const implied = new Set([
      found['comment'] && 'comment',
      found['ctstate'] && 'conntrack',
      found['ctstate'] && 'state',
      found['protocol'],
      found['destination_ports'] && 'multiport',
    ]);
    const matches = ((found['match'] as string[] | undefined) ?? []).filter((match) => !implied.has(match));
    delete found['match'];
    if (matches.length > 0) found['match'] = matches;
    if (found['jump'] === 'SNAT' && found['to_destination'] !== undefined) {
      found['to_source'] = found['to_destination'];
      delete found['to_destination'];
    }
    return exact({
      type: 'iptables',
      args: found,
      declares: `iptables:${JSON.stringify({ ...found, state: '', action: '' })}`,
    });
  };

/** Programs that ask for addresses, and firewalls. */
export const networkVerbs: Readonly<Record<string, Verb>> = {
  curl,
  wget,
  nc,
  netcat: nc,
  ufw,
  iptables: iptables('ipv4'),
  ip6tables: iptables('ipv6'),
  ping: () => lookOnly,
  dig: () => lookOnly,
  host: () => lookOnly,
  nslookup: () => lookOnly,
  ss: () => lookOnly,
  netstat: () => lookOnly,
  telnet: () => lookOnly,
  traceroute: () => lookOnly,
};
