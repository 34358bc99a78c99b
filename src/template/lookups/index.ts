import type { Lookups } from './lookup.ts';

/** All lookups by their short names. */
export const lookups: Lookups = {};
