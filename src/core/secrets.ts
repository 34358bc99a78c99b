import { quote } from './command.ts';
import { isRecord, mapTexts } from './map-texts.ts';
import { escapePattern } from './text/escape-pattern.ts';

/** Secret strings, which are masked in everything that a run reports. */
export class Secrets {
  readonly #texts = new Set<string>();
  /** What finds them, the longest first. */
  #finds: readonly (RegExp | string)[] | undefined;

  /**
   * Mask this string from now on, and each line of it if it has several. Strings shorter than three characters are
   * ignored, since they would mask half the output.
   */
  add(text: string): void {
    const whole = text.trim();
    for (const part of [whole, ...whole.split('\n').map((line) => line.trim())])
      if (part.length >= 3 && !this.#texts.has(part)) {
        this.#texts.add(part);
        this.#finds = undefined;
      }
  }

  /**
   * Copy data, replacing every secret in its strings (keys included) with `********`, and also every number that is a
   * secret.
   */
  mask<T>(data: T): T {
    if (this.#texts.size === 0) return data;
    this.#finds ??= findsFor([...this.#texts].flatMap(spellings));
    const finds = this.#finds;
    return mapTexts(
      data,
      (text) => finds.reduce<string>((left, find) => left.replaceAll(find, '********'), text),
      (number) => (this.#texts.has(String(number)) ? '********' : number),
    );
  }
}

/** A longer text is looked for by itself, and no pattern is longer than this: a pattern of a whole file's lines would be too large. */
const MOST_IN_PATTERN = 20_000;

/** Patterns and texts that find all of these, longer ones before those that they may contain. */
function findsFor(texts: readonly string[]): readonly (RegExp | string)[] {
  const finds: (RegExp | string)[] = [];
  let some: string[] = [];
  let length = 0;
  const close = (): void => {
    if (some.length > 0) finds.push(new RegExp(some.join('|'), 'g'));
    some = [];
    length = 0;
  };
  for (const text of [...new Set(texts)].toSorted((a, b) => b.length - a.length)) {
    const escaped = escapePattern(text);
    if (length + escaped.length > MOST_IN_PATTERN) close();
    if (escaped.length > MOST_IN_PATTERN) finds.push(text);
    else {
      some.push(escaped);
      length += escaped.length + 1;
    }
  }
  close();
  return finds;
}

/** Parts of events that hold the program's own words or names from the inventory, and never a secret. */
const STRUCTURE: ReadonlySet<string> = new Set([
  'kind',
  'status',
  'severity',
  'code',
  'reason',
  'stream',
  'doing',
  'type',
  'host',
  'hosts',
  'delegatedTo',
  'summaries',
  'rounds',
  'version',
  'digest',
]);

/**
 * An event with every secret in its strings masked, but never its kind, keys, status or hosts. Task data is masked
 * entirely, keys included.
 */
export function maskEvent<E>(event: E, secrets: Secrets): E {
  if (Array.isArray(event)) return event.map((item) => maskEvent(item, secrets)) as E;
  if (typeof event === 'number') return event; // a duration or a line number: numbers that people wrote occur only in results and items
  if (!isRecord(event)) return secrets.mask(event);
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => {
      if (STRUCTURE.has(key)) return [key, value];
      return [key, key === 'result' || key === 'item' ? secrets.mask(value) : maskEvent(value, secrets)];
    }),
  ) as E;
}

/** A secret as written, and as JSON, URLs and quoted shell words spell it; shell words also inside JSON. */
function spellings(text: string): string[] {
  // Our own quoting, that of the `quote` filter, and what `command` does with a `$`.
  const words = [quote(text).replace(/^'|'$/g, ''), text.replaceAll("'", `'"'"'`), expanding(text)];
  return [...new Set([text, inJson(text), ...inUrls(text), ...words, ...words.map(inJson)])];
}

/** A word of `command` in which `$NAME` stays as written if the host has no such variable. */
const expanding = (text: string): string =>
  text
    .split(/(\$[A-Za-z_]\w*)/)
    .map((piece, index) => (index % 2 === 1 ? `"\${${piece.slice(1)}-\\${piece}}"` : piece && quote(piece)))
    .join('')
    .replace(/^'|'$/g, '');

/**
 * URL-encoded as JavaScript does it, and as Python does, which leaves `/` alone and encodes `!'()*`; in a query a
 * space is `+`.
 */
function inUrls(text: string): string[] {
  const script = encodeURIComponent(text);
  const python = script.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return [script, python, python.replaceAll('%2F', '/'), python.replaceAll('%20', '+')];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
