import { isDict, type Raw, Template, type Value } from '../../core/value.ts';
import { isUndefinedError, LazyMapping, TemplateError, Undefined } from '../../template/index.ts';
import type { Inventory } from '../model.ts';

/** The variables behind a mapping: by name, as written. */
export interface ReadableScope {
  get(name: string): Raw | undefined;
  names(): Iterable<string>;
}

/** Evaluates what is written in a scope: renders templates, decrypts vault values. */
export type Evaluate = (written: Raw, scope: ReadableScope) => Value;

/** `vars`: all variables of a scope, except itself, as a mapping; each is computed on access. */
export function varsDict(scope: ReadableScope, evaluate: Evaluate): LazyMapping {
  const others: ReadableScope = {
    get: (name) => (name === 'vars' ? undefined : scope.get(name)),
    names: () => [...scope.names()].filter((name) => name !== 'vars'),
  };
  const all = (written: Raw): Value => asFarAsKnown(written, scope, evaluate);
  return mapping('dict', others, (written) => computed(written, scope, evaluate), all);
}

/** `show` computes a variable when all are shown at once; one that cannot be computed is then shown as written. */
function mapping(
  name: string,
  scope: ReadableScope,
  compute: (written: Raw) => Value,
  show: (written: Raw) => Value = compute,
): LazyMapping {
  const reading = (how: (written: Raw) => Value) =>
    remembering((key: string) => {
      const written = scope.get(key);
      return written === undefined ? undefined : how(written);
    });
  return new LazyMapping(name, reading(compute), () => scope.names(), reading(show));
}

/**
 * `hostvars`: the variables of every host, composed when a host is accessed. Iterating yields the inventory's hosts; `scopeOf` may know
 * more hosts (`localhost`), and returns nothing for names that are not hosts.
 */
export function hostvarsDict(
  inventory: Inventory,
  scopeOf: (host: string) => ReadableScope | undefined,
  evaluate: Evaluate,
): LazyMapping {
  const read = remembering((host: string) => {
    const scope = scopeOf(host);
    return scope && mapping('HostVarsVars', scope, (written) => asFarAsKnown(written, scope, evaluate));
  });
  return new LazyMapping('HostVars', read, () => inventory.hosts.keys());
}

/** From outside a play, a value that needs the play's variables stays as written. */
function asFarAsKnown(written: Raw, scope: ReadableScope, evaluate: Evaluate): Value {
  if (Array.isArray(written)) return (written as readonly Raw[]).map((part) => asFarAsKnown(part, scope, evaluate));
  if (isDict(written))
    return new Map([...(written as Map<Value, Raw>)].map(([key, part]) => [key, asFarAsKnown(part, scope, evaluate)]));
  const value = computed(written, scope, evaluate);
  return value instanceof Undefined && written instanceof Template ? written.source : value;
}

/** A variable that refers to something undefined is itself undefined: only using it is an error. */
function computed(written: Raw, scope: ReadableScope, evaluate: Evaluate): Value {
  try {
    return evaluate(written, scope);
  } catch (error) {
    if (error instanceof TemplateError && isUndefinedError(error)) return new Undefined(error.message);
    throw error;
  }
}

// Exceptions (pending, unknown) are neither cached nor caught.
function remembering<T extends Value>(compute: (key: string) => T | undefined): (key: string) => T | undefined {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    if (value !== undefined) known.set(key, value);
    return value;
  };
}
