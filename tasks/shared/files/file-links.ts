import {
  becomes,
  type Change,
  fileId,
  followed,
  joinPath,
  must,
  nameOf,
  namesOf,
  type PathState,
  type Plan,
  sh,
  targetPath,
  tidyPath,
} from '../../../src/sdk.ts';
import { attributeChanges, unknownAccount, withAttributes } from './attributes.ts';
import type { FileParams, FileState } from './file-states.ts';
import { timeChanges, wrongTime } from './file-times.ts';
import { entryEffect, newLink, toldBefore } from './path-info.ts';

/** Plans a symbolic link with the right target, then the owner and mode of the target or of the link itself. */
export function planLink(state: FileState, params: FileParams): Plan {
  const { before } = state;
  const path = tidyPath(params.path);
  const target = params.src ?? (before.exists ? before.link?.target : undefined);
  if (target === undefined) return { failed: 'src is required for creating new symlinks' };
  const source = sourceOf(state, params);
  const refused = refusal(state, params, path, target, source);
  if (refused !== undefined) return { failed: refused, result: { path } };
  const wrong = unknownAccount(params, state) ?? wrongTime(state.times);
  if (wrong !== undefined) return { failed: wrong };
  const relinked = before.exists && before.link?.target === target ? [] : [linkChange(state, path, target)];
  return {
    changes: [...relinked, ...attributesOfLink(state, params, path, target, source)],
    ...danglingWarning(params, source),
  };
}

function sourceOf({ before, source, sourceBelow }: FileState, params: FileParams): PathState | undefined {
  if (params.src === undefined)
    return before.exists && before.link?.to !== undefined ? { ...before, ...before.link.to, exists: true } : undefined;
  return before.exists && before.kind === 'directory' && sourceBelow !== undefined ? sourceBelow : source;
}

const isThere = (source: PathState | undefined): boolean => source !== undefined && followed(source) !== undefined;

function refusal(
  { before, listing, parent }: FileState,
  params: FileParams,
  path: string,
  target: string,
  source: PathState | undefined,
): string | undefined {
  if (params.src !== undefined && !params.force && !isThere(source)) {
    const at = before.exists && before.kind === 'directory' ? joinPath(path, target) : targetPath(path, target);
    return `src file does not exist, use "force=yes" if you really want to create the link: ${target.startsWith('/') ? target : at}`;
  }
  if (before.exists && before.kind === 'directory') {
    if (!params.force) return `refusing to convert from directory to symlink for ${path}`;
    if ((listing?.length ?? 1) > 1) return `the directory ${path} is not empty, refusing to convert it`;
  }
  if (before.exists && before.kind !== 'directory' && before.link === undefined && !params.force)
    return `refusing to convert from ${namesOf(before) > 1 ? 'hard' : 'file'} to symlink for ${path}`;
  if (params.src !== undefined && isOneName(path, before, targetPath(path, target), source))
    return `refusing to link ${path} to itself`;
  return before.exists ? undefined : noParent(path, parent);
}

/** Whether two paths are the same entry in the same directory. */
const isOneName = (path: string, before: PathState, other: string, there: PathState | undefined): boolean =>
  path === other || (before.place !== undefined && before.place === there?.place);

const noParent = (path: string, parent: PathState): string | undefined =>
  followed(parent)?.kind === 'directory'
    ? undefined
    : `Error while linking: the parent directory of ${path} does not exist`;

function linkChange(state: FileState, path: string, target: string): Change {
  const { before, parent, self } = state;
  const isFolder = before.exists && before.kind === 'directory';
  return {
    what: 'link',
    from: toldBefore(before),
    to: `→ ${target}`,
    commands: [...(isFolder ? [sh`rmdir -- ${path}`] : []), sh`ln -sfnT -- ${target} ${path}`],
    effects: [entryEffect(path, before, newLink(self, followed(parent), target), { target })],
    paths: [path],
  };
}

