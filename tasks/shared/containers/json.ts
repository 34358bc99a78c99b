import { withLacking } from '../../../src/sdk.ts';
import { isObject, jsonAt, textInside } from '../json.ts';

/** A text in parsed JSON; empty if there is none. */
export const textAt = (value: unknown, ...path: readonly string[]): string => textInside(value, ...path) ?? '';

/** The entries of an object in parsed JSON; none if there is no object. */
export const entriesAt = (value: unknown, ...path: readonly string[]): readonly (readonly [string, unknown])[] => {
  const found = jsonAt(value, ...path);
  return isObject(found) ? Object.entries(found) : [];
};

/** The entries of a parameter that is a dictionary, as texts. Ansible writes booleans as `true` and `false` there. */
export const textEntries = (given: Readonly<Record<string, unknown>> = {}): readonly (readonly [string, string])[] =>
  Object.entries(given).map(([key, value]) => [key, value === null ? '' : String(value)]);

/** Parsed JSON without some keys, whose values a check cannot predict. */
export const partly = (
  value: Readonly<Record<string, unknown>>,
  unknown: readonly string[],
): Readonly<Record<string, unknown>> =>
  withLacking(Object.fromEntries(Object.entries(value).filter(([key]) => !unknown.includes(key))), unknown);
