import { isDict, isTemplateText, type Raw, Template, type Value, Vaulted } from '../../core/value.ts';

/** How a value under Ansible Vault and a text that must not be a template are shown. */
export interface ShownAs {
  readonly vaulted: (vaulted: Vaulted) => Value;
  readonly unsafe: (text: string) => Value;
}

/** As ansible-inventory's JSON says them: dicts with a telling key. */
export const TAGGED: ShownAs = {
  vaulted: ({ envelope }) => new Map([['__ansible_vault', envelope]]),
  unsafe: (text) => new Map([['__ansible_unsafe', text]]),
};

/** A value as written, as plain data to print: templates as their text, nothing evaluated or decrypted. */
export function shownValue(written: Raw, as: ShownAs): Value {
  if (written instanceof Template) return written.source;
  if (written instanceof Vaulted) return as.vaulted(written);
  // A plain text with braces was marked `!unsafe`, or it would be a template.
  if (typeof written === 'string') return isTemplateText(written) ? as.unsafe(written) : written;
  if (Array.isArray(written)) return written.map((item) => shownValue(item, as));
  if (isDict(written)) return new Map([...written].map(([key, item]) => [key, shownValue(item, as)]));
  return written as Value;
}
