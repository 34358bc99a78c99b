import type { Env } from './env.ts';
import { filters } from './filters/index.ts';
import { lookups } from './lookups/index.ts';
import type { Lookup } from './lookups/lookup.ts';
import type { Callee } from './python/signature.ts';
import { tests } from './tests/index.ts';

/** A filter by its short or full name. */
export const findFilter = (name: string, env: Env): Callee | undefined => find(name, env.filters, filters);

/** A test by its short or full name. */
export const findTest = (name: string, env: Env): Callee | undefined => find(name, env.tests, tests);

/** A lookup by its short or full name. */
export const findLookup = (name: string, env: Env): Lookup | undefined => find(name, env.lookups, lookups);

/** The names in a registry, including additions. */
export const knownNames = (kind: 'filters' | 'tests' | 'lookups', env: Env): string[] => [
  ...Object.keys(env[kind]),
  ...Object.keys({ filters, tests, lookups }[kind]),
];

function find<T>(name: string, own: Readonly<Record<string, T>>, builtin: Readonly<Record<string, T>>): T | undefined {
  if (Object.hasOwn(own, name)) return own[name];
  if (Object.hasOwn(builtin, name)) return builtin[name];
  const short = shortName(name);
  return short !== undefined && Object.hasOwn(builtin, short) ? builtin[short] : undefined;
}

const OURS = /^(?:ansible\.(?:builtin|legacy|utils|netcommon|posix)|community\.general)\.(\w+)$/;

/** The last part of a full name, if it belongs to one of the collections that we implement. */
const shortName = (name: string): string | undefined => (name.includes('.') ? OURS.exec(name)?.[1] : undefined);
