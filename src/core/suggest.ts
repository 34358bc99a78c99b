/**
 * The candidate nearest to a mistyped word, if one is near enough to be what was meant; otherwise a candidate that
 * starts with the word, or with which the word starts.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  return nearest(word, all) ?? beginning(word, all);
}

/**
 * `dir` → directory, `upercase` → upper: the shortest candidate that starts with the word, or the longest with which
 * it starts.
 */
function beginning(word: string, candidates: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  if (lower.length < 3) return undefined;
  const begun = candidates.filter((candidate) => candidate.toLowerCase().startsWith(lower));
  if (begun.length > 0) return begun.toSorted((a, b) => a.length - b.length)[0];
  const within = candidates.filter((candidate) => candidate.length > 3 && begins(lower, candidate.toLowerCase()));
  return within.toSorted((a, b) => b.length - a.length)[0];
}

/** Whether a word starts with `start`, allowing for one mistyped letter. */
const begins = (word: string, start: string): boolean =>
  word.length > start.length && [-1, 0, 1].some((more) => editDistance(word.slice(0, start.length + more), start) <= 1);

function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  const lower = word.toLowerCase();
  for (const candidate of candidates) {
    // The distance is at least the difference between the lengths.
    if (Math.abs(candidate.length - lower.length) >= bestDistance) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** The number of insertions, deletions, replacements and swaps of neighbouring letters (Damerau–Levenshtein). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
