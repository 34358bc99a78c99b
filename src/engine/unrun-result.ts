import { type Dict, fromJs, type Value } from '../core/value.ts';
import type { Touched } from './touched.ts';

/** What a command that a check does not run registers: that it would, and nothing that it would say. Touching that makes the toucher unknown. */
export function unrunResult(result: Readonly<Record<string, unknown>>, touched: Touched): Dict {
  const known = fromJs(result) as Dict;
  return Object.assign(new Map(known), {
    get(key: Value): Value | undefined {
      if (!known.has(key) && typeof key === 'string' && said.has(key)) throw touched;
      return known.get(key);
    },
  });
}

/** What only a command that ran can tell. */
const said: ReadonlySet<string> = new Set([
  'cmd',
  'delta',
  'end',
  'rc',
  'start',
  'stderr',
  'stderr_lines',
  'stdout',
  'stdout_lines',
]);
