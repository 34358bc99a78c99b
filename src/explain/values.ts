import type { ParamSpec } from '../core/params.ts';
import { passwordsIn } from '../core/url-login.ts';
import { Expression, isDict, type Raw, Template, Vaulted } from '../core/value.ts';

/** Stands where a secret would. */
export const HIDDEN = '(a secret)';

/** Keys that say so, in dicts whose keys no type declares: headers, variables of a program. */
const SECRET_KEY = /pass(?:word|wd|phrase)?$|secret|token|authorization|api_?key|private_?key/i;

/** A parameter's value as written, without what is secret: what the type says is, what is encrypted, and passwords in URLs. */
export function shownValue(raw: Raw | undefined, spec?: ParamSpec): string {
  if (raw === undefined) return '';
  if (spec?.secret === true || raw instanceof Vaulted) return HIDDEN;
  if (raw instanceof Template) return withoutPasswords(raw.source);
  if (raw instanceof Expression) return raw.written === undefined ? '' : shownValue(raw.written);
  if (Array.isArray(raw)) return raw.map((one: Raw) => shownValue(one, isDict(one) ? spec : undefined)).join(', ');
  if (isDict(raw))
    return [...(raw as Map<unknown, Raw>)]
      .map(([key, value]) => `${key}: ${entryValue(String(key), value, spec)}`)
      .join(', ');
  return withoutPasswords(String(raw));
}

function entryValue(key: string, value: Raw, spec: ParamSpec | undefined): string {
  const own = spec?.options?.[key];
  const isTemplate = value instanceof Template && value.source.startsWith('{{');
  return own === undefined && SECRET_KEY.test(key) && !isTemplate ? HIDDEN : shownValue(value, own);
}

const withoutPasswords = (text: string): string =>
  passwordsIn(text).reduce((masked, password) => (password === '' ? masked : masked.replaceAll(password, '***')), text);
