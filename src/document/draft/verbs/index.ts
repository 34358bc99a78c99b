import type { Verb } from '../drafted.ts';
import { containerVerbs } from './containers.ts';
import { editingVerbs } from './editing.ts';
import { fileVerbs } from './files.ts';
import { gitVerbs } from './git.ts';
import { networkVerbs } from './network.ts';
import { otherVerbs } from './other.ts';
import { packageVerbs } from './packages.ts';
import { serviceVerbs } from './services.ts';
import { storageVerbs } from './storage.ts';
import { systemVerbs } from './system.ts';
import { userVerbs } from './users.ts';
import { webVerbs } from './web.ts';

/** How each program's calls are drafted, by its name. */
export const draftVerbs: Readonly<Record<string, Verb>> = {
  ...fileVerbs,
  ...packageVerbs,
  ...serviceVerbs,
  ...storageVerbs,
  ...userVerbs,
  ...networkVerbs,
  ...gitVerbs,
  ...webVerbs,
  ...containerVerbs,
  ...systemVerbs,
  ...editingVerbs,
  ...otherVerbs,
};
