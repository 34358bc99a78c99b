import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below a directory with its kind, mode, owners, size, content or target, and modification time. */
export type Manifest = ReadonlyMap<string, string>;

/** The current content of a directory. */
export function manifestOf(top: string): Manifest {
  const manifest = new Map<string, string>();
  const look = (path: string): void => {
    const at = lstatSync(path, { bigint: true });
    const about = [at.mode.toString(8), at.uid, at.gid, at.nlink, at.mtimeNs];
    if (at.isSymbolicLink()) about.push(`→ ${readlinkSync(path)}`);
    else if (at.isFile()) about.push(at.size, createHash('sha1').update(readFileSync(path)).digest('hex'));
    manifest.set(path.slice(top.length) || '/', about.join(' '));
    if (at.isDirectory()) for (const name of readdirSync(path)) look(join(path, name));
  };
  look(top);
  return manifest;
}

/** The paths at which two manifests differ. */
export const differences = (before: Manifest, after: Manifest): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).toSorted();
