import { readArguments } from '../../core/key-value.ts';
import { splitWords } from '../../core/split-words.ts';
import { fail } from '../errors.ts';

/** The parts of `word key=value …`: old lookups take their options inside a term. */
interface KeyValues {
  /** The words without a `=`, as written: with their quotes. */
  readonly free: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Splits a term into its words and its options; `known` lists the options that the lookup has. */
export function keyValues(term: string, known?: readonly string[]): KeyValues {
  if (splitWords(term) === undefined)
    return fail(`failed at splitting arguments, either an unbalanced jinja2 block or quotes: ${term}`);
  const { pairs, free } = readArguments(term, false);
  const unknown = known && [...pairs.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) return fail(`${unknown} is not a valid option (known: ${known?.join(', ')})`);
  return { free: free.trim(), options: pairs };
}
