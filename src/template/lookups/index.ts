import { collectionVersion } from './collection-version.ts';
import { fileLookups } from './files.ts';
import { inventoryLookups } from './inventory.ts';
import { listLookups } from './lists.ts';
import type { Lookups } from './lookup.ts';
import { mergeVariables } from './merge-variables.ts';
import { password } from './password.ts';
import { passwordstore } from './passwordstore.ts';
import { processLookups } from './process.ts';
import { randomString } from './random-string.ts';
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
  collection_version: collectionVersion,
  merge_variables: mergeVariables,
  password,
  passwordstore,
  random_string: randomString,
  sequence,
};
