// Times our program, Ansible with pipelining, Ansible with Mitogen, and a lower bound side by side in one run on real hosts of the lab, and
// writes docs/benchmarks.md. Needs root, because it brings the lab up and installs ansible-core and ansible-mitogen.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { insideLab, isInsideLab, type Login, labBenchHosts, labReset } from '../../src/lab/index.ts';
import { delayingRelay } from './delaying-relay.ts';

// Reading a machine's certificate bundle doubles Node's start-up time, and nothing here needs it.
delete process.env['NODE_EXTRA_CA_CERTS'];

// Bundled into dist/ before it runs.
const root = join(import.meta.dirname, '..');
const quick = process.argv.includes('--quick');
const runs = quick ? 1 : 5;
// Ansible's runs take minutes in total, and vary little compared with the differences of interest.
const slowRuns = 1;

type Program = 'ours' | 'ansible' | 'mitogen' | 'floor';
type What = 'first run' | 'second run' | 'check';

if (!isInsideLab()) {
  execFileSync('apt-get', ['install', '-y', '-qq', 'ansible-core', 'ansible-mitogen', 'python3-mitogen'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await labBenchHosts();
  process.exitCode = (await insideLab(process.argv.slice(2))) ?? 1;
} else await bench();

async function bench(): Promise<void> {
  const hosts = await labBenchHosts();
  const folder = mkdtempSync(join(tmpdir(), 'retrace-bench-'));
  const rows: string[][] = [];
  for (const delay of quick ? [0] : [0, 50])
    for (const count of [1, 4]) {
      const some = hosts.slice(0, count);
      const place = await placeOf(folder, some, delay);
      rows.push(...(await measure(place, some, delay)));
      for (const relay of place.relays) relay.close();
      writeFileSync(join(root, 'docs/benchmarks.md'), page(rows, await startUp()));
    }
  rmSync(folder, { recursive: true });
  process.stdout.write(readFileSync(join(root, 'docs/benchmarks.md'), 'utf8'));
}

interface Place {
  readonly inventory: string;
  readonly hosts: readonly { name: string; address: string; port: number }[];
  readonly knownHosts: string;
  readonly key: string;
  readonly ansibleConfig: Readonly<Record<'ansible' | 'mitogen', string>>;
  readonly relays: readonly { close(): void }[];
  readonly floorScripts: Map<string, string>;
  readonly folder: string;
}

/** Writes inventories, known hosts and configurations for some hosts, which are behind relays if there is to be a delay. */
async function placeOf(folder: string, logins: readonly Login[], delay: number): Promise<Place> {
  const relays =
    delay === 0 ? [] : await Promise.all(logins.map((login) => delayingRelay(login.address, 22, delay / 2)));
  const hosts = logins.map((login, index) => ({
    name: login.name,
    address: delay === 0 ? login.address : '127.0.0.1',
    port: relays[index]?.port ?? 22,
  }));
  const known = readFileSync(logins[0]!.knownHostsFile, 'utf8').split('\n');
  const knownHosts = join(folder, `known-${delay}-${logins.length}`);
  const relayed = logins.flatMap((login, index) =>
    known
      .filter((line) => line.split(' ')[0]!.split(',').includes(login.address))
      .map((line) => `[127.0.0.1]:${hosts[index]!.port} ${line.split(' ').slice(1).join(' ')}`),
  );
  writeFileSync(knownHosts, [...known, ...(delay === 0 ? [] : relayed), ''].join('\n'));
  const key = logins[0]!.privateKeyFile;
  const inventory = join(folder, `inventory-${delay}-${logins.length}.yaml`);
  const entries = hosts.map(
    ({ name, address, port }) => `    ${name}: {ansible_host: ${address}, ansible_port: ${port}}`,
  );
  writeFileSync(
    inventory,
    `all:\n  vars: {ansible_user: root, ansible_ssh_private_key_file: ${key}, retrace_known_hosts: ${knownHosts}, ansible_python_interpreter: /usr/bin/python3, ansible_ssh_common_args: '-F none -o UserKnownHostsFile=${knownHosts}'}\n  hosts:\n${entries.join('\n')}\n`,
  );
  const config = (name: string, more: string): string => {
    const path = join(folder, `${name}-${delay}-${logins.length}.cfg`);
    // ControlPersist is Ansible's default; each run starts without a connection, like a person's.
    writeFileSync(
      path,
      `[defaults]\nforks = 20\nretry_files_enabled = false\n${more}[ssh_connection]\npipelining = true\n`,
    );
    return path;
  };
  return {
    inventory,
    hosts,
    knownHosts,
    key,
    relays,
    folder,
    ansibleConfig: {
      ansible: config('ansible', ''),
      mitogen: config(
        'mitogen',
        'strategy_plugins = /usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy\nstrategy = mitogen_linear\n',
      ),
    },
    floorScripts: new Map(),
  };
}

async function measure(place: Place, logins: readonly Login[], delay: number): Promise<string[][]> {
  const times = new Map<string, number[]>();
  const add = (program: Program, what: What, ms: number): void =>
    void times.set(`${program} ${what}`, [...(times.get(`${program} ${what}`) ?? []), ms]);
  for (const program of ['ours', 'ansible', 'mitogen'] as const) {
    for (const { name } of logins) await labReset(name);
    add(program, 'first run', await timed(place, program, []));
  }
  await learnQuestions(place);
  for (let turn = 0; turn < runs; turn++)
    for (const what of ['second run', 'check'] as const) {
      const flags = what === 'check' ? ['--check'] : [];
      add('ours', what, await timed(place, 'ours', flags));
      add('floor', what, await floor(place));
      if (turn >= slowRuns) continue;
      add('ansible', what, await timed(place, 'ansible', flags));
      add('mitogen', what, await timed(place, 'mitogen', flags));
    }
  return (['first run', 'second run', 'check'] as const).map((what) =>
    row(what, delay, logins.length, (program) => median(times.get(`${program} ${what}`) ?? [])),
  );
}

function row(what: What, delay: number, hosts: number, of: (program: Program) => number): string[] {
  const ours = of('ours');
  const seconds = (ms: number): string => (Number.isNaN(ms) ? '' : `${(ms / 1000).toFixed(2)} s`);
  const ratio = (a: number, b: number): string => (Number.isNaN(a) || Number.isNaN(b) ? '' : `${(a / b).toFixed(1)}×`);
  return [
    `${delay} ms`,
    String(hosts),
    what,
    seconds(ours),
    seconds(of('floor')),
    seconds(of('ansible')),
    seconds(of('mitogen')),
    ratio(ours, of('floor')),
    ratio(of('ansible'), ours),
    ratio(of('mitogen'), ours),
  ];
}

function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function timed(place: Place, program: Exclude<Program, 'floor'>, flags: readonly string[]): Promise<number> {
  const play = join(root, 'test/bench/play.yaml');
  if (program === 'ours') return spawned([join(root, 'run'), play, '-i', place.inventory, ...flags], {});
  // Use a separate directory for each run: a connection left by an earlier run would be a head start.
  const controlPath = mkdtempSync(join(place.folder, 'cp-'));
  return spawned(['/usr/bin/ansible-playbook', play, '-i', place.inventory, ...flags], {
    ANSIBLE_CONFIG: place.ansibleConfig[program],
    ANSIBLE_SSH_CONTROL_PATH_DIR: controlPath,
  });
}

/** Records the questions that our program sends, so that the lower bound asks the same. */
async function learnQuestions(place: Place): Promise<void> {
  // Not synchronously, because the delaying relay lives in this process.
  const { stdout: events } = await promisify(execFile)(
    join(root, 'run'),
    [join(root, 'test/bench/play.yaml'), '-i', place.inventory, '-o', 'json'],
    { maxBuffer: 1 << 28 },
  );
  for (const line of events.split('\n').filter((one) => one !== '')) {
    const event = JSON.parse(line) as { kind: string; host: string; script: string };
    if (event.kind === 'sent')
      place.floorScripts.set(event.host, `${place.floorScripts.get(event.host) ?? ''}${event.script}\n`);
  }
}

/** `ssh HOST sh < questions.sh`, on all hosts at once. */
async function floor(place: Place): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(
    place.hosts.map(({ name, address, port }) =>
      spawned(
        [
          'ssh',
          '-F',
          'none',
          '-i',
          place.key,
          '-p',
          String(port),
          '-o',
          `UserKnownHostsFile=${place.knownHosts}`,
          '-o',
          'BatchMode=yes',
          `root@${address}`,
          'sh',
        ],
        {},
        place.floorScripts.get(name) ?? '',
      ),
    ),
  );
  return performance.now() - startedAt;
}

function spawned(command: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 || input !== '' || (command.includes('--check') && code === 2)
        ? resolve(performance.now() - startedAt)
        : reject(new Error(`${command.join(' ')}: exit code ${code}\n${Buffer.concat(said).toString()}`)),
    );
  });
}

