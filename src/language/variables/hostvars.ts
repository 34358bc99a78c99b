import type { Inventory } from '../../core/model.ts';
import type { Raw, Value } from '../../core/value.ts';
import { LazyDict } from './lazy-dict.ts';

/** Variables that a dict shows: by name, as written. */
export interface ReadableScope {
  get(name: string): Raw | undefined;
  names(): Iterable<string>;
}

/** Computes what is written in a scope: templates rendered, vaults opened. */
export type Evaluate = (written: Raw, scope: ReadableScope) => Value;

/** `vars`: all variables of a scope as a dict, each computed when it is touched. */
export function varsDict(scope: ReadableScope, evaluate: Evaluate): LazyDict {
  return new LazyDict({
    keys: () => scope.names(),
    has: (name) => scope.get(name) !== undefined,
    read: (name) => evaluate(scope.get(name) as Raw, scope),
  });
}

/**
 * `hostvars`: the variables of every host, each host's composed when it is touched. Iterating gives the hosts of the
 * inventory; `hostvars.localhost` is there even where the inventory does not name it.
 */
export function hostvarsDict(
  inventory: Inventory,
  scopeOf: (host: string) => ReadableScope | undefined,
  evaluate: Evaluate,
): LazyDict {
  return new LazyDict({
    keys: () => inventory.hosts.keys(),
    has: (host) => inventory.hosts.has(host) || scopeOf(host) !== undefined,
    read: (host) => varsDict(scopeOf(host) as ReadableScope, evaluate),
  });
}
