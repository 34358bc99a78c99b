import { expect } from 'vitest';
import { on } from '../lab/in-lab.ts';
import { failures, inEvents } from './program.ts';

// Several stories start on hosts to which the whole document has been applied. A run that finds everything in order costs ten seconds of
// CPU time, so a story whose last check was clean leaves a note for the next one. The note is in /run: a new or rebooted host has none.
const note = '/run/retrace-test-document-is-done';

/** Applies the whole document to the lab's hosts, unless the previous story left them like that. */
export async function documentIsDone(): Promise<void> {
  // Removed at once, so a story that fails leaves none.
  if ((await on('services', `rm ${note} 2>/dev/null && echo done || :`)) !== '') return;
  expect(failures(await inEvents('playbooks/off1-proxy.yaml'))).toEqual([]);
}

/** Tells the next story that the last check of the whole document was clean. */
export const leaveDocumentDone = (): Promise<string> => on('services', `: >${note}`);
