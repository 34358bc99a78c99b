// Runs a playbook of differential/ with Debian's ansible-playbook on one lab host and with our front end of that name on
// its twin, and tells each difference in what they did, registered and left behind.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Login, labHost, labReset } from '../../src/lab/index.ts';
import { packageRoot } from '../../src/lab/paths.ts';
import { switchNamespace } from '../../src/lab/switch.ts';
import { differencesOf, type Phase, type Seen, type Side } from './differential/compare.ts';
import { filesHere, filesOn } from './differential/files.ts';
import { normalised } from './differential/normalise.ts';
import { roundsOf, toldByCallback, toldByEvents } from './differential/told.ts';

/** Two equal hosts: one for us, the other for Ansible. */
export type Twins = Readonly<Record<Side, Login>>;

const folder = join(packageRoot(), 'test/conformance/differential');
const sides = ['ours', 'theirs'] as const;

/** The playbooks, by their names without `.yaml`. */
export const themes: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && name !== 'dump.yaml')
  .map((name) => basename(name, '.yaml'))
  .sort();

/** Two pristine hosts with Python, and the packages that Ansible's modules want. */
export async function twins(): Promise<Twins> {
  const [ours, theirs] = await Promise.all([labHost('twin1'), labHost('twin2')]);
  await Promise.all([labReset('twin1'), labReset('twin2')]);
  return { ours, theirs };
}

/** What differs between the two programs when a playbook is checked, run, and run again; and what our second run cost. */
export async function differences(theme: string, hosts: Twins): Promise<readonly string[]> {
  const place = mkdtempSync(join(tmpdir(), 'retrace-differential-'));
  try {
    const found: string[] = [];
    const before = await Promise.all(sides.map((side) => filesOn(hosts[side].name)));
    for (const phase of ['check', 'run', 'again'] as const) {
      const [ours, theirs] = await Promise.all(
        sides.map((side) => see({ theme, phase, side, login: hosts[side], place })),
      );
      found.push(...differencesOf(phase, without(before[0]!, ours!), without(before[1]!, theirs!)));
      if (phase === 'again') found.push(...tooManyRounds(theme, ours!));
    }
    // What is still different in the second run was told once.
    return found.filter((line) => !found.includes(line.replace(/^again:/, 'run:')) || !line.startsWith('again:'));
  } finally {
    if (process.env['KEEP'] === undefined) rmSync(place, { recursive: true });
    else process.stderr.write(`${theme}: ${place}\n`);
  }
}

/** Only what this playbook did, not those before it. */
const without = (before: Seen['files'], seen: Seen): Seen => ({
  ...seen,
  files: Object.fromEntries(Object.entries(seen.files).filter(([path, what]) => before[path] !== what)),
});

interface Turn {
  readonly theme: string;
  readonly phase: Phase;
  readonly side: Side;
  readonly login: Login;
  readonly place: string;
}

async function see(turn: Turn): Promise<Seen> {
  const out = join(turn.place, turn.side);
  const told = join(turn.place, `${turn.side}-${turn.phase}`);
  mkdirSync(out, { recursive: true });
  for (const host of names) rmSync(join(out, `${host}.json`), { force: true });
  const inventory = join(turn.place, `${turn.side}.yaml`);
  writeFileSync(inventory, inventoryOf(turn.login));
  const { code, output } = await run(turn.side, playbookArgs(turn, inventory, out), told, turn.login);
  if (process.env['KEEP'] !== undefined) writeFileSync(`${told}.log`, output);
  const lines = readOr(told, '');
  const clean = (text: string): string => text.replaceAll(out, 'OUT');
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
function tooManyRounds(theme: string, { rounds }: Seen): readonly string[] {
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
