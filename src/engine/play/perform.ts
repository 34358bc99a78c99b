import { globPattern } from '../../core/text/glob.ts';
import { Template } from '../../core/value.ts';
import type { Include, Meta, Task } from '../../language/model.ts';
import type { Path, Step } from '../task/cursor.ts';
import type { BatchRun } from './batch-run.ts';
import { isSelected } from './is-selected.ts';
import { taskKey } from './left-over.ts';
import { performInclude } from './perform-include.ts';
import { performMeta } from './perform-meta.ts';
import { performTask } from './perform-task.ts';
import type { PlayHost } from './play-host.ts';
import { refOf } from './task-ref.ts';
import { validate } from './validate.ts';
import { withinPlan } from './within-plan.ts';

/** Perform one step on hosts that are all at it. */
export async function perform(performing: BatchRun, hosts: readonly PlayHost[], step: Step): Promise<void> {
  if (step.kind === 'validate') return validate(performing, hosts, step.block);
  const { item } = step;
  for (const host of hosts) doubtUnreached(host);
  const again = hosts.filter((host) => hasRun(host, item) || hasEnded(host, item));
  passOver(again);
  return performItem(
    performing,
    withinPlan(
      performing,
      hosts.filter((host) => !again.includes(host)),
      item,
      false,
    ),
    item,
    step.path,
  );
}

/**
 * In a check, called on entering the `always` of a block in which a task failed: a run would come here straight from
 * that task.
 */
function doubtUnreached({ cursor, stumbledIn, state }: PlayHost): void {
  if (stumbledIn.size === 0) return;
  for (const block of cursor.inAlways) {
    const before = stumbledIn.get(block);
    if (before !== undefined) state.link.beliefs.doubtSince(before);
    stumbledIn.delete(block);
  }
}

/** A role runs once per host and play, no matter how often it is included, unless it allows duplicates. */
const hasRun = ({ completedRoles }: PlayHost, { role }: Task | Include | Meta): boolean =>
  role?.instance !== undefined && role.allowDuplicates !== true && completedRoles.has(role.instance);

/**
 * The remaining items of an ended role are skipped up to the role's own end, including the roles that it would
 * include.
 */
function hasEnded(host: PlayHost, item: Task | Include | Meta): boolean {
  if (host.endedRole === undefined) return false;
  if (item.kind !== 'meta' || item.action !== 'role_complete' || item.role?.instance !== host.endedRole) return true;
  host.endedRole = undefined;
  return false;
}

async function performItem(
  performing: BatchRun,
  hosts: readonly PlayHost[],
  item: Task | Include | Meta,
  path: Path,
): Promise<void> {
  if (hosts.length === 0) return;
  if (
    !isSelected(performing.play, performing.hosts[0]!.state, item) ||
    !(await isStarted(performing, item, hosts)) ||
    !(await isWanted(performing, item, hosts))
  )
    return passOver(hosts);
  if (item.kind === 'meta') return performMeta(performing, hosts, item);
  if (item.kind === 'include') return performInclude(performing, hosts, item, path);
  const key = taskKey(item);
  for (const host of hosts) {
    host.cursor.advance();
    host.passed.add(key);
  }
  return performTask(performing, hosts, item, false);
}

const passOver = (hosts: readonly PlayHost[]): void => {
  for (const host of hosts) host.cursor.advance();
};

async function isStarted(
  performing: BatchRun,
  item: Task | Include | Meta,
  hosts: readonly PlayHost[],
): Promise<boolean> {
  if (performing.startAt === undefined) return true;
  if (item.kind === 'meta') return item.implicit;
  const names = [
    refOf(performing.play, item, hosts[0]!, false).name,
    String(item.name instanceof Template ? item.name.source : (item.name ?? '')),
  ];
  if (
    !names.some(
      (name) => matches(name, performing.startAt!) || matches(name.replace(/^.* : /, ''), performing.startAt!),
    )
  )
    return false;
  performing.startAt = undefined;
  return true;
}

const matches = (name: string, pattern: string): boolean => name === pattern || globPattern(pattern).test(name);

async function isWanted(
  performing: BatchRun,
  item: Task | Include | Meta,
  hosts: readonly PlayHost[],
): Promise<boolean> {
  const { step } = performing.play.run.options;
  if (step === undefined || !performing.stepping || item.kind === 'meta') return true;
  const answer = await step(refOf(performing.play, item, hosts[0]!, false).name);
  if (answer === 'continue') performing.stepping = false;
  return answer !== 'no';
}
