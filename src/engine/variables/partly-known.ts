import { lackingOf, withLacking } from '../../core/lacking.ts';
import { isRecord } from '../../core/map-texts.ts';
import { type Dict, fromJs, type Value } from '../../core/value.ts';
import { LazyMapping } from '../../template/index.ts';
import type { NotKnownYet } from '../host/not-known-yet.ts';

/** A mapping some of whose keys are not known: asking for one of them, or (with `rest`) for all there is, throws. */
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

/** A mapping of which these keys are not known, each because of a task. */
export function partlyKnown(known: Dict, unknown: ReadonlyMap<string, NotKnownYet>): Value {
  const [rest] = unknown.values();
  return rest === undefined ? known : mapping(known, (key) => unknown.get(key), rest);
}

/** What a command that a check does not run has as its message. */
export const wouldRun = 'would run';

type Result = Readonly<Record<string, unknown>>;

/** The result of a task that would change something: what its type documents and the result does not hold is not known yet. */
export const foreseenResult = (
  result: Result,
  { returns = {} }: { readonly returns?: Readonly<Record<string, string>> | undefined },
): Result =>
  withLacking(result, [
    ...(lackingOf(result) ?? []),
    ...Object.keys(returns).filter((key) => result[key] === undefined),
  ]);

/** Whether this is the result of a command that a check does not run. */
export const isUnrun = (result: Result): boolean => result['skipped'] === true && result['msg'] === wouldRun;

/**
 * A result as later tasks see it. A command that a check does not run tells that it would change something, or not, and
 * nothing of what it would say: touching that makes the toucher unknown. Where a failure of it is ignored (`mayFail`),
 * nobody knows whether it fails either. Of a change that is foreseen, what only the change brings is unknown likewise.
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

/** Whether something in a result is not known. */
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

/** What the engine gives each result, if anything: where it is not there, it would not be there after a run either. */
// biome-ignore format: a list
const ofEngine: ReadonlySet<string> = new Set(['changed', 'failed', 'skipped', 'unreachable', 'results', 'attempts', 'diff', 'warnings', 'exception',
  'ansible_facts', 'ansible_job_id', 'finished', 'started', 'invocation', 'item', 'ansible_loop_var']);
