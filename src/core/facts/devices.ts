import { groupBy } from '../group-by.ts';
import { type Parts, partLines } from './parts.ts';

/** The files below /sys/block that the facts about a device are read from. */
export const deviceFiles = [
  ...['vendor', 'model', 'sas_address', 'sas_device_handle', 'serial'].map((name) => `*/device/${name}`),
  ...['removable', 'size'].map((name) => `*/${name}`),
  ...['discard_max_hw_bytes', 'discard_granularity', 'rotational', 'scheduler', 'logical_block_size'].map(
    (name) => `*/queue/${name}`,
  ),
  ...['start', 'size'].map((name) => `*/*/${name}`),
  ...['*/holders/*/dm/name', '*/*/holders/*/dm/name'],
] as const;

/** The links to devices below /dev/disk, and the devices that are made of others: names by device. */
interface Links {
  readonly ids: Names;
  readonly uuids: Names;
  readonly labels: Names;
  readonly masters: Names;
}

type Names = Readonly<Record<string, readonly string[]>>;

/** Block devices with their partitions, and the names by which they are known. */
export function deviceFacts(parts: Parts): Readonly<Record<string, unknown>> {
  const links = linksIn(parts);
  const files = new Map(
    partLines(parts, 'device-files').map((line) => {
      const end = line.indexOf(':');
      return [line.slice(0, end), line.slice(end + 1).trim()] as const;
    }),
  );
  const devices = partLines(parts, 'devices').map((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return [name, device(name, path, files, links, partLines(parts, 'pci'))] as const;
  });
  return { devices: Object.fromEntries(devices), device_links: links };
}

function linksIn(parts: Parts): Links {
  const links = partLines(parts, 'links').map((line) => {
    const [path = '', target = ''] = line.split(' ');
    const [, folder = '', name = ''] = /([^/]+)\/([^/]+)$/.exec(path) ?? [];
    return { folder, name, device: target.slice(target.lastIndexOf('/') + 1) };
  });
  const slaves = partLines(parts, 'slaves').map((line) => {
    const [master = '', , device = ''] = line.split('/');
    return { folder: 'masters', name: master, device };
  });
  const all = [...links, ...slaves];
  const named = (folder: string): Names =>
    Object.fromEntries(
      [
        ...groupBy(
          all.filter((link) => link.folder === folder),
          ({ device }) => device,
        ),
      ].map(([device, own]) => [device, own.map(({ name }) => name).sort()]),
    );
  return { ids: named('by-id'), uuids: named('by-uuid'), labels: named('by-label'), masters: named('masters') };
}

type Files = ReadonlyMap<string, string>;

function device(name: string, path: string, files: Files, links: Links, pci: readonly string[]) {
  const file = (below: string): string | null => files.get(`${name}/${below}`) ?? null;
  const serial = file('device/serial');
  const wwn = links.ids[name]?.find((id) => id.startsWith('wwn-'))?.slice('wwn-'.length);
  const sectorsize = file('queue/logical_block_size') ?? '512';
  return {
    virtual: 1,
    links: linksOf(name, links),
    vendor: file('device/vendor'),
    model: file('device/model'),
    sas_address: file('device/sas_address'),
    sas_device_handle: file('device/sas_device_handle'),
    ...(serial !== null && { serial }),
    removable: file('removable'),
    support_discard: file('queue/discard_max_hw_bytes') === '0' ? '0' : file('queue/discard_granularity'),
    ...(wwn !== undefined && { wwn }),
    partitions: partitions(name, files, links),
    rotational: file('queue/rotational'),
    scheduler_mode: /\[(.*?)\]/.exec(file('queue/scheduler') ?? '')?.[1] ?? '',
    sectorsize,
    ...sizes(file('size'), Number(sectorsize)),
    host: hostOf(path, pci),
    holders: holders(`${name}/`, files),
  };
}

function partitions(device: string, files: Files, links: Links) {
  const names = [...files.keys()].flatMap((file) => /^([^/]+)\/([^/]+)\/start$/.exec(file)?.slice(1, 3) ?? []);
  const own = names.filter((_, at) => at % 2 === 1 && names[at - 1] === device);
  return Object.fromEntries(
    own.map((name) => [
      name,
      {
        links: linksOf(name, links),
        start: files.get(`${device}/${name}/start`) ?? 0,
        sectorsize: 512,
        ...sizes(files.get(`${device}/${name}/size`) ?? null, 512),
        uuid: links.uuids[name]?.[0] ?? null,
        holders: holders(`${device}/${name}/`, files),
      },
    ]),
  );
}

const linksOf = (name: string, links: Links) =>
  Object.fromEntries(Object.entries(links).map(([kind, names]: [string, Names]) => [kind, names[name] ?? []]));

/** The kernel counts sectors of 512 bytes, whatever the size of the device's own. */
function sizes(blocks: string | null, sectorsize: number) {
  const sectors = Math.floor((Number(blocks ?? 0) * 512) / sectorsize);
  return { sectors, size: humanSize(sectors * sectorsize) };
}

function humanSize(bytes: number): string {
  const units = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(2)} ${units[power]}`;
}

/** The controller that a device is connected to, as `lspci` calls it. */
function hostOf(path: string, pci: readonly string[]): string {
  const id = /^.+\/([a-f0-9]{4}:[a-f0-9]{2}:[a-f0-9]{2}\.[0-7])\//.exec(path)?.[1];
  const line = id === undefined ? undefined : pci.find((one) => one.startsWith(`${id} `));
  return line === undefined || id === undefined ? '' : line.slice(id.length + 1);
}

/** The devices of the device mapper that are made of a device or a partition. */
const holders = (folder: string, files: Files): readonly string[] =>
  [...files].flatMap(([file, name]) =>
    file.startsWith(folder) && /^holders\/dm-\d+\/dm\/name$/.test(file.slice(folder.length)) ? [name] : [],
  );
