import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Kind, mode, owner, and content or target of every path below a directory, without times. */
export function filesBelow(top: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const look = (path: string): void => {
    const at = lstatSync(path);
    const about = [(at.mode & 0o170000) >>> 12, (at.mode & 0o7777).toString(8), `${at.uid}:${at.gid}`];
    if (at.isSymbolicLink()) about.push(`→ ${readlinkSync(path)}`);
    else if (at.isFile()) about.push(createHash('sha1').update(readFileSync(path)).digest('hex').slice(0, 12));
    files[named(path.slice(top.length + 1))] = about.join(' ');
    // Inside of a clone there are times, and what git packs.
    if (at.isDirectory() && !path.endsWith('/.git')) for (const name of readdirSync(path)) look(join(path, name));
  };
  for (const name of readdirSync(top)) look(join(top, name));
  return files;
}

/** Without what is random: the time in a backup's name, and the end of a temporary one. */
const named = (path: string): string =>
  path.replace(/\.\d+\.\d{4}-\d\d-\d\d@[\d:]+~$/, '.BACKUP~').replace(/(^|\/)tmp-[^/]+/g, '$1tmp-RANDOM');
