import { isDict, Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { indexOf } from '../python/number.ts';
import { type Kwargs, Undefined } from '../python/object.ts';
import { percentFormat } from '../python/percent-format.ts';
import { repr, str, typeName } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { capitalize, center, replace, splitLines, strip } from '../python/string-methods.ts';
import { chars, elements, iterate, mapping, truth } from '../python/values.ts';
import { asText } from './common.ts';
import { escapeHtml } from './escape-html.ts';
import { urlize } from './urlize.ts';
import { wrapText } from './wrap-text.ts';

const escaping = fn('value', ([value]) => escapeHtml(asText(value)));
const string = fn('value', ([value]) => asText(value));

/** Jinja's filters on text. */
export const textFilters: Callees = {
  capitalize: fn('value', ([value]) => capitalize(asText(value))),
  center: fn('value, width=80', ([value, width]) => center(asText(value), indexOf(width))),
  e: escaping,
  escape: escaping,
  forceescape: escaping,
  safe: string,
  string,
  format: { call: (_, [value = null, ...args], kwargs) => format(asText(value), args, kwargs) },
  indent: fn('value, width=4, first=False, blank=False', ([value, width, first, blank]) =>
    indent(asText(value), width, truth(first), truth(blank)),
  ),
  lower: fn('value', ([value]) => asText(value).toLowerCase()),
  upper: fn('value', ([value]) => asText(value).toUpperCase()),
  title: fn('value', ([value]) =>
    asText(value).replace(
      /([-\s({[<]+)|([^-\s({[<]+)/g,
      (part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase(),
    ),
  ),
  trim: fn('value, chars=None', ([value, set]) => strip(asText(value), set, true, true)),
  replace: fn('value, old, new, count=None', ([value, old, by, count]) =>
    replace(asText(value), asText(old), asText(by), count === null ? -1 : indexOf(count)),
  ),
  striptags: fn('value', ([value]) => stripTags(asText(value))),
  truncate: fn("value, length=255, killwords=False, end='...', leeway=5", ([value, width, kill, end, leeway]) =>
    truncate(value, indexOf(width), truth(kill), asText(end), leeway === null ? 5 : indexOf(leeway)),
  ),
  urlencode: fn('value', ([value]) => urlencode(value)),
  urlize: fn(
    'value, trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None',
    ([value, limit, nofollow, target, rel]) =>
      urlize(
        asText(value),
        limit === null ? undefined : indexOf(limit),
        truth(nofollow),
        target === null ? undefined : asText(target),
        rel === null ? undefined : asText(rel),
      ),
  ),
  wordcount: fn('value', ([value]) => (asText(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length),
  wordwrap: fn(
    'value, width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True',
    ([value, width, long, wrap, hyphens]) =>
      splitLines(asText(value))
        .map((line) =>
          wrapText(line, indexOf(width), truth(long), truth(hyphens)).join(wrap === null ? '\n' : asText(wrap)),
        )
        .join(wrap === null ? '\n' : asText(wrap)),
  ),
  xmlattr: fn('value, autospace=True', ([value, autospace]) => xmlAttributes(value, truth(autospace))),
  pprint: fn('value', ([value]) => pretty(value)),
  filesizeformat: fn('value, binary=False', ([value, binary]) => fileSize(bytesOf(value), truth(binary))),
};

function format(text: string, args: readonly Value[], kwargs: Kwargs): string {
  if (args.length > 0 && kwargs.size > 0) return fail("can't handle positional and keyword arguments at the same time");
  return percentFormat(text, kwargs.size > 0 ? new Map(kwargs) : new Tuple(args));
}

function indent(text: string, width: Value, first: boolean, blank: boolean): string {
  const margin = typeof width === 'string' ? width : ' '.repeat(indexOf(width));
  const [head = '', ...rest] = splitLines(`${text}\n`);
  const lines = rest.map((line) => (line !== '' || blank ? margin + line : line));
  return [first ? margin + head : head, ...lines].join('\n');
}

function stripTags(text: string): string {
  const bare = text.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^>]*>/g, '');
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\xa0' };
  const decoded = bare.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (entities[name] ?? all);
  });
  return decoded.split(/\s+/).filter(Boolean).join(' ');
}

function truncate(value: Value, width: number, killWords: boolean, end: string, leeway: number): Value {
  if (width < end.length) return fail(`expected length >= ${end.length}, got ${width}`);
  const most = width + leeway;
  if (typeof value !== 'string' && (elements(value)?.length ?? most + 1) <= most) return value;
  const all = chars(asText(value));
  if (all.length <= most) return asText(value);
  const cut = all.slice(0, width - end.length).join('');
  if (killWords) return cut + end;
  const blank = cut.lastIndexOf(' ');
  return (blank < 0 ? cut : cut.slice(0, blank)) + end;
}

/** Percent-encodes like Python's `quote`, keeping `/` unless the text is for a query. */
function quoteUrl(text: string, forQuery = false): string {
  const kept = encodeURIComponent(
    text.replace(/[\ud800-\udfff](?![\udc00-\udfff])(?<![\ud800-\udbff].)/g, '?'),
  ).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return forQuery ? kept.replaceAll('%20', '+') : kept.replaceAll('%2F', '/');
}

function urlencode(value: Value): string {
  if (typeof value === 'string' || value instanceof Undefined || !isIterable(value)) return quoteUrl(asText(value));
  const dict = mapping(value);
  const pairs = dict ? [...dict] : iterate(value).map(pairOf);
  return pairs.map(([key, item]) => `${quoteUrl(asText(key), true)}=${quoteUrl(asText(item), true)}`).join('&');
}

function pairOf(value: Value): readonly [Value, Value] {
  const [key, item, ...more] = iterate(value);
  if (key === undefined || item === undefined || more.length > 0)
    return fail(`expected a pair of a name and a value, got ${repr(value)}`);
  return [key, item];
}

const isIterable = (value: Value): boolean =>
  Array.isArray(value) || value instanceof Tuple || mapping(value) !== undefined;

function xmlAttributes(value: Value, autospace: boolean): string {
  const entries = [...(mapping(value) ?? fail(`'${typeName(value)}' object has no attribute 'items'`))];
  const shown = entries.filter(([, item]) => item !== null && !(item instanceof Undefined));
  const text = shown.map(([key, item]) => `${escapeHtml(str(key))}="${escapeHtml(str(item))}"`).join(' ');
  return autospace && text ? ` ${text}` : text;
}

function bytesOf(value: Value): number {
  const bytes = typeof value === 'boolean' ? Number(value) : Number(asText(value));
  return Number.isNaN(bytes) ? fail(`could not convert string to float: ${repr(value)}`) : bytes;
}

function fileSize(bytes: number, binary: boolean): string {
  const base = binary ? 1024 : 1000;
  const prefixes = binary
    ? ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB']
    : ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const index = prefixes.findIndex((_, power) => bytes < base ** (power + 2));
  const power = index < 0 ? prefixes.length - 1 : index;
  return `${((base * bytes) / base ** (power + 2)).toFixed(1)} ${prefixes[power]}`;
}

/** Python's `pprint`, with lines at most 80 characters wide. */
function pretty(value: Value, room = 80, depth = 0): string {
  const flat = repr(value);
  if (flat.length + depth <= room) return isDict(value) ? sortedRepr(value) : flat;
  const margin = ' '.repeat(depth + 1);
  if (isDict(value)) {
    const lines = [...value]
      .sort(([a], [b]) => (str(a) < str(b) ? -1 : 1))
      .map(([key, item]) => `${repr(key)}: ${pretty(item, room, depth + repr(key).length + 3)}`);
    return `{${lines.join(`,\n${margin}`)}}`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => pretty(item, room, depth + 1)).join(`,\n${margin}`)}]`;
  return flat;
}

const sortedRepr = (dict: ReadonlyMap<Value, Value>): string =>
  `{${[...dict]
    .sort(([a], [b]) => (str(a) < str(b) ? -1 : 1))
    .map(([key, item]) => `${repr(key)}: ${isDict(item) ? sortedRepr(item) : repr(item)}`)
    .join(', ')}}`;
