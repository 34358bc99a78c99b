import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Rig } from '../rig.ts';
import { INVENTORY, playbooks } from './playbooks.ts';

/** What ansible-runner keeps of a run: an event is its kind, play, task and host. */
export interface ToldByRunner {
  readonly status: string;
  readonly rc: number;
  readonly stats: unknown;
  readonly events: readonly (readonly (string | null)[])[];
  readonly texts: readonly string[];
}

/** Runs the playbooks under Debian's ansible-runner with our program in the place of `ansible-playbook`, or with Ansible's own. */
export async function toldByRunner(
  whose: 'ours' | 'theirs',
  names: readonly string[],
): Promise<Readonly<Record<string, ToldByRunner>>> {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-runner-'));
  try {
    const bin = join(folder, '.bin');
    mkdirSync(bin);
    // A link that led nowhere would let Ansible's own program run, which would be like itself.
    if (whose === 'ours') accessSync(Rig.program, constants.X_OK);
    if (whose === 'ours') symlinkSync(Rig.program, join(bin, 'ansible-playbook'));
    for (const name of names) prepare(join(folder, name), name);
    return JSON.parse(await run(whose, bin, folder, names)) as Record<string, ToldByRunner>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prepare(folder: string, name: string): void {
  const { playbook = '', files = {}, words = [] } = playbooks[name] ?? {};
  const all = {
    'project/p.yml': playbook,
    'inventory/hosts': INVENTORY,
    'words.json': JSON.stringify(words),
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`project/${path}`, text])),
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function run(whose: 'ours' | 'theirs', bin: string, folder: string, names: readonly string[]): Promise<string> {
  const script = join(import.meta.dirname, 'told_by_runner.py');
  const child = spawn('/usr/bin/python3', [script, folder, ...names], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: `${bin}:/usr/bin:/bin:${dirname(process.execPath)}`,
      HOME: whose === 'ours' ? folder : homedir(),
      LANG: 'C.UTF-8',
      ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
      RETRACE_HISTORY: 'off',
    },
  });
  let said = '';
  child.stdout.on('data', (piece) => (said += String(piece)));
  return new Promise((resolve, reject) =>
    child.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(`ansible-runner: exit ${code}`)))),
  );
}

/** Whether Debian's ansible-runner is there. */
export function hasRunner(): boolean {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import ansible_runner'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
