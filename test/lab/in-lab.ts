import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { type Login, labExec, labHost, labReset } from '../../src/lab/index.ts';
import { packageRoot, state } from '../../src/lab/paths.ts';
import { switchNamespace } from '../../src/lab/switch.ts';

/** Have a host of the lab as it first was. One that was never started is so when it starts. */
export async function pristine(host: string): Promise<Login> {
  if (existsSync(state('hosts', host))) await labReset(host);
  return labHost(host);
}

/** What a script says on a host of the lab; one that fails fails the test. */
export async function on(host: string, script: string, input = ''): Promise<string> {
  const { code, stdout, stderr } = await labExec(host, script, input);
  if (code !== 0) throw new Error(`on ${host}: exit code ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** Wait until a command succeeds on a host. */
export async function until(host: string, command: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await on(host, `(${command}) && echo yes || :`)) === '') {
    if (Date.now() > deadline) throw new Error(`on ${host}, this has not come true: ${command}`);
    await sleep(100);
  }
}

/** What a program of this machine says when it runs in the lab's network. */
export const inLab = (command: readonly string[]): string =>
  execFileSync('ip', ['netns', 'exec', switchNamespace(), ...command], { encoding: 'utf8', timeout: 30_000 });

/** What `run lab …` says, as a program of its own. */
export async function lab(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...lab.command, ...argv], {
    env: { ...process.env, ...env },
  });
  return stdout;
}

/** How node is called for `run lab`: the sources as they are now, in one file. */
lab.command = [bundle()];

function bundle(): string {
  // Below node_modules, where the packages that it imports are found.
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
  // By a name of its own first: another process of the tests may be reading what is there.
  mkdirSync(dirname(outfile), { recursive: true });
  const fresh = `${outfile}.${process.pid}`;
  writeFileSync(fresh, outputFiles[0]?.contents ?? '');
  renameSync(fresh, outfile);
  return outfile;
}
