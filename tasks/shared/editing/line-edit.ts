import { compileReplacement, type Match, type Pattern, searchPattern } from '../../../src/sdk.ts';

/** The parameters of a `lineinfile` edit, with strings in the file's own encoding and compiled patterns. */
export interface LineEdit {
  readonly line: string;
  readonly regexp?: Pattern;
  readonly search?: string;
  readonly backrefs: boolean;
  readonly firstMatch: boolean;
  /** A position, or a pattern that matches the line there. */
  readonly after?: 'EOF' | 'BOF' | Pattern;
  readonly before?: 'BOF' | Pattern;
}

/** The result of an edit. */
interface LineEdited {
  readonly lines: readonly string[];
  readonly message: '' | 'line added' | 'line replaced';
  /** The line's number, counted from 1, and its previous text. */
  readonly at?: number;
  readonly was?: string;
  /** Whether the next run would change another matching line. */
  readonly goesOn?: true;
}

/** Splits text into lines, each with its line ending. */
export const textLines = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** A line without its line ending. */
export const bare = (line: string): string => line.replace(/[\r\n]+$/, '');

/** Puts a line into text: in place of a matching line or, if there is none, where a new one belongs. */
export function putLine(lines: readonly string[], edit: LineEdit): LineEdited {
  const found = findLine(lines, edit);
  if (found !== undefined) return replaceLine(lines, edit, found.at, found.match);
  const exact = lines.findLastIndex((line) => bare(line) === edit.line);
  const place = placeFor(lines, edit);
  // With `firstmatch`, the search for the place stops at the first match and does not notice the same line further down.
  const seen =
    edit.firstMatch && place !== undefined
      ? lines.slice(0, place.matched).some((line) => bare(line) === edit.line)
      : exact >= 0;
  if (seen)
    return replaceLine(
      lines,
      { ...edit, backrefs: false },
      edit.firstMatch && place !== undefined
        ? lines.slice(0, place.matched).findLastIndex((line) => bare(line) === edit.line)
        : exact,
    );
  if (edit.backrefs) return { lines, message: '' };
  if (edit.before === 'BOF' || edit.after === 'BOF') return insert(lines, 0, edit.line);
  if (place === undefined) return insert(lines, lines.length, edit.line);
  const neighbour = place.index === lines.length ? lines.at(-1) : lines[place.index];
  if (edit.after !== undefined && neighbour !== undefined && bare(neighbour) === edit.line)
    return { lines, message: '' };
  return insert(lines, place.index, edit.line);
}

function findLine(
  lines: readonly string[],
  { regexp, search, firstMatch }: LineEdit,
): { at: number; match?: Match } | undefined {
  if (regexp === undefined && search === undefined) return undefined;
  const indices = lines.keys();
  const matching = (line: string) =>
    regexp === undefined ? line.includes(search!) : searchPattern(regexp, line) !== undefined;
  const hits = [...indices].filter((index) => matching(lines[index]!));
  const at = firstMatch ? hits[0] : hits.at(-1);
  return at === undefined
    ? undefined
    : { at, match: regexp === undefined ? undefined : searchPattern(regexp, lines[at]!) };
}

function replaceLine(
  lines: readonly string[],
  { line, backrefs, regexp }: LineEdit,
  at: number,
  match?: Match,
): LineEdited {
  const text = backrefs && match !== undefined && regexp !== undefined ? compileReplacement(line, regexp)(match) : line;
  const ended = text.endsWith('\n') ? text : `${text}\n`;
  const was = lines[at]!;
  if (was === ended) return { lines, message: '' };
  const replaced = { lines: lines.with(at, ended), message: 'line replaced' as const, at: at + 1, was: bare(was) };
  return goesOn(lines, at, ended, regexp, backrefs) ? { ...replaced, goesOn: true } : replaced;
}

/** Whether this is one of several replacements: an identical line shows that one was made before, or other lines match. */
function goesOn(
  lines: readonly string[],
  at: number,
  ended: string,
  regexp: Pattern | undefined,
  backrefs: boolean,
): boolean {
  if (regexp !== undefined && backrefs) return true;
  return lines.some(
    (line, index) =>
      index !== at && (line === ended || (regexp !== undefined && searchPattern(regexp, line) !== undefined)),
  );
}

/** Where `insertafter` or `insertbefore` puts a line: at the last matching line or, with `firstmatch`, the first. */
function placeFor(
  lines: readonly string[],
  { after, before, firstMatch }: LineEdit,
): { index: number; matched: number } | undefined {
  const pattern = [after, before].find((one) => typeof one === 'object');
  if (pattern === undefined) return undefined;
  const matching = (line: string) => searchPattern(pattern, line) !== undefined;
  const matched = firstMatch ? lines.findIndex(matching) : lines.findLastIndex(matching);
  if (matched < 0) return undefined;
  return { index: typeof after === 'object' ? matched + 1 : matched, matched };
}

function insert(lines: readonly string[], index: number, line: string): LineEdited {
  const last = lines.at(-1);
  const ended =
    index === lines.length && last !== undefined && !/[\n\r]$/.test(last) ? lines.with(-1, `${last}\n`) : lines;
  const added = { lines: ended.toSpliced(index, 0, `${line}\n`), message: 'line added' as const, at: index + 1 };
  // If the inserted text has several lines, no single line ever equals it, so the next run inserts it again.
  return line.includes('\n') ? { ...added, goesOn: true } : added;
}
