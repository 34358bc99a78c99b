/** How to read a pattern. */
interface GlobOptions {
  /** `[a-z]` matches one of these letters (default), or is literal, as in OpenSSH's patterns. */
  readonly classes?: boolean;
  /** `*` and `?` also match a slash (default), or everything except a slash, as in paths. */
  readonly slashes?: boolean;
}

/**
 * Convert a shell pattern (`*`, `?`, `[a-z]`, `[!a-z]`) to a regular expression for a whole name, as Python's fnmatch
 * reads it.
 */
export function globPattern(pattern: string, { classes = true, slashes = true }: GlobOptions = {}): RegExp {
  const pieces = pattern.match(classes ? /\[!?\]?[^\]]*\]|[\s\S]/gu : /[\s\S]/gu) ?? [];
  const any = slashes ? '.' : '[^/]';
  const source = pieces.map((piece) => {
    if (piece === '*') return `${any}*`;
    if (piece === '?') return any;
    return piece.startsWith('[') && piece.endsWith(']') && piece.length > 2 ? classOf(piece) : escaped(piece);
  });
  return new RegExp(`^${source.join('')}$`, 'su');
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');

/** `[!a-c]`; a reversed range matches nothing. */
function classOf(piece: string): string {
  const negated = piece.startsWith('[!');
  const inside = piece.slice(negated ? 2 : 1, -1);
  const members = [...inside.matchAll(/(.)-(.)|./gsu)].flatMap(([one, from, to]) => {
    if (from === undefined || to === undefined) return [escapedInClass(one)];
    return from > to ? [] : [`${escapedInClass(from)}-${escapedInClass(to)}`];
  });
  if (members.length === 0) return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${members.join('')}]`;
}

const escapedInClass = (letter: string): string => letter.replace(/[\\\]^[-]/u, '\\$&');
