import { homedir } from 'node:os';
import { dirname, isAbsolute, resolve } from 'node:path';
import { decodeText } from '../core/text-codec.ts';
import type { Context } from './context.ts';
import { type Env, opened } from './env.ts';

/** A file found by name, with its text. */
interface FoundFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Finds a file on the controller by a name relative to the search path; each directory is tried with and without the
 * subdirectory for this kind of file.
 */
export function findFile(kind: 'templates' | 'files' | 'vars', name: string, context: Context): FoundFile | undefined {
  const { env } = context.session;
  const expanded = expandHome(name, env);
  if (isAbsolute(expanded)) return read(expanded, context);
  for (const folder of env.searchPath(kind)) {
    const found = read(resolve(folder, kind, expanded), context) ?? read(resolve(folder, expanded), context);
    if (found) return found;
  }
  return undefined;
}

/** Expands `~` and `~name` at the start of a path. */
export function expandHome(path: string, env: Env): string {
  const [, user, rest = ''] = /^~([^/]*)(.*)$/s.exec(path) ?? [];
  if (user === undefined) return path;
  if (user === '') return (env.variables.HOME ?? homedir()) + rest;
  const entry = new TextDecoder()
    .decode(env.readFile('/etc/passwd'))
    .split('\n')
    .find((line) => line.startsWith(`${user}:`));
  return entry ? entry.split(':')[5] + rest : path;
}

function read(path: string, context: Context): FoundFile | undefined {
  const bytes = context.session.env.readFile(path);
  return bytes && { path, bytes: opened(bytes, path, context.session.env) };
}

/** Finds a template for `include`, `import` and `extends`: next to the file that names it, or on the search path. */
export function findTemplate(name: string, context: Context): { path: string; text: string } | undefined {
  const beside = context.at && read(resolve(dirname(context.at.file), name), context);
  const found = beside ?? findFile('templates', name, context);
  return found && { path: found.path, text: decodeText(found.bytes) };
}
