import {
  becomes,
  blurs,
  type Change,
  chmodMode,
  directoriesAbove,
  type Effect,
  type Entry,
  each,
  followed,
  joinPath,
  nameOf,
  type PathState,
  type Plan,
  parentOf,
  rootedPath,
  type Self,
  sh,
  showMode,
  stat,
  type TreeEntry,
  targetPath,
  tidyPath,
} from '../../../src/sdk.ts';
import {
  type Accounts,
  type Attributes,
  attributeChanges,
  type Owned,
  unknownAccount,
  withAttributes,
} from './attributes.ts';
import { attributed, type FileParams, type FileState } from './file-states.ts';
import { wrongTime } from './file-times.ts';
import { flagCommands } from './flags.ts';
import { makeDirectory } from './make-directory.ts';
import { entryEffect, itself, newEntry, stateName } from './path-info.ts';

/** Plans a directory with its parents. New ones get owner and mode; with `recurse`, so does everything inside. */
export function planDirectory(state: FileState, params: FileParams): Plan {
  const { before } = state;
  const path = tidyPath(params.path);
  const linked = before.exists && before.link !== undefined && params.follow;
  const at = linked ? (before.resolved ?? path) : path;
  const entry = linked ? followed(before) : itself(before);
  const wrong = unknownAccount(params, state) ?? wrongTime(state.times);
  if (wrong !== undefined) return { failed: wrong };
  if (entry === undefined) return makeFolders(state, params, at);
  if (entry.kind !== 'directory')
    return {
      failed: `${at} already exists as a ${entry.kind === 'link' ? 'link' : stateName({ exists: true, ...entry, resolved: at })}`,
      result: { path },
    };
  const own = attributed(state, params, at, entry);
  if (!('changes' in own) || !params.recurse) return own;
  const place = (linked ? before.resolved : before.place) ?? at;
  return { changes: [...own.changes, ...recursedChanges(state, { at, place }, params)] };
}

/** The missing directories on the way to a path, outermost first, or the error if something else is in the way. */
function missingFolders(
  path: string,
  state: { readonly [above: `above ${string}`]: PathState | undefined },
): { missing: readonly string[]; base: Entry | undefined; place: string | undefined } | { blocked: string } {
  const missing = [path];
  for (const folder of directoriesAbove(path).toReversed()) {
    const there = state[`above ${folder}`];
    if (there === undefined) break;
    if (there.exists) {
      const base = followed(there);
      return base?.kind === 'directory'
        ? { missing, base, place: there.resolved }
        : { blocked: `There was an issue creating ${missing[0]} as requested: Not a directory: ${folder}` };
    }
    missing.unshift(folder);
  }
  return { missing, base: undefined, place: undefined };
}

function makeFolders(state: FileState, params: FileParams, at: string): Plan {
  const made = foldersFor(at, state, params);
  if ('failed' in made) return { failed: made.failed, result: { path: at } };
  return { changes: made.changes };
}

/** Creates a directory so that it has its owner and mode before other users can put anything into it. */
export function folderChange(
  folder: string,
  entry: Owned,
  { owner, group }: Attributes,
  effects: readonly Effect[],
): Change {
  const owned =
    owner === undefined && group === undefined
      ? []
      : [sh`chown -- ${`${owner ?? ''}${group === undefined ? '' : `:${group}`}`} ${folder}`];
  return {
    what: `directory${nameOf(folder) === '' ? '' : ` ${folder}`}`,
    from: null,
    to: showMode(entry.mode),
    // mkdir sets a mode that is as restrictive as the wanted one. chmod follows because of setgid, and because chown may clear bits.
    commands: [
      makeDirectory(folder, entry.mode & 0o777),
      ...owned,
      sh`chmod -- ${chmodMode(entry.mode)} ${folder}`,
      ...flagCommands(folder, '', entry.flags ?? ''),
    ],
    effects,
    paths: [folder],
  };
}

/** The attribute changes for everything below a directory. Link targets are changed through the links. */
function recursedChanges(
  state: FileState,
  root: { readonly at: string; readonly place: string },
  wanted: Attributes,
): readonly Change[] {
  const { below = [], belowLinks = [] } = state;
  const own = new Set(below.filter((entry) => entry.kind !== 'link').map((entry) => entry.path));
  const reached = belowLinks.filter((entry) => !own.has(entry.path) && entry.kind !== 'link');
  // A link inside the directory may point anywhere.
  const linksTo = (path: string): readonly string[] =>
    below.flatMap(({ path: link, target }) =>
      target !== undefined && `${path}/`.startsWith(`${link}/`)
        ? [rootedPath(targetPath(joinPath(root.place, link), target))]
        : [],
    );
  const changesOf = (entry: TreeEntry, through: boolean): readonly Change[] => {
    const path = joinPath(root.at, entry.path);
    const place = joinPath(root.place, entry.path);
    const { target, path: _path, mtime: _mtime, sha1: _sha1, id, ...owned } = entry;
    const after = { ...withAttributes(owned, wanted, state), ...(id !== undefined && { foreseen: { id } }) };
    const effects = through
      ? [blurs(`path:${root.at}`, ...linksTo(entry.path).map((aim) => `path:${aim}`))]
      : [
          becomes({
            place,
            path,
            was: entry.kind,
            entry: after,
            ...(target !== undefined && { target, sameTarget: true }),
          }),
        ];
    const of = ` of ${entry.path}`;
    return attributeChanges(path, entry, wanted, state, { of, through }).map((change) => ({
      ...change,
      effects,
      paths: [path],
    }));
  };
  return [...below.map((entry) => [entry, false] as const), ...reached.map((entry) => [entry, true] as const)]
    .filter(([entry]) => entry.path !== '')
    .flatMap(([entry, through]) => changesOf(entry, through));
}

/** Asks about the directories above a path, once it is known to be missing. */
export const thenAskFolders = (state: PathState, path: string): ReturnType<typeof ancestors> =>
  state.exists ? {} : ancestors(tidyPath(path));

/** Asks about every directory above a path, so that missing ones can be created. */
export const ancestors = (path: string): Readonly<Record<`above ${string}`, ReturnType<typeof stat>>> =>
  each('above', directoriesAbove(path), stat);

/** The changes that create a directory and its missing parents, and its state afterwards. */
export function foldersFor(
  path: string,
  state: Accounts & { readonly self: Self; readonly [above: `above ${string}`]: PathState | undefined },
  wanted: Attributes,
): { changes: readonly Change[]; parent: PathState } | { failed: string } {
  const found = missingFolders(path, state);
  if ('blocked' in found) return { failed: found.blocked };
  let parent = found.base;
  let above = found.place;
  const changes = found.missing.map((folder): Change => {
    const entry = withAttributes(newEntry('directory', state.self, parent), wanted, state);
    parent = entry;
    above = joinPath(above ?? parentOf(folder), nameOf(folder));
    const before = { exists: false, place: above, resolved: above } as const;
    return folderChange(folder, entry, wanted, [entryEffect(folder, before, entry)]);
  });
  return { changes, parent: { exists: true, ...parent!, place: above, resolved: above ?? path } };
}
