import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { LazyMapping, Undefined } from '../python/object.ts';
import { str } from '../python/repr.ts';
import { type Callee, type Callees, fn } from '../python/signature.ts';
import { equals, mapping, truth } from '../python/values.ts';

/** A result: each test reads only a single key, so other keys may be unknown. */
type Result = { get(key: string): Value | undefined };

const test = (name: string, holds: (result: Result, context: Context) => Value): Callee =>
  fn('result', ([result], context) => {
    if (result instanceof Undefined) str(result);
    return holds(
      result instanceof LazyMapping ? result : (mapping(result) ?? fail(`The '${name}' test expects a dictionary`)),
      context,
    );
  });

const flag = (name: string) => (result: Result) => result.get(name) ?? false;

const failed = test('failed', flag('failed'));
const succeeded = test('failed', (result) => !truth(flag('failed')(result)));
const changed = test('changed', isChanged);
const skipped = test('skipped', flag('skipped'));

/** Tests for registered results. */
export const resultTests: Callees = {
  failed,
  failure: failed,
  succeeded,
  success: succeeded,
  successful: succeeded,
  changed,
  change: changed,
  skipped,
  skip: skipped,
  unreachable: test('unreachable', flag('unreachable')),
  reachable: test('unreachable', (result) => !truth(flag('unreachable')(result))),
  timedout: test('timedout', (result) => truth(mapping(flag('timedout')(result))?.get('period') ?? false)),
  finished: test('finished', asynchronous('finished')),
  started: test('started', asynchronous('started')),
};

/** A loop's result counts as changed if one of its items changed. */
function isChanged(result: Result): Value {
  const itself = result.get('changed');
  if (itself !== undefined) return itself;
  const results = result.get('results');
  return Array.isArray(results) && results.some((each: Value) => truth(mapping(each)?.get('changed') ?? false));
}

function asynchronous(name: string) {
  return (result: Result, context: Context): Value => {
    const value = result.get(name);
    if (value !== undefined) return equals(value, 1);
    context.session.env.warn(`The '${name}' test expects an async task, but a non-async task was tested`);
    return true;
  };
}
