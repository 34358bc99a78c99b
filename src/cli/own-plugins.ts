import { join } from 'node:path';
import type { Diagnostic, Result } from '../core/source.ts';
import { fromJs, toJs, type Value } from '../core/value.ts';
import type { OwnTable } from '../template/env.ts';
import { type Callee, type Env, type Lookup, TemplateError, Undefined } from '../template/index.ts';
import { importOwn, ownFiles } from './own-code.ts';

/** The user's own filters, tests and lookups. */
export type OwnPlugins = Pick<Env, 'filters' | 'tests' | 'lookups'>;

/**
 * Loads the exports of the files in `filter_plugins/`, `test_plugins/` and `lookup_plugins/` next to the playbooks. Each exported function
 * is a plugin with that name.
 */
export async function loadOwnPlugins(folders: readonly string[]): Promise<Result<OwnPlugins>> {
  const mistakes: Diagnostic[] = [];
  const functionsIn = async (name: string): Promise<readonly [string, Plain][]> => {
    const files = [...new Set(folders)].reverse().flatMap((folder) => ownFiles(join(folder, name)));
    const loaded = await Promise.all(files.map(importOwn));
    return loaded.flatMap((one) => {
      if (!one.ok) mistakes.push(...one.error);
      return one.ok ? Object.entries(one.value).filter(isPlugin) : [];
    });
  };
  const [filters, tests, lookups] = await Promise.all([
    functionsIn('filter_plugins'),
    functionsIn('test_plugins'),
    functionsIn('lookup_plugins'),
  ]);
  if (mistakes.length > 0) return { ok: false, error: mistakes };
  return {
    ok: true,
    value: {
      filters: table(filters, filter),
      tests: table(tests, (plain) => filter((...args) => Boolean(plain(...args)))),
      lookups: table(lookups, lookup),
    },
  };
}

type Plain = (...args: unknown[]) => unknown;

const isPlugin = (entry: [string, unknown]): entry is [string, Plain] =>
  entry[0] !== 'default' && typeof entry[1] === 'function';

function table<T>(functions: readonly [string, Plain][], make: (plain: Plain, name: string) => T): OwnTable<T> {
  const plugins = new Map(functions.map(([name, plain]) => [name, make(plain, name)]));
  return { find: (name) => plugins.get(name), names: () => [...plugins.keys()] };
}

/** Two sources of plugins; those of the first win. */
export const bothPlugins = (first: OwnPlugins, second: OwnPlugins): OwnPlugins => ({
  filters: both(first.filters, second.filters),
  tests: both(first.tests, second.tests),
  lookups: both(first.lookups, second.lookups),
});

const both = <T>(first: OwnTable<T>, second: OwnTable<T>): OwnTable<T> => ({
  find: (name) => first.find(name) ?? second.find(name),
  names: () => [...first.names(), ...second.names()],
  missing: (name) => first.missing?.(name) ?? second.missing?.(name),
});

/** Plugins take and return plain data; named arguments arrive as one object after the positional ones. */
const filter = (plain: Plain): Callee => ({
  call: (name, args, kwargs) =>
    answer(name, plain, [...args.map(given), ...(kwargs.size === 0 ? [] : [named(kwargs)])]),
});

const lookup = (plain: Plain, name: string): Lookup => ({
  run: (terms, options) => {
    const found = answer(name, plain, [terms.map(given), named(options)]);
    return Array.isArray(found) ? (found as readonly Value[]) : [found];
  },
});

const named = (kwargs: ReadonlyMap<string, Value>): Record<string, unknown> =>
  Object.fromEntries([...kwargs].map(([name, value]) => [name, given(value)]));

function given(value: Value): unknown {
  if (value instanceof Undefined) throw new TemplateError(value.message, 'undefined');
  return toJs(value);
}

function answer(name: string, plain: Plain, args: readonly unknown[]): Value {
  const said = attempt(name, () => plain(...args));
  if (said instanceof Promise) throw new TemplateError(`${name}: must not be async, because templates do not wait`);
  return fromJs(said);
}

function attempt<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new TemplateError(`${name}: ${error instanceof Error ? error.message : String(error)}`, 'own-code');
  }
}
