// Checks the install document on pristine lab hosts, runs it, and reports for each outcome whether the prediction came
// true.
import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { compare, shortType, type Verdict } from './compare.ts';
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
  const unknown = verdicts.filter(({ worth }) => worth === 'unknown');
  return `# The install document: what a check predicts, and what the run does

A check of ${PLAYBOOK} on pristine hosts in the lab, compared with the run that follows, outcome by outcome; \`npm run truth:document\` prints
this page. Container 100 does not exist before the run, so nothing that is done in it can be predicted.

| what the prediction was worth | how many of ${verdicts.length} |
| --- | --- |
${rows(countsOf(verdicts.map(worthOf)))}
What stays unknown, by the type of the task that it depends on:

| type | |
| --- | --- |
${rows(countsOf(unknown.map(({ causes }) => causes?.join(', ') || '?')))}
| host | task | check | run | |
| --- | --- | --- | --- | --- |
${verdicts.map(row).join('')}`;
}

/** How a prediction turned out, with additional words for what has no counterpart in random plays. */
function worthOf({ about, check, worth }: Verdict): string {
  // In the run, the lab's operator does what a person has to do.
  if (worth === 'lie' && check?.status === 'changed' && shortType(about.type) === 'manual') return 'true, done by hand';
  if (worth === 'lie' && check === undefined && about.name.startsWith('validate: ')) return 'only in a run';
  return worth;
}

function row(verdict: Verdict): string {
  const { about, check, run, reason, detail } = verdict;
  const worth = worthOf(verdict);
  const before = check?.status === 'unless' ? `${check.would}, unless` : (check?.status ?? '–');
  const why = reason === undefined ? detail : (about.outcome.message ?? reason);
  const note = ['unknown', 'other result', 'lie'].includes(worth) ? `${worth}: ${why}` : worth === 'true' ? '' : worth;
  const name = `${about.handler ? 'handler: ' : ''}${about.name}`;
  const asked = check === undefined && worth === 'unknown' ? 'unknown' : before;
  return `| ${[about.host, name, asked, run?.status ?? '–', note.split('\n')[0] ?? ''].map(cell).join(' | ')} |\n`;
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
