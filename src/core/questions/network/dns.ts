import type { ControllerQuestion } from '../../question.ts';

type RecordType = 'A' | 'AAAA' | 'CAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TXT';

/** A DNS record to look up at every server responsible for it. */
export interface DnsLookup {
  readonly name: string;
  readonly type: RecordType;
  /** The zone whose name servers are asked. Default: the nearest zone above the name that has any. */
  readonly zone?: string;
  /** Servers to ask instead of the zone's: names or addresses, optionally with a port. */
  readonly servers?: readonly string[];
  /** The resolver to ask, instead of the controller's own. */
  readonly resolver?: string;
  readonly timeoutMs: number;
}

/** Each server's reply, with the resolver's last; or why none could be asked. */
export type DnsAnswer = { readonly replies: readonly DnsReply[] } | { readonly problem: string };

/** One server's reply: values, or how it failed. */
export type DnsReply = { readonly server: string } & (
  | { readonly values: readonly string[] }
  | { readonly failure: 'nxdomain' | 'timeout' | 'refused' | 'servfail' | 'error'; readonly said: string }
);

/** Ask the zone's name servers and a resolver, from the controller. */
export const dns = (lookup: DnsLookup): ControllerQuestion<DnsAnswer> => ({
  controller: () => lookUp(lookup),
  key: `dns ${JSON.stringify(lookup)}`,
  beyond: true,
});

type Resolver = import('node:dns').promises.Resolver;

async function lookUp(lookup: DnsLookup): Promise<DnsAnswer> {
  const own = await resolverAt(lookup.resolver, lookup.timeoutMs);
  const servers = lookup.servers ?? (await nameServers(own, lookup));
  if (servers.length === 0) return { problem: `no name servers found for ${lookup.zone ?? lookup.name}` };
  const authoritative = await Promise.all(servers.map((server) => askServer(server, own, lookup)));
  const recursive = await reply(lookup.resolver ?? 'resolver', own, lookup);
  return { replies: [...authoritative.flat(), recursive] };
}

/** The name servers of the zone, or of the nearest parent that has any. */
async function nameServers(own: Resolver, { name, zone }: DnsLookup): Promise<readonly string[]> {
  const words = name.replace(/\.$/, '').split('.');
  const zones = zone === undefined ? words.slice(0, -1).map((_, index) => words.slice(index).join('.')) : [zone];
  for (const one of zones) {
    const found = await own.resolveNs(one).catch(() => []);
    if (found.length > 0) return found.toSorted();
  }
  return [];
}

/** Ask a server at each of its addresses: a name may refer to several machines. */
async function askServer(server: string, own: Resolver, lookup: DnsLookup): Promise<readonly DnsReply[]> {
  if (isAddress(server)) return [await reply(server, await resolverAt(server, lookup.timeoutMs), lookup)];
  const addresses = await own.resolve4(server).catch(() => []);
  if (addresses.length === 0) return [{ server, failure: 'error', said: `${server} has no address` }];
  return Promise.all(
    addresses.map(async (address) =>
      reply(`${server} (${address})`, await resolverAt(address, lookup.timeoutMs), lookup),
    ),
  );
}

async function reply(server: string, resolver: Resolver, { name, type }: DnsLookup): Promise<DnsReply> {
  try {
    return { server, values: ((await resolver.resolve(name, type)) as readonly unknown[]).map(recordText).toSorted() };
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    // The name exists, but has no record of this type.
    if (code === 'ENODATA') return { server, values: [] };
    return { server, failure: failures[code] ?? 'error', said: message };
  }
}

const failures: Readonly<Record<string, Extract<DnsReply, { failure: unknown }>['failure']>> = {
  ENOTFOUND: 'nxdomain',
  ETIMEOUT: 'timeout',
  ECONNREFUSED: 'refused',
  EREFUSED: 'refused',
  ESERVFAIL: 'servfail',
};

/** A record as it is written in a zone file. */
function recordText(record: unknown): string {
  if (typeof record === 'string') return record.toLowerCase().replace(/\.$/, '');
  if (Array.isArray(record)) return record.join('');
  const { priority, weight, port, exchange, name, critical, ...rest } = record as Readonly<
    Record<string, string | number>
  >;
  if (exchange !== undefined) return `${priority} ${String(exchange).toLowerCase()}`;
  if (port !== undefined) return `${priority} ${weight} ${port} ${String(name).toLowerCase()}`;
  const [tag = '', value = ''] = Object.entries(rest)[0] ?? [];
  return `${critical} ${tag} "${value}"`;
}

async function resolverAt(address: string | undefined, timeoutMs: number): Promise<Resolver> {
  const { promises } = await import('node:dns');
  const resolver = new promises.Resolver({ timeout: timeoutMs, tries: 2 });
  if (address !== undefined) resolver.setServers([address]);
  return resolver;
}

const isAddress = (server: string): boolean => /^[\d.]+(:\d+)?$|^\[?[\da-f]*:[\da-f:.]*\]?(:\d+)?$/i.test(server);
