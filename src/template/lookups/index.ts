import { fileLookups } from './files.ts';
import { inventoryLookups } from './inventory.ts';
import { listLookups } from './lists.ts';
import type { Lookups } from './lookup.ts';
import { password } from './password.ts';
import { passwordstore } from './passwordstore.ts';
import { processLookups } from './process.ts';
import { sequence } from './sequence.ts';
import { tableLookups } from './tables.ts';
import { variableLookups } from './variables.ts';

/** All lookups by their short names. */
export const lookups: Lookups = {
  ...fileLookups,
  ...inventoryLookups,
  ...listLookups,
  ...processLookups,
  ...tableLookups,
  ...variableLookups,
  password,
  passwordstore,
  sequence,
};
