import { isAbsolute, join } from 'node:path';
import type { Raw } from '../../core/value.ts';
import type { VarsLayer, Written } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import type { Loading, PlayScope } from './loading.ts';
import { readDocument } from './read-document.ts';
import { isRawDict, isRawList, layerOf } from './written.ts';

/** Vars files whose names hold no template: imports may be named by what is in them. Unreadable ones are told when the play runs. */
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

/** Where a vars file of a play is looked for. */
export const varsFilePaths = (name: string, directory: string): readonly string[] =>
  isAbsolute(name) ? [name] : [join(directory, 'vars', name), join(directory, name)];
