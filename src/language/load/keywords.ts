import type { Position } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import { Float, isTemplateText, type Raw, Template, Vaulted } from '../../core/value.ts';
import { fieldOf, type InheritedType } from '../keywords/inherited.ts';
import { keywordOn } from '../keywords/places.ts';
import { KEYWORDS, type KeywordName, type KeywordPlace, type KeywordSpec } from '../keywords/table.ts';
import type { Keywords, Written } from '../model.ts';
import { type Loading, report } from './loading.ts';
import { tellIdle } from './unknown-keyword.ts';
import {
  isRawDict,
  isRawList,
  kindOf,
  type RawDict,
  scalarText,
  writtenAt,
  writtenIn,
  writtenList,
} from './written.ts';

type Read = (loading: Loading, dict: RawDict, key: KeywordName, at: Position) => unknown;

const readers: Readonly<Record<InheritedType, Read>> = {
  bool: typedOrLate,
  int: typedOrLate,
  text: typedIn,
  label: labelIn,
  names: namesIn,
  conditions: conditionsIn,
  dicts: dictsIn,
  tags: tagsIn,
};

/**
 * The keywords in effect for what a dict describes: its own, or else the surrounding ones; all of them where Ansible
 * accumulates.
 */
export function keywordsOf(
  loading: Loading,
  dict: RawDict,
  place: KeywordPlace,
  outer: Keywords,
  at: Position,
): Keywords {
  const own = [...dict.keys()].flatMap((key) => {
    const spec = keywordOn(place, key);
    if (spec === undefined) return [];
    if ('none' in spec.use) tellIdle(loading, dict, String(key), spec.use.none, at);
    if (spec.inherited === undefined) return [];
    const value = readers[spec.type as InheritedType](loading, dict, key as KeywordName, at); // the table has no other types
    return value === undefined ? [] : [[fieldOf(String(key)), value, spec.inherited] as const];
  });
  if (own.length === 0) return outer;
  const inForce = own.map(([field, value, how]) => [
    field,
    how === 'all' ? joined(outer, field, value) : orOuter(value, outer, field),
  ]);
  return { ...outer, ...Object.fromEntries(inForce) };
}

/** A template may turn out to be `omit`, so it keeps what it hides. */
function orOuter(own: unknown, outer: Keywords, field: string): unknown {
  const around = outer[field as 'become']; // one of the keywords that have a single value, if the own one is a template
  return isWrittenTemplate(own) && around !== undefined ? { ...own, outer: around } : own;
}

const isWrittenTemplate = (own: unknown): own is Written =>
  typeof own === 'object' && own !== null && 'value' in own && own.value instanceof Template;

function joined(outer: Keywords, field: string, own: unknown): readonly unknown[] {
  const around = outer[field as 'when']; // one of the accumulating keywords, which are all lists
  return [...new Set([...around, ...(own as readonly unknown[])])];
}

/** Like `typedIn`, but leaves a wrong value to the task, if it is to be reported there. */
function typedOrLate(loading: Loading, dict: RawDict, key: KeywordName, at: Position): Written | undefined {
  const written = writtenIn(dict, key, at);
  const isLate = loading.options.wrongKeywordsFailTasks === true && written !== undefined && isScalar(written.value);
  return isLate && written.value !== null ? written : typedIn(loading, dict, key, at);
}

/** The value of a keyword if it is present and has the right type; an empty one counts as absent. */
export function typedIn(loading: Loading, dict: RawDict, key: KeywordName, at: Position): Written | undefined {
  const written = writtenIn(dict, key, at);
  if (written === undefined || written.value === null) return undefined;
  const { type }: KeywordSpec = KEYWORDS[key];
  if (fits(type, written.value)) return written;
  const wanted = type === 'bool' || type === 'int' ? type : 'string';
  const shown = scalarText(written.value) ?? kindOf(written.value);
  const message = `the field '${key}' has an invalid value (${shown}), and could not be converted to an ${wanted}`;
  report(loading, 'wrong-keyword-type', message, written.at);
  return undefined;
}

