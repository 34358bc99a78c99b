import type { Position } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { type Loading, report } from './loading.ts';
import { keyPlace, type RawDict } from './written.ts';

/** Something that has keywords, by the name that Ansible's messages use for it. */
export interface KeywordOwner {
  readonly name: string;
  readonly known: ReadonlySet<string>;
}

/** Reports every key of a dict that is neither a known keyword nor the one extra key allowed. */
export function checkKeywords(
  loading: Loading,
  dict: RawDict,
  owner: KeywordOwner,
  at: Position,
  besides?: string,
): void {
  for (const key of dict.keys()) {
    if (typeof key === 'string' && (owner.known.has(key) || key === besides)) continue;
    reportUnknown(loading, String(key), owner, keyPlace(dict, key, at));
  }
}

/** Reports that a keyword has no effect here, and why. */
export function tellIdle(loading: Loading, dict: RawDict, key: string, why: string, at: Position): void {
  loading.problems.push({
    severity: 'warning',
    code: 'without-effect',
    message: `\`${key}\` has no effect here: ${why}`,
    at: keyPlace(dict, key, at),
  });
}

/** Reports that a keyword means nothing in this place. */
export function reportUnknown(loading: Loading, key: string, { name, known }: KeywordOwner, at: Position): void {
  const near = suggest(key, known);
  const hint = near === undefined ? undefined : `did you mean "${near}"?`;
  report(loading, 'unknown-keyword', `'${key}' is not a valid attribute for a ${name}`, at, hint);
}
