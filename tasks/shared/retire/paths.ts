import { parentOf, type Thing, tidyPath } from '../../../src/sdk.ts';

/** How a task sees to a path. */
interface Sees {
  /** It puts the path there, so that removing the path undoes it. */
  readonly puts: boolean;
  /** It says what the whole file is, and not only a part of it. */
  readonly whole?: boolean;
  /** It may put anything below the path. */
  readonly tree?: boolean;
}

/** A file, directory or link as a thing. */
export function pathThing(given: string, { puts, whole = puts, tree = false }: Sees): Thing {
  const path = tidyPath(given);
  return {
    name: `path ${path}`,
    // A directory is needed as long as something below it is declared.
    under: [`below ${path}`, ...treesOver(path)],
    also: [
      ...above(path).map((folder) => `below ${folder}`),
      ...(whole ? [`whole ${path}`] : []),
      ...(tree ? [`tree ${path}`] : []),
    ],
    ...(puts && !isOfTheSystem(path) && { absence: { type: 'ansible.builtin.file', args: { path, state: 'absent' } } }),
  };
}

/**
 * A part of a file as a thing, and the file itself, which is declared with it. Whoever declares the whole file declares its
 * parts, too.
 */
export function partThings(given: string, { name, under = [], also = [], absence }: Thing): readonly Thing[] {
  const path = tidyPath(given);
  const inFile = (part: string): string => `${part} in ${path}`;
  const part: Thing = {
    name: inFile(name),
    under: [...under.map(inFile), `whole ${path}`, ...treesOver(path)],
    also: also.map(inFile),
    ...(absence !== undefined && { absence }),
  };
  return [pathThing(path, { puts: false }), part];
}

/** For types that write one whole file, `path`. */
export const wholeFile = ({
  path,
  state,
}: {
  readonly path: string;
  readonly state?: string | undefined;
}): readonly Thing[] => [pathThing(path, { puts: state !== 'absent', whole: true })];

/** The names under which a line of text in a file is known: itself, and the option that it sets. */
export function lineNames(line: string): readonly string[] {
  const option = /^\s*([\w.-]+)\s*=/.exec(line)?.[1];
  return [`line "${line}"`, ...(option === undefined ? [] : [`setting ${option}`])];
}

/** The directories above a path, without the root. */
function above(path: string): readonly string[] {
  const parent = parentOf(path);
  return parent === '/' || parent === path || parent === '' || parent === '.' ? [] : [parent, ...above(parent)];
}

const treesOver = (path: string): readonly string[] => [path, ...above(path)].map((folder) => `tree ${folder}`);

/** Directories of the system are never to be removed, even if a task once set their mode. */
const isOfTheSystem = (path: string): boolean => /^\/[^/]*$/.test(path) || SYSTEMS.has(path);

const SYSTEMS = new Set([
  ...['bin', 'include', 'lib', 'lib32', 'lib64', 'libexec', 'local', 'sbin', 'share', 'src'].map(
    (one) => `/usr/${one}`,
  ),
  ...['backups', 'cache', 'lib', 'local', 'lock', 'log', 'mail', 'opt', 'run', 'spool', 'tmp', 'www'].map(
    (one) => `/var/${one}`,
  ),
  ...['apt', 'cron.d', 'default', 'init.d', 'pam.d', 'ssh', 'ssl', 'systemd', 'security'].map((one) => `/etc/${one}`),
]);
