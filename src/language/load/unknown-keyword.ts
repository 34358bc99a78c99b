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

/** Ansible's keywords that are taken and do nothing here, with the reason. */
const WITHOUT_EFFECT: ReadonlyMap<string, string> = new Map([
  ['debugger', 'there is no debugger'],
  ['fact_path', 'local facts are those of /etc/ansible/facts.d'],
  ['gather_subset', 'facts cost nothing until one is used; the task type setup takes it'],
  ['gather_timeout', 'facts are one question, with the time limit of all questions'],
]);

/** Tell the keywords of a dict that do nothing here. */
export function tellIdleKeywords(loading: Loading, dict: RawDict, at: Position): void {
  // All but one are keywords of plays; in the entry of a role they are its parameters.
  for (const [key, why] of WITHOUT_EFFECT)
    if (dict.has(key) && (key === 'debugger' || dict.has('hosts')))
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
