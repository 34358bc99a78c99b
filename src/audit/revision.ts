import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { statOf } from '../core/local-file.ts';

/**
 * The commit that is checked out where a playbook lies; undefined if it is in no git repository. Read from git's files
 * (gitrepository-layout(5)), because starting git would cost more than all the rest.
 */
export function revisionOf(playbook: string): string | undefined {
  const folder = gitFolder(dirname(resolve(playbook)));
  if (folder === undefined) return undefined;
  const head = textOf(join(folder, 'HEAD'));
  const ref = /^ref: (.+)$/.exec(head ?? '')?.[1];
  if (ref === undefined) return commit(head);
  const common = textOf(join(folder, 'commondir'));
  const folders = common === undefined ? [folder] : [folder, resolve(folder, common)];
  for (const one of folders) {
    const own = commit(textOf(join(one, ref))) ?? packed(textOf(join(one, 'packed-refs')), ref);
    if (own !== undefined) return own;
  }
  return undefined;
}

function gitFolder(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, '.git');
    const stats = statOf(path);
    if (stats?.isDirectory() === true) return path;
    const elsewhere = /^gitdir: (.+)$/.exec(stats?.isFile() === true ? (textOf(path) ?? '') : '')?.[1];
    if (elsewhere !== undefined) return resolve(folder, elsewhere);
    if (folder === dirname(folder)) return undefined;
  }
}

const packed = (refs: string | undefined, ref: string): string | undefined =>
  commit(
    refs
      ?.split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0],
  );

const commit = (text: string | undefined): string | undefined =>
  text !== undefined && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text) ? text : undefined;

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined; // a repository that cannot be read is as good as none
  }
}
