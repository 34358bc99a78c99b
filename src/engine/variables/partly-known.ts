import { lackingOf, withLacking } from '../../core/lacking.ts';
import { isRecord } from '../../core/map-texts.ts';
import { type Dict, fromJs, type Value } from '../../core/value.ts';
import { LazyMapping } from '../../template/index.ts';
import type { NotKnownYet } from '../host/not-known-yet.ts';

/** A mapping with unknown keys: reading one of them, or (with `rest`) the whole mapping, throws. */
function mapping(known: Dict, unknown: (key: string) => NotKnownYet | undefined, rest?: NotKnownYet): LazyMapping {
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

/** A mapping in which these keys are unknown, each because of a task. */
export function partlyKnown(known: Dict, unknown: ReadonlyMap<string, NotKnownYet>): Value {
  const [rest] = unknown.values();
  return rest === undefined ? known : mapping(known, (key) => unknown.get(key), rest);
}

/** The message in the result of a command that a check does not run. */
export const wouldRun = 'would run';

type Result = Readonly<Record<string, unknown>>;

/**
 * The result of a task that would change something: keys that its type documents but the result lacks are not known
 * yet.
 */
export const foreseenResult = (
  result: Result,
  { returns = {} }: { readonly returns?: Readonly<Record<string, string>> | undefined },
): Result =>
  withLacking(
    result,
    Object.keys(returns).filter((key) => result[key] === undefined),
  );

/** Whether this is the result of a command that a check does not run. */
export const isUnrun = (result: Result): boolean => result['skipped'] === true && result['msg'] === wouldRun;

/**
 * A result as later tasks see it. For a command that a check does not run, it is known whether it would change
 * something, but its output is not known: reading the output makes the reader unknown. If its failure would be ignored
 * (`mayFail`), it is also unknown whether it fails. For a foreseen change, what only the change itself produces is also
 * unknown.
 */
export function asRegistered(result: Result, touched: NotKnownYet, mayFail: boolean): Value {
  const { results } = result;
  if (Array.isArray(results) && results.some((one: Result) => isUnrun(one)))
    return new Map<Value, Value>([
      ...(fromJs(result) as Dict),
      ['results', results.map((one: Result) => asRegistered(one, touched, mayFail))],
    ]);
  if (isUnrun(result)) {
    const { skipped: _skipped, msg: _msg, ...known } = result;
    const isKnown = (key: string) => ofEngine.has(key) && !(mayFail && key === 'failed');
    return mapping(fromJs(known) as Dict, (key) => (isKnown(key) ? undefined : touched));
  }
  return lacks(result) ? asPartlyKnown(result, touched) : fromJs(result);
}

/** Whether part of a result is unknown. */
function lacks(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(lacks);
  if (!isRecord(value)) return false;
  return lackingOf(value) !== undefined || Object.values(value).some(lacks);
}

function asPartlyKnown(value: unknown, touched: NotKnownYet): Value {
  if (Array.isArray(value)) return value.map((one) => asPartlyKnown(one, touched));
  if (!isRecord(value)) return fromJs(value);
  const keys = lackingOf(value);
  const known: Dict = new Map<Value, Value>(
    Object.entries(value)
      .filter(([key, one]) => one !== undefined && keys?.has(key) !== true)
      .map(([key, one]) => [key, asPartlyKnown(one, touched)]),
  );
  return keys === undefined ? known : mapping(known, (key) => (keys.has(key) ? touched : undefined));
}

/** Keys that the engine adds to results: a key that is absent now would also be absent after a run. */
// biome-ignore format: a list
const ofEngine: ReadonlySet<string> = new Set(['changed', 'failed', 'skipped', 'unreachable', 'results', 'attempts', 'diff', 'warnings', 'exception',
  'ansible_facts', 'ansible_job_id', 'finished', 'started', 'invocation', 'item', 'ansible_loop_var']);
