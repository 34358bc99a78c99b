import type { Position } from '../../core/source.ts';
import { type Raw, Template, type Value, Vaulted } from '../../core/value.ts';
import { holdsUnsafe, locationOf, valuePlaceOf, valuePlaces } from '../../yaml/places.ts';
import type { Entry, Vars, VarsLayer, Written } from '../model.ts';
import type { Level } from '../variables/levels.ts';

/** A dict as written. */
export type RawDict = Map<Value, Raw>;

/** Whether a written value is a mapping. */
export const isRawDict = (value: Raw | undefined): value is RawDict => value instanceof Map;
/** Whether a written value is a list. */
export const isRawList = (value: Raw | undefined): value is readonly Raw[] => Array.isArray(value);

/** The text of a string or template, undefined for anything else. */
export function scalarText(value: Raw | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Template ? value.source : undefined;
}

/** Where an entry's value is written, or `otherwise` if that is not known. */
export const writtenAt = (container: Raw, key: unknown, otherwise: Position): Position =>
  valuePlaceOf(container, key) ?? otherwise;

/** Where an entry's key is written, or `otherwise` if that is not known. */
export const keyPlace = (container: Raw, key: unknown, otherwise: Position): Position =>
  locationOf(container, key)?.key ?? otherwise;

/** A dict's value with its place; undefined if the key is missing. */
export function writtenIn(dict: RawDict, key: string, otherwise: Position): Written | undefined {
  const value = dict.get(key);
  return value === undefined ? undefined : { value, at: writtenAt(dict, key, otherwise) };
}

/** A value that may be a single thing or a list, as a list; an empty value gives an empty list. */
export function writtenList(dict: RawDict, key: string, otherwise: Position): readonly Written[] | undefined {
  const value = dict.get(key);
  if (value === undefined) return undefined;
  if (value === null) return [];
  const at = writtenAt(dict, key, otherwise);
  return isRawList(value)
    ? value.map((item, index) => ({ value: item, at: writtenAt(value, index, at) }))
    : [{ value, at }];
}

/** A dict of variables as a layer. */
export const layerOf = (level: Level, from: string, dict: RawDict): VarsLayer => ({
  level,
  from,
  vars: writtenVarsOf(dict),
});

const known = new WeakMap<RawDict, Vars>();

/** A dict of variables, each with its place. The result is cached per dict. */
export function writtenVarsOf(dict: RawDict): Vars {
  const found = known.get(dict);
  if (found !== undefined) return found;
  const vars = readVars(dict);
  known.set(dict, vars);
  return vars;
}

function readVars(dict: RawDict): Vars {
  const vars = new Map<string, Entry>();
  const placeAt = valuePlaces(dict);
  let index = 0;
  for (const [name, value] of dict) {
    const entry = index++;
    // Places are computed lazily, because few of the many variables need one.
    vars.set(String(name), {
      value,
      ...(!holdsUnsafe(dict, entry) && { written: true as const }),
      get at() {
        return placeAt?.(entry);
      },
    });
  }
  return vars;
}

/** The type of a value for messages, in Python's terms. */
export function kindOf(value: Raw | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (value instanceof Map) return 'a dict';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'string' || value instanceof Template) return 'a string';
  if (value instanceof Vaulted) return 'an encrypted string';
  return 'a number';
}
