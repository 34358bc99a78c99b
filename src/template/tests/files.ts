import { existsSync, lstatSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { fail } from '../errors.ts';
import { str } from '../python/repr.ts';
import { type Callee, type Callees, fn } from '../python/signature.ts';

const about = (holds: (path: string) => boolean): Callee => fn('path', ([path]) => holds(str(path)));
const stat = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });
const lstat = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

const directory = about((path) => stat(path)?.isDirectory() ?? false);
const file = about((path) => stat(path)?.isFile() ?? false);
const link = about((path) => lstat(path)?.isSymbolicLink() ?? false);
const abs = about(isAbsolute);
const mount = about(isMount);
const sameFile = fn('path, other', ([path, other]) => {
  const [a, b] = [stat(str(path)), stat(str(other))];
  if (!a || !b) return fail(`[Errno 2] No such file or directory: '${str(a ? other : path)}'`);
  return a.ino === b.ino && a.dev === b.dev;
});

/** Tests of files on the control machine. */
export const fileTests: Callees = {
  directory,
  is_dir: directory,
  file,
  is_file: file,
  link,
  is_link: link,
  exists: about(existsSync),
  link_exists: about((path) => lstat(path) !== undefined),
  abs,
  is_abs: abs,
  mount,
  is_mount: mount,
  same_file: sameFile,
  is_same_file: sameFile,
};

/** A mount point is on another device than its parent, or is the root. */
function isMount(path: string): boolean {
  const own = lstat(path);
  const parent = lstat(dirname(path));
  if (!own?.isDirectory() || !parent) return false;
  return own.dev !== parent.dev || own.ino === parent.ino;
}
