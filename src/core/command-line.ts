import { suggest } from './suggest.ts';

interface Common {
  /** Its one-letter form, after a single dash. */
  readonly short?: string;
  /** Other spellings. */
  readonly aliases?: readonly string[];
  /** The placeholder for its value in the help. */
  readonly value?: string;
  readonly help: string;
}

/** An option of a command: the single source for parsing, its value's type, help and completion. */
export type OptionSpec = Common &
  (
    | { readonly type: 'switch' }
    /** A switch that counts its occurrences: `-vvv`. */
    | { readonly type: 'count' }
    | { readonly type: 'int'; readonly min?: number }
    | { readonly type: 'choice'; readonly choices: readonly string[] }
    /** Comma-separated words; repeating the option adds to the list. */
    | { readonly type: 'list' }
    /** With `many` it may be repeated, and every value is kept. */
    | {
        readonly type: 'text';
        readonly many?: true;
        readonly mayBeEmpty?: true;
        /** What it must be like, and how that is told: `expected K/N, such as 2/5`. */
        readonly like?: { readonly accepts: (value: string) => boolean; readonly says: string };
      }
    /** With `exists` the file will be read, so it must exist. */
    | {
        readonly type: 'path';
        readonly many?: true;
        readonly mayBeEmpty?: true;
        readonly exists?: 'file' | 'directory';
      }
  );

/** A command's options by name, in the order of the help. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The type of an option's value: switches and counts always have one, others only if they were given. */
type ValueOf<S> = S extends { type: 'switch' }
  ? boolean
  : S extends { type: 'count' }
    ? number
    : GivenValue<S> | undefined;

type GivenValue<S> = S extends { type: 'int' }
  ? number
  : S extends { type: 'choice'; choices: readonly (infer C)[] }
    ? C
    : S extends { type: 'list' } | { many: true }
      ? readonly string[]
      : string;

/** The given options, each with the type that its spec declares. */
export type OptionValues<S extends OptionSpecs> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** A parsed command line: options and positional arguments. */
export interface CommandLine<S extends OptionSpecs> {
  readonly options: OptionValues<S>;
  readonly rest: readonly string[];
}

type Read<S extends OptionSpecs> =
  | ({ readonly ok: true } & CommandLine<S>)
  | { readonly ok: false; readonly mistakes: readonly string[] };

type Value = boolean | number | string | readonly string[] | undefined;

/**
 * Parse a command line. Supports `-abc`, `-fVALUE`, `--name=value`, unambiguous abbreviations and `--`; reports all
 * errors at once.
 */
export function parseOptions<const S extends OptionSpecs>(specs: S, argv: readonly string[]): Read<S> {
  const known = namesOf(specs);
  const given: Record<string, Value> = { ...nothingGiven(specs) };
  const rest: string[] = [];
  const mistakes: string[] = [];
  const words = [...argv];
  const take: Take = (name, spec, shown, inline) => {
    if (!takesValue(spec)) {
      if (inline !== undefined) mistakes.push(`${shown} takes no value`);
      given[name] = spec.type === 'switch' ? true : Number(given[name]) + 1;
      return;
    }
    const word = inline ?? words.shift();
    if (word === undefined) {
      mistakes.push(`${shown} needs a value: ${valueName(spec)}`);
      return;
    }
    const read = readValue(spec, word, given[name]);
    if ('wrong' in read) mistakes.push(`${shown}: ${read.wrong}`);
    else given[name] = read.value;
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') {
      rest.push(...words.splice(0));
    } else if (word.startsWith('--')) {
      const [written = '', inline] = splitOnce(word.slice(2), '=');
      const name = known.get(written) ?? unambiguous(written, known);
      const spec = name === undefined ? undefined : specs[name];
      if (name !== undefined && spec !== undefined) take(name, spec, `--${name}`, inline);
      else mistakes.push(unknown(`--${written}`, suggest(written, known.keys())));
    } else if (word.startsWith('-') && word !== '-') {
      mistakes.push(...shorts(word, specs, take));
    } else rest.push(word);
  }
  // Safe cast: each value was read according to its option's type.
  return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, options: given as OptionValues<S>, rest };
}

