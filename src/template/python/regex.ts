import { oneOr } from '../../core/one-or.ts';
import type { Value } from '../../core/value.ts';
import { Tuple } from '../../core/value.ts';
import { fail } from '../errors.ts';
import type { Flags, Pattern } from './pattern.ts';
import { inTime } from './regex-time.ts';
import { Translator } from './regex-translate.ts';

const cache = new Map<string, Pattern>();

/** Compiles a pattern of Python's `re`. */
export function compilePattern(source: string, flags: Flags = {}): Pattern {
  const key = `${flags.ignorecase ? 'i' : ''}${flags.multiline ? 'm' : ''}${flags.dotall ? 's' : ''}${flags.verbose ? 'x' : ''}${flags.ascii ? 'a' : ''}:${source}`;
  const known = cache.get(key);
  if (known) return known;
  const pattern = new Translator(source, flags).pattern();
  if (cache.size > 5000) cache.clear();
  cache.set(key, pattern);
  return pattern;
}

/** A match, with groups numbered as in Python. */
export interface Match {
  readonly start: number;
  readonly end: number;
  /** The whole match, then each group; undefined for a group that did not participate. */
  readonly groups: readonly (string | undefined)[];
}

/** All non-overlapping matches. After an empty match, Python tries again at the same place for a non-empty one. */
export const matches = (pattern: Pattern, text: string, most = Number.POSITIVE_INFINITY): readonly Match[] =>
  inTime(pattern.regexp, text, () => {
    const found: Match[] = [];
    for (const match of eachMatch(pattern, text)) {
      if (found.push(match) >= most) break;
    }
    return found;
  });

function* eachMatch(pattern: Pattern, text: string): Generator<Match> {
  const { regexp } = pattern;
  let at = 0;
  while (at <= text.length) {
    const match = matchFrom(regexp, text, at);
    if (!match) return;
    yield toMatch(pattern, match);
    at = match.index + match[0].length;
    if (match[0] !== '') continue;
    const longer = longerAt(regexp, text, at);
    if (longer) yield toMatch(pattern, longer);
    at += longer?.[0].length ?? characterLength(text, at);
  }
}

/** Characters beyond the first plane take two units in a JavaScript string. */
const characterLength = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/**
 * The next match from this position on. V8's lookarounds also match between the two units of one character; Python's
 * never do.
 */
function matchFrom(regexp: RegExp, text: string, from: number): RegExpExecArray | null {
  for (let at = from; ; ) {
    regexp.lastIndex = at;
    const match = regexp.exec(text);
    if (match === null || !splitsCharacter(text, match.index)) return match;
    at = match.index + 1;
  }
}

const splitsCharacter = (text: string, at: number): boolean => at > 0 && characterLength(text, at - 1) === 2;

/** A non-empty match at this position: the rest of the text after the match must differ from the rest before it. */
function longerAt(regexp: RegExp, text: string, at: number): RegExpExecArray | null {
  const sticky = new RegExp(
    `(?=(?<rest>[^]*))(?:${regexp.source})(?!\\k<rest>(?![^]))`,
    regexp.flags.replace('g', 'y'),
  );
  sticky.lastIndex = at;
  return sticky.exec(text);
}

function toMatch(pattern: Pattern, match: RegExpMatchArray | RegExpExecArray): Match {
  const groups = Array.from({ length: pattern.groups }, (_, index) => match.groups?.[`g${index + 1}`]);
  return { start: match.index ?? 0, end: (match.index ?? 0) + match[0].length, groups: [match[0], ...groups] };
}

/** The first match anywhere; with `anchored`, only at the start. */
export function search(pattern: Pattern, text: string, anchored = false): Match | undefined {
  const { source, flags } = pattern.regexp;
  const match = inTime(pattern.regexp, text, () =>
    anchored ? new RegExp(source, flags.replace('g', 'y')).exec(text) : matchFrom(pattern.regexp, text, 0),
  );
  return match ? toMatch(pattern, match) : undefined;
}

/** Python's `re.sub`. */
export function substitute(pattern: Pattern, by: string, text: string, count = 0): { text: string; count: number } {
  const expand = compileReplacement(by, pattern);
  let result = '';
  let last = 0;
  let done = 0;
  for (const match of matches(pattern, text, count > 0 ? count : undefined)) {
    result += text.slice(last, match.start) + expand(match);
    last = match.end;
    done++;
  }
  return { text: result + text.slice(last), count: done };
}

const CONTROLS: Record<string, string> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const REFERENCE = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[1-3][0-7]{2})|([1-9]\d?)|([\s\S]))/g;

/** Compiles replacement text with `\1` and `\g<name>` to a function of the match. */
export function compileReplacement(by: string, pattern: Pattern): (match: Match) => string {
  if (!by.includes('\\')) return () => by;
  const parts: (string | number)[] = [];
  let last = 0;
  for (const match of by.matchAll(REFERENCE)) {
    parts.push(by.slice(last, match.index), replacementPart(match, pattern));
    last = match.index + match[0].length;
  }
  parts.push(by.slice(last));
  return (match) => parts.map((part) => (typeof part === 'string' ? part : (match.groups[part] ?? ''))).join('');
}

function replacementPart([all, named, octal, number, char = '']: RegExpMatchArray, pattern: Pattern): string | number {
  if (named !== undefined) return groupNumber(named, pattern);
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
  if (number !== undefined) return groupNumber(number, pattern);
  if (char === '\\') return '\\';
  const control = CONTROLS[char];
  if (control) return control;
  return /[a-zA-Z]/.test(char) ? fail(`bad escape ${all}`, 'regex') : all;
}

/** The number of a group given by number or name. */
export function groupNumber(name: string, pattern: Pattern): number {
  const number = /^\d+$/.test(name) ? Number(name) : pattern.names.get(name);
  if (number === undefined) return fail(`IndexError: unknown group name '${name}'`, 'regex');
  return number <= pattern.groups ? number : fail(`invalid group reference ${number}`, 'regex');
}

/** The value that Python's `findall` returns for a match. */
export function findallItem(match: Match): Value {
  const [whole = '', ...inner] = match.groups;
  if (inner.length === 0) return whole;
  const groups = inner.map((group) => group ?? '');
  return oneOr(groups, () => new Tuple(groups));
}

/** Python's `re.escape`. */
export const escapePattern = (text: string): string =>
  text.replace(/[\t\n\v\f\r !"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]/g, (char) =>
    /[!"%',/:;<=>@`]/.test(char) ? char : `\\${char}`,
  );
