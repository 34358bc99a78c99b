import { codeOf } from '../../core/text/code-of.ts';
import { Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { indexOf, isInt } from './number.ts';
import { repr, str, typeName } from './repr.ts';
import { type Callees, fn } from './signature.ts';
import { strFormat } from './str-format.ts';
import { chars, iterate, length, mapping, truth } from './values.ts';

/** A method's string argument. */
function text(value: Value, what = 'argument'): string {
  if (typeof value === 'string') return value;
  str(value);
  return fail(`${what} must be str, not ${typeName(value)}`, 'template-type');
}

const simple = (change: (self: string) => Value) => fn('self', ([self]) => change(self as string));
const is = (pattern: RegExp) => simple((self) => pattern.test(self));

/** The methods of strings. */
export const stringMethods: Callees = {
  upper: simple((self) => self.toUpperCase()),
  lower: simple((self) => self.toLowerCase()),
  casefold: simple((self) => self.toLowerCase().replaceAll('ß', 'ss')),
  capitalize: simple(capitalize),
  title: simple((self) =>
    self.toLowerCase().replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1)),
  ),
  swapcase: simple((self) =>
    self.replace(/\p{L}/gu, (char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())),
  ),
  isdigit: is(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+$/u),
  isdecimal: is(/^\p{Nd}+$/u),
  isnumeric: is(/^\p{N}+$/u),
  isalpha: is(/^\p{L}+$/u),
  isalnum: is(/^[\p{L}\p{N}]+$/u),
  isspace: is(/^\s+$/),
  isascii: simple((self) => /^[\0-\x7f]*$/.test(self)),
  isupper: simple((self) => self !== self.toLowerCase() && self === self.toUpperCase()),
  islower: simple((self) => self !== self.toUpperCase() && self === self.toLowerCase()),
  istitle: simple((self) => /\p{L}/u.test(self) && self === titled(self)),
  isidentifier: is(/^[\p{L}_][\p{L}\p{N}_]*$/u),
  isprintable: is(/^[^\p{C}\p{Zl}\p{Zp}\u00a0]*$/u),
  strip: fn('self, chars=None', ([self, set]) => strip(self as string, set, true, true)),
  lstrip: fn('self, chars=None', ([self, set]) => strip(self as string, set, true, false)),
  rstrip: fn('self, chars=None', ([self, set]) => strip(self as string, set, false, true)),
  removeprefix: fn('self, prefix', ([self, prefix]) =>
    (self as string).startsWith(text(prefix)) ? (self as string).slice(text(prefix).length) : self,
  ),
  removesuffix: fn('self, suffix', ([self, suffix]) =>
    text(suffix) && (self as string).endsWith(text(suffix)) ? (self as string).slice(0, -text(suffix).length) : self,
  ),
  split: fn('self, sep=None, maxsplit=-1', ([self, sep, max]) => splitText(self as string, sep, indexOf(max))),
  rsplit: fn('self, sep=None, maxsplit=-1', ([self, sep, max]) => rsplit(self as string, sep, indexOf(max))),
  splitlines: fn('self, keepends=False', ([self, keep]) => splitLines(self as string, truth(keep))),
  partition: fn('self, sep', ([self, sep]) =>
    partition(self as string, text(sep), (self as string).indexOf(text(sep)), false),
  ),
  rpartition: fn('self, sep', ([self, sep]) =>
    partition(self as string, text(sep), (self as string).lastIndexOf(text(sep)), true),
  ),
  join: fn('self, items', ([self, items]) =>
    iterate(items)
      .map((item, at) => joined(item, at))
      .join(self as string),
  ),
  replace: fn('self, old, new, count=-1', ([self, old, by, count]) =>
    replace(self as string, text(old, 'replace() argument 1'), text(by, 'replace() argument 2'), indexOf(count)),
  ),
  startswith: fn('self, prefix, start=0, end=None', ([self, prefix, start, end]) =>
    affixes(prefix, 'startswith').some((each) => part(self as string, start, end).startsWith(each)),
  ),
  endswith: fn('self, suffix, start=0, end=None', ([self, suffix, start, end]) =>
    affixes(suffix, 'endswith').some((each) => part(self as string, start, end).endsWith(each)),
  ),
  find: fn('self, sub, start=0, end=None', ([self, sub, start, end]) =>
    find(self as string, text(sub), start, end, false),
  ),
  rfind: fn('self, sub, start=0, end=None', ([self, sub, start, end]) =>
    find(self as string, text(sub), start, end, true),
  ),
  index: fn('self, sub, start=0, end=None', ([self, sub, start, end]) =>
    found(find(self as string, text(sub), start, end, false)),
  ),
  rindex: fn('self, sub, start=0, end=None', ([self, sub, start, end]) =>
    found(find(self as string, text(sub), start, end, true)),
  ),
  count: fn('self, sub, start=0, end=None', ([self, sub, start, end]) =>
    count(part(self as string, start, end), text(sub)),
  ),
  center: fn('self, width, fill=" "', ([self, width, fill]) => center(self as string, indexOf(width), fill as string)),
  ljust: fn(
    'self, width, fill=" "',
    ([self, width, fill]) => self + (fill as string).repeat(room(self as string, width)),
  ),
  rjust: fn(
    'self, width, fill=" "',
    ([self, width, fill]) => (fill as string).repeat(room(self as string, width)) + self,
  ),
  zfill: fn('self, width', ([self, width]) => zfill(self as string, width)),
  expandtabs: fn('self, tabsize=8', ([self, size]) => expandTabs(self as string, indexOf(size))),
  encode: fn('self, encoding="utf-8", errors="strict"', ([self, encoding]) =>
    Buffer.from(self as string, nodeEncoding(encoding as string)),
  ),
  format: fn('self, *args, **kwargs', ([self, args, kwargs], context) =>
    strFormat(self as string, args as Value[], kwargs as Map<string, Value>, context),
  ),
  format_map: fn('self, mapping', ([self, dict], context) =>
    strFormat(self as string, [], mapping(dict) as Map<string, Value>, context),
  ),
  translate: fn('self, table', ([self, table]) =>
    chars(self as string)
      .map((char) => translated(char, table))
      .join(''),
  ),
};