/** A command's options when none are given. */
export const nothingGiven = <S extends OptionSpecs>(specs: S): OptionValues<S> =>
  Object.fromEntries(Object.entries(specs).map(([name, { type }]) => [name, NOTHING_GIVEN[type]])) as OptionValues<S>;

const NOTHING_GIVEN: Readonly<Record<OptionSpec['type'], Value>> = {
  switch: false,
  count: 0,
  int: undefined,
  choice: undefined,
  list: undefined,
  text: undefined,
  path: undefined,
};

/** Whether the option takes a value. */
export const takesValue = ({ type }: OptionSpec): boolean => type !== 'switch' && type !== 'count';

/** Maps each spelling to the option's name. */
const namesOf = (specs: OptionSpecs): ReadonlyMap<string, string> =>
  new Map(Object.entries(specs).flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((one) => [one, name])));

/**
 * Read a word as an option's type requires, appending to earlier values if the option accumulates; or return what was
 * expected.
 */
function readValue(
  spec: OptionSpec,
  word: string,
  before: Value,
): { readonly value: Value } | { readonly wrong: string } {
  switch (spec.type) {
    case 'int':
      return readInteger(word, spec.min);
    case 'choice':
      return spec.choices.includes(word) ? { value: word } : { wrong: expectedOneOf(spec.choices, word) };
    case 'list':
      return { value: [...textsOf(before), ...wordsOf(word)] };
    case 'text':
    case 'path':
      return { value: spec.many === true ? [...textsOf(before), word] : word };
    default:
      return { value: true };
  }
}

function readInteger(word: string, min: number | undefined): { readonly value: number } | { readonly wrong: string } {
  if (!/^[+-]?\d+$/.test(word)) return { wrong: `expected an integer, got "${word}"` };
  if (min !== undefined && Number(word) < min)
    return { wrong: `expected an integer of at least ${min}, got "${word}"` };
  return { value: Number(word) };
}

/** The message for a word that is not one of the known choices. */
export function expectedOneOf(choices: readonly string[], word: string): string {
  const near = suggest(word, choices);
  return `expected one of ${choices.join(', ')}, got "${word}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

const textsOf = (value: Value): readonly string[] => (Array.isArray(value) ? value : []);

const wordsOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

type Take = (name: string, spec: OptionSpec, shown: string, inline: string | undefined) => void;

/** Short options after a single dash; the first one that takes a value consumes the rest of the word. */
function shorts(word: string, specs: OptionSpecs, take: Take): readonly string[] {
  const byShort = new Map(Object.entries(specs).map(([name, spec]) => [spec.short, [name, spec] as const]));
  for (let i = 1; i < word.length; i++) {
    const found = byShort.get(word[i]);
    if (found === undefined) return [unknown(`-${word[i]}`, undefined)];
    const [name, spec] = found;
    const hasValue = takesValue(spec);
    const inline = !hasValue || i + 1 === word.length ? undefined : word.slice(i + 1).replace(/^=/, '');
    take(name, spec, `-${word[i]}`, inline);
    if (hasValue) return [];
  }
  return [];
}

/** The only option that starts with an abbreviation; undefined if there are none or several. */
function unambiguous(written: string, known: ReadonlyMap<string, string>): string | undefined {
  const meant = new Set(
    [...known].filter(([one]) => written.length > 1 && one.startsWith(written)).map(([, name]) => name),
  );
  return meant.size === 1 ? [...meant][0] : undefined;
}

const unknown = (shown: string, near: string | undefined): string =>
  `${shown} is not an option${near === undefined ? '' : `; did you mean --${near}?`}`;

function splitOnce(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

const VALUE_NAMES: Partial<Record<OptionSpec['type'], string>> = { int: 'N', path: 'FILE' };

const valueName = ({ type, value }: OptionSpec): string => value ?? VALUE_NAMES[type] ?? 'VALUE';

/** Format the options for the help. */
export function formatOptions(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, spec]) => {
    const value = takesValue(spec) ? ` ${valueName(spec)}` : '';
    const left = `${spec.short === undefined ? '    ' : `-${spec.short}, `}--${name}${value}`;
    return [left, `${spec.help}${spec.type === 'choice' ? `: ${spec.choices.join(', ')}` : ''}`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`).join('\n');
}
