// Checks the install document on pristine lab hosts, runs it, and tells outcome by outcome what came of what was foreseen.
import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { compare, type Verdict } from './compare.ts';
import { storyOf } from './told.ts';

const PLAYBOOK = 'playbooks/off1-proxy.yaml';
// Bundled into dist/ before it runs.
const program = resolve(import.meta.dirname, 'run.cjs');

const story = (...args: readonly string[]) => {
  const argv = [program, '--lab', '-o', 'json', ...args, PLAYBOOK];
  const { stdout, status } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return { ...storyOf(stdout), exitCode: status ?? undefined };
};

execFileSync(process.execPath, [program, 'lab', 'up'], { stdio: 'inherit' });
execFileSync(process.execPath, [program, 'lab', 'reset'], { stdio: 'inherit' });
const check = story('--check', '--diff');
const run = story('--diff');
process.stdout.write(page(compare(check, run)));
process.exitCode = run.exitCode === 0 ? 0 : 1;

function page(verdicts: readonly Verdict[]): string {
  const worths = countsOf(verdicts.map(({ worth }) => worth));
  const reasons = countsOf(
    verdicts.filter(({ worth }) => worth === 'unknown').map((one) => one.causes?.join(', ') || '?'),
  );
  return `# The install document: what a check foresees, and what the run does

A check of ${PLAYBOOK} on pristine hosts of the lab, beside the run that follows, outcome by outcome; \`npm run truth:document\` makes this page.

| what the prediction was worth | how many of ${verdicts.length} |
| --- | --- |
${rows(worths)}
What stays unknown, by what it depends on:

| type of the task that it depends on | |
| --- | --- |
${rows(reasons)}
| host | task | check | run | |
| --- | --- | --- | --- | --- |
${verdicts.map(row).join('')}`;
}

function row({ about, check, run, worth, reason }: Verdict): string {
  const before =
    check?.status === 'unless'
      ? `${check.would}, unless`
      : (check?.status ?? (worth === 'unknown' ? 'unknown' : 'not told'));
  const note = reason === undefined ? (worth === 'true' ? '' : worth) : `${worth}: ${about.outcome.message ?? reason}`;
  const name = `${about.handler ? 'handler: ' : ''}${about.name}`;
  return `| ${[about.host, name, before, run?.status ?? 'not run', note.split('\n')[0] ?? ''].map(cell).join(' | ')} |\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function rows(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  return sorted.map(([what, times]) => `| ${cell(what)} | ${times} |\n`).join('');
}

function countsOf(all: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
