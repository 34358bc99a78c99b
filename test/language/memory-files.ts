import type { Files } from '../../src/language/files.ts';

/** Files from a table of paths and texts. */
export function memoryFiles(texts: Readonly<Record<string, string>>): Files {
  const paths = Object.keys(texts);
  const isDirectory = (path: string) => paths.some((file) => file.startsWith(`${path}/`));
  const names = (path: string) =>
    paths.filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1).split('/')[0]!);
  return {
    readText: (path) => texts[path],
    isFile: (path) => path in texts,
    isDirectory,
    list: (path) => [...new Set(names(path))].sort(),
  };
}
