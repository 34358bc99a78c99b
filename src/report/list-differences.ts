import { diffArrays } from 'diff';

/** What stands in one list instead of what is in the other. */
interface Difference {
  /** The index of the first item that differs. */
  readonly at: number;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** The most items that are taken out or put in; lists that differ more are one difference. */
const MOST_EDITS = 2000;

/** Where two lists differ: their longest common subsequence stays. */
export function listDifferences(before: readonly string[], after: readonly string[]): readonly Difference[] {
  const parts = diffArrays([...before], [...after], { maxEditLength: MOST_EDITS });
  if (parts === undefined) return [{ at: 0, from: before, to: after }];
  const found: { at: number; from: readonly string[]; to: readonly string[] }[] = [];
  let at = 0;
  let open: (typeof found)[number] | undefined;
  for (const { value, added, removed } of parts) {
    if (!added && !removed) {
      open = undefined;
      at += value.length;
      continue;
    }
    if (open === undefined) {
      open = { at, from: [], to: [] };
      found.push(open);
    }
    if (added) open.to = [...open.to, ...value];
    else {
      open.from = [...open.from, ...value];
      at += value.length;
    }
  }
  return found;
}
