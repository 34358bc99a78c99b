import { upTo } from '../text/up-to.ts';
import { type Parts, partLines, partText } from './parts.ts';

/** Processors, memory, mounts, and what the firmware reports. */
export const hardwareFacts = (parts: Parts): Readonly<Record<string, unknown>> => ({
  ...processorFacts(parts),
  ...memoryFacts(parts),
  mounts: mounts(parts),
  ...firmwareFacts(parts),
});

function processorFacts(parts: Parts) {
  const lines = partLines(parts, 'cpuinfo')
    .filter((line) => line.includes(':'))
    .map((line) => line.split(/\s*:\s*/, 2) as [string, string]);
  const all = (name: string) => lines.filter(([key]) => key === name).map(([, value]) => value);
  const processor = lines
    .filter(([key]) => /^(processor|vendor_id|model name|Processor|Hardware|cpu model)$/.test(key))
    .map(([, value]) => value);
  const threads = Math.max(1, all('processor').length);
  const sockets = new Set(all('physical id')).size || 1;
  const cores = Number(all('cpu cores')[0] ?? Math.max(1, Math.round(threads / sockets)));
  const siblings = Number(all('siblings')[0] ?? cores);
  return {
    processor,
    processor_count: sockets,
    processor_cores: cores,
    processor_threads_per_core: Math.max(1, Math.floor(siblings / cores)),
    processor_vcpus: sockets * cores * Math.max(1, Math.floor(siblings / cores)),
    processor_nproc: Number(partText(parts, 'nproc') || threads),
  };
}

function memoryFacts(parts: Parts) {
  const kb = new Map(
    partLines(parts, 'meminfo').map((line) => [
      upTo(line, ':'),
      Number(/\d+/.exec(line.split(':')[1] ?? '')?.[0] ?? 0),
    ]),
  );
  const mb = (name: string) => Math.floor((kb.get(name) ?? 0) / 1024);
  const nocache = mb('MemFree') + mb('Cached') + mb('Buffers');
  return {
    memtotal_mb: mb('MemTotal'),
    memfree_mb: mb('MemFree'),
    swaptotal_mb: mb('SwapTotal'),
    swapfree_mb: mb('SwapFree'),
    memory_mb: {
      real: { total: mb('MemTotal'), used: mb('MemTotal') - mb('MemFree'), free: mb('MemFree') },
      nocache: { free: nocache, used: mb('MemTotal') - nocache },
      swap: {
        total: mb('SwapTotal'),
        used: mb('SwapTotal') - mb('SwapFree'),
        free: mb('SwapFree'),
        cached: mb('SwapCached'),
      },
    },
  };
}

interface Mount {
  readonly device: string;
  readonly mount: string;
  readonly fstype: string;
  readonly options: string;
}

function mounts(parts: Parts) {
  const space = new Map(
    partLines(parts, 'space').map((line) => [
      line.split(' ').slice(5).join(' '),
      line.split(' ').slice(0, 5).map(Number),
    ]),
  );
  const uuids = new Map(
    partLines(parts, 'uuids').map((line) => [`/dev/${line.split(' ')[1]?.split('/').at(-1)}`, upTo(line, ' ')]),
  );
  return partLines(parts, 'mounts')
    .map(readMount)
    .filter(onDevice)
    .map((one) => ({
      ...one,
      dump: 0,
      passno: 0,
      uuid: uuids.get(one.device) ?? 'N/A',
      ...sizes(space.get(one.mount)),
    }));
}

/** The kernel writes a space in a path as `\040`. */
function readMount(line: string): Mount {
  const [device = '', mount = '', fstype = '', options = ''] = line
    .split(' ')
    .map((word) => word.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))));
  return { device, mount, fstype, options };
}

const onDevice = ({ device, fstype }: Mount): boolean =>
  fstype !== 'none' && (device.startsWith('/') || device.includes(':/'));

function sizes(numbers: readonly number[] | undefined) {
  if (numbers === undefined) return {};
  const [size = 0, total = 0, available = 0, inodes = 0, freeInodes = 0] = numbers;
  return {
    size_total: size * total,
    size_available: size * available,
    block_size: size,
    block_total: total,
    block_available: available,
    block_used: total - available,
    inode_total: inodes,
    inode_available: freeInodes,
    inode_used: inodes - freeInodes,
  };
}

const firmwareNames = [
  'bios_date',
  'bios_vendor',
  'bios_version',
  'board_asset_tag',
  'board_name',
  'board_serial',
  'board_vendor',
  'board_version',
  'chassis_asset_tag',
  'chassis_serial',
  'chassis_vendor',
  'chassis_version',
  'product_name',
  'product_serial',
  'product_uuid',
  'product_version',
];

function firmwareFacts(parts: Parts): Readonly<Record<string, string>> {
  const told = new Map(
    partLines(parts, 'dmi').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return {
    ...Object.fromEntries(firmwareNames.map((name) => [name, told.get(name) || 'NA'])),
    form_factor: formFactor(told.get('chassis_type')),
    system_vendor: told.get('sys_vendor') || 'NA',
  };
}

/** The kinds of chassis by number, as SMBIOS calls them. */
const FORM_FACTORS =
  'Unknown|Other|Unknown|Desktop|Low Profile Desktop|Pizza Box|Mini Tower|Tower|Portable|Laptop|Notebook|Hand Held|Docking Station|All In One|Sub Notebook|Space-saving|Lunch Box|Main Server Chassis|Expansion Chassis|Sub Chassis|Bus Expansion Chassis|Peripheral Chassis|RAID Chassis|Rack Mount Chassis|Sealed-case PC|Multi-system|CompactPCI|AdvancedTCA|Blade|Blade Enclosure|Tablet|Convertible|Detachable|IoT Gateway|Embedded PC|Mini PC|Stick PC'.split(
    '|',
  );

const formFactor = (type: string | undefined): string =>
  type === undefined ? 'NA' : (FORM_FACTORS[Number(type)] ?? `unknown (${type})`);