function fits(type: KeywordSpec['type'], value: Raw): boolean {
  if (type === 'bool') return isBool(value);
  return type === 'int' ? isInt(value) : isScalar(value);
}

const isScalar = (value: Raw): boolean => !isRawDict(value) && !isRawList(value);
const isLater = (value: Raw): boolean => value instanceof Template || value instanceof Vaulted;
const isBool = (value: Raw): boolean => isLater(value) || truthOf(value) !== undefined;
const isInt = (value: Raw): boolean =>
  isLater(value) ||
  typeof value === 'number' ||
  value instanceof Float ||
  (typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value));

function labelIn(loading: Loading, dict: RawDict, key: KeywordName, at: Position): string | undefined {
  const written = typedIn(loading, dict, key, at);
  return written === undefined ? undefined : (scalarText(written.value) ?? String(written.value));
}

/** Reads names: one, or a list of them. */
export function namesIn(loading: Loading, dict: RawDict, key: KeywordName, at: Position): readonly Written[] {
  const names = writtenList(dict, key, at) ?? [];
  for (const { value, at: nameAt } of names)
    if (!isScalar(value))
      report(loading, 'wrong-keyword-type', `'${key}' takes names; this is ${kindOf(value)}`, nameAt);
  return names.filter(({ value }) => isScalar(value));
}

/** Reads conditions (`when`, `until` …): one, or a list that must all hold. */
export function conditionsIn(loading: Loading, dict: RawDict, key: string, at: Position): readonly Written[] {
  const conditions = writtenList(dict, key, at) ?? [];
  for (const condition of conditions) {
    if (isScalar(condition.value)) continue;
    const hint = 'write one condition as a string, or a list of conditions that must all hold';
    report(loading, 'wrong-keyword-type', `a condition in '${key}' is ${kindOf(condition.value)}`, condition.at, hint);
  }
  return conditions.filter(({ value }) => isScalar(value) && value !== null && value !== '');
}

function dictsIn(loading: Loading, dict: RawDict, key: string, at: Position): readonly Written[] {
  const all = (writtenList(dict, key, at) ?? []).filter(({ value }) => value !== null);
  for (const one of all) {
    if (isRawDict(one.value) || isLater(one.value)) continue;
    const message = `'${key}' takes a dict, or a list of dicts; this is ${kindOf(one.value)}`;
    if (key === 'environment' && typeof one.value === 'string') skipped(loading, message, one.value, one.at);
    else report(loading, 'wrong-keyword-type', message, one.at);
  }
  return all.filter(({ value }) => isRawDict(value) || isLater(value));
}

// Old playbooks name a variable without braces. Ansible skips such an environment with a warning.
function skipped(loading: Loading, message: string, value: string, at: Position): void {
  const name = /^\w+$/.test(value) ? value : 'NAME';
  loading.problems.push({
    severity: 'warning',
    code: 'without-effect',
    message: `${message}, which has no effect`,
    at,
    hint: `if it is the name of a variable, write "{{ ${name} }}"`,
  });
}

function tagsIn(loading: Loading, dict: RawDict, _key: string, at: Position): readonly string[] {
  const value = dict.get('tags');
  const text = scalarText(value);
  // A template's result is known only once there are variables.
  if (text !== undefined && isTemplateText(text)) return [text.trim()];
  if (text !== undefined)
    return text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
  if (isRawList(value))
    return value.flatMap((tag) => (isScalar(tag) && tag !== null ? [(scalarText(tag) ?? String(tag)).trim()] : []));
  if (typeof value === 'number') return [String(value)];
  if (value !== null)
    report(loading, 'wrong-keyword-type', 'tags must be specified as a list', writtenAt(dict, 'tags', at));
  return [];
}
