// Creates random hosts and plays, and compares what a check predicts with what the run does. README.md has more.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeSources } from './host.ts';
import { Tally } from './tally.ts';
import { type CaseResult, runCase, type Setting } from './truth-case.ts';

const HELP = `usage: npm run truth -- [options]

  --cases N              how many cases (default: 100)
  --seed N               of which cases 0 to N-1 follow (default: 1)
  --commands             plays have commands, too
  --only N               this case alone; its directory stays
  --verbose              print the playbook, and what was told of each task
  --max-unknown PERCENT  fail where more is unknown
  --parallel N           cases at a time (default: 2)
  --keep                 leave the directories of all cases in which something is wrong
`;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    commands: { type: 'boolean', default: false },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    'max-unknown': { type: 'string' },
    parallel: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'retrace-truth-'));
  const sources = join(directory, 'sources');
  mkdirSync(sources);
  makeSources(sources);
  // Bundled into dist/ before it runs.
  const program = resolve(import.meta.dirname, 'run.cjs');
  const setting: Setting = { seed: Number(values.seed), commands: values.commands, program, directory, sources };
  const tally = new Tally();
  let next = values.only === undefined ? 0 : Number(values.only);
  const end = values.only === undefined ? Number(values.cases) : next + 1;
  // Ctrl-C ends it with the numbers so far; cases that are interrupted by it do not count.
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  const worker = async (): Promise<void> => {
    while (next < end && !interrupted) {
      const result = await runCase(setting, next++);
      if (interrupted) return;
      tally.add(result);
      for (const line of tally.wrong.splice(0)) process.stdout.write(`${line}\n`);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: Number(values.parallel) }, worker));
  process.stdout.write(`\n${tally}`);
  if (values.only === undefined && !values.keep) rmSync(directory, { recursive: true, force: true });
  else process.stdout.write(`\nleft: ${directory}\n`);
  const tooMuch = values['max-unknown'] !== undefined && tally.unknownPercent > Number(values['max-unknown']);
  return tally.isTrue && !tooMuch ? 0 : 1;
}

/** Prints a case with `--verbose`; removes its directory unless it is to be kept. */
function tell(result: CaseResult): void {
  const { directory, verdicts, again } = result;
  if (values.verbose) {
    process.stdout.write(readFileSync(join(directory, 'play/play.yaml'), 'utf8'));
    for (const { worth, about, check, run, detail } of [...verdicts, ...again]) {
      const told = [check?.status, run?.status].map((status) => status ?? '–').join(' → ');
      const message = check?.message ?? run?.message ?? '';
      process.stdout.write(`${worth.padEnd(24)} ${about.name}: ${told} ${worth === 'true' ? '' : detail} ${message}\n`);
    }
  }
  const bad = result.troubles.length > 0 || result.writes.length > 0 || verdicts.some(({ worth }) => worth === 'lie');
  if (values.only === undefined && !(values.keep && bad)) rmSync(directory, { recursive: true, force: true });
}
