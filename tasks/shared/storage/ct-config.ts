import { type Live, upTo } from '../../../src/sdk.ts';

/** Lines of a container's configuration: key → value. */
export type Lines = Readonly<Record<string, string>>;

/**
 * Whether two lines are equivalent. The order of settings does not matter, and values that Proxmox adds by itself count
 * only if they were requested.
 */
export function sameLine(key: string, now: string | undefined, wanted: string): boolean {
  if (key === 'rootfs') return now !== undefined && sameDisk(now, wanted);
  if (!isList(key)) return (now ?? defaults[key]) === wanted;
  if (now === undefined) return false;
  const [is, should] = [settings(now), settings(wanted)];
  const names = new Set([...is.keys(), ...should.keys()]);
  return [...names].every(
    (name) => is.get(name) === should.get(name) || (addedByProxmox.has(name) && !should.has(name)),
  );
}

/** A new network line with the values that Proxmox added to the old one, so that a card keeps its hardware address. */
export function keepingHardware(key: string, now: string | undefined, wanted: string): string {
  if (!key.startsWith('net') || now === undefined) return wanted;
  const [is, should] = [settings(now), settings(wanted)];
  const kept = ['hwaddr', 'type'].filter((name) => is.has(name) && !should.has(name));
  return [wanted, ...kept.map((name) => `${name}=${is.get(name)}`)].join(',');
}

/**
 * Whether a running container picks up a line's new value only after a restart; null means that the line is removed.
 * `lacks` finds addresses, gateways and mounts that are missing in the container.
 */
export function needsRestart(
  key: string,
  now: string | undefined,
  wanted: string | null,
  live: Live | undefined,
): boolean {
  if (!/^(net|mp|dev)\d+$|^(features|hostname|nameserver|searchdomain|timezone|rootfs|arch|ostype)$/.test(key))
    return false;
  if (live === undefined || now === undefined) return true;
  if (wanted === null) return !/^mp\d+$/.test(key) || live.mounts.includes(settings(now).get('mp') ?? '');
  if (!key.startsWith('net')) return true;
  const [is, should] = [settings(now), settings(wanted)];
  const names = [...new Set([...is.keys(), ...should.keys()])].filter((name) => !addedByProxmox.has(name));
  return names.some((name) => is.get(name) !== should.get(name) && !/^(ip|gw)6?$/.test(name));
}

/**
 * The parts of its configuration that a running container lacks, because it was started before the configuration or the node's mounts were
 * changed.
 */
export function lacks(live: Live, config: Lines): readonly string[] {
  const lines = Object.entries(config).map(([key, value]) => [key, settings(value)] as const);
  const mounts = lines.flatMap(([key, set]) => (/^mp\d+$/.test(key) ? [set.get('mp')!] : []));
  const nets = lines.filter(([key]) => /^net\d+$/.test(key)).map(([, set]) => set);
  const addresses = nets.flatMap((set) =>
    [set.get('ip'), set.get('ip6')].filter(isAddress).map((address) => ({ name: set.get('name') ?? '', address })),
  );
  const gateways = nets.flatMap((set) => [set.get('gw'), set.get('gw6')].filter((gateway) => gateway !== undefined));
  return [
    ...mounts.filter((path) => !live.mounts.includes(path)).map((path) => `without ${path}`),
    ...mounts
      .filter((path) => live.mounts.includes(path) && live.others.includes(path))
      .map((path) => `with a ${path} that differs from the node's`),
    ...addresses
      .filter(({ name, address }) => !(live.addresses[name] ?? []).includes(address))
      .map(({ name, address }) => `without ${address} on ${name}`),
    ...gateways
      .filter((gateway) => !live.gateways.includes(gateway))
      .map((gateway) => `without the gateway ${gateway}`),
  ];
}

/** Gateways that a running container has but its configuration does not; empty if it gets them from the network. */
export function strayGateways(live: Live, config: Lines): readonly string[] {
  const nets = Object.entries(config).flatMap(([key, value]) => (/^net\d+$/.test(key) ? [settings(value)] : []));
  const addresses = nets.flatMap((set) => [set.get('ip'), set.get('ip6')]);
  if (addresses.some((address) => address !== undefined && !isAddress(address))) return [];
  const gateways = new Set(nets.flatMap((set) => [set.get('gw'), set.get('gw6')]));
  return live.gateways.filter((gateway) => !gateways.has(gateway));
}

/** Parses a list of settings; the first is the volume if it has no name. */
const settings = (line: string): ReadonlyMap<string, string> =>
  new Map(
    line
      .split(',')
      .map((word): [string, string] =>
        word.includes('=') ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : ['volume', word],
      ),
  );

/** The size of a disk in GiB: from `zfs-hdd:32`, or `zfs-hdd:subvol-100-disk-0,size=32G` once it exists. */
export function diskSize(line: string): number | undefined {
  const asked = /^[^:,]+:(\d+)(,|$)/.exec(line)?.[1];
  if (asked !== undefined) return Number(asked);
  const [, number, unit] = /^(\d+)([MGT]?)$/.exec(settings(line).get('size') ?? '') ?? [];
  return number === undefined
    ? undefined
    : Number(number) * { M: 1 / 1024, G: 1, T: 1024, '': 1 / 2 ** 30 }[unit as 'M']!;
}

/** The storage that a disk is on. */
export const diskStorage = (line: string): string => upTo(line, /[:,]/);

const sameDisk = (now: string, wanted: string): boolean =>
  now === wanted ||
  (diskStorage(now) === diskStorage(wanted) && (diskSize(wanted) === undefined || diskSize(now) === diskSize(wanted)));

const isList = (key: string): boolean => /^(net|mp)\d+$|^features$/.test(key);
const isAddress = (address: string | undefined): address is string =>
  address !== undefined && /^[0-9a-f.:]+\/\d+$/i.test(address);

/** Proxmox's defaults for missing lines. */
const defaults: Lines = { onboot: '0', unprivileged: '0', memory: '512', swap: '512', protection: '0', template: '0' };

const addedByProxmox = new Set(['hwaddr', 'type', 'size']);
