import { differencesFrom } from '../audit/plans/compare.ts';
import { planGuard } from '../audit/plans/guard.ts';
import type { PlanFile } from '../audit/plans/plan-file.ts';
import { nothingGiven } from '../core/command-line.ts';
import { groupBy } from '../core/group-by.ts';
import { visible } from '../core/visible.ts';
import { createFiles } from '../language/files.ts';
import type { CallIo } from './command.ts';
import { type ApplyLine, type Parsed, runOptions } from './options.ts';
import { digestOr } from './plan-command.ts';
import { EXTRA, keyId, lookForPlan, maskedHosts, Prompts, sealOf, sourcesOf } from './plan-looks.ts';
import { type Prepared, playCommand, runOnce } from './play-command.ts';
import { readPlan } from './read-plan.ts';

/** Applies a plan. Returns the exit code. */
export async function applyCommand(line: ApplyLine, io: CallIo): Promise<number> {
  const [file = ''] = line.rest;
  const read = readPlan(file);
  if (!read.ok) return io.refuse([read.why]);
  const { plan, hash } = read;
  const { approved, 'up-to-unknown': upToUnknown } = line.options;
  if (approved !== undefined && approved.toLowerCase() !== hash)
    return refused(io, `the approved plan is another one: the hash of ${file} is ${hash}`);
  const digest = digestOr(io);
  if (typeof digest === 'number') return digest;
  if (plan.key !== keyId(digest))
    return refused(
      io,
      `${file} was made with another key, by ${plan.user} in ${plan.directory}: apply it there, or make RETRACE_HISTORY name the same directory here`,
    );
  if (sealOf(plan, digest) !== plan.seal) return refused(io, `${file} was changed after it was made: plan again`);
  const ends = endsOf(plan);
  if (ends.length > 0 && !upToUnknown)
    return refused(io, 'the plan does not hold everything; --up-to-unknown applies on each host what it holds', ends);
  return playCommand(asRun(plan, line), io, {
    plan: { hash },
    perform: (prepared) => applyPlan(prepared, plan, digest, io),
  });
}

const endsOf = ({ hosts }: PlanFile): readonly string[] =>
  Object.entries(hosts).flatMap(([host, { ends }]) =>
    ends === undefined
      ? []
      : [`${host} ends at "${ends.task.name}" (${ends.task.file}:${ends.task.line}): ${ends.reason}`],
  );

/** The most that is told of a host, and of all. */
const MOST_OF_HOST = 5;
const MOST_OF_ALL = 50;

/** Says why nothing is done. */
function refused(io: CallIo, why: string, details: readonly string[] = []): number {
  io.stderr.write(`run apply: nothing was changed: ${visible(why)}\n`);
  io.stderr.write(
    fewOf(details)
      .map((text) => `  ${visible(text)}\n`)
      .join(''),
  );
  return 1;
}

/** Some of the details, which begin with the host: of each the first ones. */
function fewOf(details: readonly string[]): readonly string[] {
  const few = [...groupBy(details, (text) => text.split(': ')[0]).values()].flatMap((some) =>
    some.slice(0, MOST_OF_HOST),
  );
  const told = few.slice(0, MOST_OF_ALL);
  const rest = details.length - told.length;
  return rest === 0 ? told : [...told, `and ${rest} more`];
}

async function applyPlan(
  prepared: Prepared,
  plan: PlanFile,
  digest: (told: unknown) => string,
  io: CallIo,
): Promise<number> {
  const changed = changedSources(prepared, plan, digest, io.cwd);
  if (changed.length > 0) return refused(io, 'the plan is for other sources: plan again', changed);
  const { loaded } = prepared;
  const { context } = loaded;
  const prompts = new Prompts(context.options.prompt);
  const look = await lookForPlan(prepared, digest, prompts);
  prepared.tell(look.errors);
  if (look.interrupted || look.errors.length > 0) {
    const code = refused(io, 'looking at the hosts has not come to its end');
    return look.interrupted ? 130 : code;
  }
  const differences = differencesFrom(plan.hosts, maskedHosts(look.hosts, prepared.secrets));
  if (differences.length > 0)
    return refused(io, 'the hosts are not as they were when the plan was made: plan again', differences);
  const guard = planGuard(plan);
  // Some types ask and send other things where a diff is wanted, so the run wants one like the look.
  const options = { ...context.options, diff: true, planning: { digest, guard }, prompt: prompts.another() };
  const exitCode = await runOnce({ loaded: { ...loaded, context: { ...context, options } } });
  // If a task failed, that is why planned commands were not sent. An ignored failure does not hide that the plan was left.
  const left = exitCode === 0 ? guard.left() : [];
  for (const text of left) io.stderr.write(`run apply: ${visible(text)}\n`);
  return left.length > 0 ? 2 : exitCode;
}

/** What was read on the controller and is not the same any more. */
function changedSources(
  prepared: Prepared,
  plan: PlanFile,
  digest: (told: unknown) => string,
  cwd: string,
): readonly string[] {
  const now = sourcesOf(prepared, Object.keys(plan.hosts), cwd);
  const files = createFiles();
  return Object.entries(plan.sources).flatMap(([name, then]) => {
    const text = now.get(name) ?? files.readText(name);
    if (text === undefined) return [`${name} is no more; the plan was made in ${plan.directory}`];
    if (digest(['source', text]) === then) return [];
    return [name === EXTRA ? `${name}: the plan was made with others; give the same again` : `${name} has changed`];
  });
}

/** The command line with which the plan was made, as a run. */
function asRun({ options, playbooks }: PlanFile, { options: own }: ApplyLine): Parsed {
  const { approved: _, 'up-to-unknown': _u, ...given } = own;
  const isGiven = ([, value]: readonly [string, unknown]) => value !== undefined && value !== false;
  return {
    rest: playbooks,
    options: {
      ...nothingGiven(runOptions),
      ...options,
      ...Object.fromEntries(Object.entries(given).filter(isGiven)),
    } as Parsed['options'],
  };
}
