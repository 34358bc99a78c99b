import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labHost } from '../../src/lab/index.ts';
import { packageRoot } from '../../src/lab/paths.ts';
import { switchNamespace } from '../../src/lab/switch.ts';

/** What a run of the program said, and how it ended. */
interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program in the lab's network, with plain lab hosts that it reaches over its own ssh connections. */
export interface LabProgram {
  /** A directory for this test's files, with the inventory `hosts` and the playbook. */
  readonly folder: string;
  /** Runs tasks on all hosts of the inventory that the options do not leave out. */
  play(tasks: string, ...options: string[]): Promise<{ readonly code: number; readonly stdout: string }>;
  /** Runs the program with these words and this inventory, in the folder. `input` comes on its stdin; after a minute it is killed, or after `timeoutMs`. */
  run(words: readonly string[], how?: { readonly input?: string; readonly timeoutMs?: number }): Promise<Said>;
  remove(): void;
}

/** Starts lab hosts and writes an inventory with them; `more` has further lines. */
export async function labProgram(
  hosts: readonly string[],
  more = '',
  env: Readonly<Record<string, string>> = {},
): Promise<LabProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-lab-program-'));
  const lines: string[] = [];
  for (const host of hosts) {
    const { address, privateKeyFile, knownHostsFile } = await labHost(host);
    lines.push(
      `${host} ansible_host=${address} ansible_user=root ansible_ssh_private_key_file=${privateKeyFile} retrace_known_hosts=${knownHostsFile}`,
    );
  }
  writeFileSync(join(folder, 'hosts'), `${lines.join('\n')}\n${more}`);
  return {
    folder,
    play(tasks, ...options) {
      const file = join(folder, 'play.yaml');
      writeFileSync(file, `- hosts: all\n  tasks:\n${tasks}`);
      const built = join(packageRoot(), 'dist', 'run.cjs');
      const words = [process.execPath, built, '-i', join(folder, 'hosts'), file, ...options];
      return new Promise((resolve) => {
        execFile(
          'ip',
          ['netns', 'exec', switchNamespace(), ...words],
          { env: { ...process.env, NO_COLOR: '1', RETRACE_CALLED_AS: 'run', ...env }, timeout: 120_000 },
          (error, stdout) => resolve({ code: error === null ? 0 : Number(error.code), stdout }),
        );
      });
    },
    run(words, { input = '', timeoutMs = 60_000 } = {}) {
      const built = join(packageRoot(), 'dist', 'run.cjs');
      const command = ['netns', 'exec', switchNamespace(), process.execPath, built, ...words, '-i', 'hosts'];
      const child = spawn('ip', command, {
        cwd: folder,
        env: { ...process.env, NO_COLOR: '1', RETRACE_CALLED_AS: 'run', RETRACE_HISTORY: 'off', ...env },
        timeout: timeoutMs,
      });
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk) => (said.stdout += String(chunk)));
      child.stderr.on('data', (chunk) => (said.stderr += String(chunk)));
      child.stdin.end(input);
      return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, ...said })));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
