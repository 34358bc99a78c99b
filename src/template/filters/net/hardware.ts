import type { Value } from '../../../core/value.ts';
import { fail } from '../../errors.ts';
import { str } from '../../python/repr.ts';
import { firstOf, type Network, showAddress } from './network.ts';

const pairs = (hex: string): string[] => hex.match(/../g) ?? [];

const FORMS: Record<string, (hex: string) => Value> = {
  bare: (hex) => hex.toUpperCase(),
  bool: () => true,
  int: (hex) => Number.parseInt(hex, 16),
  cisco: (hex) => (hex.match(/.{4}/g) ?? []).join('.'),
  eui48: (hex) => pairs(hex.toUpperCase()).join('-'),
  win: (hex) => pairs(hex.toUpperCase()).join('-'),
  linux: (hex) => pairs(hex).join(':'),
  unix: (hex) =>
    pairs(hex)
      .map((pair) => Number.parseInt(pair, 16).toString(16))
      .join(':'),
  pgsql: (hex) => `${hex.slice(0, 6)}:${hex.slice(6)}`,
  postgresql: (hex) => `${hex.slice(0, 6)}:${hex.slice(6)}`,
  psql: (hex) => `${hex.slice(0, 6)}:${hex.slice(6)}`,
};

/** The result of a hardware address filter for a value. */
export function macaddr(value: Value, query: string, alias: string): Value {
  const hex = hardwareHex(str(value));
  if (hex === undefined)
    return query && query !== 'bool' ? fail(`${alias}: not a hardware address: ${str(value)}`) : null;
  if (query === '') return value;
  const form = Object.hasOwn(FORMS, query) ? FORMS[query] : undefined;
  return form ? form(hex) : fail(`${alias}: unknown filter type: ${query}`);
}

/** The 12 digits of a 48-bit address in any notation. */
function hardwareHex(text: string): string | undefined {
  const groups = text.split(/[:-]/);
  if (groups.length === 6 && groups.every((group) => /^[\da-f]{1,2}$/i.test(group)))
    return groups
      .map((group) => group.padStart(2, '0'))
      .join('')
      .toLowerCase();
  const bare = text.replace(
    /^([\da-f]{4})[.:-]([\da-f]{4})[.:-]([\da-f]{4})$|^([\da-f]{6})[:-]([\da-f]{6})$/i,
    '$1$2$3$4$5',
  );
  return /^[\da-f]{12}$/i.test(bare) ? bare.toLowerCase() : undefined;
}

/** The address that a host with this hardware address assigns itself in an IPv6 network. */
export function slaac(network: Network | undefined, query: Value): Value {
  const hex = hardwareHex(str(query));
  if (network?.version !== 6 || !hex) return false;
  const eui = BigInt(`0x${hex.slice(0, 6)}fffe${hex.slice(6)}`) ^ (2n << 56n);
  return showAddress(6, firstOf(network) + eui);
}
