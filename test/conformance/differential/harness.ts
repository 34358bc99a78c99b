// Runs a playbook of this directory with Debian's ansible-playbook on one lab host or with our front end of that name on
// its twin, and reports what it did, registered and left behind.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Login, labHost, labReset } from '../../../src/lab/index.ts';
import { packageRoot, state, stateDir } from '../../../src/lab/paths.ts';
import { switchNamespace } from '../../../src/lab/switch.ts';
import { differencesOf, type Phase, phases, type Ran, type Seen, type Side } from './compare.ts';
import { filesHere, filesOn } from './files.ts';
import { normalised } from './normalise.ts';
import { playbooks as folder } from './recording.ts';
import { roundsOf, toldByCallback, toldByEvents } from './told.ts';

/** The playbooks, by their names without `.yaml`. */
export const themes: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && name !== 'dump.yaml')
  .map((name) => basename(name, '.yaml'))
  .sort();

/** A pristine host with Python, and the packages that Ansible's modules want. Each program has one of two equal ones. */
export async function pristineHost(side: Side): Promise<Login> {
  const name = { ours: 'twin1', theirs: 'twin2' }[side];
  if (existsSync(state('hosts', name))) await labReset(name);
  return labHost(name);
}

/** What one of the programs does, registers and leaves behind when a playbook is checked, run, and run again. */
export async function ranBy(side: Side, theme: string, login: Login): Promise<Readonly<Record<Phase, Ran>>> {
  const place = mkdtempSync(join(tmpdir(), 'retrace-differential-'));
  try {
    const before = await filesOn(login.name);
    const see = async (phase: Phase) => without(before, await ran({ theme, phase, side, login, place }));
    return { check: await see('check'), run: await see('run'), again: await see('again') };
  } finally {
    if (process.env['KEEP'] === undefined) rmSync(place, { recursive: true });
    else process.stderr.write(`${theme}: ${place}\n`);
  }
}

/** What differs between what ours did and what Ansible did; and what our second run cost. */
export function differences(
  theme: string,
  ours: Readonly<Record<Phase, Ran>>,
  theirs: Readonly<Record<Phase, Seen>>,
): readonly string[] {
  const found = phases.flatMap((phase) => differencesOf(phase, ours[phase], theirs[phase]));
  found.push(...tooManyRounds(theme, ours.again));
  // What is still different in the second run was told once.
  return found.filter((line) => !found.includes(line.replace(/^again:/, 'run:')) || !line.startsWith('again:'));
}

/** Only what this playbook did, not those before it. */
const without = (before: Seen['files'], ran: Ran): Ran => ({
  ...ran,
  files: Object.fromEntries(Object.entries(ran.files).filter(([path, what]) => before[path] !== what)),
});

interface Turn {
  readonly theme: string;
  readonly phase: Phase;
  readonly side: Side;
  readonly login: Login;
  readonly place: string;
}

async function ran(turn: Turn): Promise<Ran> {
  const out = join(turn.place, turn.side);
  const told = join(turn.place, `${turn.side}-${turn.phase}`);
  mkdirSync(out, { recursive: true });
  for (const host of names) rmSync(join(out, `${host}.json`), { force: true });
  const inventory = join(turn.place, `${turn.side}.yaml`);
  writeFileSync(inventory, inventoryOf(turn.login));
  const { code, output } = await run(turn.side, playbookArgs(turn, inventory, out), told, turn.login);
  if (process.env['KEEP'] !== undefined) writeFileSync(`${told}.log`, output);
  const lines = readOr(told, '');
  if (turn.side === 'theirs' && turn.phase === 'run' && code !== 0)
    throw new Error(`Ansible fails, so little can be compared: ${output.slice(-2000)}`);
  const clean = (text: string): string =>
    text
      .replaceAll(out, 'OUT')
      .replaceAll(folder, 'PLAYBOOKS')
      .replaceAll(stateDir(), 'LAB')
      .replaceAll(turn.login.address, 'ADDRESS');
  return {
    exitCode: code,
    output,
    told: turn.side === 'ours' ? toldByEvents(lines) : toldByCallback(lines),
    rounds: turn.side === 'ours' ? roundsOf(lines) : [],
    values: turn.phase === 'check' ? {} : valuesIn(out, clean),
    files: { ...(await filesOn(turn.login.name)), ...filesHere(out) },
  };
}

const playbookArgs = ({ theme, phase }: Turn, inventory: string, out: string): readonly string[] => [
  ...['-i', inventory, '-e', `out=${out}`],
  ...(phase === 'check' ? ['--check', '--diff'] : []),
  ...[`${folder}/${theme}.yaml`, `${folder}/dump.yaml`],
];

const names = ['one', 'two', 'three'];

// Three names of one host, so that both programs have several hosts to order, and no theme needs more than two machines.
const inventoryOf = (login: Login): string => `twins:
  vars:
    ansible_host: ${login.address}
    ansible_user: root
    ansible_ssh_private_key_file: ${login.privateKeyFile}
    retrace_known_hosts: ${login.knownHostsFile}
    ansible_ssh_common_args: -F none -o UserKnownHostsFile=${login.knownHostsFile}
    ansible_python_interpreter: /usr/bin/python3
  hosts: {one: , two: , three: }
`;

async function run(side: Side, args: readonly string[], told: string, login: Login) {
  const ours = [process.execPath, join(packageRoot(), 'dist/run.cjs')];
  const child = spawn(
    'ip',
    ['netns', 'exec', switchNamespace(), ...(side === 'ours' ? ours : ['/usr/bin/ansible-playbook']), ...args],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...environment[side],
        RETRACE_EVENTS: told,
        TOLD: told,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (ended) => resolve(ended ?? -1));
  });
  return { code, output: output.replaceAll(login.address, 'ADDRESS') };
}

const environment: Readonly<Record<Side, Readonly<Record<string, string>>>> = {
  ours: { RETRACE_CALLED_AS: 'ansible-playbook', NO_COLOR: '1' },
  theirs: {
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_PIPELINING: '1',
    // With a terminal, raw and script would get stderr in stdout, and carriage returns.
    ANSIBLE_SSH_USETTY: '0',
    ANSIBLE_CALLBACK_PLUGINS: folder,
    ANSIBLE_CALLBACKS_ENABLED: 'tell',
    ANSIBLE_RETRY_FILES_ENABLED: '0',
    // Bytecode of the plugin would lie beside it, in the project.
    PYTHONDONTWRITEBYTECODE: '1',
  },
};

function valuesIn(out: string, clean: (text: string) => string): Readonly<Record<string, unknown>> {
  const entries = names.map((host) => {
    const text = readOr(join(out, `${host}.json`), 'null');
    return [host, normalised(JSON.parse(clean(text)))] as const;
  });
  return Object.fromEntries(entries);
}

/** A second run costs the rounds that the first lines of the playbook tell. */
function tooManyRounds(theme: string, { rounds }: Ran): readonly string[] {
  const [, allowed] = /^# Second run: (\d+) rounds?/m.exec(readFileSync(join(folder, `${theme}.yaml`), 'utf8')) ?? [];
  const most = Math.max(0, ...rounds);
  return allowed === undefined || most <= Number(allowed) ? [] : [`again: ${most} rounds in a play, not ${allowed}`];
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
