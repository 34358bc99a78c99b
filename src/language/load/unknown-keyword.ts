import type { Position } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { type Loading, report } from './loading.ts';
import { keyPlace, type RawDict } from './written.ts';

/** Tell every key of a dict that is not among the known ones. */
export function checkKeywords(
  loading: Loading,
  dict: RawDict,
  known: ReadonlySet<string>,
  owner: string,
  at: Position,
  besides: (key: string) => boolean = () => false,
): void {
  for (const key of dict.keys()) {
    if (typeof key === 'string' && (known.has(key) || besides(key))) continue;
    reportUnknown(loading, String(key), known, owner, keyPlace(dict, key, at));
  }
}

/** Tell that a keyword does nothing here, and why. */
export function tellIdle(loading: Loading, dict: RawDict, key: string, why: string, at: Position): void {
  loading.problems.push({
    severity: 'warning',
    code: 'without-effect',
    message: `\`${key}\` has no effect here: ${why}`,
    at: keyPlace(dict, key, at),
  });
}

/** Tell that a keyword means nothing where it stands. */
export function reportUnknown(
  loading: Loading,
  key: string,
  known: Iterable<string>,
  owner: string,
  at: Position,
): void {
  const near = suggest(key, known);
  const hint = near === undefined ? undefined : `did you mean "${near}"?`;
  report(loading, 'unknown-keyword', `'${key}' is not a valid attribute for a ${owner}`, at, hint);
}
