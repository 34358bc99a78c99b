import { type Dict, fromJs, type Value } from '../core/value.ts';
import { LazyMapping } from '../template/index.ts';
import type { Touched } from './touched.ts';

/** A mapping some of whose keys are not known: asking for one of them, or (with `rest`) for all there is, throws. */
function mapping(known: Dict, unknown: (key: string) => Touched | undefined, rest?: Touched): LazyMapping {
  return new LazyMapping(
    'dict',
    (key) => {
      const touched = known.has(key) ? undefined : unknown(key);
      if (touched !== undefined) throw touched;
      return known.get(key);
    },
    () => {
      if (rest !== undefined) throw rest;
      return [...known.keys()].map(String);
    },
  );
}

/** A mapping of which these keys are not known, each because of a task. */
export function partlyKnown(known: Dict, unknown: ReadonlyMap<string, Touched>): Value {
  const [rest] = unknown.values();
  return rest === undefined ? known : mapping(known, (key) => unknown.get(key), rest);
}

/** What a command that a check does not run registers: that it would, and nothing that it would say. Touching that makes the toucher unknown. */
export const unrunResult = (result: Readonly<Record<string, unknown>>, touched: Touched): Value =>
  mapping(fromJs(result) as Dict, (key) => (said.has(key) ? touched : undefined));

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
