import { AsyncLocalStorage } from 'node:async_hooks';
import { dirname, resolve } from 'node:path';

/** The text that files of the controller are read with in place of their own, by absolute path. */
export type EditedFiles = ReadonlyMap<string, string>;

// Files are read in many places, so what they are taken to contain is not passed to each of them, but applies to all that `work` does.
const edited = new AsyncLocalStorage<EditedFiles>();

/** Does work for which files of the controller contain other text, or exist although they do not. Nothing is written. */
export const withEditedFiles = <T>(files: EditedFiles, work: () => Promise<T>): Promise<T> => edited.run(files, work);

/** The text to read in place of a file's own. */
export const editedText = (path: string): string | undefined => edited.getStore()?.get(resolve(path));

/** The edited files that are right in a directory, or the directory of edited files that is. */
export function editedNames(folder: string): readonly string[] {
  const above = `${resolve(folder)}/`;
  const paths = [...(edited.getStore()?.keys() ?? [])].filter((path) => path.startsWith(above));
  return [...new Set(paths.map((path) => path.slice(above.length).split('/')[0] ?? ''))];
}

/** Whether a path is a directory that only edited files need. */
export const isEditedFolder = (path: string): boolean =>
  [...(edited.getStore()?.keys() ?? [])].some((file) => dirname(file) === resolve(path));
