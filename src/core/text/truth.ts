import { Float } from '../value.ts';

const TRUE = new Set(['y', 'yes', 'on', '1', 'true', 't', '1.0']);
const FALSE = new Set(['n', 'no', 'off', '0', 'false', 'f', '0.0']);

/**
 * The boolean that Ansible reads a value as, in parameters, keywords, variables and settings; undefined for any other
 * value.
 */
export function truthOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = String(value instanceof Float ? value.value : value)
    .trim()
    .toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}
