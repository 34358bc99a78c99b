import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import type { bundleFor } from './bundles.ts';

/**
 * Loads a bundle, a CommonJS file next to the file that starts it, with the code that V8 compiled when the bundle was built. This
 * halves the startup time; Node 20 has no compile cache of its own. Without the cached code, or with that of another V8 version, the
 * program still starts.
 */
export function loadProgram(
  bundle: ReturnType<typeof bundleFor>,
): typeof import('./program.ts') | typeof import('./past-program.ts') {
  const path = join(import.meta.dirname, `${bundle}.cjs`);
  const cache = `${path}.cache`;
  // The bundle is ASCII (build.js sees to it): read as such, the program's seven megabytes are read faster than as UTF-8.
  const script = new Script(Module.wrap(readFileSync(path, 'latin1')), {
    filename: path,
    cachedData: readOrNothing(cache),
  });
  // Load the program as `require` would, so that later `require` calls return this instance.
  const module = new Module(path);
  Object.assign(module, { filename: path, loaded: true });
  const require = createRequire(path);
  require.cache[path] = module;
  script.runInThisContext()(module.exports, require, module, path, dirname(path));
  if (process.env['RETRACE_KEEP_COMPILED'] === '1')
    process.once('exit', () => writeFileSync(cache, script.createCachedData()));
  return module.exports;
}

function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
