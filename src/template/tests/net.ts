import { must } from '../../core/must.ts';
import type { Value } from '../../core/value.ts';
import { macaddr } from '../filters/net/hardware.ts';
import { isLoopback, isMulticast } from '../filters/net/kinds.ts';
import { firstOf, holds, hostmaskOf, maskOf, type Network, parseNetwork } from '../filters/net/network.ts';
import { str } from '../python/repr.ts';
import { type Callee, type Callees, fn } from '../python/signature.ts';
import { iterate } from '../python/values.ts';

const network = (value: Value): Network | undefined => parseNetwork(str(value));
const ranges = (...texts: string[]): readonly Network[] =>
  texts.map((text) => must(parseNetwork(text), `the network ${text}`));

/** A test that an address or network meets a condition. */
const is = (holds: (network: Network, text: string) => boolean): Callee =>
  fn('ip', ([value]) => {
    const parsed = network(value);
    return parsed !== undefined && holds(parsed, str(value));
  });

/** An address, or a network whose host bits are all zero as Python's `ip_network` requires. */
const isStrict = (one: Network): boolean => firstOf(one) === one.value;
const isAddress = (_: Network, text: string): boolean => !text.includes('/');
const anyOf =
  (list: readonly Network[]) =>
  (one: Network): boolean =>
    list.some((range) => holds(range, one));

const prefixes = Array.from({ length: 32 }, (_, index) => index + 1);
const netmasks = new Set(prefixes.map((prefix) => maskOf(4, prefix)));
const hostmasks = new Set(prefixes.slice(0, -1).map((prefix) => hostmaskOf(4, prefix)));

// The ranges that Python's module ipaddress considers private.
const PRIVATE = ranges(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '255.255.255.255/32',
  '::1/128',
  '::/128',
  '::ffff:0:0/96',
  '100::/64',
  '2001::/23',
  '2001:2::/48',
  '2001:db8::/32',
  '2001:10::/28',
  'fc00::/7',
  'fe80::/10',
);
const SHARED = ranges('100.64.0.0/10');
const RESERVED = ranges(
  '240.0.0.0/4',
  '::/8',
  '100::/8',
  '200::/7',
  '400::/6',
  '800::/5',
  '1000::/4',
  '4000::/3',
  '6000::/3',
  '8000::/3',
  'a000::/3',
  'c000::/3',
  'e000::/4',
  'f000::/5',
  'f800::/6',
  'fe00::/9',
);

const within = fn('ip, network', ([value, outer]) => inside(value, outer));

function inside(value: Value, outer: Value): boolean {
  const [inner, around] = [network(value), network(outer)];
  return inner !== undefined && around !== undefined && isStrict(around) && holds(around, inner);
}

const own: Callees = {
  ip: is(isStrict),
  ip_address: is(isAddress),
  ipv4: is((one) => one.version === 4 && isStrict(one)),
  ipv4_address: is((one, text) => one.version === 4 && isAddress(one, text)),
  ipv4_netmask: is((one, text) => isAddress(one, text) && one.version === 4 && netmasks.has(one.value)),
  ipv4_hostmask: is((one, text) => isAddress(one, text) && one.version === 4 && hostmasks.has(one.value)),
  ipv6: is((one) => one.version === 6 && isStrict(one)),
  ipv6_address: is((one, text) => one.version === 6 && isAddress(one, text)),
  ipv6_ipv4_mapped: is((one, text) => isAddress(one, text) && one.version === 6 && one.value >> 32n === 0xffffn),
  ipv6_sixtofour: is((one, text) => isAddress(one, text) && one.version === 6 && one.value >> 112n === 0x2002n),
  ipv6_teredo: is((one, text) => isAddress(one, text) && one.version === 6 && one.value >> 96n === 0x20010000n),
  loopback: is((one, text) => isAddress(one, text) && isLoopback(one)),
  multicast: is((one, text) => isAddress(one, text) && isMulticast(one)),
  private: is((one, text) => isAddress(one, text) && anyOf(PRIVATE)(one)),
  public: is((one, text) => isAddress(one, text) && !anyOf(PRIVATE)(one) && !anyOf(SHARED)(one)),
  reserved: is((one, text) => isAddress(one, text) && anyOf(RESERVED)(one)),
  unspecified: is((one, text) => isAddress(one, text) && one.value === 0n),
  mac: fn('mac', ([value]) => macaddr(value, 'bool', 'mac') === true && !/(^|[:-]).($|[:-])/.test(str(value))),
  in_network: within,
  subnet_of: within,
  supernet_of: fn('network_a, network_b', ([a, b]) => inside(b, a)),
  in_any_network: fn('ip, networks', ([ip, networks]) => iterate(networks).some((outer) => inside(ip, outer))),
  in_one_network: fn(
    'ip, networks',
    ([ip, networks]) => iterate(networks).filter((outer) => inside(ip, outer)).length === 1,
  ),
};

/** The address tests of ansible.utils, under their full names. */
export const netTests: Callees = Object.fromEntries(
  Object.entries(own).map(([name, test]) => [`ansible.utils.${name}`, test]),
);
