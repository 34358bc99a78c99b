import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import { placeLike } from '../../yaml/places.ts';
import { keywordsOn } from '../keywords/places.ts';
import type { Keywords } from '../model.ts';
import { keywordsOf } from './keywords.ts';
import { type Loading, report, type Within } from './loading.ts';
import { staticText } from './static-text.ts';
import { writtenVars } from './within.ts';
import { isRawDict, kindOf, type RawDict, scalarText, writtenAt } from './written.ts';

/** An entry of `roles:` or of a role's dependencies. */
interface RoleEntry {
  readonly name: string;
  readonly keywords: Keywords;
  readonly vars?: RawDict;
  readonly params?: RawDict;
  /** Distinguishes uses that have different parameters, conditions or tags. */
  readonly fingerprint: string;
}

/** How a role is used. */
export interface RoleUse extends RoleEntry {
  readonly at: Position;
  readonly tasksFrom?: string;
  readonly varsFrom?: string;
  readonly defaultsFrom?: string;
  readonly handlersFrom?: string;
  readonly allowDuplicates?: boolean;
  readonly validate?: boolean;
  /** Used by `import_role` or `include_role`. */
  readonly included?: boolean;
}

/** Reads an entry of `roles:`: a name, or a dict with keywords and parameters. */
export function readRoleEntry(loading: Loading, raw: Raw, within: Within, at: Position): RoleEntry | undefined {
  if (!isRawDict(raw)) return nameEntry(loading, raw, within, at);
  const nameKey = ['role', 'name', 'src'].find((key) => raw.has(key));
  const written = nameKey === undefined ? undefined : raw.get(nameKey);
  if (nameKey === undefined || scalarText(written) === undefined) {
    report(loading, 'no-role', 'role definitions must contain a role name', at, 'name it under "role"');
    return undefined;
  }
  const name = staticText(loading, written!, within, writtenAt(raw, nameKey, at));
  return name === undefined ? undefined : dictEntry(loading, raw, name, within, at);
}

function nameEntry(loading: Loading, raw: Raw, within: Within, at: Position): RoleEntry | undefined {
  if (scalarText(raw) === undefined && typeof raw !== 'number') {
    report(loading, 'wrong-keyword-type', `role definitions must contain a role name; this is ${kindOf(raw)}`, at);
    return undefined;
  }
  const name = typeof raw === 'number' ? String(raw) : staticText(loading, raw, within, at);
  return name === undefined
    ? undefined
    : { name, keywords: within.keywords, fingerprint: fingerprintOf(new Map(), new Map()) };
}

function dictEntry(loading: Loading, raw: RawDict, name: string, within: Within, at: Position): RoleEntry {
  const params: RawDict = placeLike(new Map([...raw].filter(([key]) => !keywordsOn('role').has(String(key)))), raw);
  const vars = writtenVars(loading, raw, 'role', at);
  return {
    name,
    keywords: keywordsOf(loading, raw, 'role', within.keywords, at),
    ...(vars && { vars }),
    ...(params.size > 0 && { params }),
    fingerprint: fingerprintOf(raw, params),
  };
}

const fingerprintOf = (raw: RawDict, params: RawDict): string =>
  fingerprint([raw.get('when') ?? null, raw.get('tags') ?? null, raw.get('vars') ?? null, params]);

/** A string that is the same for equal values, wherever they are written. */
export function fingerprint(value: Raw): string {
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Map) return { dict: [...part] };
    if (typeof part === 'bigint') return `${part}n`;
    return typeof part === 'object' && part !== null && 'source' in part ? { template: part.source } : part;
  });
}
