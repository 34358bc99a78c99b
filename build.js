// Bundles the program into dist/: run.cjs starts, past.cjs answers what is known of past runs, program.cjs is all the rest, sdk.js what
// task types import.
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { inlineText } from './inline-text.js';
import { warmUp } from './warm-up.js';

// Built aside and then put in place, so that a program that runs meanwhile, or a build that fails, finds no half of it.
const outdir = mkdtempSync(resolve('.build-'));
await build({
  entryPoints: { run: 'src/cli/main.ts', program: 'src/cli/program.ts', past: 'src/cli/past-program.ts' },
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  external: ['*.node', 'cpu-features'],
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': '__url', 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  // Code that V8 takes from its cache cannot `import()`.
  supported: { 'dynamic-import': false },
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [withoutHttpAgents(), inlineText()],
});
chmodSync(`${outdir}/run.cjs`, 0o755);
for (const bundle of ['program', 'past']) asciiOnly(`${outdir}/${bundle}.cjs`);
// SQLite's code lies beside the program that loads it.
copyFileSync('node_modules/node-sqlite3-wasm/dist/node-sqlite3-wasm.wasm', `${outdir}/node-sqlite3-wasm.wasm`);
const { sdk } = createRequire(import.meta.url)(`${outdir}/program.cjs`);
writeFileSync(
  `${outdir}/sdk.js`,
  `import program from './program.cjs';\nexport const { ${Object.keys(sdk).join(', ')} } = program.sdk;\n`,
);
await warmUp(`${outdir}/run.cjs`).catch((error) =>
  console.error(`build: no code cache, Retrace starts slower: ${error}`),
);
chmodSync(outdir, 0o755);
rmSync('dist', { recursive: true, force: true });
renameSync(outdir, 'dist');

/** V8 reads a file that is ASCII in half the memory and time; in regular expressions esbuild leaves other characters. */
function asciiOnly(path) {
  const escaped = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(path, readFileSync(path, 'utf8').replace(/[^\x00-\x7f]/g, escaped));
}

/** ssh2's agents for HTTP over SSH, which we have no use for, load all of HTTP, TLS and DNS. */
function withoutHttpAgents() {
  return {
    name: 'without-http-agents',
    setup: (build) =>
      build.onLoad({ filter: /ssh2\/lib\/http-agents\.js$/ }, () => ({ contents: 'module.exports = {};' })),
  };
}
