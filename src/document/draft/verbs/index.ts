import type { Verb } from '../drafted.ts';
import { fileVerbs } from './files.ts';
import { networkVerbs } from './network.ts';
import { otherVerbs } from './other.ts';
import { packageVerbs } from './packages.ts';
import { serviceVerbs } from './services.ts';
import { storageVerbs } from './storage.ts';
import { userVerbs } from './users.ts';

/** How each program's calls are drafted, by its name. */
export const draftVerbs: Readonly<Record<string, Verb>> = {
  ...fileVerbs,
  ...packageVerbs,
  ...serviceVerbs,
  ...storageVerbs,
  ...userVerbs,
  ...networkVerbs,
  ...otherVerbs,
};
