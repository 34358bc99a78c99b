import type { Value } from '../../../core/value.ts';
import { fail } from '../../errors.ts';
import { int, isInt } from '../../python/number.ts';
import { str, typeName } from '../../python/repr.ts';
import { type Callees, fn } from '../../python/signature.ts';
import { iterate, sequence, truth } from '../../python/values.ts';
import { present } from '../common.ts';
import { macaddr, slaac } from './hardware.ts';
import { ipaddr, isAddressLike, subjectOf, usable } from './ipaddr.ts';
import {
  addressCount,
  bitsOf,
  cidrOf,
  firstOf,
  holds,
  lastOf,
  type Network,
  parseNetwork,
  showAddress,
  showNetwork,
} from './network.ts';

const filter = (alias: string, version?: 4 | 6) =>
  fn("value, query='', version=None, alias=None", ([value, query]) => {
    if (!isAddressLike(present(value)))
      return fail(`Unrecognized type <${typeName(value)}> for ${alias} filter <value>`);
    return ipaddr(value, str(query), version, alias);
  });

/** The ansible.utils filters for addresses and networks. */
export const netFilters: Callees = {
  ipaddr: filter('ipaddr'),
  ipv4: filter('ipv4', 4),
  ipv6: filter('ipv6', 6),
  ipwrap: fn("value, query=''", ([value, query]) => {
    if (isInt(value) && typeof value !== 'boolean')
      return fail(`Unrecognized type <${typeName(value)}> for ipwrap filter <value>`);
    return wrap(value, str(query));
  }),
  ipmath: fn('value, amount', ([value, amount]) => ipmath(str(value), amount)),
  ipsubnet: fn("value, query='', index=None", ([value, query, index]) =>
    ipsubnet(value, str(query), index === null ? undefined : Number(str(index))),
  ),
  nthhost: fn("value, query=''", ([value, query]) => nthHost(normal(value), str(query))),
  next_nth_usable: fn('value, offset', ([value, offset]) => nthUsable(value, offset, 1n)),
  previous_nth_usable: fn('value, offset', ([value, offset]) => nthUsable(value, offset, -1n)),
  network_in_network: fn('value, test', ([value, test]) => isInside(range(value), range(test))),
  network_in_usable: fn('value, test', ([value, test]) => isInside(usableRange(value), range(test))),
  reduce_on_network: fn('value, network', ([value, network]) =>
    iterate(value).filter((item) => isInside(range(network), range(item))),
  ),
  cidr_merge: fn("value, action='merge'", ([value, action]) => cidrMerge(iterate(value), str(action))),
  ip4_hex: fn("value, delimiter=''", ([value, delimiter]) =>
    str(value)
      .split('.')
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join(str(delimiter)),
  ),
  usable_range: fn('value', ([value]) => allAddresses(str(value))),
  macaddr: fn("value, query=''", ([value, query]) => macaddr(value, str(query), 'macaddr')),
  hwaddr: fn("value, query='', alias='hwaddr'", ([value, query, alias]) => macaddr(value, str(query), str(alias))),
  slaac: fn("value, query=''", ([value, query]) => slaac(normal(value), query)),
};

function ipmath(text: string, amount: Value): Value {
  const network = subjectOf(text)?.network ?? fail(`You must pass a valid IP address; ${text} is invalid`);
  if (!isInt(amount)) return fail(`You must pass an integer for arithmetic; ${str(amount)} is not a valid integer`);
  const value = network.value + BigInt(amount);
  if (value < 0n || value >= 1n << BigInt(bitsOf(network.version)))
    return fail('result outside valid IP address boundary!');
  return showAddress(network.version, value);
}

/** An address with its prefix, or the network itself if the value is one. */
function normal(value: Value): Network | undefined {
  return subjectOf(value)?.network;
}

function wrap(value: Value, query: string): Value {
  const items = sequence(value);
  if (items) return items.map((item) => wrap(item, query));
  const answer = ipaddr(value, query, undefined, 'ipwrap');
  return answer !== null && truth(answer) ? ipaddr(answer, 'wrap') : value;
}

function nthHost(network: Network | undefined, query: string): Value {
  if (!network || !/^-?\d+$/.test(query)) return false;
  const nth = BigInt(query);
  if (nth >= addressCount(network)) return false;
  const value = nth < 0n ? lastOf(network) + nth + 1n : firstOf(network) + nth;
  return value < firstOf(network) ? false : showAddress(network.version, value);
}

function nthUsable(value: Value, offset: Value, sign: bigint): Value {
  const network = normal(value);
  if (!network) return false;
  if (!isInt(offset) || typeof offset === 'boolean') return fail('Must pass in an integer');
  const hosts = usable(network);
  const base = ipaddr(value, 'type') === 'network' ? firstOf(network) : network.value;
  const wanted = base + sign * BigInt(offset);
  return hosts && hosts[0] <= wanted && wanted <= hosts[1] ? showAddress(network.version, wanted) : null;
}

type Range = { readonly version: 4 | 6; readonly first: bigint; readonly last: bigint } | undefined;