/** Python's `capitalize`. */
export function capitalize(self: string): string {
  return self.slice(0, 1).toUpperCase() + self.slice(1).toLowerCase();
}

const titled = (self: string): string =>
  self.toLowerCase().replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1));

function nodeEncoding(python: string): BufferEncoding {
  if (/latin|8859-1|ascii/.test(python)) return 'latin1';
  return /16/.test(python) ? 'utf16le' : 'utf8';
}

/** Python's `strip`: strips white space, or a set of characters. */
export function strip(self: string, set: Value, left: boolean, right: boolean): string {
  const drop =
    set === null
      ? (char: string) => /[\s\x1c-\x1f\x85]/.test(char) && char !== '\ufeff'
      : (char: string) => (set as string).includes(char);
  const all = chars(self);
  let [start, end] = [0, all.length];
  while (left && start < end && drop(all[start]!)) start++;
  while (right && end > start && drop(all[end - 1]!)) end--;
  return all.slice(start, end).join('');
}

/** Python's `split`. */
export function splitText(self: string, sep: Value, max: number): Value[] {
  if (sep === null) {
    const words: string[] = [];
    let rest = strip(self, null, true, false);
    while (rest !== '') {
      if (words.length === max) return [...words, rest];
      const end = rest.search(/[\s\x1c-\x1f\x85]/);
      if (end < 0) return [...words, rest];
      words.push(rest.slice(0, end));
      rest = strip(rest.slice(end), null, true, false);
    }
    return words;
  }
  if (text(sep) === '') return fail('empty separator');
  const parts = self.split(text(sep));
  return max < 0 || parts.length <= max + 1 ? parts : [...parts.slice(0, max), parts.slice(max).join(text(sep))];
}

