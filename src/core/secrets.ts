import { quote } from './command.ts';
import { isRecord, mapTexts } from './map-texts.ts';

/** What nobody may see: texts that are masked wherever a run tells something. */
export class Secrets {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  /** Mask this text from now on; lines of a text that has several are masked each. Shorter than three letters would mask half the output. */
  add(text: string): void {
    const whole = text.trim();
    for (const part of [whole, ...whole.split('\n').map((line) => line.trim())])
      if (part.length >= 3 && !this.#texts.has(part)) {
        this.#texts.add(part);
        this.#pattern = undefined;
      }
  }

  /** The same data with every secret in its texts, keys included, replaced by `********`; a number that is one, too. */
  mask<T>(data: T): T {
    if (this.#texts.size === 0) return data;
    this.#pattern ??= new RegExp(
      [...this.#texts]
        .flatMap(spellings)
        .sort((a, b) => b.length - a.length)
        .map(escaped)
        .join('|'),
      'g',
    );
    const pattern = this.#pattern;
    return mapTexts(
      data,
      (text) => text.replace(pattern, '********'),
      (number) => (this.#texts.has(String(number)) ? '********' : number),
    );
  }
}

/** Parts of events that are the program's own words and the inventory's names: nothing in them is a secret. */
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
]);

/** An event with every secret in its texts masked: never its kind, its keys, its status or its hosts. Data of a task, keys included, is masked whole. */
export function maskEvent<E>(event: E, secrets: Secrets): E {
  if (Array.isArray(event)) return event.map((item) => maskEvent(item, secrets)) as E;
  if (typeof event === 'number') return event; // a duration, a line: numbers that people wrote are in results and items
  if (!isRecord(event)) return secrets.mask(event);
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => {
      if (STRUCTURE.has(key)) return [key, value];
      return [key, key === 'result' || key === 'item' ? secrets.mask(value) : maskEvent(value, secrets)];
    }),
  ) as E;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A secret as it is, and as JSON, URLs and quoted words of a shell, these in JSON too, spell it. */
function spellings(text: string): string[] {
  // Ours, what the filter `quote` writes, and what `command` makes of a `$`.
  const words = [quote(text).replace(/^'|'$/g, ''), text.replaceAll("'", `'"'"'`), expanding(text)];
  return [...new Set([text, inJson(text), ...inUrls(text), ...words, ...words.map(inJson)])];
}

/** A word of `command` in which `$NAME` stands for itself where the host has no such variable. */
const expanding = (text: string): string =>
  text
    .split(/(\$[A-Za-z_]\w*)/)
    .map((piece, index) => (index % 2 === 1 ? `"\${${piece.slice(1)}-\\${piece}}"` : piece && quote(piece)))
    .join('')
    .replace(/^'|'$/g, '');

/** As JavaScript encodes it and as Python does, which leaves `/` and encodes `!'()*`; in a query a blank is `+`. */
function inUrls(text: string): string[] {
  const script = encodeURIComponent(text);
  const python = script.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return [script, python, python.replaceAll('%2F', '/'), python.replaceAll('%20', '+')];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
