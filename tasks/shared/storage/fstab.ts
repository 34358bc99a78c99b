/** An entry in /etc/fstab. */
export interface FstabEntry {
  readonly src: string;
  /** The mount point; `none` for swap. */
  readonly path: string;
  readonly fstype: string;
  readonly opts: string;
  readonly dump: string;
  readonly passno: string;
}

/**
 * Returns the text with the wanted entry for a mount point in place of the last existing one. If `entry` is undefined,
 * all are removed.
 */
export function withEntry(text: string, at: Pick<FstabEntry, 'src' | 'path' | 'fstype'>, entry?: FstabEntry): string {
  const lines: readonly string[] = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const own = (line: string) => isFor(line, at);
  if (entry === undefined) return lines.filter((line) => !own(line)).join('');
  if (lines.some((line) => own(line) && JSON.stringify(readEntry(line)) === JSON.stringify(entry))) return text;
  const last = lines.findLastIndex(own);
  if (last >= 0) return lines.with(last, writeEntry(entry)).join('');
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${writeEntry(entry)}`;
}

/** The entry for a mount point, with its fields separated by single spaces. */
export function entryFor(text: string, at: Pick<FstabEntry, 'src' | 'path' | 'fstype'>): string | undefined {
  const line = text.split('\n').findLast((one) => isFor(one, at));
  return line?.trim().split(/\s+/).join(' ');
}

/** Swap has no mount point, so its entries are distinguished by their devices. */
function isFor(line: string, { src, path, fstype }: Pick<FstabEntry, 'src' | 'path' | 'fstype'>): boolean {
  const entry = readEntry(line);
  if (entry === undefined) return false;
  return fstype === 'swap' ? entry.fstype === 'swap' && entry.src === src : tidy(entry.path) === tidy(path);
}

const tidy = (path: string): string => path.replace(/(.)\/+$/, '$1');

function readEntry(line: string): FstabEntry | undefined {
  const words = line.trim().split(/\s+/);
  const [src = '', path, fstype, opts = 'defaults', dump = '0', passno = '0'] = words;
  if (src.startsWith('#') || path === undefined || fstype === undefined) return undefined;
  return { src: unescaped(src), path: unescaped(path), fstype, opts: unescaped(opts), dump, passno };
}

const writeEntry = ({ src, path, fstype, opts, dump, passno }: FstabEntry): string =>
  `${[src, path, fstype, opts, dump, passno].map(escaped).join(' ')}\n`;

/** Escapes blanks and backslashes as in fstab and the kernel's tables. */
const escaped = (word: string): string =>
  word.replace(/[ \t\n\\]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** Unescapes a word from fstab or the kernel's tables. */
export const unescaped = (word: string): string =>
  word.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
