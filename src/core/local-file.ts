import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { editedText } from './edited-files.ts';
import { isSystemError } from './system-error.ts';
import { localPath } from './text-codec.ts';

/** The largest file that a task may hold in memory. */
const LARGEST = 1024 ** 3;

/** The most to read from a device: `/dev/null` reads like any other file, but `/dev/zero` never ends. */
const LARGEST_DEVICE = 1024 ** 2;

/** Read a whole local file. Refuses anything that would block waiting for a writer or never end. */
export function readLocalFile(path: string, largest = LARGEST): Uint8Array {
  const edited = editedText(path);
  if (edited !== undefined) return Buffer.from(edited);
  const file = openSync(localPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (stats.isFIFO() || stats.isSocket()) throw refused(path, `it is a ${kindOf(stats)}, not a regular file`);
    if (stats.isCharacterDevice() || stats.isBlockDevice()) return readDevice(file, path);
    if (stats.size > largest) throw refused(path, `it has ${stats.size} bytes; the limit is ${largest}`);
    return readFileSync(file);
  } catch (error) {
    // An error on a file descriptor has no path; add it, since people read the message.
    if (isSystemError(error) && error.path === undefined) throw Object.assign(error, { path });
    throw error;
  } finally {
    closeSync(file);
  }
}

function readDevice(file: number, path: string): Uint8Array {
  const bytes = Buffer.alloc(LARGEST_DEVICE + 1);
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    if (read === 0) return bytes.subarray(0, length);
    length += read;
  }
  throw refused(path, 'it is a device that returns more data than a file may contain');
}

const refused = (path: string, reason: string): Error =>
  Object.assign(new Error(`${path}: ${reason}`), { code: 'EUNREADABLE', syscall: 'read', path, reason });

/** The kind of file, in words. */
export function kindOf(stats: Pick<Stats, 'isFIFO' | 'isSocket' | 'isDirectory' | 'isFile'>): string {
  if (stats.isFIFO()) return 'FIFO';
  if (stats.isSocket()) return 'socket';
  if (stats.isDirectory()) return 'directory';
  return stats.isFile() ? 'regular file' : 'device';
}

/** Stat a path, following links; undefined if nothing is there or it cannot be examined. */
export const statOf = (path: string): Stats | undefined =>
  attempt(() => statSync(localPath(path), { throwIfNoEntry: false }));

/** Stat a path without following a link; undefined if nothing is there or it cannot be examined. */
export const lstatOf = (path: string): Stats | undefined =>
  attempt(() => lstatSync(localPath(path), { throwIfNoEntry: false }));

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Make a directory and those above it that are missing. (Node's own way never ends below /proc.) */
export function makeFolders(path: string, mode = 0o777): void {
  if (statOf(path)?.isDirectory() === true) return;
  if (dirname(path) !== path && statOf(dirname(path)) === undefined) makeFolders(dirname(path), mode);
  try {
    mkdirSync(localPath(path), { mode });
  } catch (error) {
    if (statOf(path)?.isDirectory() !== true) throw error; // somebody else may have made it
  }
}

/** Write a local file next to its destination, with the final mode from the first byte, then rename it. */
export function writeLocalFile(path: string, content: Uint8Array | string, mode: number): void {
  makeFolders(dirname(path));
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(localPath(beside), content, { mode });
  renameSync(localPath(beside), localPath(path));
}
