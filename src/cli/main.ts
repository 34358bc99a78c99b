#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { bundleFor } from './bundles.ts';
import { loadProgram } from './load-program.ts';
import { tooOld } from './node-version.ts';
import { version } from './version.ts';

// The only place that sets the exit code: everything else returns one.
const argv = process.argv.slice(2);
const calledAs = (process.env['RETRACE_CALLED_AS'] ?? process.argv[1] ?? 'run')
  .replace(/^.*\//, '')
  .replace(/\.cjs$/, '');

// Most runs take a second or less, and optimizing code seldom pays off in that time, so V8 waits ten times longer before it does, and compiles
// WebAssembly (SQLite) only quickly. Newer V8 versions decide differently and do not have these flags.
if (process.versions.v8.startsWith('11.'))
  for (const flag of ['--interrupt-budget=600000', '--liftoff-only']) setFlagsFromString(flag);
// Much of what is made for a host outlives the young generation while hosts are waited for. Collecting it before the heap
// has grown by a third takes 4 % more CPU, and 300 hosts take 170 MB instead of 280.
setFlagsFromString('--heap-growing-percent=30');

// If the reader of the output has exited (`run doc | head`), let the work in progress finish without output.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

const old = tooOld(process.versions.node);
if (old !== undefined) {
  process.stderr.write(old);
  process.exitCode = 1;
} else if (argv[0] === '--version' && !calledAs.startsWith('ansible')) process.stdout.write(`retrace ${version}\n`);
else if (hasDirectory()) start();
else {
  process.stderr.write('ERROR! the current directory no longer exists: change to another one (cd)\n');
  process.exitCode = 1;
}

function hasDirectory(): boolean {
  try {
    process.cwd();
    return true;
  } catch {
    return false;
  }
}

function start(): void {
  const { lastWords, runCommand } = loadProgram(bundleFor(calledAs, argv[0]));
  void runCommand(calledAs, argv)
    .catch((error: unknown) => {
      const { text, exitCode } = lastWords(error);
      process.stderr.write(text);
      return exitCode;
    })
    .then((exitCode) => {
      process.exitCode = exitCode;
    });
}
