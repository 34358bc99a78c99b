// Runs random plays with Debian's Ansible and with our program, and compares what they do. Needs Debian's ansible-core.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeSources } from '../truth/host.ts';
import { type Case, caseOf, isCheck } from './plays/case.ts';
import { differencesOf } from './plays/compare.ts';
import { Ansible, ours, type Place, seenWith } from './plays/run-case.ts';
import type { Seen } from './plays/seen.ts';
import { Tally } from './plays/tally.ts';

const HELP = `usage: npm run plays -- [options]

  --cases N      how many cases (default: 100)
  --seed N       of which cases 0 to N-1 follow (default: 1)
  --minutes N    begin no case after so many minutes
  --from N       begin with this case
  --only N       this case alone: print its playbook, and what both programs did
  --explained    print the differences that have an explanation, too
  --parallel N   cases at a time (default: 2)
`;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
    explained: { type: 'boolean', default: false },
    parallel: { type: 'string', default: '2' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'retrace-plays-'));
  const place: Place = { directory, sources: join(directory, 'sources') };
  mkdirSync(place.sources);
  makeSources(place.sources);
  // Bundled into dist/ before it runs.
  const our = ours(resolve(import.meta.dirname, 'run.cjs'));
  const scripts = join(import.meta.dirname, '../test/conformance/plays');
  const until = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000;
  let next = Number(values.only ?? values.from);
  const end = values.only === undefined ? Number(values.cases) : next + 1;
  const tally = new Tally(values.explained);
  // Ctrl-C ends it with the numbers so far.
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  const worker = async (): Promise<void> => {
    const ansible = new Ansible(scripts, directory);
    while (next < end && !interrupted && Date.now() < until) {
      const one = caseOf(Number(values.seed), next++);
      const [theirs, mine] = [
        await seenWith('theirs', ansible.run, one, place),
        await seenWith('ours', our, one, place),
      ];
      if (interrupted) break;
      if (values.only !== undefined) show(one, theirs, mine);
      process.stdout.write(tally.add(one.number, differencesOf(mine, theirs, isCheck(one)), theirs));
    }
    ansible.end();
  };
  await Promise.all(Array.from({ length: values.only === undefined ? Number(values.parallel) : 1 }, worker));
  rmSync(directory, { recursive: true, force: true });
  process.stdout.write(`\n${tally}`);
  return tally.unexplained === 0 ? 0 : 1;
}

/** Prints a case whole. */
function show({ files, options }: Case, theirs: Seen, mine: Seen): void {
  for (const [path, content] of files) process.stdout.write(`--- ${path}\n${content}`);
  process.stdout.write(`--- options: ${options.join(' ')}\n`);
  for (const [name, seen] of [
    ['Ansible', theirs],
    ['ours', mine],
  ] as const) {
    process.stdout.write(`\n=== ${name}: exit code ${seen.exitCode}\n${seen.output}`);
    for (const { at, host, part, status, result } of seen.rows)
      process.stdout.write(`${at} ${host} ${part}: ${status} ${JSON.stringify(result)}\n`);
  }
}
