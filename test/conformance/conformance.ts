// Runs Ansible's own integration targets through our front ends and through Debian's ansible-core, on two equal hosts of
// the lab, counts the assertions that both hold, and writes docs/conformance.md. Needs root: it brings the lab up.
// Targets create users and packages: nothing of them runs on the machine itself.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Compared, checksHeld, compare, failuresOf, heldByCallback, heldByEvents, neverFailed } from './count.ts';
import { whyLeftOut } from './left-out.ts';
import { page, type Row, rowLine, section, sectionOf, withSection } from './page.ts';
import { allTasks, prepare, type Ran, run, type Side, type Sources } from './twins.ts';

const HELP = `usage: npm run conformance -- DIR [--all] [--cached DIR] [--misses] [TARGET...]

  DIR            Ansible's sources: git clone --depth 1 --branch stable-2.14 https://github.com/ansible/ansible DIR
  TARGET         which targets; all of the language if none is named
  --all          every target whose requirements the lab meets, on pristine hosts, and write docs/conformance.md
  --cached DIR   keep there what Ansible did in each target, and take it from there the next time
  --record       only that: do not run ours
  --alone        run only ours, pass over all that fails, and tell it
  --core         compare with the ansible-core in DIR (its branch names the version), instead of Debian's
  --section      write the table of these targets into docs/conformance.md, as a section of its own
  --misses       tell below each target what we did not hold
`;

// Bundled into dist/ before it runs.
const root = join(import.meta.dirname, '..');
const language =
  'conditionals loops loop_control blocks handlers tags include_import roles roles_arg_spec set_fact var_precedence environment check_mode failed_when meta_tasks filter_core test_core'.split(
    ' ',
  );

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean' },
    cached: { type: 'string' },
    misses: { type: 'boolean' },
    record: { type: 'boolean' },
    alone: { type: 'boolean' },
    core: { type: 'boolean' },
    section: { type: 'boolean' },
  },
});
const [folder, ...named] = positionals;
const isAll = values.all === true && named.length === 0;

async function main(from: string): Promise<void> {
  const there = readdirSync(join(from, 'test/integration/targets'));
  const asked = named.length > 0 ? named : language;
  const targets = isAll ? there.filter((name) => !whyLeftOut(name)) : asked;
  if (values.alone === true) return alone(from, targets);
  const missing = targets.filter((target) => recorded(target) === undefined);
  const sides: readonly Side[] = [
    ...(values.record === true ? [] : ['ours' as const]),
    ...(missing.length > 0 ? ['theirs' as const] : []),
  ];
  await Promise.all(sides.map((side) => prepare(side, sourcesOf(from))));
  // Each host works through the targets one after the other, ours when Ansible has told which assertions hold.
  let last: Promise<unknown> = Promise.resolve();
  const theirs = targets.map((target) => {
    const mine = last.then(() => recorded(target) ?? record(from, target));
    last = mine.catch(() => undefined);
    return mine;
  });
  const rows: Row[] = [];
  for (const [index, target] of targets.entries()) {
    const core = await theirs[index];
    if (core === undefined || values.record === true) continue;
    const row = await compareTarget(from, target, core);
    rows.push(row);
    process.stdout.write(`${rowLine(row)}\n`);
    if (values.misses === true) for (const line of row.misses) process.stdout.write(`    ${line}\n`);
  }
  if (isAll) writeFileSync(pageFile, page(rows, there) + sectionOf(readFileSync(pageFile, 'utf8')));
  if (values.section === true)
    writeFileSync(pageFile, withSection(readFileSync(pageFile, 'utf8'), section(rows, versionOf(from))));
}

const sourcesOf = (from: string): Sources => ({ from, root, ownCore: values.core === true, pristine: isAll });

const pageFile = join(root, 'docs/conformance.md');

/** The version of the ansible-core in Ansible's sources. */
const versionOf = (from: string): string =>
  /__version__ = '(\d+\.\d+)/.exec(readFileSync(join(from, 'lib/ansible/release.py'), 'utf8'))?.[1] ?? 'unknown';

/** Only a run that stops early is repeated, going on after what fails: that can change what a target is about. */
async function compareTarget(from: string, target: string, core: Ran): Promise<Row> {
  const plain = compared(target, await run('ours', from, target), core);
  if (plain.held === plain.of && plain.exits.ours === core.exit) return plain;
  const tolerant = compared(target, await run('ours', from, target, neverFailed(core.asserts)), core);
  return tolerant.held > plain.held ? { ...tolerant, exits: plain.exits, seconds: plain.seconds } : plain;
}

async function alone(from: string, targets: readonly string[]): Promise<void> {
  await prepare('ours', sourcesOf(from));
  for (const target of targets) {
    const ours = await run('ours', from, target, allTasks(from, target));
    const held = [...heldByEvents(ours.events).values()].reduce((sum, times) => sum + times, 0);
    const failures = failuresOf(ours.events);
    process.stdout.write(`${target}: exit code ${ours.exit}, ${held} asserts hold, ${ours.seconds.toFixed(0)} s\n`);
    for (const line of [...failures, lastLines(ours.log)]) process.stdout.write(`    ${line.slice(0, 700)}\n`);
  }
}

function compared(target: string, ours: Ran, core: Ran): Row {
  const held = heldByEvents(ours.events);
  const theirs = heldByCallback(core.asserts);
  const counts: Compared = compare(
    { held, checks: checksHeld(ours.trace, Number(ours.exit)) },
    { ...theirs, checks: checksHeld(core.trace, Number(core.exit)) },
  );
  const failures = failuresOf(ours.events);
  const misses = [...theirs.held]
    .filter(([place, times]) => (held.get(place) ?? 0) < times)
    .map(([place, times]) => {
      const why = failures.find((line) => line.includes(`/${place} `) || line.includes(` ${place} `));
      return `missing ${place}: ${held.get(place) ?? 0} of ${times}: ${why ?? 'not reached'}`;
    });
  return {
    target,
    ...counts,
    exits: { ours: ours.exit, theirs: core.exit },
    seconds: { ours: ours.seconds, theirs: core.seconds },
    misses: [
      ...misses,
      ...failures.filter((line) => !/^passed over/.test(line)).slice(-2),
      ...(ours.exit === '0' ? [] : [`last printed: ${lastLines(ours.log)}`]),
    ],
  };
}

const lastLines = (log: string): string =>
  log
    .split('\n')
    .filter((line) => /^(fatal|ERROR|\[ERROR|failed|error)/.test(line))
    .slice(-2)
    .join(' | ');

const pathOf = (target: string): string | undefined => values.cached && join(values.cached, `${target}.json`);

function recorded(target: string): Ran | undefined {
  const path = pathOf(target);
  return path !== undefined && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Ran) : undefined;
}

async function record(from: string, target: string): Promise<Ran> {
  const ran = await run('theirs', from, target);
  const path = pathOf(target);
  if (path !== undefined) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, JSON.stringify(ran));
  }
  return ran;
}

if (folder === undefined || !existsSync(join(folder, 'test/integration/targets'))) {
  process.stderr.write(HELP);
  process.exitCode = 1;
} else await main(resolve(folder));
