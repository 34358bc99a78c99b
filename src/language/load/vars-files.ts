import { isAbsolute, join } from 'node:path';
import type { Raw } from '../../core/value.ts';
import type { VarsLayer, Written } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import type { Loading, PlayScope } from './loading.ts';
import { readDocument } from './read-document.ts';
import { isRawDict, isRawList, layerOf } from './written.ts';

/**
 * Reads the vars files whose names contain no template, since the names of imports may depend on them. Unreadable files are reported when
 * the play runs.
 */
export function staticVarsFiles(loading: Loading, files: readonly Written[], play: PlayScope): readonly VarsLayer[] {
  return files.flatMap(({ value }) => {
    const path = firstThere(loading, isRawList(value) ? value : [value], play);
    if (path === undefined || loading.files.readText(path)?.startsWith('$ANSIBLE_VAULT')) return [];
    const document = readDocument(loading, path);
    return document !== undefined && isRawDict(document.value) ? [layerOf(LEVELS.varsFiles, path, document.value)] : [];
  });
}

function firstThere(loading: Loading, names: readonly Raw[], play: PlayScope): string | undefined {
  const paths = names.filter((name) => typeof name === 'string').flatMap((name) => varsFilePaths(name, play.directory));
  return paths.find(loading.files.isFile);
}

/** The places to look for a play's vars file. */
export const varsFilePaths = (name: string, directory: string): readonly string[] =>
  isAbsolute(name) ? [name] : [join(directory, 'vars', name), join(directory, name)];
