import { isDict, isTemplateText, type Raw, Template, type Value, Vaulted } from '../../core/value.ts';

/** How to show a vault-encrypted value and a string that must not be a template. */
export interface ShownAs {
  readonly vaulted: (vaulted: Vaulted) => Value;
  readonly unsafe: (text: string) => Value;
}

/** The form of ansible-inventory's JSON: dicts with a special key. */
export const TAGGED: ShownAs = {
  vaulted: ({ envelope }) => new Map([['__ansible_vault', envelope]]),
  unsafe: (text) => new Map([['__ansible_unsafe', text]]),
};

/**
 * Converts a value as written to plain data for printing: templates become their source text; nothing is evaluated or
 * decrypted.
 */
export function shownValue(written: Raw, as: ShownAs): Value {
  if (written instanceof Template) return written.source;
  if (written instanceof Vaulted) return as.vaulted(written);
  // A plain string with braces must have been marked `!unsafe`; otherwise it would be a template.
  if (typeof written === 'string') return isTemplateText(written) ? as.unsafe(written) : written;
  if (Array.isArray(written)) return written.map((item) => shownValue(item, as));
  if (isDict(written)) return new Map([...written].map(([key, item]) => [key, shownValue(item, as)]));
  return written as Value;
}
