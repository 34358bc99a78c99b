import { posix } from 'node:path';
import type { Called } from './drafted.ts';

/** A word with the alternatives of its braces: `{a,b}c` is `ac` and `bc`. */
export function expandBraces(word: string): readonly string[] {
  const [whole, inside] = /(?<!\$)\{([^{}]*,[^{}]*)\}/.exec(word) ?? [];
  if (whole === undefined || inside === undefined) return [word];
  return inside.split(',').flatMap((one) => expandBraces(word.replace(whole, () => one)));
}

/** Whether a shell would put something else in its place: a variable, the output of a command, the home directory of a user. */
export const isExpanded = (word: string): boolean => /[$`]/.test(word);

/** Whether it stands for all the names that match. */
export const isPattern = (word: string): boolean => /[*?[\]]/.test(word);

/** Where a path leads from the directory of the call; undefined if that directory is not known. */
export function absolutePath(path: string, { cwd, user }: Pick<Called, 'cwd' | 'user'>): string | undefined {
  if (path.startsWith('/')) return tidy(path);
  if (path === '~' || path.startsWith('~/')) return user === undefined ? tidy(`/root${path.slice(1)}`) : undefined;
  return cwd?.startsWith('/') ? tidy(posix.join(cwd, path)) : undefined;
}

/** Without what says nothing: doubled slashes, dots, a slash at the end. */
export const tidy = (path: string): string => posix.normalize(path).replace(/(?<=.)\/+$/, '');

/** Where `cp`, `mv` and `ln` put one of several names: into the directory, or at the path itself. */
export function placeIn(
  dest: string,
  name: string,
  isOne: boolean,
  { directories }: Pick<Called, 'directories'>,
): string {
  const isDirectory =
    !isOne ||
    /\/\.?$/.test(dest) ||
    directories.has(tidy(dest)) ||
    // `ln -s …/nginx.service.d /etc/systemd/system/nginx.service.d` names the link itself.
    (WELL_KNOWN.test(tidy(dest)) && posix.basename(dest) !== posix.basename(name));
  return isDirectory ? tidy(posix.join(dest, posix.basename(name))) : tidy(dest);
}

/** Directories that every Debian host has, or that bear the name of what they hold. */
const WELL_KNOWN =
  /^(\/(etc|opt|root|srv|home|tmp|mnt|usr\/(local\/)?s?bin|usr\/local|var(\/\w+)?)|\/etc\/(systemd\/(system|network)|default|cron\.(d|daily|hourly|weekly|monthly)|apt|sanoid|nginx|apache2|init\.d|logrotate\.d|modprobe\.d|sudoers\.d|profile\.d)|.*\/(sites|conf|mods)-(enabled|available)|.*\.(d|service\.d|timer\.d))$/;
