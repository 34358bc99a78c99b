import { must } from '../core/must.ts';
import { Tuple, type Value } from '../core/value.ts';
import { fail } from './errors.ts';
import { lipsum } from './lipsum.ts';
import { runLookup } from './lookups/run-lookup.ts';
import { DateTime } from './python/datetime.ts';
import { makeDict } from './python/dict-methods.ts';
import { indexOf, isInt } from './python/number.ts';
import { Callable, Namespace, PyObject, Undefined } from './python/object.ts';
import { typeName } from './python/repr.ts';
import { type Callee, fn } from './python/signature.ts';
import { truth } from './python/values.ts';

const MOST = 10_000_000;

const range = fn('*numbers', ([given]) => {
  const numbers = given as Value[];
  const wrong = numbers.find((each) => !isInt(each));
  if (wrong !== undefined)
    return fail(`'${typeName(wrong)}' object cannot be interpreted as an integer`, 'template-type');
  const [a, b, step = 1] = numbers.map(Number);
  if (a === undefined) return fail('range expected at least 1 argument, got 0');
  if (step === 0) return fail('range() arg 3 must not be zero');
  const [start, stop] = b === undefined ? [0, a] : [a, b];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MOST) return fail(`range() of ${count} numbers exceeds what a template can hold`);
  return Array.from({ length: count }, (_, index) => start + index * step);
});

/** Jinja's `cycler(...)`. */
class Cycler extends PyObject {
  readonly opaque = 'Cycler';
  readonly #items: readonly Value[];
  #position = 0;

  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) fail('at least one item has to be provided');
    this.#items = items;
  }

  override attribute(name: string): Value | undefined {
    if (name === 'current') return this.#current();
    if (name === 'pos') return this.#position;
    if (name === 'items') return new Tuple(this.#items);
    if (name === 'next') return new Callable('next', () => this.#next());
    if (name === 'reset') return new Callable('reset', () => this.#reset());
    return undefined;
  }

  #current(): Value {
    return must(this.#items[this.#position], 'the current item of a cycler');
  }

  #next(): Value {
    const item = this.#current();
    this.#position = (this.#position + 1) % this.#items.length;
    return item;
  }

  #reset(): Value {
    this.#position = 0;
    return null;
  }
}

function joiner(separator: string): Value {
  let used = false;
  return new Callable('joiner', () => {
    const text = used ? separator : '';
    used = true;
    return text;
  });
}

const callees: Record<string, Callee> = {
  range,
  dict: { call: (_, args, kwargs) => makeDict(args, kwargs) },
  namespace: {
    call: (_, args, kwargs) =>
      new Namespace(new Map([...makeDict(args, kwargs)].map(([key, value]) => [String(key), value]))),
  },
  cycler: fn('*items', ([items]) => new Cycler(items as Value[])),
  joiner: fn('sep=None', ([separator]) => joiner(separator === null ? ', ' : String(separator))),
  lipsum: fn('n=5, html=True, min=20, max=100', ([n, html, least, most], { session }) => {
    const paragraphs = indexOf(n);
    if (paragraphs * indexOf(most) > MOST)
      return fail(`lipsum() of ${paragraphs} paragraphs exceeds what a template can hold`);
    return lipsum({ paragraphs, html: truth(html), least: indexOf(least), most: indexOf(most) }, session.env.random);
  }),
  lookup: { call: (_, args, kwargs, context) => runLookup(args, kwargs, context, false) },
  query: { call: (_, args, kwargs, context) => runLookup(args, kwargs, context, true) },
  q: { call: (_, args, kwargs, context) => runLookup(args, kwargs, context, true) },
  now: fn('utc=False, fmt=None', ([utc, format], { session }) => {
    const now = truth(utc) ? DateTime.utc(session.env.now()) : DateTime.local(session.env.now());
    return format === null ? now : now.strftime(String(format));
  }),
  undef: fn(
    'hint=None',
    ([hint]) => new Undefined(hint === null ? 'Mandatory variable has not been overridden' : String(hint)),
  ),
};

/** The functions that every template can call. */
export const globals: Readonly<Record<string, Value>> = Object.fromEntries(
  Object.entries(callees).map(([name, callee]) => [
    name,
    new Callable(name, (args, kwargs, context) => callee.call(name, args, kwargs, context)),
  ]),
);

/** Their names. */
export const globalNames: ReadonlySet<string> = new Set(Object.keys(globals));
