import type { Inventory } from '../../core/model.ts';
import type { Raw, Value } from '../../core/value.ts';
import { isUndefinedError, LazyMapping, TemplateError, Undefined } from '../../template/index.ts';

/** Variables that a mapping shows: by name, as written. */
export interface ReadableScope {
  get(name: string): Raw | undefined;
  names(): Iterable<string>;
}

/** Computes what is written in a scope: templates rendered, vaults opened. */
export type Evaluate = (written: Raw, scope: ReadableScope) => Value;

/** `vars`: all variables of a scope as a mapping, each computed when it is touched. */
export function varsDict(scope: ReadableScope, evaluate: Evaluate, name = 'dict'): LazyMapping {
  const read = remembering((key: string) => {
    const written = scope.get(key);
    return written === undefined ? undefined : computed(written, scope, evaluate);
  });
  return new LazyMapping(name, read, () => scope.names());
}

/**
 * `hostvars`: the variables of every host, each host's composed when it is touched. Iterating gives the hosts of the
 * inventory; `scopeOf` may know more (`localhost`), and knows nothing of names that are no hosts.
 */
export function hostvarsDict(
  inventory: Inventory,
  scopeOf: (host: string) => ReadableScope | undefined,
  evaluate: Evaluate,
): LazyMapping {
  const read = remembering((host: string) => {
    const scope = scopeOf(host);
    return scope && varsDict(scope, evaluate, 'HostVarsVars');
  });
  return new LazyMapping('HostVars', read, () => inventory.hosts.keys());
}

/** A variable that mentions something undefined is itself undefined, until it is used. */
function computed(written: Raw, scope: ReadableScope, evaluate: Evaluate): Value {
  try {
    return evaluate(written, scope);
  } catch (error) {
    if (error instanceof TemplateError && isUndefinedError(error)) return new Undefined(error.message);
    throw error;
  }
}

// What throws (pending, unknown) is not remembered, and not caught.
function remembering<T extends Value>(compute: (key: string) => T | undefined): (key: string) => T | undefined {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    if (value !== undefined) known.set(key, value);
    return value;
  };
}
