import { upTo } from '../text/up-to.ts';
import type { Address, DefaultRoute } from './address.ts';
import { addressesFromKernel } from './kernel-addresses.ts';
import { type Parts, partLines, partText } from './parts.ts';

/** Interfaces, addresses, default routes, name servers. */
export function networkFacts(parts: Parts): Readonly<Record<string, unknown>> {
  const told = parts.has('addresses');
  const kernel = told ? undefined : addressesFromKernel(parts);
  const addresses = kernel?.addresses ?? partLines(parts, 'addresses').flatMap(readAddress);
  const interfaces = partLines(parts, 'interfaces').map((line) => readInterface(line, addresses));
  const [route4, route6] = told
    ? [readRoute(partText(parts, 'route4')), readRoute(partText(parts, 'route6'))]
    : [kernel?.route4, kernel?.route6];
  const of = (family: 4 | 6) => addresses.filter((one) => one.family === family).map((one) => one.address);
  return {
    interfaces: interfaces.map((one) => one.device),
    ...Object.fromEntries(interfaces.map((one) => [one.device.replace(/[-.:]/g, '_'), one])),
    all_ipv4_addresses: of(4).filter((address) => !address.startsWith('127.')),
    all_ipv6_addresses: of(6).filter((address) => address !== '::1'),
    default_ipv4: defaultFacts(4, route4, interfaces, addresses),
    default_ipv6: defaultFacts(6, route6, interfaces, addresses),
    dns: nameServers(partText(parts, 'resolv')),
  };
}

/** A line of `ip -o addr`. */
function readAddress(line: string): Address[] {
  const [, device, family, address = '', prefix, rest = ''] =
    /^\d+:\s+(\S+)\s+inet(6?)\s+([^/\s]+)(?:\/(\d+))?\s*(.*)$/.exec(line) ?? [];
  if (device === undefined) return [];
  const word = (name: string) => new RegExp(`\\b${name} (\\S+)`).exec(rest)?.[1];
  const last = upTo(rest, '\\').trim().split(/\s+/).at(-1);
  return [
    {
      device,
      family: family === '6' ? 6 : 4,
      address,
      prefix: Number(prefix ?? (family === '6' ? 128 : 32)),
      broadcast: word('brd'),
      scope: word('scope'),
      label: last,
    },
  ];
}

function readRoute(line: string): DefaultRoute | undefined {
  const word = (name: string) => new RegExp(`\\b${name} (\\S+)`).exec(line)?.[1];
  const device = word('dev');
  return device === undefined || line.includes('unreachable')
    ? undefined
    : { device, gateway: word('via'), source: word('src') };
}

const types: Readonly<Record<string, string>> = {
  '1': 'ether',
  '32': 'infiniband',
  '512': 'ppp',
  '772': 'loopback',
  '65534': 'tunnel',
  '776': 'tunnel',
  '768': 'tunnel',
};

function readInterface(line: string, addresses: readonly Address[]) {
  const [device = '', mac, mtu, type = '', flags, state, speed, special, members = ''] = line.split('|');
  const own = addresses.filter((one) => one.device === device);
  const [first, ...more] = own.filter((one) => one.family === 4);
  const six = own
    .filter((one) => one.family === 6)
    .map(({ address, prefix, scope }) => ({ address, prefix: String(prefix), scope }));
  return {
    device,
    ...(mac === '' || mac === '00:00:00:00:00:00' ? {} : { macaddress: mac }),
    mtu: Number(mtu),
    active: state !== 'down',
    type: special || (types[type] ?? 'unknown'),
    promisc: (Number(flags) & 0x100) !== 0,
    ...(speed === '' ? {} : { speed: Number(speed) }),
    ...(special === 'bridge'
      ? {
          interfaces: members
            .trim()
            .split(/\s+/)
            .filter((one) => one !== ''),
        }
      : {}),
    ...(first === undefined ? {} : { ipv4: ipv4(first) }),
    ...(more.length === 0 ? {} : { ipv4_secondaries: more.map(ipv4) }),
    ...(six.length === 0 ? {} : { ipv6: six }),
  };
}

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const dotted = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0);

const ipv4 = ({ address, prefix, broadcast }: Address) => ({
  address,
  broadcast: broadcast ?? '',
  netmask: dotted(maskOf(prefix)),
  network: dotted((numberOf(address) & maskOf(prefix)) >>> 0),
  prefix: String(prefix),
});

function defaultFacts(
  family: 4 | 6,
  route: DefaultRoute | undefined,
  interfaces: readonly ReturnType<typeof readInterface>[],
  addresses: readonly Address[],
) {
  const own = addresses.filter((one) => one.family === family && one.device === route?.device);
  const chosen = own.find((one) => one.address === route?.source) ?? own[0];
  const link = interfaces.find((one) => one.device === route?.device);
  if (route === undefined || chosen === undefined || link === undefined) return {};
  const common = {
    ...(route.gateway === undefined ? {} : { gateway: route.gateway }),
    interface: route.device,
    macaddress: link.macaddress,
    mtu: link.mtu,
    type: link.type,
  };
  return family === 4
    ? { ...common, ...ipv4(chosen), alias: chosen.label ?? route.device }
    : { ...common, address: chosen.address, prefix: String(chosen.prefix), scope: chosen.scope };
}

function nameServers(text: string): Readonly<Record<string, unknown>> {
  const words = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([word = '']) => word !== '' && !/^[#;]/.test(word));
  const values = (name: string) => words.filter(([word]) => word === name).map((line) => line.slice(1));
  const options = values('options')
    .flat()
    .map((option) => option.split(':') as [string, string?]);
  return {
    ...(values('nameserver').length === 0 ? {} : { nameservers: values('nameserver').map(([address]) => address) }),
    ...(values('domain').length === 0 ? {} : { domain: values('domain').at(-1)?.[0] }),
    ...(values('search').length === 0 ? {} : { search: values('search').at(-1) }),
    ...(options.length === 0
      ? {}
      : { options: Object.fromEntries(options.map(([name, value]) => [name, value ?? true])) }),
  };
}
