// Evaluates random templates with Ansible's Jinja2 and with ours, and compares the results. Needs Debian's ansible-core.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { caseSeed, Random } from '../truth/random.ts';
import { explained } from './templates/explained.ts';
import { randomSource, type Source } from './templates/generate.ts';
import { type Evaluated, evaluateOurs } from './templates/ours.ts';
import { ALL } from './templates/variables.ts';

const HELP = `usage: npm run templates -- [options]

  --cases N     how many templates (default: 10000)
  --seed N      of which templates 0 to N-1 follow (default: 1)
  --only N      this one alone
  --verbose     print all results
  --explained   print the differences that have an explanation, too
`;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    explained: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const from = values.only === undefined ? 0 : Number(values.only);
  const to = values.only === undefined ? Number(values.cases) : from + 1;
  const sources = Array.from({ length: to - from }, (_, at) =>
    randomSource(new Random(caseSeed(Number(values.seed), from + at))),
  );
  const theirs = await evaluateTheirs(sources);
  const why = new Map<string, number>();
  let same = 0;
  let fail = 0;
  let differ = 0;
  for (const [at, source] of sources.entries()) {
    const ours = evaluateOurs(source, ALL);
    const real = theirs[at] ?? { fails: 'no result' };
    if (values.verbose) process.stdout.write(`${source.text}\n    ${told(real)}\n    ${told(ours)}\n`);
    if (isSame(ours, real)) {
      same++;
      if ('fails' in ours) fail++;
      continue;
    }
    const reason = explained(source, ours, real);
    if (reason === undefined) differ++;
    else why.set(reason, (why.get(reason) ?? 0) + 1);
    if (reason !== undefined && !values.explained) continue;
    const title = `${from + at} ${source.kind}${reason === undefined ? '' : ` (${reason})`}`;
    process.stdout.write(`${title}: ${source.text}\n    Ansible: ${told(real)}\n    ours:    ${told(ours)}\n`);
  }
  process.stdout.write(`\n${sources.length} templates: ${same} the same (${fail} of them fail), ${differ} differ\n`);
  for (const [reason, times] of why) process.stdout.write(`${String(times).padStart(7)}  ${reason}\n`);
  return differ === 0 ? 0 : 1;
}

function told(result: Evaluated): string {
  return 'is' in result ? result.is : `fails: ${result.fails.split('\n')[0]}`;
}

/** Both have the same value, or both fail; the words of errors are not compared. */
function isSame(ours: Evaluated, real: Evaluated): boolean {
  if ('is' in ours) return 'is' in real && ours.is === real.is;
  return 'fails' in real && !ours.fails.startsWith('BUG');
}

/** What Ansible makes of the templates. */
async function evaluateTheirs(sources: readonly Source[]): Promise<readonly Evaluated[]> {
  // Bundled into dist/ before it runs.
  const script = join(import.meta.dirname, '../test/conformance/templates/real.py');
  const input = join(tmpdir(), `retrace-templates-${process.pid}`);
  writeFileSync(input, [ALL, ...sources].map((line) => `${JSON.stringify(line)}\n`).join(''));
  const child = spawn('sh', ['-c', '/usr/bin/python3 "$0" <"$1"; rm "$1"', script, input], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  });
  const results: Evaluated[] = [];
  for await (const line of createInterface({ input: child.stdout })) results.push(JSON.parse(line) as Evaluated);
  return results;
}
