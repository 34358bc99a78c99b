import { existsSync, readdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import type { Diagnostic, Position, Result } from '../core/source.ts';
import { escapePattern } from '../core/text/escape-pattern.ts';
import { upTo } from '../core/text/up-to.ts';

/** The user's TypeScript and JavaScript files in a directory, excluding the project's unit tests. */
export function ownFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /^[^._].*\.[jt]s$/.test(entry.name) && !unlike.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort();
}

const unlike = /\.(d|test|spec)\.[jt]s$/;

/**
 * Loads a user's file and returns its exports, or a diagnostic for an error in it. In the file, `retrace` resolves to the exports of
 * `src/sdk.ts`.
 */
export async function importOwn(path: string): Promise<Result<Readonly<Record<string, unknown>>>> {
  try {
    return { ok: true, value: await (readsTypeScript ? importNatively(path) : importByJiti(path)) };
  } catch (error) {
    return { ok: false, error: [ownMistake(path, messageOf(error), placeIn(path, error))] };
  }
}

/** A diagnostic for an error in user code. */
export const ownMistake = (path: string, message: string, at?: Position): Diagnostic => ({
  severity: 'error',
  code: 'own-code',
  message: at === undefined ? `${path}: ${message}` : message,
  ...(at && { at }),
});

type Exports = Record<string, unknown>;

// Do not use `import()`, which does not work in code from V8's cache.
const load = nodeModule.createRequire(import.meta.url);

interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}

type Resolve = (name: string, context: unknown, next: (name: string, context: unknown) => Resolved) => Resolved;

// Node 20's types do not include `registerHooks`, because Node 20 lacks it.
const { registerHooks } = nodeModule as { registerHooks?: (hooks: { resolve: Resolve }) => void };

/** Node 22.18 and newer read TypeScript natively and let us control module resolution. */
const readsTypeScript =
  registerHooks !== undefined && 'typescript' in process.features && process.features.typescript !== false;

let hooked = false;

function importNatively(path: string): Exports {
  if (!hooked)
    registerHooks?.({
      resolve: (name, context, next) =>
        name === 'retrace' ? { url: sdkUrl, shortCircuit: true } : next(name, context),
    });
  hooked = true;
  return load(path) as Exports;
}

const sdkUrl = new URL(import.meta.url.endsWith('.ts') ? '../sdk.ts' : './sdk.js', import.meta.url).href;

async function importByJiti(path: string): Promise<Exports> {
  const { createJiti } = load('jiti') as typeof import('jiti');
  const jiti = createJiti(import.meta.url, {
    virtualModules: { retrace: await import('../sdk.ts') },
    fsCache: false,
    interopDefault: false,
  });
  return jiti.import<Exports>(path);
}

const messageOf = (error: unknown): string => upTo(error instanceof Error ? error.message : String(error), '\n').trim();

/** The position of an error in the file, if the error has one. */
function placeIn(path: string, error: unknown): Position | undefined {
  const told = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : '';
  const match = new RegExp(`${escapePattern(path)}:(\\d+)(?::(\\d+))?`).exec(told);
  return match === null ? undefined : { file: path, line: Number(match[1]), column: Number(match[2] ?? 1) };
}
