const UNITS = 'kMGTPEZY';

/** The units that a size may have: `kB` and `KB` are 1000 bytes, `k`, `K` and `KiB` 1024. */
const BYTES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ...[...UNITS].flatMap((letter, index) => {
    const upper = letter.toUpperCase();
    const lower = letter.toLowerCase();
    return [
      [`${lower}B`, 1000 ** (index + 1)],
      [`${upper}B`, 1000 ** (index + 1)],
      [`${upper}iB`, 1024 ** (index + 1)],
      [upper, 1024 ** (index + 1)],
      [lower, 1024 ** (index + 1)],
    ] as const;
  }),
]);

/** A size as a task gives it. */
interface GivenSize {
  readonly number: number;
  /** The bytes in its unit; undefined if it has none. */
  readonly unit: number | undefined;
}

/** Reads a size, or says why it is none. */
export function readSize(text: string): GivenSize | { readonly failed: string } {
  const [, number = '', unit = ''] = /^(\d*\.?\d*)\s*(.*)$/.exec(text.trim()) ?? [];
  if (unit !== '' && !BYTES.has(unit))
    return { failed: `invalid size unit (${unit}): unit must be one of ${[...BYTES.keys()].join(', ')}, or none.` };
  if (!/\d/.test(number)) return { failed: `invalid size (${text}): it must be a number, with or without a unit` };
  return { number: Number(number), unit: BYTES.get(unit) };
}

/** How many blocks of which size make so many bytes. */
interface Blocks {
  readonly blocks: number;
  readonly blocksize: number;
}

/** The largest of the usual blocks that a size is a multiple of: those of the task, of its unit, or of the file system. */
export function blocksOf(bytes: number, sizes: readonly (number | undefined)[]): Blocks {
  const fits = (size: number | undefined): size is number => size !== undefined && bytes % size === 0;
  const blocksize = [...sizes, 4096, 512].find(fits) ?? 1;
  return { blocks: bytes / blocksize, blocksize };
}

/** A size for people, in powers of 1024 (`5.5 KiB`) or of 1000 (`5.63 kB`). */
export function sizeForPeople(bytes: number, base: 1000 | 1024): string {
  let number = bytes;
  let unit = 'B';
  for (const letter of UNITS) {
    if (number < base) break;
    number /= base;
    unit = base === 1024 ? `${letter.toUpperCase()}iB` : `${letter}B`;
  }
  const rounded = String(Math.round(number * 100) / 100);
  return `${unit === 'B' || rounded.includes('.') ? rounded : `${rounded}.0`} ${unit}`;
}
