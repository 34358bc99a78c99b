import { hash } from './hash.ts';

/**
 * Plain data as text, the same for equal data: JSON, with maps and sets as lists, and bytes by their hash. `isLeftOut` tells which
 * parts of an object do not count.
 */
export const dataText = (
  data: unknown,
  isLeftOut: (key: string, of: Readonly<Record<string, unknown>>) => boolean = () => false,
): string =>
  JSON.stringify(data, function (this: Readonly<Record<string, unknown>>, key, value: unknown) {
    const given = this[key]; // before JSON's own conversion, which writes each byte as a number
    if (isLeftOut(key, this)) return undefined;
    if (given instanceof Uint8Array) return `${given.length} bytes, sha256 ${hash('sha256', given)}`;
    if (given instanceof Map || given instanceof Set) return [...given];
    return typeof given === 'bigint' ? String(given) : value;
  }) ?? '';
