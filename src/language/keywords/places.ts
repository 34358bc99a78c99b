import { KEYWORDS, type KeywordName, type KeywordPlace, type KeywordSpec } from './table.ts';

const all = Object.entries(KEYWORDS) as readonly (readonly [KeywordName, KeywordSpec])[]; // entries of that very object

const byPlace = new Map<KeywordPlace, ReadonlySet<string>>();

/** The names of the keywords that may stand in a place. */
export function keywordsOn(place: KeywordPlace): ReadonlySet<string> {
  const known = byPlace.get(place);
  if (known !== undefined) return known;
  const found = new Set(all.filter(([, { on }]) => on.includes(place)).map(([name]) => name));
  byPlace.set(place, found);
  return found;
}

/** What the table says of a word that may stand in a place, undefined where it is no keyword there. */
export const keywordOn = (place: KeywordPlace, word: unknown): KeywordSpec | undefined =>
  typeof word === 'string' && keywordsOn(place).has(word) ? KEYWORDS[word as KeywordName] : undefined; // it is in the table
