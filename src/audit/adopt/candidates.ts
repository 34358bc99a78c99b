import type { ReportedChange } from '../../core/event.ts';
import type { Candidate } from './candidate.ts';
import { fileWays, isWhole } from './file-ways.ts';
import { itemWays, listWays, loopWays } from './list-ways.ts';
import type { Declared } from './look.ts';
import { paramsOf } from './params.ts';
import type { SourceTexts } from './pieces.ts';
import type { Pair } from './solve.ts';
import { named, turnWays, valueWays, wordWays } from './value-ways.ts';

/** Ways to change the sources, and reasons why others are barred. */
interface Ways {
  readonly candidates: readonly Candidate[];
  readonly barred: readonly string[];
}

/** The ways to declare what a change would replace, most likely first. `read`: the content on the host, if the change does not tell it. */
export function waysFor(declared: Declared, change: ReportedChange, sources: SourceTexts, read?: string): Ways {
  const { task, type } = declared;
  if (task === undefined || type === undefined) return { candidates: [], barred: ['its task is not known'] };
  const barred: string[] = [];
  const params = paramsOf(declared, sources);
  const pairs = pairsOf(change, declared);
  const found: (Candidate | string)[] = [
    ...named(params, change, declared, sources),
    ...pairs.flatMap((pair) => params.flatMap((param) => valueWays(param, [pair], sources))),
    ...wordWays(change, params, sources),
    ...fileWays(declared, params, change, sources, read),
    ...itemWays(params, change, sources),
    ...listWays(params, change, sources),
    ...loopWays(declared, change, sources),
    ...turnWays(declared, params, change, sources),
  ];
  const seen = new Set<string>();
  const candidates = found.flatMap((one) => {
    if (typeof one === 'string') {
      barred.push(one);
      return [];
    }
    const key = JSON.stringify([...one.files]);
    if (seen.has(key) || one.files.size === 0) return [];
    seen.add(key);
    return [one];
  });
  return { candidates, barred: [...new Set(barred)] };
}

/** What is declared and found, in the forms in which a change tells it. */
function pairsOf({ from, to, diff }: ReportedChange, { outcome }: Declared): readonly Pair[] {
  const bare = (text: string): string => text.replace(/^→ /, '');
  const { before, after } = outcome.result;
  return [
    ...(from !== null && to !== null ? [{ declared: bare(to), found: bare(from) }] : []),
    ...(diff !== undefined && from !== null && isWhole(diff.before)
      ? [{ declared: diff.after, found: diff.before }]
      : []),
    ...(typeof before === 'string' && typeof after === 'string' && from !== null
      ? [{ declared: after, found: before }]
      : []),
  ];
}
