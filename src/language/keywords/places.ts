import { KEYWORDS, type KeywordName, type KeywordPlace, type KeywordSpec } from './table.ts';

const all = Object.entries(KEYWORDS) as readonly (readonly [KeywordName, KeywordSpec])[]; // these are the entries of that very object

const byPlace = new Map<KeywordPlace, ReadonlySet<string>>();

/** The keywords allowed in a place. */
export function keywordsOn(place: KeywordPlace): ReadonlySet<string> {
  const known = byPlace.get(place);
  if (known !== undefined) return known;
  const found = new Set(all.filter(([, { on }]) => on.includes(place)).map(([name]) => name));
  byPlace.set(place, found);
  return found;
}

/** The table's entry for a keyword; undefined if the word is not a keyword in that place. */
export const keywordOn = (place: KeywordPlace, word: unknown): KeywordSpec | undefined =>
  typeof word === 'string' && keywordsOn(place).has(word) ? KEYWORDS[word as KeywordName] : undefined; // the table has it

/**
 * The keywords that Ansible accepts next to `import_playbook` although they have no effect there: those that plays and tasks share,
 * except `collections`, which it refuses.
 */
export const idleOnImports: ReadonlySet<string> = new Set(
  [...keywordsOn('play')].filter(
    (name) => keywordsOn('task').has(name) && !keywordsOn('import_playbook').has(name) && name !== 'collections',
  ),
);
