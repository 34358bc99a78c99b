import { joinPath, type Listed, parentOf, targetPath, tidyPath } from '../../src/sdk.ts';

/** A link that is wanted. */
export interface LinkWish {
  readonly source: string;
  readonly dest: string;
}

interface Folders {
  readonly src: string;
  readonly dest: string;
  readonly links?: readonly unknown[];
}

/** The links that a task wants: those named, else all that is in the source folder. */
export function wishes({ src, dest, links }: Folders, entries: readonly Listed[] | undefined): readonly LinkWish[] {
  const names = links?.flatMap(pairs) ?? (entries ?? []).map(({ name }): [string, string] => [name, name]);
  return names.map(([from, to]) => ({
    source: joinPath(tidyPath(src), tidyPath(from)),
    dest: joinPath(tidyPath(dest), tidyPath(to)),
  }));
}

/** `NAME`, or `NAME: OTHER-NAME`. */
function pairs(link: unknown): [string, string][] {
  if (typeof link === 'object' && link !== null) return Object.entries(link).map(([from, to]) => [from, String(to)]);
  return [[String(link), String(link)]];
}

/** Links beside the wanted ones that point below the source folder: left over from what was once linked. */
export function staleLinks(
  wanted: readonly LinkWish[],
  { src, dest }: Folders,
  beside: (folder: string) => readonly Listed[],
): readonly { path: string; target: string }[] {
  const ours = new Set(wanted.map((wish) => wish.dest));
  const folders = new Set([tidyPath(dest), ...wanted.map((wish) => parentOf(wish.dest))]);
  return [...folders].flatMap((folder) =>
    beside(folder).flatMap(({ name, target }) => {
      const path = joinPath(folder, name);
      return target === undefined || ours.has(path) || !pointsBelow(path, target, src) ? [] : [{ path, target }];
    }),
  );
}

/** Whether a link leads below a folder, going by what it says. */
const pointsBelow = (link: string, target: string, folder: string): boolean =>
  `${normal(targetPath(link, target))}/`.startsWith(`${normal(folder)}/`);

/** A path with its `..` taken away, as far as text tells. */
function normal(path: string): string {
  const words: string[] = [];
  for (const word of tidyPath(path).split('/')) {
    if (word === '..') words.pop();
    else words.push(word);
  }
  return words.join('/');
}
