// Times our program, Ansible with pipelining, Ansible with Mitogen, and a lower bound side by side in one run on real hosts of the lab, and
// writes docs/benchmarks.md. Needs root, because it brings the lab up and installs ansible-core and ansible-mitogen.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { insideLab, isInsideLab, type Login, labBenchHosts, labReset } from '../../src/lab/index.ts';
import { batchesSection } from './batches.ts';
import { commandOf, median, type Place, type Program, placeOf, root, spawned, sshTo } from './place.ts';

// Reading a machine's certificate bundle doubles Node's start-up time, and nothing here needs it.
delete process.env['NODE_EXTRA_CA_CERTS'];

const quick = process.argv.includes('--quick');
const runs = quick ? 1 : 5;
// Ansible's runs take minutes in total, and vary little compared with the differences of interest.
const slowRuns = 1;

const pageFile = join(root, 'docs/benchmarks.md');
const SECTION = '\n## Trees';

type Measured = Program | 'floor';
type What = 'first run' | 'second run' | 'check';

if (!isInsideLab()) {
  execFileSync('apt-get', ['install', '-y', '-qq', 'ansible-core', 'ansible-mitogen', 'python3-mitogen', 'time'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await labBenchHosts();
  process.exitCode = (await insideLab(process.argv.slice(2))) ?? 1;
} else await bench();

/** With `--batches`, only that section of the page is measured again. */
async function bench(): Promise<void> {
  const hosts = await labBenchHosts();
  const folder = mkdtempSync(join(tmpdir(), 'retrace-bench-'));
  if (!process.argv.includes('--batches')) await benchPlay(folder, hosts);
  const [login] = hosts;
  if (login !== undefined) {
    const section = await batchesSection(await placeOf(folder, [login], 0), login);
    writeFileSync(pageFile, `${readFileSync(pageFile, 'utf8').split(SECTION)[0]}\n${section}`);
  }
  rmSync(folder, { recursive: true });
  process.stdout.write(readFileSync(pageFile, 'utf8'));
}

async function benchPlay(folder: string, hosts: readonly Login[]): Promise<void> {
  const rows: string[][] = [];
  for (const delay of quick ? [0] : [0, 50])
    for (const count of [1, 4]) {
      const some = hosts.slice(0, count);
      const place = await placeOf(folder, some, delay);
      rows.push(...(await measure(place, some, delay)));
      for (const relay of place.relays) relay.close();
      writeFileSync(pageFile, page(rows, await startUp()));
    }
}

async function measure(place: Place, logins: readonly Login[], delay: number): Promise<string[][]> {
  const times = new Map<string, number[]>();
  const add = (program: Measured, what: What, ms: number): void =>
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

function row(what: What, delay: number, hosts: number, of: (program: Measured) => number): string[] {
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

async function timed(place: Place, program: Program, flags: readonly string[]): Promise<number> {
  const { command, env } = commandOf(place, program, join(root, 'test/bench/play.yaml'), flags);
  return spawned(command, env);
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
    place.hosts.map((host) => spawned([...sshTo(place, host), 'sh'], {}, place.floorScripts.get(host.name) ?? '')),
  );
  return performance.now() - startedAt;
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
