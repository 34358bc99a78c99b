import { realpathSync } from 'node:fs';
import { posix } from 'node:path';
import { Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { expandHome } from '../find-file.ts';
import { glob } from '../lookups/glob.ts';
import { str, typeName } from '../python/repr.ts';
import { type Callee, type Callees, fn } from '../python/signature.ts';
import { sequence } from '../python/values.ts';
import { present } from './common.ts';

const path = (change: (path: string) => Value): Callee => fn('path', ([value]) => change(pathOf(value)));

/** A path, as Python's `os.path` accepts it. */
function pathOf(value: Value): string {
  if (typeof present(value) === 'string') return value as string;
  return fail(`expected str, bytes or os.PathLike object, not ${typeName(value)}`, 'template-type');
}

/** Ansible's filters for paths on the controller. */
export const pathFilters: Callees = {
  basename: path((text) => text.slice(text.lastIndexOf('/') + 1)),
  dirname: path(dirname),
  expanduser: fn('path', ([value], { session }) => expandHome(str(value), session.env)),
  expandvars: fn('path', ([value], { session }) => expandVariables(str(value), session.env.variables)),
  path_join: fn('paths', ([paths]) => {
    const parts = sequence(present(paths));
    if (parts?.length === 0) return fail("join() missing 1 required positional argument: 'a'", 'template-type');
    if (parts) return joinPaths(parts.map(pathOf));
    return typeof paths === 'string'
      ? paths
      : fail(`|path_join expects string or sequence, got ${typeName(paths)} instead.`, 'template-type');
  }),
  realpath: path(realpath),
  relpath: fn("path, start='.'", ([value, start]) => relative(str(value), str(start))),
  normpath: path(normalize),
  commonpath: fn('paths', ([paths]) => commonPath((sequence(paths) ?? fail('|commonpath expects sequence')).map(str))),
  splitext: path((text) => new Tuple(splitExtension(text))),
  win_basename: path((text) =>
    text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\'), /^[a-z]:/i.test(text) ? 1 : -1) + 1),
  ),
  win_dirname: path((text) => {
    const [drive, rest] = splitDrive(text);
    const head = rest.slice(0, Math.max(rest.lastIndexOf('/'), rest.lastIndexOf('\\')) + 1);
    return drive + (/^[\\/]*$/.test(head) ? head : head.replace(/[\\/]+$/, ''));
  }),
  win_splitdrive: path((text) => new Tuple(splitDrive(text))),
  fileglob: path((text) => glob(text)),
};

function dirname(text: string): string {
  const head = text.slice(0, text.lastIndexOf('/') + 1);
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, '');
}

/** Python's `os.path.join`: an absolute part discards everything before it. */
function joinPaths(parts: readonly string[]): string {
  return parts.reduce((joined, part) => {
    if (part.startsWith('/')) return part;
    return joined === '' || joined.endsWith('/') ? joined + part : `${joined}/${part}`;
  });
}

function normalize(text: string): string {
  if (text === '') return '.';
  const normal = posix.normalize(text).replace(/(?<=.)\/$/, '');
  // POSIX gives exactly two leading slashes a special meaning, and Python keeps them.
  return /^\/\/(?!\/)/.test(text) ? `/${normal}` : normal;
}

function realpath(text: string): string {
  const absolute = posix.resolve(text);
  for (let existing = absolute; ; existing = posix.dirname(existing)) {
    const real = tryRealpath(existing);
    if (real !== undefined) return posix.join(real, absolute.slice(existing.length));
    if (existing === '/') return absolute;
  }
}

function tryRealpath(text: string): string | undefined {
  try {
    return realpathSync(text);
  } catch {
    // This part does not exist yet: the caller tries its parent.
    return undefined;
  }
}

const relative = (text: string, start: string): string =>
  posix.relative(posix.resolve(start), posix.resolve(text)) || '.';

function commonPath(paths: readonly string[]): string {
  const absolute = paths[0]?.startsWith('/');
  if (absolute === undefined) return '';
  if (paths.some((each) => each.startsWith('/') !== absolute)) return fail("Can't mix absolute and relative paths");
  const [first = [], ...rest] = paths.map((each) => each.split('/').filter((part) => part !== '' && part !== '.'));
  const same = first.findIndex((part, index) => rest.some((parts) => parts[index] !== part));
  return (absolute ? '/' : '') + (same < 0 ? first : first.slice(0, same)).join('/');
}

function splitExtension(text: string): [string, string] {
  const match = /^(.*?[^/.][^/]*?|\.+[^/.][^/]*?)(\.[^./]*)$/s.exec(text);
  const base = text.slice(text.lastIndexOf('/') + 1);
  const dot = base.replace(/^\.+/, (dots) => '_'.repeat(dots.length)).lastIndexOf('.');
  if (!match || dot < 0) return [text, ''];
  const at = text.length - base.length + dot;
  return [text.slice(0, at), text.slice(at)];
}

function splitDrive(text: string): [string, string] {
  const [, drive, rest = ''] = /^([\\/]{2}[^\\/]+[\\/][^\\/]+)(.*)$/s.exec(text) ?? [];
  if (drive !== undefined) return [drive, rest];
  return text[1] === ':' ? [text.slice(0, 2), text.slice(2)] : ['', text];
}

function expandVariables(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$(?:(\w+)|\{([^}]*)\})/g, (all, name, braced) => variables[name ?? braced] ?? all);
}
