import { splitWords } from '../../core/split-words.ts';
import { fail } from '../errors.ts';

/** The parts of `word key=value …`: old lookups take their options inside a term. */
interface KeyValues {
  /** The words without a `=`. */
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

/** Splits a term into words and `key=value` pairs. */
export function keyValues(term: string): KeyValues {
  const all =
    splitWords(term) ?? fail(`failed at splitting arguments, either an unbalanced jinja2 block or quotes: ${term}`);
  const isPair = (word: string) => /^[^=\s]+=/.test(word);
  const pairs = all
    .filter(isPair)
    .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const);
  return { words: all.filter((word) => !isPair(word)), options: new Map(pairs) };
}