function range(value: Value): Range {
  const network = normal(value);
  return network && { version: network.version, first: firstOf(network), last: lastOf(network) };
}

function usableRange(value: Value): Range {
  const network = normal(value);
  const hosts = network && usable(network);
  return hosts ? { version: network.version, first: hosts[0], last: hosts[1] } : range(value);
}

const isInside = (outer: Range, inner: Range): boolean =>
  outer !== undefined &&
  inner !== undefined &&
  outer.version === inner.version &&
  outer.first <= inner.first &&
  inner.last <= outer.last;

function ipsubnet(value: Value, query: string, index: number | undefined): Value {
  const given = normal(value);
  if (!given) return false;
  const network = cidrOf(given);
  if (query === '') return showNetwork(network);
  if (!/^\d+$/.test(query)) return positionIn(network, query);
  const prefix = Number(query);
  if (prefix > bitsOf(network.version)) return false;
  return addressCount(network) === 1n ? supernet(network, prefix, index ?? 0) : subnetAt(network, prefix, index);
}

function supernet(network: Network, prefix: number, index: number): Value {
  const bits = bitsOf(network.version);
  const lengths = Array.from({ length: bits - prefix }, (_, at) => prefix + at);
  const length = lengths.at(index);
  return length === undefined ? false : showNetwork(cidrOf({ ...network, prefix: length }));
}

function subnetAt(network: Network, prefix: number, index: number | undefined): Value {
  if (prefix < network.prefix && index === undefined) return fail(`Requested subnet size of ${prefix} is invalid`);
  if (prefix < network.prefix) return index === 0 ? showNetwork({ ...network, prefix }) : false;
  const count = 1n << BigInt(prefix - network.prefix);
  if (index === undefined) return String(count);
  const position = index < 0 ? BigInt(index) + count : BigInt(index);
  if (position < 0n || position >= count) return false;
  return showNetwork({
    ...network,
    value: network.value + (position << BigInt(bitsOf(network.version) - prefix)),
    prefix,
  });
}

/** The position, counted from 1, of this subnet in another network. */
function positionIn(network: Network, query: string): Value {
  const outer = normal(query);
  if (!outer) return fail(`You must pass a valid subnet or IP address; ${query} is invalid`);
  if (!holds(cidrOf(outer), { ...network, prefix: Math.max(network.prefix, outer.prefix) })) {
    return fail(`${showNetwork(network)} is not in the subnet ${showNetwork(cidrOf(outer))}`);
  }
  return String(((network.value - firstOf(outer)) >> BigInt(bitsOf(network.version) - network.prefix)) + 1n);
}

function cidrMerge(items: readonly Value[], action: string): Value {
  const given = items.map(
    (item) => parseNetwork(str(item)) ?? fail(`cidr_merge: error in netaddr:\ninvalid IPNetwork ${str(item)}`),
  );
  const networks = given.map(cidrOf);
  if (action === 'merge') return merge(networks).map(showNetwork);
  if (action !== 'span') return fail(`cidr_merge: invalid action '${action}'`);
  const [first] = given;
  if (first === undefined) return null;
  return showNetwork(given.length === 1 ? first : span(cidrOf(first), networks));
}

function merge(networks: readonly Network[]): Network[] {
  const sorted = [...networks].sort(
    (a, b) => a.version - b.version || Number(a.value > b.value) - Number(a.value < b.value) || a.prefix - b.prefix,
  );
  const merged: Network[] = [];
  for (const network of sorted) {
    const last = merged.at(-1);
    if (last && holds(last, network)) continue;
    merged.push(network);
    while (joinLast(merged));
  }
  return merged;
}

/** Joins two halves of a network into that network. */
function joinLast(merged: Network[]): boolean {
  const [a, b] = [merged.at(-2), merged.at(-1)];
  if (!a || !b || a.version !== b.version || a.prefix !== b.prefix || a.prefix === 0) return false;
  const whole = cidrOf({ ...a, prefix: a.prefix - 1 });
  if (!holds(whole, b) || firstOf(a) !== whole.value) return false;
  merged.splice(-2, 2, whole);
  return true;
}

function span(first: Network, all: readonly Network[]): Network {
  let whole = first;
  while (whole.prefix > 0 && !all.every((network) => holds(whole, network)))
    whole = cidrOf({ ...whole, prefix: whole.prefix - 1 });
  return whole;
}

function allAddresses(text: string): Value {
  const network =
    parseNetwork(text) ??
    fail(`Error while using plugin 'usable_range': '${text}' does not appear to be an IPv4 or IPv6 network`);
  if (network.value !== firstOf(network))
    return fail(`Error while using plugin 'usable_range': ${text} has host bits set`);
  const count = addressCount(network);
  if (count > 1_000_000n) return fail(`usable_range of ${text} would list ${count} addresses`);
  const addresses = Array.from({ length: Number(count) }, (_, index) =>
    showAddress(network.version, network.value + BigInt(index)),
  );
  return new Map<Value, Value>([
    ['usable_ips', addresses],
    ['number_of_ips', int(count)],
  ]);
}
