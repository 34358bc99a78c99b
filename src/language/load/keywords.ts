import type { Position } from '../../core/source.ts';
import { Float, isTemplateText, type Raw, Template, Vaulted } from '../../core/value.ts';
import type { Keywords, Written } from '../model.ts';
import { type Loading, report } from './loading.ts';
import { tellIdleKeywords } from './unknown-keyword.ts';
import { isRawDict, isRawList, kindOf, placeOf, type RawDict, textOf, writtenIn, writtenList } from './written.ts';

/** Nothing inherited. */
export const noKeywords: Keywords = { when: [], environment: [], moduleDefaults: [], tags: [] };

const single = {
  become: 'become',
  become_user: 'becomeUser',
  become_method: 'becomeMethod',
  become_flags: 'becomeFlags',
  become_exe: 'becomeExe',
  delegate_to: 'delegateTo',
  delegate_facts: 'delegateFacts',
  run_once: 'runOnce',
  ignore_errors: 'ignoreErrors',
  ignore_unreachable: 'ignoreUnreachable',
  no_log: 'noLog',
  check_mode: 'checkMode',
  diff: 'diff',
  connection: 'connection',
  remote_user: 'remoteUser',
  port: 'port',
  throttle: 'throttle',
  timeout: 'timeout',
  any_errors_fatal: 'anyErrorsFatal',
} as const;

const types: Readonly<Record<string, 'bool' | 'int'>> = {
  become: 'bool',
  delegate_facts: 'bool',
  run_once: 'bool',
  ignore_errors: 'bool',
  ignore_unreachable: 'bool',
  no_log: 'bool',
  check_mode: 'bool',
  diff: 'bool',
  any_errors_fatal: 'bool',
  port: 'int',
  throttle: 'int',
  timeout: 'int',
  async: 'int',
  poll: 'int',
  retries: 'int',
  gather_facts: 'bool',
  force_handlers: 'bool',
};

/** The keywords in force for what a dict describes: its own, else the surrounding ones; where Ansible accumulates, all. */
export function keywordsOf(loading: Loading, dict: RawDict, outer: Keywords, at: Position): Keywords {
  tellIdleKeywords(loading, dict, at);
  let own: { -readonly [K in keyof Keywords]?: Keywords[K] } | undefined;
  for (const key of dict.keys()) {
    const found = readKeyword(loading, dict, key, outer, at);
    if (found !== undefined) own = { ...own, ...found };
  }
  return own === undefined ? outer : { ...outer, ...own };
}

function readKeyword(
  loading: Loading,
  dict: RawDict,
  key: unknown,
  outer: Keywords,
  at: Position,
): Partial<Keywords> | undefined {
  switch (key) {
    case 'when':
      return { when: [...outer.when, ...conditionsIn(loading, dict, 'when', at)] };
    case 'environment':
      return { environment: [...outer.environment, ...dictsIn(loading, dict, 'environment', at)] };
    case 'module_defaults':
      return { moduleDefaults: [...outer.moduleDefaults, ...dictsIn(loading, dict, 'module_defaults', at)] };
    case 'tags':
      return { tags: unite(outer.tags, tagsIn(loading, dict, at)) };
    case 'notify':
      return { notify: writtenList(dict, 'notify', at) ?? [] };
    case 'step':
      return { step: textOf(dict.get('step')) ?? String(dict.get('step')) };
    default:
      return typeof key === 'string' && key in single
        ? readSingle(loading, dict, key as keyof typeof single, at)
        : undefined;
  }
}

function readSingle(
  loading: Loading,
  dict: RawDict,
  key: keyof typeof single,
  at: Position,
): Partial<Keywords> | undefined {
  const written = typedIn(loading, dict, key, at);
  return written === undefined ? undefined : { [single[key]]: written };
}

/** A keyword's value if it is there and of its type; an empty one counts as not there. */
export function typedIn(loading: Loading, dict: RawDict, key: string, at: Position): Written | undefined {
  const written = writtenIn(dict, key, at);
  if (written === undefined || written.value === null) return undefined;
  const type = types[key];
  const fits =
    type === undefined ? isScalar(written.value) : type === 'bool' ? isBool(written.value) : isInt(written.value);
  if (fits) return written;
  const shown = textOf(written.value) ?? kindOf(written.value);
  const wanted = type ?? 'string';
  const message = `the field '${key}' has an invalid value (${shown}), and could not be converted to an ${wanted}`;
  report(loading, 'wrong-keyword-type', message, written.at);
  return undefined;
}

const isScalar = (value: Raw): boolean => !isRawDict(value) && !isRawList(value);
const isLater = (value: Raw): boolean => value instanceof Template || value instanceof Vaulted;
const isBool = (value: Raw): boolean =>
  isLater(value) || typeof value === 'boolean' || /^(?:yes|no|on|off|true|false|[yntf01])$/i.test(String(value));
const isInt = (value: Raw): boolean =>
  isLater(value) ||
  typeof value === 'number' ||
  value instanceof Float ||
  (typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value));

/** Conditions (`when`, `until` …): one or a list, of which all must hold. */
export function conditionsIn(loading: Loading, dict: RawDict, key: string, at: Position): readonly Written[] {
  const conditions = writtenList(dict, key, at) ?? [];
  for (const condition of conditions) {
    if (isScalar(condition.value)) continue;
    const hint = 'write the condition in one string, or a list of strings that must all hold';
    report(loading, 'wrong-keyword-type', `a condition in '${key}' is ${kindOf(condition.value)}`, condition.at, hint);
  }
  return conditions.filter(({ value }) => isScalar(value) && value !== null && value !== '');
}

function dictsIn(loading: Loading, dict: RawDict, key: string, at: Position): readonly Written[] {
  const all = (writtenList(dict, key, at) ?? []).filter(({ value }) => value !== null);
  for (const one of all) {
    if (isRawDict(one.value) || isLater(one.value)) continue;
    report(
      loading,
      'wrong-keyword-type',
      `'${key}' takes a dict, or a list of dicts; this is ${kindOf(one.value)}`,
      one.at,
    );
  }
  return all.filter(({ value }) => isRawDict(value) || isLater(value));
}

function tagsIn(loading: Loading, dict: RawDict, at: Position): readonly string[] {
  const value = dict.get('tags');
  const text = textOf(value);
  // What a template gives is known only with variables.
  if (text !== undefined && isTemplateText(text)) return [text.trim()];
  if (text !== undefined)
    return text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
  if (isRawList(value))
    return value.flatMap((tag) => (isScalar(tag) && tag !== null ? [(textOf(tag) ?? String(tag)).trim()] : []));
  if (typeof value === 'number') return [String(value)];
  if (value !== null)
    report(loading, 'wrong-keyword-type', 'tags must be specified as a list', placeOf(dict, 'tags', at));
  return [];
}

const unite = (outer: readonly string[], own: readonly string[]): readonly string[] => [...new Set([...outer, ...own])];
