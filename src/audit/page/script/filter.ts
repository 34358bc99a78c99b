/** What is looked for. */
export interface Filter {
  /** In lower case; each must occur. */
  readonly words: readonly string[];
  /** The kinds that are shown; all if empty. */
  readonly kinds: ReadonlySet<string>;
}

/** The words of a search. */
export const searchedWords = (query: string): readonly string[] =>
  query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

/** Whether every word occurs in one of the texts, which are in lower case. */
export const matches = (words: readonly string[], texts: readonly string[]): boolean =>
  words.every((word) => texts.some((text) => text.includes(word)));
