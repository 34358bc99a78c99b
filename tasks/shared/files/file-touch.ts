import { type Change, followed, type Plan, tidyPath, writeFile } from '../../../src/sdk.ts';
import { unknownAccount, withAttributes } from './attributes.ts';
import { attributed, type FileParams, type FileState } from './file-states.ts';
import { timeChanges, wrongTime } from './file-times.ts';
import { flagCommands } from './flags.ts';
import { itself, newEntry, throughEffect } from './path-info.ts';

/** Creates an empty file if there is none; otherwise sets its times to now, unless they must be preserved. */
export function planTouch(state: FileState, params: FileParams): Plan {
  const { before } = state;
  const path = tidyPath(params.path);
  const linked = before.exists && before.link !== undefined && params.follow;
  const at = linked ? (before.resolved ?? path) : path;
  const entry = linked ? followed(before) : itself(before);
  if (entry === undefined) return touchNew(state, params, at);
  return attributed(state, params, at, entry, 'now');
}

function touchNew(state: FileState, params: FileParams, at: string): Plan {
  const wrong = unknownAccount(params, state) ?? wrongTime(state.times);
  if (wrong !== undefined) return { failed: wrong };
  // A dangling link leads to the file to be made.
  const parent = followed(at === tidyPath(params.path) ? state.parent : (state.aim ?? state.parent));
  if (parent?.kind !== 'directory')
    return { failed: `Error, could not touch target: the parent directory of ${at} does not exist` };
  const entry = withAttributes(newEntry('file', state.self, parent), params, state);
  const change: Change = {
    what: 'file',
    from: null,
    to: 'empty',
    commands: [
      writeFile({ path: at, content: '', mode: entry.mode, owner: params.owner, group: params.group }),
      ...flagCommands(at, '', entry.flags ?? ''),
    ],
    effects: [throughEffect(tidyPath(params.path), state.before, entry, { holds: { bytes: new Uint8Array() } })],
    paths: [at],
  };
  const dated = timeChanges(at, undefined, params, state.times, 'preserve').filter((one) => one.repeats !== true);
  return { changes: [change, ...dated.map((one) => ({ ...one, effects: change.effects, paths: [at] }))] };
}
