import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { collector } from '../../../src/audit/collect.ts';
import type { HostFinding } from '../../../src/audit/finding.ts';
import { type CallIo, callCommand } from '../../../src/cli/command.ts';
import { adopt } from '../../../src/cli/commands/adopt.ts';
import { commands } from '../../../src/cli/commands/index.ts';
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
  async adopt(
    ...words: readonly string[]
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
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

/** A task of a playbook, and how somebody tampers with what it did. `{{ d }}` is a directory of its own. */
export interface Tampered {
  readonly name: string;
  /** The task, without its name. */
  readonly task: string;
  readonly vars?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly tamper: (at: (name: string) => string, project: Project) => void;
}

export const put =
  (name: string, text: string): Tampered['tamper'] =>
  (at, project) =>
    void project.write({ [at(name)]: text });

export const edit =
  (name: string, before: string, after: string): Tampered['tamper'] =>
  (at, project) => {
    const text = project.read(at(name));
    if (!text.includes(before)) throw new Error(`${name} has no ${before}`);
    project.write({ [at(name)]: text.replace(before, after) });
  };

export const mode =
  (name: string, bits: number): Tampered['tamper'] =>
  (at, project) =>
    chmodSync(project.path(at(name)), bits);

export const remove =
  (name: string): Tampered['tamper'] =>
  (at, project) =>
    rmSync(project.path(at(name)), { recursive: true });

/** The text of a task, with a directory of its own. */
export const own = (text: string, index: number): string => text.replaceAll('{{ d }}', `{{ d }}/${index}`);

const indented = (text: string, by: number): string => text.trim().replace(/^(?=.)/gm, ' '.repeat(by));

/** All tasks as one playbook: so one run and one check are enough for all. */
export function tamperedProject(all: readonly Tampered[]): Project {
  const tasks = all.map(({ name, task }, index) => `    - name: ${name}\n${indented(own(task, index), 6)}\n`);
  const vars = all.flatMap(({ vars: text }) => (text === undefined ? [] : [`${indented(text, 4)}\n`]));
  const files = all.flatMap((one, index) =>
    Object.entries(one.files ?? {}).map(([name, text]) => [name, own(text, index)] as const),
  );
  const project = new Project({
    'hosts.ini':
      '# ours\n[all]\nweb1 greeting=hello # the first\n\n[all:vars]\nansible_connection=local\nd={{ playbook_dir }}/host/web1\n',
    'site.yaml': `# What our web servers are\n- hosts: all\n  gather_facts: false\n  vars:\n    none: 0\n${vars.join('')}  handlers:\n    - { name: reload, command: "true" }\n  tasks:\n${tasks.join('\n')}`,
    ...Object.fromEntries(files),
  });
  for (const index of all.keys()) mkdirSync(project.path(`host/web1/${index}/sub`), { recursive: true });
  return project;
}

/** Tampers with what each task did. */
export function tamper(project: Project, all: readonly Tampered[]): void {
  for (const [index, one] of all.entries()) one.tamper((name) => `host/web1/${index}/${name}`, project);
}
