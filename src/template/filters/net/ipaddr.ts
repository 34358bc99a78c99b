import type { Value } from '../../../core/value.ts';
import { fail } from '../../errors.ts';
import { int, isInt } from '../../python/number.ts';
import { str } from '../../python/repr.ts';
import { sequence, truth } from '../../python/values.ts';
import { isLinkLocal, isLoopback, isMulticast, isPrivate, isPublic } from './kinds.ts';
import {
  addressCount,
  bitsOf,
  cidrOf,
  firstOf,
  holds,
  hostmaskOf,
  lastOf,
  maskOf,
  type Network,
  parseNetwork,
  showAddress,
  showNetwork,
} from './network.ts';

/** An address or network passed to a filter: how it was written, and whether it had a prefix. */
interface Subject {
  readonly network: Network;
  readonly text: string;
  readonly type: 'address' | 'network';
}

/** The result of `ipaddr` for a value: the value itself, the answer to a query, or false if it is not an address. */
export function ipaddr(value: Value, query = '', version?: 4 | 6, alias = 'ipaddr'): Value {
  const items = sequence(value);
  if (items)
    return items.map((item) => ipaddr(item, query, version, alias)).filter((item) => item !== null && truth(item));
  const subject = subjectOf(value, version);
  if (!subject || (version && subject.network.version !== version)) return false;
  const answer = Object.hasOwn(queries, query) ? queries[query] : undefined;
  if (answer) return answer(subject);
  const inside = /^\d+$/.test(query) ? undefined : parseNetwork(query);
  if (inside) return holds(inside, subject.network) ? subject.text : null;
  return element(subject, query, alias);
}

/** Parses a value as an address or network; numbers are addresses. */
export function subjectOf(value: Value, version?: 4 | 6): Subject | undefined {
  if (!truth(value) || value === true) return undefined;
  const text = str(value);
  if (/^\d+$/.test(text)) return fromNumber(BigInt(text), undefined, version);
  const network = parseNetwork(text);
  if (network) return { network, text, type: text.includes('/') ? 'network' : 'address' };
  const numeric = /^(\d+)\/(\d+)$/.exec(text);
  return numeric ? fromNumber(BigInt(numeric[1]!), Number(numeric[2])) : undefined;
}

function fromNumber(value: bigint, prefix: number | undefined, wanted?: 4 | 6): Subject | undefined {
  const version = wanted === 6 || value >= 1n << 32n || (prefix ?? 0) > 32 ? 6 : 4;
  if (value >= 1n << 128n || (prefix ?? 0) > bitsOf(version)) return undefined;
  const network: Network = { version, value, prefix: prefix ?? bitsOf(version) };
  return { network, text: showNetwork(network), type: prefix === undefined ? 'address' : 'network' };
}

/** `ipaddr(5)`: the sixth address of a network. */
function element({ network, type }: Subject, query: string, alias: string): Value {
  if (!/^[+-]?\d+(\.\d+)?$/.test(query)) return fail(`${alias}: unknown filter type: ${query}`);
  if (addressCount(network) === 1n) return type === 'address' ? address(network) : showNetwork(network);
  if (!/^[+-]?\d+$/.test(query)) return false;
  const index = BigInt(query);
  const value = index < 0n ? lastOf(network) + index + 1n : firstOf(network) + index;
  return holds(cidrOf(network), { ...network, value, prefix: bitsOf(network.version) })
    ? showNetwork({ ...network, value })
    : false;
}

const address = ({ version, value }: Network): string => showAddress(version, value);
const at = ({ version }: Network, value: bigint): string => showAddress(version, value);
const isNetworkAddress = (network: Network): boolean => network.value === firstOf(network);
const broadcast = (network: Network): bigint | undefined => (addressCount(network) > 2n ? lastOf(network) : undefined);
const netmask = ({ version, prefix }: Network): string => showAddress(version, maskOf(version, prefix));
const hostmask = ({ version, prefix }: Network): string => showAddress(version, hostmaskOf(version, prefix));

/** The first and last address available to hosts. */
export function usable(network: Network): readonly [bigint, bigint] | undefined {
  const size = addressCount(network);
  if (size === 1n) return undefined;
  return size === 2n ? [firstOf(network), lastOf(network)] : [firstOf(network) + 1n, lastOf(network) - 1n];
}

/** Network and broadcast addresses are excluded, unless the network has only two addresses. */
function usableCount(count: bigint): bigint {
  if (count === 1n) return 0n;
  return count === 2n ? 2n : count - 2n;
}

function atUsable(network: Network, index: 0 | 1): string | null {
  const range = usable(network);
  return range === undefined ? null : at(network, range[index]);
}

type Query = (subject: Subject) => Value;

const ofNetwork =
  (answer: (network: Network) => Value): Query =>
  ({ network, type }) =>
    type === 'address' ? fail('Not a network address') : answer(network);
const kept =
  (fits: (network: Network) => boolean): Query =>
  ({ network, text }) =>
    fits(network) ? text : null;
const plain =
  (answer: (network: Network) => Value): Query =>
  ({ network }) =>
    answer(network);

