/** An address with the prefix length of its network. */
export interface Network {
  readonly version: 4 | 6;
  readonly value: bigint;
  readonly prefix: number;
}

/** The number of bits in an address of a version. */
export const bitsOf = (version: 4 | 6): number => (version === 4 ? 32 : 128);

/** Parses an address or network; undefined if the string is neither. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', mask, ...rest] = text.split('/');
  if (rest.length > 0) return undefined;
  const v4 = parseV4(address, mask !== undefined);
  const value = v4 ?? parseV6(address);
  if (value === undefined) return undefined;
  const version = v4 === undefined ? 6 : 4;
  const prefix = mask === undefined ? bitsOf(version) : parsePrefix(mask, version);
  return prefix === undefined ? undefined : { version, value, prefix };
}

function parseV4(text: string, mayBeShort: boolean): bigint | undefined {
  if (!/^\d{1,3}(\.\d{1,3})*$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255) || parts.length > 4 || (parts.length < 4 && (!mayBeShort || parts.length < 2)))
    return undefined;
  while (parts.length < 4) parts.push(0);
  return parts.reduce((total, part) => total * 256n + BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const [, before = '', dotted] = embedded ?? [];
  const v4 = dotted === undefined ? 0n : parseV4(dotted, false);
  if (v4 === undefined) return undefined;
  const full = dotted === undefined ? text : `${before}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const halves = full.split('::');
  if (halves.length > 2 || !/^[\da-f:]*:[\da-f:]*$/i.test(full)) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (groups.some((group) => !/^[\da-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((total, group) => total * 65536n + BigInt(`0x${group}`), 0n);
}

/** Parses a prefix length, which may also be written as a netmask or hostmask. */
function parsePrefix(text: string, version: 4 | 6): number | undefined {
  const bits = bitsOf(version);
  if (/^\d+$/.test(text)) return Number(text) <= bits ? Number(text) : undefined;
  const mask = version === 4 ? parseV4(text, false) : parseV6(text);
  if (mask === undefined) return undefined;
  const found = Array.from({ length: bits + 1 }, (_, prefix) => prefix);
  return (
    found.find((prefix) => maskOf(version, prefix) === mask) ??
    found.find((prefix) => hostmaskOf(version, prefix) === mask)
  );
}

const all = (version: 4 | 6): bigint => (1n << BigInt(bitsOf(version))) - 1n;

/** The bits of the host part. */
export const hostmaskOf = (version: 4 | 6, prefix: number): bigint => (1n << BigInt(bitsOf(version) - prefix)) - 1n;

/** The bits of the network part. */
export const maskOf = (version: 4 | 6, prefix: number): bigint => all(version) ^ hostmaskOf(version, prefix);

/** The first address of a network. */
export const firstOf = ({ version, value, prefix }: Network): bigint => value & maskOf(version, prefix);
/** The last address of a network. */
export const lastOf = (network: Network): bigint => firstOf(network) | hostmaskOf(network.version, network.prefix);
/** The number of addresses in a network. */
export const addressCount = ({ version, prefix }: Network): bigint => 1n << BigInt(bitsOf(version) - prefix);

/** Whether a network contains another network or an address. */
export const holds = (outer: Network, inner: Network): boolean =>
  outer.version === inner.version && firstOf(outer) <= firstOf(inner) && lastOf(inner) <= lastOf(outer);

/** Formats an address, IPv6 in its shortest form. */
export function showAddress(version: 4 | 6, value: bigint): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  if (value >> 32n === 0xffffn) return `::ffff:${showAddress(4, value & 0xffffffffn)}`;
  if (value >> 32n === 0n && value > 0xffffn) return `::${showAddress(4, value)}`;
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return shorten(groups);
}

/** Replaces the longest run of zero groups, the first if there are several, by `::`. */
function shorten(groups: readonly string[]): string {
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (groups[at + length] === '0') length++;
    if (length > best.length) best = { at, length };
  }
  if (best.at < 0) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}

/** Formats an address with its prefix. */
export const showNetwork = ({ version, value, prefix }: Network): string => `${showAddress(version, value)}/${prefix}`;

/** The network that contains an address. */
export const cidrOf = (network: Network): Network => ({ ...network, value: firstOf(network) });
