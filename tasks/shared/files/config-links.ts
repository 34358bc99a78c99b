import { globPattern, joinPath, type Listed, nameOf, parentOf, targetPath, tidyPath } from '../../../src/sdk.ts';

/** A wanted link. */
export interface LinkWish {
  readonly source: string;
  readonly dest: string;
}

interface Folders {
  readonly src: string;
  readonly dest: string;
  readonly links?: readonly unknown[];
}

/** The contents of the directories that must be listed to find names for links; undefined for a missing directory. */
export type Contents = (directory: string) => readonly Listed[] | undefined;

/** The directories to list: `src` itself, or those that patterns such as `sites-available/*` refer to. */
export function lookedInto({ src, links }: Folders): readonly string[] {
  if (links === undefined) return [tidyPath(src)];
  const patterns = links.flatMap(pairs).filter(([from]) => isPattern(from));
  return [...new Set(patterns.map(([from]) => parentOf(joinPath(tidyPath(src), tidyPath(from)))))];
}

/**
 * The links that a task wants: the named ones, those matching a pattern, or one for each entry in the source directory.
 */
export function wishes({ src, dest, links }: Folders, contents: Contents): readonly LinkWish[] {
  const all = (contents(tidyPath(src)) ?? []).map(({ name }): [string, string] => [name, name]);
  const names = links?.flatMap(pairs).flatMap((pair) => expanded(pair, src, contents)) ?? all;
  const wanted = names.map(([from, to]) => ({
    source: joinPath(tidyPath(src), tidyPath(from)),
    dest: joinPath(tidyPath(dest), tidyPath(to)),
  }));
  // A link may be named explicitly and also match a pattern.
  return [...new Map(wanted.map((wish) => [wish.dest, wish])).values()];
}

const isPattern = (name: string): boolean => /[*?[]/.test(name);

/**
 * Expands a pattern into names as the shell does: names starting with a dot match only if the pattern starts with one.
 */
function expanded([from, to]: [string, string], src: string, contents: Contents): [string, string][] {
  if (!isPattern(from)) return [[from, to]];
  const [directory, pattern] = [from.includes('/') ? parentOf(from) : '', nameOf(from)];
  const matches = globPattern(pattern, { slashes: false });
  const found = contents(parentOf(joinPath(tidyPath(src), tidyPath(from)))) ?? [];
  return found
    .filter(({ name }) => matches.test(name) && (pattern.startsWith('.') || !name.startsWith('.')))
    .map(({ name }) => {
      const path = directory === '' ? name : `${directory}/${name}`;
      return [path, to === from ? path : to];
    });
}

/** `NAME`, or `NAME: OTHER-NAME`. */
function pairs(link: unknown): [string, string][] {
  if (typeof link === 'object' && link !== null) return Object.entries(link).map(([from, to]) => [from, String(to)]);
  return [[String(link), String(link)]];
}

/**
 * The directories that contain, or would contain, links. This includes those for patterns that match nothing, where no
 * link may remain.
 */
export function homes(wanted: readonly LinkWish[], { dest, links = [] }: Folders): readonly string[] {
  const named = links.flatMap(pairs).map(([, to]) => parentOf(joinPath(tidyPath(dest), tidyPath(to))));
  return [...new Set([tidyPath(dest), ...wanted.map((wish) => parentOf(wish.dest)), ...named])];
}

/** Unwanted links that point into the source directory: leftovers from earlier runs. */
export function staleLinks(
  wanted: readonly LinkWish[],
  task: Folders,
  beside: (folder: string) => readonly Listed[],
): readonly { path: string; target: string }[] {
  const ours = new Set(wanted.map((wish) => wish.dest));
  return homes(wanted, task).flatMap((folder) =>
    beside(folder).flatMap(({ name, target }) => {
      const path = joinPath(folder, name);
      return target === undefined || ours.has(path) || !pointsBelow(path, target, task.src) ? [] : [{ path, target }];
    }),
  );
}

/** Whether a link points below a directory, judging by its text. */
const pointsBelow = (link: string, target: string, folder: string): boolean =>
  `${normal(targetPath(link, target))}/`.startsWith(`${normal(folder)}/`);

/** Whether a link points to a path, judging by its text: absolute, or relative to the link's location. */
export const leadsTo = (link: string, target: string, path: string): boolean =>
  normal(targetPath(link, target)) === normal(path);

/** Resolves `..` in a path, judging by its text. */
function normal(path: string): string {
  const words: string[] = [];
  for (const word of tidyPath(path).split('/')) {
    if (word === '..') words.pop();
    else words.push(word);
  }
  return words.join('/');
}
