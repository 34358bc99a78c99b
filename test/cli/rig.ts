import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The output of a program run, and how it ended. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary directory with files, in which the built program runs; removed afterwards. */
export class Rig implements Disposable {
  /** The built program, for a test that starts it in its own way. */
  static readonly program = join(import.meta.dirname, '../../dist/run.cjs');
  readonly folder = mkdtempSync(join(tmpdir(), 'retrace-rig-'));

  write(files: Readonly<Record<string, string>>): this {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
    return this;
  }

  /** Runs the program with these arguments, as `calledAs`, in an environment isolated from the outer one. */
  run(
    args: readonly string[],
    options: { calledAs?: string; env?: Readonly<Record<string, string>>; input?: string; pidFile?: string } = {},
  ): Promise<Said> {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.folder,
      RETRACE_CALLED_AS: options.calledAs ?? 'run',
      RETRACE_HISTORY: 'off',
      RETRACE_LOCK: 'off',
      ...options.env,
    };
    const child = spawn(process.execPath, [Rig.program, ...args], { cwd: this.folder, env, stdio: 'pipe' });
    if (options.pidFile !== undefined) this.write({ [options.pidFile]: String(child.pid) });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (said.stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (said.stderr += String(chunk)));
    child.stdin.end(options.input ?? '');
    return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, ...said })));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
