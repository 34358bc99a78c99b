// Bundles the program into dist/: one small entry, everything heavy in chunks that load when they are needed.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

// Built aside and then put in place, so that a program that runs meanwhile, or a build that fails, finds no half of it.
const outdir = mkdtempSync('.build-');
await build({
  entryPoints: { main: 'src/cli/main.ts', sdk: 'src/sdk.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['*.node', 'cpu-features', 'jiti'],
  // CommonJS packages inside the bundle still ask for `require`.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
  logLevel: 'warning',
});
// Most runs take a second or less: code that V8 compiles anew for speed seldom pays for it, so it waits ten times longer.
const entry = `#!/usr/bin/env node
import * as nodeModule from 'node:module';
import { setFlagsFromString } from 'node:v8';
setFlagsFromString('--interrupt-budget=600000');
nodeModule.enableCompileCache?.();
await import('./main.js');
`;
writeFileSync(`${outdir}/run.js`, entry, { mode: 0o755 });
rmSync('dist', { recursive: true, force: true });
renameSync(outdir, 'dist');
