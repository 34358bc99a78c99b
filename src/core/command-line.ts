import { suggest } from './suggest.ts';

/** An option of a command: the single source for parsing, help and completion. Without a value it is a switch. */
export interface OptionSpec {
  readonly type: 'switch' | 'int' | 'choice' | 'text' | 'path';
  readonly short?: string;
  /** Other spellings. */
  readonly aliases?: readonly string[];
  /** What its value is called in the help. */
  readonly value?: string;
  /** The smallest integer that makes sense. */
  readonly min?: number;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly many?: true;
  readonly help: string;
}

/** The options of a command by their names, in the order of the help. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type One<S> = S extends { type: 'switch' | 'int' }
  ? number
  : S extends { type: 'choice'; choices: readonly (infer C)[] }
    ? C
    : string;

/** What was given, each as its type: switches count how often, what was not given is not there. */
export type OptionValues<S extends OptionSpecs> = {
  readonly [K in keyof S]?: (S[K] extends { many: true } ? readonly One<S[K]>[] : One<S[K]>) | undefined;
};

/** A command line that was understood: options, and the words that are none. */
export interface CommandLine<S extends OptionSpecs> {
  readonly options: OptionValues<S>;
  readonly rest: readonly string[];
}

type Read<S extends OptionSpecs> =
  | ({ readonly ok: true } & CommandLine<S>)
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** Read a command line. All mistakes at once; `-abc`, `-fVALUE`, `--name=value`, unambiguous beginnings and `--` are understood. */
export function parseOptions<const S extends OptionSpecs>(specs: S, argv: readonly string[]): Read<S> {
  const known = namesOf(specs);
  const given: Record<string, number | string | (number | string)[]> = {};
  const rest: string[] = [];
  const mistakes: string[] = [];
  const words = [...argv];
  const take = (name: string, spec: OptionSpec, shown: string, inline: string | undefined): void => {
    if (spec.type === 'switch') {
      if (inline !== undefined) mistakes.push(`${shown} takes no value`);
      given[name] = Number(given[name] ?? 0) + 1;
      return;
    }
    const word = inline ?? words.shift();
    const value = word === undefined ? { wrong: `needs a value: ${valueName(spec)}` } : readValue(spec, word);
    if (typeof value === 'object') mistakes.push(`${shown}${word === undefined ? ' ' : ': '}${value.wrong}`);
    else given[name] = spec.many === true ? [...[given[name] ?? []].flat(), value] : value;
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
  // Each value was read by the type that its option names.
  return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, options: given as OptionValues<S>, rest };
}

/** Each spelling, and the name of the option that it means. */
const namesOf = (specs: OptionSpecs): ReadonlyMap<string, string> =>
  new Map(Object.entries(specs).flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((one) => [one, name])));

/** A word as an option's type takes it, or what was expected. */
function readValue(
  { type, min, choices = [] }: OptionSpec,
  word: string,
): string | number | { readonly wrong: string } {
  if (type === 'choice' && !choices.includes(word)) {
    const near = suggest(word, choices);
    const meant = near === undefined ? '' : `; did you mean "${near}"?`;
    return { wrong: `expected one of ${choices.join(', ')}, got "${word}"${meant}` };
  }
  if (type !== 'int') return word;
  if (!/^[+-]?\d+$/.test(word)) return { wrong: `expected an integer, got "${word}"` };
  return min !== undefined && Number(word) < min
    ? { wrong: `expected an integer of at least ${min}, got "${word}"` }
    : Number(word);
}

type Take = (name: string, spec: OptionSpec, shown: string, inline: string | undefined) => void;

/** Short options behind one dash; the first that takes a value has all that follows. */
function shorts(word: string, specs: OptionSpecs, take: Take): readonly string[] {
  const byShort = new Map(Object.entries(specs).map(([name, spec]) => [spec.short, [name, spec] as const]));
  for (let i = 1; i < word.length; i++) {
    const found = byShort.get(word[i]);
    if (found === undefined) return [unknown(`-${word[i]}`, undefined)];
    const [name, spec] = found;
    const isSwitch = spec.type === 'switch';
    const inline = isSwitch || i + 1 === word.length ? undefined : word.slice(i + 1).replace(/^=/, '');
    take(name, spec, `-${word[i]}`, inline);
    if (!isSwitch) return [];
  }
  return [];
}

/** The one option that an abbreviation can mean. */
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

const valueName = ({ type, value }: OptionSpec): string =>
  value ?? { int: 'N', path: 'FILE' }[type as string] ?? 'VALUE';

/** The options as the help shows them. */
export function formatOptions(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, spec]) => {
    const value = spec.type === 'switch' ? '' : ` ${valueName(spec)}`;
    const left = `${spec.short === undefined ? '    ' : `-${spec.short}, `}--${name}${value}`;
    return [left, `${spec.help}${spec.choices === undefined ? '' : `: ${spec.choices.join(', ')}`}`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`).join('\n');
}
