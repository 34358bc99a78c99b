import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/**
 * The program, a CommonJS bundle beside the file that starts it. V8 gets the code that it compiled when the bundle was
 * built (Node 20 has no compile cache of its own), which halves the time to start; without it, or when it is another
 * V8's, the program starts all the same.
 */
export function loadProgram(): typeof import('./program.ts') {
  const path = join(import.meta.dirname, 'program.cjs');
  const cache = `${path}.cache`;
  const script = new Script(Module.wrap(readFileSync(path, 'utf8')), {
    filename: path,
    cachedData: readOrNothing(cache),
  });
  // As `require` would have done it, so that whoever requires the program meets this instance.
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
