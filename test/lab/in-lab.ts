import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { labExec } from '../../src/lab/index.ts';
import { packageRoot } from '../../src/lab/paths.ts';
import { switchNamespace } from '../../src/lab/switch.ts';

/** The output of a script on a host of the lab; if the script fails, so does the test. */
export async function on(host: string, script: string, input = ''): Promise<string> {
  const { code, stdout, stderr } = await labExec(host, script, input);
  if (code !== 0) throw new Error(`on ${host}: exit code ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** Waits until a command succeeds on a host. */
export async function until(host: string, command: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await on(host, `(${command}) && echo yes || :`)) === '') {
    if (Date.now() > deadline) throw new Error(`on ${host}, this has not come true: ${command}`);
    await sleep(100);
  }
}

/** The output of one of this machine's programs, run in the lab's network. */
export const inLab = (command: readonly string[]): string =>
  execFileSync('ip', ['netns', 'exec', switchNamespace(), ...command], { encoding: 'utf8', timeout: 30_000 });

/** The output of `run lab …`, run as a separate program. */
export async function lab(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...lab.command, ...argv], {
    env: { ...process.env, ...env },
  });
  return stdout;
}

/** How to start node for `run lab`: with the current sources, bundled into one file. */
lab.command = [bundle()];

function bundle(): string {
  // Below node_modules, where the packages it imports are found.
  const outfile = join(packageRoot(), 'node_modules', '.cache', 'lab-test', 'lab.mjs');
  const contents = `import { labCommand } from './src/lab/index.ts';
    process.exitCode = await labCommand(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, isTTY: false });`;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: packageRoot(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    write: false,
  });
  // Write to a unique name first, because another test process may be reading the existing file.
  mkdirSync(dirname(outfile), { recursive: true });
  const fresh = `${outfile}.${process.pid}`;
  writeFileSync(fresh, outputFiles[0]?.contents ?? '');
  renameSync(fresh, outfile);
  return outfile;
}
