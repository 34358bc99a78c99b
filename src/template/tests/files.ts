import { existsSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { lstatOf, statOf } from '../../core/local-file.ts';
import { isVaulted } from '../env.ts';
import { fail } from '../errors.ts';
import { str } from '../python/repr.ts';
import { type Callee, type Callees, fn } from '../python/signature.ts';

const about = (holds: (path: string) => boolean): Callee => fn('path', ([path]) => holds(str(path)));

const directory = about((path) => statOf(path)?.isDirectory() ?? false);
const file = about((path) => statOf(path)?.isFile() ?? false);
const link = about((path) => lstatOf(path)?.isSymbolicLink() ?? false);
const abs = about(isAbsolute);
const mount = about(isMount);
const vaulted = fn('path', ([path], { session }) => {
  const bytes = session.env.readFile(str(path));
  return bytes === undefined
    ? fail(`Cannot test if the file ${str(path)} is a vault`, 'file-not-found')
    : isVaulted(bytes);
});
const sameFile = fn('path, other', ([path, other]) => {
  const [a, b] = [statOf(str(path)), statOf(str(other))];
  if (!a || !b) return fail(`[Errno 2] No such file or directory: '${str(a ? other : path)}'`);
  return a.ino === b.ino && a.dev === b.dev;
});

/** Tests for files on the controller. */
export const fileTests: Callees = {
  directory,
  is_dir: directory,
  file,
  is_file: file,
  link,
  is_link: link,
  exists: about(existsSync),
  link_exists: about((path) => lstatOf(path) !== undefined),
  abs,
  is_abs: abs,
  mount,
  is_mount: mount,
  same_file: sameFile,
  is_same_file: sameFile,
  vaulted_file: vaulted,
};

/** A mount point is on a different device than its parent, or is the root. */
function isMount(path: string): boolean {
  const own = lstatOf(path);
  const parent = lstatOf(dirname(path));
  if (!own?.isDirectory() || !parent) return false;
  return own.dev !== parent.dev || own.ino === parent.ino;
}
