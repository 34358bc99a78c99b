import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Options that a program has, by their letters and names. What is not listed is not understood. */
interface Known {
  /** Options without a value: letters in one word, and names. */
  readonly flags?: string;
  readonly longFlags?: readonly string[];
  /** Options with a value. */
  readonly values?: string;
  readonly longValues?: readonly string[];
}

/** The options and operands of a call. */
interface Options {
  has(...names: readonly string[]): boolean;
  /** The last value of an option. */
  value(...names: readonly string[]): string | undefined;
  /** All values of an option, in order. */
  all(...names: readonly string[]): readonly string[];
  readonly operands: readonly string[];
}

/** Reads a program's arguments as getopt_long(3) does; undefined if one of them is an option that is not known. */
export function readOptions(
  args: readonly string[],
  { flags = '', longFlags = [], values = '', longValues = [] }: Known,
): Options | undefined {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  // A letter needs a name, too; no program has names of one letter.
  for (const letter of flags) options[letter] = { type: 'boolean', short: letter, multiple: true };
  for (const name of longFlags) options[name] = { type: 'boolean', multiple: true };
  for (const letter of values) options[letter] = { type: 'string', short: letter, multiple: true };
  for (const name of longValues) options[name] = { type: 'string', multiple: true };
  try {
    const read = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
    const found = read.values as Record<string, readonly (string | boolean)[] | undefined>;
    const all = (...names: readonly string[]) => names.flatMap((name) => found[name] ?? []).map(String);
    return {
      has: (...names) => names.some((name) => found[name] !== undefined),
      value: (...names) => all(...names).at(-1),
      all,
      operands: read.positionals,
    };
  } catch {
    return undefined;
  }
}
