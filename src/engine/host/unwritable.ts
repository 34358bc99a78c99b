import type { Change } from '../../core/change.ts';
import { showMode } from '../../core/mode.ts';
import type { Becoming } from '../../core/picture/becoming.ts';
import { followed, type PathState } from '../../core/questions/files/entry.ts';
import { parentOf } from '../../core/questions/files/paths.ts';

/**
 * In a check: why the host will not allow changes to files: the user who asked may not write to a directory in which an
 * entry would be created, replaced or removed. The host's answer takes ACLs and read-only file systems into account.
 * Undefined if no obstacle is known.
 */
export function unwritable(changes: readonly Change[], state: Readonly<Record<string, unknown>>): string | undefined {
  const answers = Object.values(state).filter(isPathState);
  for (const { effects = [] } of changes)
    for (const effect of effects) {
      if (!('becomes' in effect) || !alters(effect.becomes)) continue;
      const parent = parentOf(effect.becomes.place);
      const told = answers.find(({ exists, resolved }) => exists && resolved === parent);
      if (told === undefined || !told.exists || told.may === undefined) continue;
      const directory = followed(told);
      if (directory?.kind !== 'directory' || (told.may.write && told.may.execute)) continue;
      return `the directory ${parent} is not writable: it belongs to ${directory.owner ?? directory.uid}:${directory.group ?? directory.gid} and has mode ${showMode(directory.mode)}, or its file system is read-only`;
    }
  return undefined;
}

/** Whether a change writes to an entry's directory. Other attributes, and content written in place, do not. */
const alters = ({ was, entry, holds, target, sameTarget, inPlace }: Becoming): boolean =>
  (was === undefined) !== (entry === undefined) ||
  (holds !== undefined && inPlace !== true) ||
  (target !== undefined && sameTarget !== true);

const isPathState = (answer: unknown): answer is PathState =>
  typeof answer === 'object' && answer !== null && 'exists' in answer && 'resolved' in answer;
