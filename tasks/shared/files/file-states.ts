import {
  type Change,
  followed,
  type PathState,
  type Plan,
  type Self,
  type ShellAnswer,
  sh,
  type TreeEntry,
  tidyPath,
} from '../../../src/sdk.ts';
import { type Accounts, type Attributes, attributeChanges, unknownAccount, withAttributes } from './attributes.ts';
import { type TimeParams, timeChanges, wrongTime } from './file-times.ts';
import { absentEffect, entryEffect, itself, stateName, throughEffect } from './path-info.ts';

/** The parameters of the `file` type. */
export interface FileParams extends Attributes, TimeParams {
  readonly path: string;
  readonly state?: string;
  readonly src?: string;
  readonly recurse: boolean;
  readonly force: boolean;
  readonly follow: boolean;
}

/** The answers that the `file` type needs. */
export interface FileState extends Accounts {
  readonly before: PathState;
  readonly parent: PathState;
  readonly source?: PathState;
  readonly sourceBelow?: PathState;
  /** The directory that a dangling link leads to: a file that is touched is made there. */
  readonly aim?: PathState | undefined;
  /** The entry with the source's name, if the path is a directory. */
  readonly inside?: PathState;
  readonly below?: readonly TreeEntry[];
  /** The same entries with links followed. */
  readonly belowLinks?: readonly TreeEntry[];
  readonly listing?: readonly TreeEntry[];
  readonly times?: ShellAnswer;
  readonly self: Self;
  readonly [above: `above ${string}`]: PathState | undefined;
}

/** Removes whatever is there; for a link, only the link itself. */
export function planAbsent({ before, listing }: FileState, params: FileParams): Plan {
  if (!before.exists) return { changes: [] };
  const path = tidyPath(params.path);
  const isFolder = before.kind === 'directory';
  const names = listing?.map((entry) => `${path}${entry.path === '' ? '' : '/'}${entry.path}\n`).join('');
  const change: Change = {
    what: stateName(before),
    from: before.link === undefined ? 'present' : `→ ${before.link.target}`,
    to: null,
    ...(names !== undefined && { diff: { before: names, after: '', beforeHeader: path, afterHeader: path } }),
    commands: [isFolder ? sh`rm -rf -- ${path}` : sh`rm -f -- ${path}`],
    effects: [absentEffect(path, before)],
    paths: [path],
  };
  return { changes: [change] };
}

/** Sets the owner, group, mode and times of a file that must already exist. */
export function planExisting(state: FileState, params: FileParams): Plan {
  const { before } = state;
  const path = tidyPath(params.path);
  const linked = before.exists && before.link !== undefined && params.follow;
  const at = linked ? (before.resolved ?? path) : path;
  const entry = linked ? followed(before) : itself(before);
  if (entry === undefined)
    return { failed: `file (${at}) is absent, cannot continue`, result: { path: at, state: 'absent' } };
  if (entry.kind === 'directory' || entry.kind === 'link')
    return { failed: `file (${at}) is ${entry.kind}, cannot continue`, result: { path: at } };
  return attributed(state, params, at, entry);
}

/** The changes to an existing entry's attributes and times, or the reason why they cannot be made. */
export function attributed(
  state: FileState,
  params: FileParams,
  at: string,
  entry: Extract<PathState, { exists: true }> | NonNullable<ReturnType<typeof followed>>,
  otherwise: 'now' | 'preserve' = 'preserve',
): Plan {
  const wrong = unknownAccount(params, state) ?? wrongTime(state.times);
  if (wrong !== undefined) return { failed: wrong };
  const path = tidyPath(params.path);
  const after = withAttributes(entry, params, state);
  const { before } = state;
  const target = before.exists ? before.link?.target : undefined;
  const times = timeChanges(at, entry, params, state.times, otherwise);
  const mtime = times.some(({ what }) => what === 'modification time') ? ('unknown' as const) : undefined;
  const more = { ...(target !== undefined && { target }), ...(mtime !== undefined && { mtime }) };
  const effects = [
    at !== path
      ? throughEffect(path, before, after, mtime !== undefined ? { mtime } : {})
      : entryEffect(path, before, after, more),
  ];
  return {
    changes: [...attributeChanges(at, entry, params, state), ...times].map((change) => ({
      ...change,
      effects,
      paths: [at],
    })),
  };
}