function rsplit(self: string, sep: Value, max: number): Value[] {
  const flipped = (value: string) => chars(value).reverse().join('');
  if (max < 0) return splitText(self, sep, max);
  const parts = splitText(flipped(self), sep === null ? null : flipped(text(sep)), max) as string[];
  return parts.map(flipped).reverse();
}

/** Splits at all of Python's line ends, of which `\n` is only one. */
export function splitLines(self: string, keep = false): string[] {
  const lines =
    self.match(
      /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g,
    ) ?? [];
  return keep ? [...lines] : lines.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, ''));
}

function partition(self: string, sep: string, at: number, last: boolean): Value {
  if (sep === '') return fail('empty separator');
  if (at < 0) return new Tuple(last ? ['', '', self] : [self, '', '']);
  return new Tuple([self.slice(0, at), sep, self.slice(at + sep.length)]);
}

function joined(item: Value, at: number): string {
  if (typeof item === 'string') return item;
  str(item);
  return fail(`sequence item ${at}: expected str instance, ${typeName(item)} found`, 'template-type');
}

/** Python's `replace`: at most `count` times, or without limit if that is negative. */
export function replace(self: string, old: string, by: string, count: number): string {
  const parts = old === '' ? ['', ...chars(self), ''] : self.split(old);
  if (count < 0) return parts.join(by);
  return (
    parts.slice(0, count + 1).join(by) +
    parts
      .slice(count + 1)
      .map((each) => old + each)
      .join('')
  );
}

function affixes(value: Value, method: string): string[] {
  if (value instanceof Tuple) return value.items.map((item) => text(item));
  if (typeof value === 'string') return [value];
  str(value);
  return fail(`${method} first arg must be str or a tuple of str, not ${typeName(value)}`, 'template-type');
}

function part(self: string, start: Value, end: Value): string {
  return self.slice(start === null ? 0 : indexOf(start), end === null ? undefined : indexOf(end));
}

function find(self: string, sub: string, start: Value, end: Value, last: boolean): number {
  const all = chars(self);
  const at = (value: Value, fallback: number) => {
    const index = value === null ? fallback : indexOf(value);
    return index < 0 ? Math.max(0, index + all.length) : index;
  };
  const from = at(start, 0);
  const inside = all.slice(from, at(end, all.length)).join('');
  const found = last ? inside.lastIndexOf(sub) : inside.indexOf(sub);
  return found < 0 || from > all.length ? -1 : from + length(inside.slice(0, found));
}

const found = (at: number): number => (at < 0 ? fail('substring not found') : at);

const count = (self: string, sub: string): number => (sub === '' ? length(self) + 1 : self.split(sub).length - 1);

const room = (self: string, width: Value): number => Math.max(0, indexOf(width) - length(self));

/** Python's `center`, which puts the extra blank on the left if the width is odd. */
export function center(self: string, width: number, fill = ' '): string {
  const missing = width - length(self);
  if (missing <= 0) return self;
  const left = (missing >> 1) + (missing & width & 1);
  return fill.repeat(left) + self + fill.repeat(missing - left);
}

function zfill(self: string, width: Value): string {
  if (!isInt(width)) return fail('an integer is required');
  const sign = /^[+-]/.exec(self)?.[0] ?? '';
  return sign + '0'.repeat(room(self, width)) + self.slice(sign.length);
}

function expandTabs(self: string, size: number): string {
  let column = 0;
  return chars(self)
    .map((char) => {
      if (char === '\n' || char === '\r') column = 0;
      else if (char !== '\t') column++;
      if (char !== '\t') return char;
      const width = size > 0 ? size - (column % size) : 0;
      column += width;
      return ' '.repeat(width);
    })
    .join('');
}

function translated(char: string, table: Value): string {
  const by = mapping(table)?.get(codeOf(char));
  if (by === undefined) return char;
  if (by === null) return '';
  if (typeof by === 'string') return by;
  return isInt(by) ? String.fromCodePoint(Number(by)) : fail(`bad table ${repr(table)}`);
}
