import { must } from '../../../core/must.ts';
import { bitsOf, holds, type Network, parseNetwork } from './network.ts';

const networks = (texts: readonly string[]): readonly Network[] =>
  texts.map((text) => must(parseNetwork(text), `the network ${text}`));

const PRIVATE = networks([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '239.0.0.0/8',
  'fc00::/7',
  'fec0::/10',
]);
const LINK_LOCAL = networks(['169.254.0.0/16', 'fe80::/10']);
const LOOPBACK = networks(['127.0.0.0/8', '::1/128']);
const MULTICAST = networks(['224.0.0.0/4', 'ff00::/8']);

const within =
  (ranges: readonly Network[]) =>
  (network: Network): boolean =>
    ranges.some((range) => holds(range, network));

/** Whether a network is link-local. */
export const isLinkLocal = within(LINK_LOCAL);
/** Whether a network is a loopback network. */
export const isLoopback = within(LOOPBACK);
/** Whether a network is multicast. */
export const isMulticast = within(MULTICAST);

/** Private as defined by the netaddr library, which includes link-local. */
export const isPrivate = (network: Network): boolean => within(PRIVATE)(network) || isLinkLocal(network);

/** Whether an address is globally reachable: not special, and not a mask. */
export function isPublic({ version, value }: Network): boolean {
  const address = { version, value, prefix: bitsOf(version) };
  return !isMulticast(address) && !isPrivate(address) && !isLoopback(address) && !isMask(address);
}

function isMask({ version, value }: Network): boolean {
  const powerOfTwo = (x: bigint) => (x & (x - 1n)) === 0n;
  return powerOfTwo(value + 1n) || powerOfTwo((value ^ ((1n << BigInt(bitsOf(version))) - 1n)) + 1n);
}
