// Runs a role with our program on one lab host and with Debian's ansible-playbook on its twin.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Login, labPristine } from '../../../src/lab/index.ts';
import { packageRoot } from '../../../src/lab/paths.ts';
import { switchNamespace } from '../../../src/lab/switch.ts';
import { compare, type Verdict } from '../../truth/compare.ts';
import { type Story, storyOf } from '../../truth/told.ts';
import { endStateOf, stateDifferences } from './end-state.ts';

/** What happened when a program was called. */
export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  /** The counts of the recap, without those that are zero. */
  readonly recap: string;
  readonly changed: number;
  readonly seconds: number;
}

/** Both programs do this with a role, in this order, each on a host of its own that was pristine before. */
export const PHASES = ['check', 'first', 'second', 'check again'] as const;
export type Phase = (typeof PHASES)[number];

export interface Tried {
  readonly role: string;
  /** The version of Ansible. */
  readonly core: string;
  readonly ours: Readonly<Record<Phase, Ran>>;
  readonly theirs: Readonly<Record<Phase, Ran>>;
  /** Our own check, which foresees what each task leaves, before the first run and after all runs. */
  readonly foreseen: Ran;
  readonly drift: Ran;
  /** How each prediction turned out in our first run. */
  readonly verdicts: readonly Verdict[];
  /** What differs between both hosts in the end. */
  readonly differences: readonly string[];
}

/** Ours under its own name, ours under Ansible's, and Debian's ansible-playbook. */
type Program = 'run' | 'ansible-playbook' | 'ansible';
/** `ROLES_OURS` and `ROLES_THEIRS` name other hosts, so that two measurements do not get in each other's way. */
const hosts = {
  ours: process.env['ROLES_OURS'] ?? 'twin1',
  theirs: process.env['ROLES_THEIRS'] ?? 'twin2',
} as const;

interface Place {
  readonly playbook: string;
  /** Where the roles and collections are. */
  readonly from: string;
  /** For inventories, and what our program reports. */
  readonly folder: string;
}

export async function tried(role: string, playbook: string, from: string): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-roles-'));
  try {
    const place = { playbook, from, folder };
    const login = await labPristine(hosts.ours);
    const foreseen = await runBy('run', 'foreseen', place, login);
    const ours = await triedBy('ansible-playbook', place, login);
    const drift = await runBy('run', 'drift', place, login);
    const theirs = await triedBy('ansible', place, await labPristine(hosts.theirs));
    const told = (phase: string): Story => numbersAsText(storyOf(readFileSync(eventsOf(place, phase), 'utf8')));
    return {
      role,
      core: coreVersion(),
      ours,
      theirs,
      foreseen,
      drift,
      verdicts: compare(told('foreseen'), told('first')),
      differences: stateDifferences(await endStateOf(hosts.ours), await endStateOf(hosts.theirs)),
    };
  } finally {
    if (process.env['KEEP'] === undefined) rmSync(folder, { recursive: true });
    else process.stderr.write(`${role}: ${folder}\n`);
  }
}

/** Under Ansible's names, a number that a template gives is text; under ours, it stays a number. */
const numbersAsText = ({ told, ...story }: Story): Story => ({
  ...story,
  told: told.map(({ outcome, ...one }) => ({
    ...one,
    outcome: { ...outcome, result: JSON.parse(JSON.stringify(outcome.result), asText) },
  })),
});

const asText = (_key: string, value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

async function triedBy(program: Program, place: Place, login: Login): Promise<Readonly<Record<Phase, Ran>>> {
  const check = await runBy(program, 'check', place, login);
  const first = await runBy(program, 'first', place, login);
  const second = await runBy(program, 'second', place, login);
  return { check, first, second, 'check again': await runBy(program, 'check again', place, login) };
}

/** `ANSIBLE_PLAYBOOK` is another one than Debian's, for roles that need it. */
const ansiblePlaybook = process.env['ANSIBLE_PLAYBOOK'] ?? '/usr/bin/ansible-playbook';

const coreVersion = (): string =>
  /core ([\w.]+)/.exec(execFileSync(ansiblePlaybook, ['--version'], { encoding: 'utf8' }))?.[1] ?? '?';

const eventsOf = ({ folder }: Place, phase: string): string => join(folder, `${phase}.jsonl`);

async function runBy(program: Program, phase: Phase | 'foreseen' | 'drift', place: Place, login: Login): Promise<Ran> {
  const inventory = join(place.folder, `${program}.yaml`);
  writeFileSync(inventory, inventoryOf(login));
  const command = program === 'ansible' ? [ansiblePlaybook] : [process.execPath, join(packageRoot(), 'dist/run.cjs')];
  const flags = phase === 'first' || phase === 'second' ? [] : ['--check'];
  const words = ['netns', 'exec', switchNamespace(), ...command, '-i', inventory, '--diff', ...flags, place.playbook];
  const startedAt = performance.now();
  const child = spawn('ip', words, {
    env: { ...process.env, ...environment(program, place), RETRACE_EVENTS: eventsOf(place, phase) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 900_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (ended) => resolve(ended ?? -1));
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (process.env['KEEP'] !== undefined) writeFileSync(join(place.folder, `${program} ${phase}.log`), output);
  const recap = recapOf(output);
  return { exitCode, output, recap, changed: Number(/changed=(\d+)/.exec(recap)?.[1] ?? 0), seconds };
}

/** The counts of the only host, as both programs print them. */
function recapOf(output: string): string {
  const line = /^host\s+: (.*)$/m.exec(output)?.[1] ?? '';
  // Ours has no such task: facts are asked for when something uses them.
  const gathered = output.match(/^TASK \[Gathering Facts\].*\nok: /gm)?.length ?? 0;
  return line
    .replace(/ok=(\d+)/, (_, ok: string) => `ok=${Number(ok) - gathered}`)
    .trim()
    .split(/\s+/)
    .filter((count) => !count.endsWith('=0'))
    .join(' ');
}

const inventoryOf = (login: Login): string => `all:
  hosts:
    host:
      ansible_host: ${login.address}
      ansible_user: root
      ansible_ssh_private_key_file: ${login.privateKeyFile}
      retrace_known_hosts: ${login.knownHostsFile}
      ansible_ssh_common_args: -F none -o UserKnownHostsFile=${login.knownHostsFile}
      ansible_python_interpreter: /usr/bin/python3
`;

const environment = (program: Program, { from }: Place): Readonly<Record<string, string>> => ({
  ANSIBLE_ROLES_PATH: join(from, 'roles'),
  ANSIBLE_COLLECTIONS_PATH: join(from, 'collections'),
  ...(program !== 'ansible'
    ? { RETRACE_CALLED_AS: program, NO_COLOR: '1' }
    : {
        ANSIBLE_NOCOLOR: '1',
        ANSIBLE_PIPELINING: '1',
        ANSIBLE_RETRY_FILES_ENABLED: '0',
        PYTHONDONTWRITEBYTECODE: '1',
      }),
});
