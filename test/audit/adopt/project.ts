import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostFinding } from '../../../src/audit/finding.ts';
import { collector } from '../../../src/audit/collect.ts';
import { type CallIo, callCommand } from '../../../src/cli/command.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { adopt } from '../../../src/cli/commands/adopt.ts';
import { run } from '../../../src/cli/face.ts';
import { type Parsed, runOptions } from '../../../src/cli/options.ts';
import { playCommand } from '../../../src/cli/play-command.ts';
import { nothingGiven } from '../../../src/core/command-line.ts';

/** A repository with a playbook, and the directories of its hosts. Everything runs in this process, on the local connection. */
export class Project implements Disposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'retrace-adopt-')));
  readonly #inventory: string;
  readonly #said = { stdout: '', stderr: '' };

  constructor(files: Readonly<Record<string, string>>) {
    this.#inventory = 'hosts.ini' in files ? 'hosts.ini' : 'hosts.yaml';
    this.write({
      'hosts.yaml': `all:\n  vars:\n    ansible_connection: local\n    d: ${this.folder}/host/{{ inventory_hostname }}\n  hosts:\n    web1:\n`,
      ...files,
    });
    for (const host of ['web1', 'web2']) mkdirSync(this.path(`host/${host}`), { recursive: true });
    this.write({ '.gitignore': 'host\n' });
    this.git('init', '-q');
    this.git('add', '.');
    this.git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'as it was');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(files: Readonly<Record<string, string>>): this {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), text);
    }
    return this;
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  git(...words: readonly string[]): string {
    return execFileSync('git', words, { cwd: this.folder, encoding: 'utf8' });
  }

  /** Runs the playbook, or checks it, and returns what was found. */
  async play(check: boolean, options: Partial<Parsed['options']> = {}): Promise<readonly HostFinding[]> {
    const { report, end } = collector();
    const parsed = {
      options: {
        ...nothingGiven(runOptions),
        inventory: [this.path(this.#inventory)],
        check,
        diff: check,
        ...options,
      },
      rest: [this.path('site.yaml')],
    };
    await playCommand(parsed, this.io(), { plan: 'none', reporter: async () => report });
    return end().findings;
  }

  /** `run adopt` in this directory. */
  async adopt(...words: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    Object.assign(this.#said, { stdout: '', stderr: '' });
    const { refuse: _, ...io } = this.io();
    const [id = '', ...more] = words;
    const code = await callCommand(adopt, [id, this.path('site.yaml'), '-i', this.path(this.#inventory), ...more], io);
    return { code, ...this.#said };
  }

  private io(): CallIo {
    return {
      face: run,
      commands,
      cwd: this.folder,
      env: { RETRACE_HISTORY: 'off' },
      isTTY: false,
      stdin: (async function* () {})(),
      stdout: { write: (text) => (this.#said.stdout += String(text)) },
      stderr: { write: (text) => (this.#said.stderr += String(text)) },
      askSecret: async () => '',
      refuse: (mistakes) => {
        this.#said.stderr += `${mistakes.join('\n')}\n`;
        return 1;
      },
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
