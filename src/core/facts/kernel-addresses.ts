import type { Address, DefaultRoute } from './address.ts';
import { type Parts, partLines } from './parts.ts';

/** Addresses and default routes from the kernel's own files, for hosts without `ip`. */
export function addressesFromKernel(parts: Parts): {
  readonly addresses: readonly Address[];
  readonly route4?: DefaultRoute;
  readonly route6?: DefaultRoute;
} {
  const routes = partLines(parts, 'route').slice(1).map(readRoute);
  const gateway = routes.find((one) => one.destination === 0 && one.mask === 0);
  return {
    addresses: [...addresses4(partLines(parts, 'fib'), routes), ...partLines(parts, 'inet6').map(readSix)],
    route4: gateway === undefined ? undefined : { device: gateway.device, gateway: dotted(gateway.gateway) },
    route6: partLines(parts, 'ipv6_route')
      .map(readRoute6)
      .find((one) => one !== undefined),
  };
}

interface Route {
  readonly device: string;
  readonly destination: number;
  readonly gateway: number;
  readonly mask: number;
}

/** `/proc/net/route` writes addresses as hexadecimal numbers in the machine's byte order; all supported machines are little-endian. */
function readRoute(line: string): Route {
  const [device = '', destination = '', gateway = '', , , , , mask = ''] = line.trim().split(/\s+/);
  const swapped = (hex: string) => Number.parseInt((hex.match(/../g) ?? []).reverse().join(''), 16);
  return { device, destination: swapped(destination), gateway: swapped(gateway), mask: swapped(mask) };
}

/**
 * Local addresses are the leaves of the trie that are followed by `/32 host LOCAL`; the network they are in identifies
 * the interface.
 */
function addresses4(lines: readonly string[], routes: readonly Route[]): readonly Address[] {
  const local = lines.flatMap((line, index) =>
    line.includes('/32 host LOCAL') ? [/(\d+\.){3}\d+/.exec(lines[index - 1] ?? '')?.[0]] : [],
  );
  return [...new Set(local)]
    .filter((address) => address !== undefined)
    .map((address): Address => {
      if (address.startsWith('127.')) return { device: 'lo', family: 4, address, prefix: 8, scope: 'host' };
      const number = numberOf(address);
      const route = routes.find(
        (one) => one.mask !== 0 && one.gateway === 0 && (number & one.mask) >>> 0 === one.destination,
      );
      const mask = route?.mask ?? 0xffffffff;
      const prefix = mask.toString(2).replaceAll('0', '').length;
      return {
        device: route?.device ?? '',
        family: 4,
        address,
        prefix,
        broadcast: dotted((number | ~mask) >>> 0),
        scope: 'global',
      };
    });
}

const scopes: Readonly<Record<string, string>> = { '00': 'global', '10': 'host', '20': 'link', '40': 'site' };

function readSix(line: string): Address {
  const [hex = '', , prefix = '', scope = '', , device = ''] = line.trim().split(/\s+/);
  return {
    device,
    family: 6,
    address: shorten(hex),
    prefix: Number.parseInt(prefix, 16),
    scope: scopes[scope] ?? 'global',
  };
}

function readRoute6(line: string): DefaultRoute | undefined {
  const [destination = '', prefix, , , gateway = '', , , , flags = '0', device = ''] = line.trim().split(/\s+/);
  const isGateway = (Number.parseInt(flags, 16) & 0x2) !== 0;
  return /^0+$/.test(destination) && prefix === '00' && isGateway ? { device, gateway: shorten(gateway) } : undefined;
}

/** Write an IPv6 address in its shortest form: the first of the longest runs of zeros becomes `::`. */
function shorten(hex: string): string {
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  const runs = groups.map((_, start) => ({ start, length: zerosFrom(groups, start) }));
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), { start: 0, length: 1 });
  if (longest.length < 2) return groups.join(':');
  return `${groups.slice(0, longest.start).join(':')}::${groups.slice(longest.start + longest.length).join(':')}`;
}

function zerosFrom(groups: readonly string[], start: number): number {
  const end = groups.findIndex((group, index) => index >= start && group !== '0');
  return (end < 0 ? groups.length : end) - start;
}

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const dotted = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
