/** A partition table, as `parted --machine` prints it. */
export interface Table {
  readonly device: string;
  readonly size: string;
  readonly logical: number;
  readonly physical: number;
  /** The kind of table; `unknown` if there is none. */
  readonly label: string;
  readonly model: string;
  readonly partitions: readonly Partition[];
}

/** A partition; places and sizes have their unit. */
export interface Partition {
  readonly number: number;
  readonly begin: string;
  readonly end: string;
  readonly size: string;
  readonly fstype: string;
  readonly name: string;
  readonly flags: readonly string[];
}

/** Reads the output of `parted --machine DEVICE print`; undefined if it is none. */
export function readTable(text: string): Table | undefined {
  const [kind, first, ...rest] = text
    .split('\n')
    .map((line) => line.trim().replace(/;$/, ''))
    .filter((line) => line !== '');
  if ((kind !== 'BYT' && kind !== 'CYL' && kind !== 'CHS') || first === undefined) return undefined;
  // With cylinders, the geometry has a line of its own.
  const lines =
    kind === 'BYT' ? rest : rest.filter((line) => /^\d+:\d/.test(line) && !/^\d+:\d+:\d+:\d+kB$/.test(line));
  const [device = '', size = '', , logical, physical, label = '', model = ''] = first.split(':');
  return {
    device,
    size,
    logical: Number(logical),
    physical: Number(physical),
    label,
    model,
    partitions: lines.map((line) => readPartition(line, kind === 'CHS')),
  };
}

function readPartition(line: string, withoutSize: boolean): Partition {
  const [number, begin = '', end = '', ...more] = line.split(':');
  const [size = '', fstype = '', name = '', flags = ''] = withoutSize ? ['', ...more] : more;
  const all = flags.split(',').map((one) => one.trim());
  return { number: Number(number), begin, end, size, fstype, name, flags: all.filter((one) => one !== '') };
}

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A place on a disk in bytes: `1GiB`, `50%`, or from the end with a minus sign; undefined for cylinders. */
export function diskPlace(
  text: string,
  { unit, diskBytes, logical }: { readonly unit: string; readonly diskBytes: number; readonly logical: number },
): number | undefined {
  const [, sign, number, given = ''] = /^(-?)\s*(\d+(?:\.\d*)?)\s*([a-z%]*)$/i.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  const letter = (given === '' ? unit : given).toLowerCase();
  const factor = { s: logical, '%': diskBytes / 100 }[letter] ?? UNITS[letter];
  if (factor === undefined) return undefined;
  return sign === '-' ? diskBytes - Number(number) * factor : Number(number) * factor;
}

/** A number and its unit, as Ansible returns them: `17.4kB` is 17.4 and `kb`. */
export function sized(text: string): { readonly value: number; readonly unit: string } {
  const [, number = '0', unit = ''] = /^([\d.]+)(.*)$/.exec(text) ?? [];
  return { value: Number(number), unit: unit.toLowerCase() };
}

/** The number that parted gives to the next partition. */
export function nextNumber(label: string, type: string, partitions: readonly Partition[]): number {
  const taken = new Set(partitions.map(({ number }) => number));
  const first = label === 'msdos' && type === 'logical' ? 5 : 1;
  const free = (number: number): number => (taken.has(number) ? free(number + 1) : number);
  return free(first);
}

/** The path of a partition. */
export const partitionPath = (device: string, number: number): string =>
  `${device}${/\d$/.test(device) ? 'p' : ''}${number}`;
