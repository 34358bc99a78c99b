import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that it is never half-written and never readable by more users than before. A new file, or one written with `owner`, is
 * readable only by its owner.
 */
export function writePrivately(path: string, bytes: Uint8Array, readers: 'as before' | 'owner' = 'as before'): void {
  const target = statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path;
  const before = statSync(target, { throwIfNoEntry: false });
  const beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    createPrivate(beside, bytes);
    if (before) {
      keepOwner(beside, before.uid, before.gid);
      if (readers === 'as before') chmodSync(beside, before.mode & 0o7777);
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

// Only root can change a file's owner; for other users the file becomes theirs, as with any editor.
function keepOwner(path: string, uid: number, gid: number): void {
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}

/** Creates a file that nobody else can read at any time. */
export function createPrivate(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Creates a directory for secrets that nobody else can enter, in memory if possible. */
export function privateFolder(): string {
  return mkdtempSync(join(isWritable('/dev/shm') ? '/dev/shm' : tmpdir(), 'retrace-vault-'));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    // No error: it is missing or not writable.
    return false;
  }
}

/** Overwrites all files in a directory, including copies made by the editor, then removes the directory. */
export function shredFolder(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) overwrite(join(entry.parentPath, entry.name));
  }
  rmSync(folder, { recursive: true, force: true });
}

function overwrite(path: string): void {
  const file = openSync(path, 'r+');
  try {
    const { size } = statSync(path);
    writeSync(file, randomBytes(size), 0, size, 0);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