/** With `follow`, owner and mode apply to the link's target. */
function attributesOfLink(
  state: FileState,
  params: FileParams,
  path: string,
  target: string,
  source: PathState | undefined,
): readonly Change[] {
  const { before, self, parent } = state;
  const to = source === undefined ? undefined : followed(source);
  if (params.follow && to === undefined) return [];
  const at = params.follow ? (source?.resolved ?? targetPath(path, target)) : path;
  const own = before.exists && before.link !== undefined ? before : newLink(self, followed(parent), target);
  const entry = (params.follow ? to : undefined) ?? own;
  const after = withAttributes(entry, params, state);
  const effects = [
    params.follow
      ? becomes({ place: at, was: entry.kind, entry: after })
      : entryEffect(path, before, after, { target }),
  ];
  return [
    ...attributeChanges(at, entry, params, state),
    ...timeChanges(at, entry, params, state.times, 'preserve'),
  ].map((change) => ({ ...change, effects, paths: [at] }));
}

const danglingWarning = (params: FileParams, source: PathState | undefined) =>
  params.follow && !isThere(source) && (params.mode ?? params.owner ?? params.group) !== undefined
    ? {
        warnings: [
          'owner, group and mode were not set: the link points to nothing (follow: false sets them on the link itself)',
        ],
      }
    : {};

/** Plans a hard link: a second name for a file. */
export function planHardLink(state: FileState, params: FileParams): Plan {
  const { source } = state;
  const given = tidyPath(params.path);
  if (params.src === undefined) return { failed: 'src is required for creating new hardlinks' };
  if (source === undefined || !isThere(source))
    return { failed: 'src does not exist', result: { dest: given, src: params.src } };
  if (followed(source)?.kind === 'directory')
    return { failed: `hard link not allowed for directory: ${params.src}`, result: { dest: given, src: params.src } };
  // In a directory, use the source's name, as `ln` does.
  const { path, before } =
    followed(state.before)?.kind === 'directory' && state.inside !== undefined
      ? { path: joinPath(given, nameOf(params.src)), before: state.inside }
      : { path: given, before: state.before };
  const same = isSame(before, source);
  if (before.exists && before.kind === 'directory')
    return { failed: `refusing to convert from directory to hardlink for ${path}`, result: { path } };
  if (!same && before.exists && before.link === undefined && !params.force) {
    const hard = namesOf(before) > 1;
    return {
      failed: hard
        ? 'Cannot link, different hard link exists at destination'
        : 'Cannot link, file exists at destination',
      result: { dest: path, src: params.src },
    };
  }
  if (!same && isOneName(path, before, tidyPath(params.src), source))
    return { failed: `refusing to link ${path} to itself`, result: { path } };
  const wrong =
    unknownAccount(params, state) ??
    wrongTime(state.times) ??
    (before.exists || path !== given ? undefined : noParent(path, state.parent));
  if (wrong !== undefined) return { failed: wrong };
  const entry = same && before.exists ? before : must(followed(source), 'the source entry');
  const after = withAttributes(entry, params, state);
  // ln would hard-link a symbolic link itself, whose target may be different when resolved from another directory.
  const file = source.resolved ?? params.src;
  const holds = { nameOf: file };
  const effects = [entryEffect(path, before, after, same ? {} : { holds })];
  const link: Change = {
    what: 'hard link',
    from: before.exists ? before.kind : null,
    to: params.src,
    commands: [sh`ln -fT -- ${file} ${path}`],
    effects,
    paths: [path],
  };
  const attributes = [
    ...attributeChanges(path, entry, params, state),
    ...timeChanges(path, entry, params, state.times, 'preserve'),
  ].map((change) => ({ ...change, effects, paths: [path] }));
  return { changes: [...(same ? [] : [link]), ...attributes] };
}

function isSame(before: PathState, source: PathState | undefined): boolean {
  const own = before.exists ? fileId(before) : undefined;
  const other = source === undefined ? undefined : followed(source);
  return own !== undefined && other !== undefined && own === fileId(other);
}