const ip = plain((network) =>
  network.version === 6 || !isNetworkAddress(network) || broadcast(network) === undefined ? address(network) : null,
);
const addressPrefix = plain((network) =>
  addressCount(network) > 2n && (isNetworkAddress(network) || network.value === broadcast(network))
    ? false
    : showNetwork(network),
);
const networkOf = plain((network) => at(network, firstOf(network)));
const subnet = plain((network) => showNetwork(cidrOf(network)));
const loopback = kept(({ version, value }) => isLoopback({ version, value, prefix: bitsOf(version) }));
const toV4: Query = ({ network, text }) => (network.version === 4 ? text : v4Of(network));
const toV6: Query = ({ network, text }) =>
  network.version === 6
    ? text
    : showNetwork({ version: 6, value: (0xffffn << 32n) + network.value, prefix: network.prefix + 96 });

function v4Of({ value, prefix }: Network): Value {
  if (value >> 32n !== 0n && value >> 32n !== 0xffffn) return false;
  return prefix < 96 ? false : showNetwork({ version: 4, value: value & 0xffffffffn, prefix: prefix - 96 });
}

const shifted = (by: bigint): Query =>
  ofNetwork((network) => {
    const range = usable(network);
    const value = network.value + by;
    return range && range[0] <= value && value <= range[1] ? at(network, value) : null;
  });

function peer(network: Network): Value {
  const size = addressCount(network);
  if (size === 2n) return at(network, network.value ^ 1n);
  if (size !== 4n) return fail('Not a point-to-point network');
  if (network.value % 4n === 0n) return fail('Network address of /30 has no peer');
  return network.value % 4n === 3n ? fail('Broadcast address of /30 has no peer') : at(network, network.value ^ 3n);
}

function reverse({ version, value }: Network): string {
  if (version === 4) return `${showAddress(4, value).split('.').reverse().join('.')}.in-addr.arpa.`;
  return `${[...value.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa.`;
}

function sixToFour({ network, text, type }: Subject): Value {
  if (network.version === 4) {
    if (addressCount(network) > 1n && isNetworkAddress(network)) return false;
    const hex = network.value.toString(16).padStart(8, '0');
    return isPublic(network) || isPrivate(network) ? `2002:${hex.slice(0, 4)}:${hex.slice(4)}::1/48` : false;
  }
  const relay = parseNetwork('2002::/16')!;
  if (type === 'network' && isNetworkAddress(network)) return false;
  return holds(relay, { ...network, prefix: 128 }) ? text : false;
}

const queries: Record<string, Query> = {
  '': ({ network, type }) => (type === 'address' ? address(network) : showNetwork(network)),
  '6to4': sixToFour,
  address: ip,
  'address/prefix': addressPrefix,
  bool: () => true,
  broadcast: plain((network) => (broadcast(network) === undefined ? null : at(network, lastOf(network)))),
  cidr: plain(showNetwork),
  first_usable: ofNetwork((network) => atUsable(network, 0)),
  gateway: addressPrefix,
  gw: addressPrefix,
  host: plain((network) =>
    addressCount(network) === 1n || !isNetworkAddress(network) || broadcast(network) === undefined
      ? showNetwork(network)
      : null,
  ),
  'host/prefix': addressPrefix,
  hostmask: plain(hostmask),
  hostnet: addressPrefix,
  int: ({ network, type }) => (type === 'address' ? int(network.value) : `${network.value}/${network.prefix}`),
  ip,
  'ip/prefix': plain((network) =>
    addressCount(network) === 2n || (addressCount(network) > 1n && !isNetworkAddress(network))
      ? showNetwork(network)
      : null,
  ),
  ip_netmask: plain((network) =>
    addressCount(network) === 2n || (addressCount(network) > 1n && !isNetworkAddress(network))
      ? `${address(network)} ${netmask(network)}`
      : null,
  ),
  ipv4: toV4,
  ipv6: toV6,
  last_usable: ofNetwork((network) => atUsable(network, 1)),
  'link-local': kept(({ version, value }) => isLinkLocal({ version, value, prefix: bitsOf(version) })),
  lo: loopback,
  loopback,
  multicast: kept(isMulticast),
  net: plain((network) => (addressCount(network) > 1n && isNetworkAddress(network) ? showNetwork(network) : null)),
  next_usable: shifted(1n),
  netmask: plain(netmask),
  network: networkOf,
  network_id: networkOf,
  'network/prefix': subnet,
  network_netmask: plain((network) => `${at(network, firstOf(network))} ${netmask(network)}`),
  network_wildcard: plain((network) => `${at(network, firstOf(network))} ${hostmask(network)}`),
  peer: ofNetwork(peer),
  prefix: plain(({ prefix }) => prefix),
  previous_usable: shifted(-1n),
  private: kept(isPrivate),
  public: kept(isPublic),
  range_usable: ofNetwork(
    (network) =>
      usable(network)
        ?.map((value) => at(network, value))
        .join('-') ?? null,
  ),
  revdns: plain(reverse),
  router: addressPrefix,
  size: plain((network) => int(addressCount(network))),
  size_usable: plain((network) => int(usableCount(addressCount(network)))),
  subnet,
  type: plain((network) => (addressCount(network) === 1n || !isNetworkAddress(network) ? 'address' : 'network')),
  unicast: kept((network) => !isMulticast(network)),
  v4: toV4,
  v6: toV6,
  version: plain(({ version }) => version),
  wildcard: plain(hostmask),
  wrap: ({ network, text, type }) => {
    if (network.version === 4) return text;
    return type === 'address' ? `[${address(network)}]` : `[${address(network)}]/${network.prefix}`;
  },
};

/** Whether the address filters accept a value at all. */
export const isAddressLike = (value: Value): boolean =>
  typeof value === 'string' || isInt(value) || sequence(value) !== undefined;
