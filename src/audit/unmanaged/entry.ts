import type { Parts } from '../../core/facts/parts.ts';
import { fieldRows } from './survey.ts';

/** What no package owns at a path. */
export interface Unowned {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  readonly path: string;
  /** Where a link leads, as written in it. */
  readonly target: string;
  /** Whether a link leads nowhere. */
  readonly isDangling: boolean;
}

/** Everything below the surveyed directories that no package owns. */
export interface UnownedEntries {
  readonly unowned: readonly Unowned[];
  /** How many more there are below a directory than were listed. */
  readonly more: ReadonlyMap<string, number>;
  /** Directories with names that contain a line break, which are not listed. */
  readonly unlisted: readonly string[];
}

const KINDS: Readonly<Record<string, Unowned['kind']>> = { f: 'file', d: 'directory', l: 'link' };

/** Read the list of entries. */
export function readEntries(parts: Parts): UnownedEntries {
  const rows = fieldRows(parts, 'entries', 7);
  const unowned = rows.flatMap(([letter = '', mode = '', owner = '', group = '', size = '', path = '', target = '']) =>
    letter === 'N' || letter === 'M' || !path.startsWith('/')
      ? []
      : [
          {
            kind: KINDS[letter.charAt(0)] ?? 'other',
            mode: mode.padStart(4, '0'),
            owner,
            group,
            size: Number(size),
            path,
            target,
            isDangling: /^l[NL?]/.test(letter),
          },
        ],
  );
  const counted = rows.filter(([letter]) => letter === 'M');
  const broken = rows.filter(([letter]) => letter === 'N');
  return {
    unowned: unowned.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    more: new Map(counted.map(([, , , , count, path = '']) => [path, Number(count)])),
    unlisted: [...new Set(broken.map(([, , , , , path = '']) => path))],
  };
}