/** How long the program takes to start, compared with Node doing nothing. */
async function startUp(): Promise<string> {
  const times = { run: [] as number[], node: [] as number[] };
  for (let turn = 0; turn < 15; turn++) {
    times.run.push(await spawned([join(root, 'run'), '--version'], {}));
    times.node.push(await spawned([process.execPath, '-e', '0'], {}));
  }
  const [run, node] = [median(times.run), median(times.node)];
  return `\`run --version\` takes ${run.toFixed(0)} ms and \`node -e 0\` takes ${node.toFixed(0)} ms: ${(run / node).toFixed(1)}×.`;
}

function page(rows: readonly (readonly string[])[], start: string): string {
  const head = [
    'delay',
    'hosts',
    'what',
    'ours',
    'floor',
    'Ansible',
    'Mitogen',
    'ours / floor',
    'Ansible / ours',
    'Mitogen / ours',
  ];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `# Benchmarks

These are the 40 tasks of [test/bench/play.yaml](../test/bench/play.yaml) on Debian 12 hosts in the lab. One run of \`npm run bench\` measures all programs
side by side. Times are medians for whole processes, including start-up. *Ansible* is ansible-core 2.14 with pipelining; *Mitogen* is
ansible-mitogen 0.3.3 on top of it. The *floor* is \`ssh HOST sh < questions.sh\` to all hosts at once, with exactly the questions that Retrace asks.
The delay is the round-trip time, simulated by a relay. Ratios mean more than absolute times, because the hosts share the machine's two
cores with the programs.

${table}

${start}

Targets: the second run and the check take at most 1.5× the floor's time and two round trips (\`-v\` shows them; here there is one per host).
They are at least 25× faster than Ansible with pipelining and 10× faster than Mitogen. Starting takes at most twice as long as starting Node.
`;
}
