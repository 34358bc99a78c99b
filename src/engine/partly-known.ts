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

/** What a command that a check does not run has as its message. */
export const wouldRun = 'would run';

type Result = Readonly<Record<string, unknown>>;

/** Whether this is the result of a command that a check does not run. */
export const isUnrun = (result: Result): boolean => result['skipped'] === true && result['msg'] === wouldRun;

/**
 * A result as later tasks see it. A command that a check does not run tells that it would change something, or not, and
 * nothing of what it would say: touching that makes the toucher unknown. Where a failure of it is ignored (`mayFail`),
 * nobody knows whether it fails either.
 */
export function asRegistered(result: Result, touched: Touched, mayFail: boolean): Value {
  const { results } = result;
  if (Array.isArray(results) && results.some((one: Result) => isUnrun(one)))
    return new Map<Value, Value>([
      ...(fromJs(result) as Dict),
      ['results', results.map((one: Result) => asRegistered(one, touched, mayFail))],
    ]);
  if (!isUnrun(result)) return fromJs(result);
  const { skipped: _skipped, msg: _msg, ...known } = result;
  return mapping(fromJs(known) as Dict, (key) =>
    said.has(key) || (mayFail && key === 'failed') ? touched : undefined,
  );
}

/** What only a command that ran can tell. */
const said: ReadonlySet<string> = new Set([
  'cmd',
  'delta',
  'end',
  'msg',
  'rc',
  'start',
  'stderr',
  'stderr_lines',
  'stdout',
  'stdout_lines',
]);
