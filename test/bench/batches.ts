// Times tasks that write, install or make many things at once, and what each program needs for them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Login, labReset } from '../../src/lab/index.ts';
import { commandOf, type Place, type Program, root, spawned, sshTo } from './place.ts';

/** The tags of batches.yaml, what each task does, and the least that its work takes: a command line that gets the folder's name. */
const batches: readonly {
  readonly tag: string;
  readonly what: string;
  readonly programs: readonly Program[];
  readonly floor?: (ssh: string) => string;
}[] = [
  {
    tag: 'small',
    what: '`copy` of a tree of 100 files',
    programs: ['ours', 'ansible', 'mitogen'],
    floor: (ssh) => `tar -c small | ${ssh} tar -C /srv -x`,
  },
  {
    tag: 'tree',
    what: '`copy` of a tree of 1,000 files',
    // Ansible needs a quarter of an hour for it.
    programs: ['ours'],
    floor: (ssh) => `tar -c tree | ${ssh} tar -C /srv -x`,
  },
  {
    tag: 'large',
    what: '`copy` of a file of 100 MB',
    programs: ['ours', 'ansible', 'mitogen'],
    floor: (ssh) => `${ssh} 'cat > /srv/large; sync /srv/large' < large`,
  },
  { tag: 'lines', what: '`lineinfile`, 100 items', programs: ['ours', 'ansible', 'mitogen'] },
  { tag: 'packages', what: '`apt`, 30 packages', programs: ['ours', 'ansible', 'mitogen'] },
  { tag: 'users', what: '`user`, 50 items', programs: ['ours', 'ansible', 'mitogen'] },
];

/** One run of a program. */
interface Ran {
  readonly seconds: number;
  /** The peak memory of the largest of its processes. */
  readonly megabytes: number;
  /** How often it waited for the host; only known of ours. */
  readonly rounds: number | undefined;
}

/** The page's section on batches, measured on one host. */
export async function batchesSection(place: Place, login: Login): Promise<string> {
  const from = mkdtempSync(join(place.folder, 'batches-'));
  writeSources(from);
  const host = place.hosts[0];
  if (host === undefined) throw new Error('there is no host');
  const rows = new Map(batches.map(({ tag, what }) => [tag, [what]]));
  const add = (tag: string, ...cells: readonly string[]): void => void rows.get(tag)?.push(...cells);
  await labReset(login.name);
  for (const { tag, floor } of batches) {
    const line = floor?.(sshTo(place, host).join(' '));
    add(tag, line === undefined ? '' : seconds((await spawned(['sh', '-c', `cd ${from} && ${line}`], {})) / 1000));
  }
  for (const program of ['ours', 'ansible', 'mitogen'] as const) {
    await labReset(login.name);
    for (const { tag, programs } of batches) {
      if (!programs.includes(program)) {
        add(tag, '', '', '');
        continue;
      }
      const first = await ran(place, program, tag, from);
      const second = await ran(place, program, tag, from);
      add(tag, timeOf(first), timeOf(second), `${Math.max(first.megabytes, second.megabytes)} MB`);
    }
  }
  return page([...rows.values()]);
}

/** Small files of a kilobyte in ten directories, and a large one that does not compress. */
function writeSources(from: string): void {
  for (const [name, count] of [
    ['small', 100],
    ['tree', 1000],
  ] as const)
    for (let at = 0; at < count; at++) {
      const folder = join(from, name, `d${at % 10}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `f${at}`), `${at}\n`.repeat(250));
    }
  execFileSync('sh', ['-c', `head -c 100000000 /dev/urandom > ${join(from, 'large')}`]);
}

async function ran(place: Place, program: Program, tag: string, from: string): Promise<Ran> {
  const told = join(place.folder, 'told');
  rmSync(told, { force: true }); // events are appended
  const used = join(place.folder, 'used');
  const flags = ['--tags', tag, '-e', `from=${from}`];
  const { command, env } = commandOf(place, program, join(root, 'test/bench/batches.yaml'), flags);
  const ms = await spawned(['/usr/bin/time', '-f', '%M', '-o', used, ...command], { ...env, RETRACE_EVENTS: told });
  return {
    seconds: ms / 1000,
    megabytes: Math.round(Number(readFileSync(used, 'utf8').trim().split('\n').at(-1)) / 1024),
    rounds: program === 'ours' ? roundsIn(readFileSync(told, 'utf8')) : undefined,
  };
}

const roundsIn = (events: string): number =>
  events.split('\n').filter((line) => line !== '' && (JSON.parse(line) as { kind: string }).kind === 'sent').length;

const seconds = (value: number): string => `${value.toFixed(1)} s`;
const timeOf = (one: Ran): string =>
  seconds(one.seconds) + (one.rounds === undefined ? '' : ` (${one.rounds} ${one.rounds === 1 ? 'round' : 'rounds'})`);

function page(rows: readonly (readonly string[])[]): string {
  const programs = ['ours', 'Ansible', 'Mitogen'];
  const head = ['what', 'tar, cat', ...programs.flatMap((name) => [`${name}, first`, 'second', 'memory'])];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `## Trees, large files and loops

The tasks of [test/bench/batches.yaml](../test/bench/batches.yaml), each in a run of its own, on a pristine host and once more. *tar, cat* is what
\`tar -c | ssh HOST tar -x\`, or \`cat\` and \`sync\` for the large file, takes. A round is one wait for the host. Memory is the peak of a program's
largest process. Ansible was not given the tree of 1,000 files: it needs about ten times as long as for 100.

${table}

Targets: a tree takes at most twice as long as tar (it takes longer: starting takes 0.3 s, and each file is hashed, written under a temporary name
and looked at afterwards); no task needs more than five rounds; a file of 100 MB needs at most 120 MB of memory.
`;
}
