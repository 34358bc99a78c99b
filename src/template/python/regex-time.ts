import { Script } from 'node:vm';
import { fail } from '../errors.ts';

/** How long searching one string for one pattern may take. */
const LONGEST_MS = 10_000;

/** A number of steps that takes no noticeable time: only searches that may need more are watched. */
const FEW_STEPS = 1e10;

/** Properties of a pattern that can make V8's backtracking search slow. */
interface Risk {
  /** A repetition inside a repetition: `(a+)+` doubles the time with every character. */
  readonly nested: boolean;
  /** How many parts have unbounded length: each adds one to the exponent of the text's length. */
  readonly repeats: number;
}

const risks = new WeakMap<RegExp, Risk>();

function riskOf(regexp: RegExp): Risk {
  const known = risks.get(regexp);
  if (known !== undefined) return known;
  const bare = regexp.source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, 'x');
  const risk = { nested: /\)(?:[*+]|\{\d)/.test(bare), repeats: bare.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0 };
  risks.set(regexp, risk);
  return risk;
}

/**
 * Runs a search. If it might never end, gives up after ten seconds, because Node handles no signals during a search.
 * Watching costs a tenth of a millisecond, so a search known to end is not watched.
 */
export function inTime<T>(regexp: RegExp, text: string, search: () => T): T {
  const { nested, repeats } = riskOf(regexp);
  const isShort = nested ? text.length < 16 : text.length ** (repeats + 1) < FEW_STEPS;
  return isShort ? search() : watched(search, regexp);
}

const jobName = 'retraceWatchedSearch';
let caller: Script | undefined;

function watched<T>(search: () => T, regexp: RegExp): T {
  const done: T[] = [];
  caller ??= new Script(`globalThis.${jobName}()`);
  Reflect.set(globalThis, jobName, () => void done.push(search()));
  try {
    caller.runInThisContext({ timeout: LONGEST_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const shown = regexp.source.replace(/\(\?<g\d+>/g, '(');
    return fail(`the search for the pattern ${shown} did not finish within ${LONGEST_MS / 1000} s`, 'template-limit');
  } finally {
    Reflect.deleteProperty(globalThis, jobName);
  }
  return done[0] as T;
}
