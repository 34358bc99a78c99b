import { readdirSync, readlinkSync } from 'node:fs';
import { basename, join, posix, resolve } from 'node:path';
import { lstatOf, readLocalFile } from '../core/local-file.ts';
import { systemReason } from '../core/system-error.ts';
import { decodeText, localPath } from '../core/text-codec.ts';
import { type Clone, type CloneEntry, destinationOf } from './clone.ts';

/** Larger files are no configuration. */
const LARGEST = 1024 ** 2;

/**
 * Reads a clone. No link is followed, and nothing of it is run, not even git, which a clone's own configuration may
 * direct. Throws a system error if the directory itself cannot be listed.
 */
export function readClone(folder: string, deployedAt?: string): Clone {
  const entries = new Map<string, CloneEntry>();
  const unread: string[] = [];
  const root = resolve(folder);
  readFolder(root, '', entries, unread);
  const told = deployedAt === undefined ? undefined : posix.normalize(deployedAt).replace(/\/$/, '');
  return {
    entries,
    deployedAt: told === undefined ? guessed(root, entries) : [told],
    isToldWhere: told !== undefined,
    unread,
  };
}

function readFolder(root: string, folder: string, entries: Map<string, CloneEntry>, unread: string[]): void {
  for (const name of readdirSync(localPath(join(root, folder)), { encoding: 'buffer' })) {
    const path = folder === '' ? decodeText(name) : `${folder}/${decodeText(name)}`;
    if (posix.basename(path) === '.git') continue;
    if (posix.basename(path) === 'node_modules') {
      unread.push(`${path}: what npm has installed`);
      continue;
    }
    try {
      readOne(root, path, entries, unread);
    } catch (error) {
      const reason = systemReason(error);
      if (reason === undefined) throw error;
      unread.push(reason);
    }
  }
}

function readOne(root: string, path: string, entries: Map<string, CloneEntry>, unread: string[]): void {
  const whole = join(root, path);
  const stats = lstatOf(whole);
  if (stats?.isSymbolicLink() === true) {
    const target = decodeText(readlinkSync(localPath(whole), { encoding: 'buffer' }));
    entries.set(path, { kind: 'link', target });
  } else if (stats?.isDirectory() === true) {
    entries.set(path, { kind: 'directory' });
    // A submodule is a repository of its own.
    if (lstatOf(join(whole, '.git')) === undefined) readFolder(root, path, entries, unread);
    else unread.push(`${path}: a repository of its own`);
  } else if (stats?.isFile() === true) {
    entries.set(path, { kind: 'file' });
    if (stats.size > LARGEST) return;
    const bytes = readLocalFile(whole, LARGEST);
    if (!bytes.includes(0)) entries.set(path, { kind: 'file', text: decodeText(bytes) });
  }
}

/** Where hosts have it: in /opt, under its directory's or its remote's name; and where its own absolute links say that it is. */
function guessed(root: string, entries: ReadonlyMap<string, CloneEntry>): readonly string[] {
  const named = [basename(root), ...remoteNames(root)].filter((name) => name !== '').map((name) => `/opt/${name}`);
  const linked = [...entries.values()].flatMap((entry) =>
    entry.kind === 'link' && entry.target.startsWith('/') ? rootOf(entries, posix.normalize(entry.target)) : [],
  );
  return [...new Set([...named, ...linked])];
}

/** The names of its remotes, from its configuration as text. */
function remoteNames(root: string): readonly string[] {
  const file = join(root, '.git', 'config');
  if (lstatOf(file)?.isFile() !== true) return [];
  const text = decodeText(readLocalFile(file, LARGEST));
  return [...text.matchAll(/^\s*url\s*=\s*\S*[/:]([^/:\s]+?)(?:\.git)?\/?\s*$/gm)].map(([, name = '']) => name);
}

/** The root that an absolute path shows by ending with a path of the clone, which has to be long enough to be no accident. */
function rootOf(entries: ReadonlyMap<string, CloneEntry>, target: string): readonly string[] {
  const parts = target.split('/').slice(1);
  const from = parts.findIndex(
    (_, index) =>
      index > 0 &&
      parts.length - index > 1 &&
      destinationOf({ entries, deployedAt: [] }, parts.slice(index).join('/')).kind === 'here',
  );
  return from === -1 ? [] : [`/${parts.slice(0, from).join('/')}`];
}
