import { lackingOf, withLacking } from '../../core/lacking.ts';
import { isRecord } from '../../core/map-texts.ts';
import type { TaskType } from '../../core/task-type.ts';
import { type Dict, fromJs, type Value } from '../../core/value.ts';
import { LazyMapping } from '../../template/index.ts';
import type { NotKnownYet } from '../host/not-known-yet.ts';

/** What is known of a mapping, and what is not. */
interface Knowing {
  readonly known: Dict;
  /** Values that hold only if something goes as expected; reading one calls `relies`. */
  readonly assumed?: Dict;
  readonly relies?: () => void;
  /** Why another key is unknown; undefined if it is known to be absent. */
  readonly unknown: (key: string) => NotKnownYet | undefined;
  /** Why the mapping as a whole is unknown. */
  readonly rest: NotKnownYet;
}

/** A mapping of which some keys are unknown: reading one of those, or all of the mapping, throws. */
class PartlyKnown extends LazyMapping {
  readonly #parts: Knowing;

  constructor(parts: Knowing) {
    const all = (): never => {
      throw parts.rest;
    };
    super('dict', (key) => this.#read(key), all);
    this.#parts = parts;
  }

  #read(key: string): Value | undefined {
    const { known, assumed, relies, unknown } = this.#parts;
    if (known.has(key)) return known.get(key);
    if (assumed?.has(key) === true) {
      relies?.();
      return assumed.get(key);
    }
    const touched = unknown(key);
    if (touched !== undefined) throw touched;
    return undefined;
  }

  override has(key: string): boolean {
    return this.#read(key) !== undefined;
  }

  override get isEmpty(): boolean {
    return this.#parts.known.size === 0 && super.isEmpty;
  }
}

/** A mapping in which these keys are unknown, each because of a task. */
export function partlyKnown(known: Dict, unknown: ReadonlyMap<string, NotKnownYet>): Value {
  const [rest] = unknown.values();
  return rest === undefined ? known : new PartlyKnown({ known, unknown: (key) => unknown.get(key), rest });
}

/** The message in the result of a command that a check does not run. */
export const wouldRun = 'would run';

type Result = Readonly<Record<string, unknown>>;

/** Whether this is the result of a command that a check does not run. */
export const isUnrun = (result: Result): boolean => result['skipped'] === true && result['msg'] === wouldRun;

/**
 * The result of a task that would change something: keys that its type documents but the result lacks are not known
 * yet.
 */
export function foreseenResult(result: Result, type: Pick<TaskType, 'returns' | 'returnsMore'>): Result {
  const { returns, returnsMore = false } = type;
  if (returns === undefined || returnsMore) return result;
  const isLacking = (key: string): boolean => result[key] === undefined || (key === 'msg' && isUnrun(result));
  return withLacking(result, Object.keys(returns).filter(isLacking));
}

/** How a result is registered. */
interface Registering {
  /** Thrown by reading what is unknown. */
  readonly touched: NotKnownYet;
  /** Whether its failure is ignored, so that later tasks may see it. */
  readonly mayFail: boolean;
  /** Whether its exit code alone decides if a command fails. */
  readonly failsByCode: boolean;
  /** Note that something relies on the success of a command that a check does not run; without it, nothing may. */
  readonly relies?: () => void;
}

/** A result as later tasks see it. For a predicted change, what only the change itself produces is unknown. */
export function asRegistered(result: Result, by: Registering): Value {
  const { results } = result;
  if (Array.isArray(results) && results.some((one: Result) => isUnrun(one)))
    return new Map<Value, Value>([
      ...(fromJs(result) as Dict),
      ['results', results.map((one: Result) => asRegistered(one, by))],
    ]);
  if (isUnrun(result)) return unrun(result, by);
  return lacks(result) ? asPartlyKnown(result, by.touched) : fromJs(result);
}

/**
 * The result of a command that a check does not run: it is known whether it would change something, but not its output.
 * One that would change something is assumed to succeed; if its failure is ignored, what reads this holds `unless` the
 * command does something else.
 */
function unrun(result: Result, { touched, mayFail, failsByCode, relies }: Registering): Value {
  const changed = result['changed'] === true;
  const lacking = lackingOf(result);
  const success = new Map<Value, Value>([['failed', false]]);
  if (failsByCode && lacking?.has('rc') === true) success.set('rc', 0);
  const known = new Map<Value, Value>([['changed', changed], ...(mayFail ? [] : success)]);
  const isUnknown = (key: string): boolean =>
    success.has(key) || (lacking === undefined ? !ofEngine.has(key) : lacking.has(key));
  return new PartlyKnown({
    known,
    // A command that only looks is often there to succeed or fail, so nothing is assumed about it.
    ...(mayFail && changed && relies !== undefined && { assumed: success, relies }),
    unknown: (key) => (isUnknown(key) ? touched : undefined),
    rest: touched,
  });
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
  if (keys === undefined) return known;
  return new PartlyKnown({ known, unknown: (key) => (keys.has(key) ? touched : undefined), rest: touched });
}

/** Keys that the engine adds to results: a key that is absent now would also be absent after a run. */
// biome-ignore format: a list
const ofEngine: ReadonlySet<string> = new Set(['changed', 'failed', 'skipped', 'unreachable', 'results', 'attempts', 'diff', 'warnings', 'exception',
  'ansible_facts', 'ansible_job_id', 'finished', 'started', 'invocation', 'item', 'ansible_loop_var']);
