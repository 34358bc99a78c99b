import type { Env, OwnTable } from './env.ts';
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
  ...env[kind].names(),
  ...Object.keys({ filters, tests, lookups }[kind]),
];

// The user's plugins replace built-in ones, but a full name means what its collection has.
function find<T>(name: string, own: OwnTable<T>, builtin: Readonly<Record<string, T>>): T | undefined {
  if (!name.includes('.')) return own.find(name) ?? (Object.hasOwn(builtin, name) ? builtin[name] : undefined);
  const [, legacy] = /^ansible\.legacy\.(\w+)$/.exec(name) ?? [];
  const found = legacy === undefined ? undefined : own.find(legacy);
  if (found !== undefined) return found;
  const known = Object.hasOwn(builtin, name) ? name : shortName(name);
  return known !== undefined && Object.hasOwn(builtin, known) ? builtin[known] : own.find(name);
}

const OURS = /^(?:ansible\.(?:builtin|legacy|utils|netcommon|posix)|community\.general)\.(\w+)$/;

/** The last part of a full name, if it belongs to one of the collections that we implement. */
const shortName = (name: string): string | undefined => OURS.exec(name)?.[1];
