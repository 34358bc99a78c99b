import { changeText } from '../../core/change.ts';
import { groupBy } from '../../core/group-by.ts';
import { isRecord } from '../../core/map-texts.ts';
import { fitted } from '../../report/told.ts';
import type { PlanLook } from './look.ts';
import { type HostPlan, type PlanEnd, type PlannedStep, placeOfTask } from './plan-file.ts';

type Hosts = PlanLook['hosts'];

/** How what is found now differs from a plan, in sentences; none if the same would be done for the same reasons. */
export function differencesFrom(planned: Hosts, now: Hosts): readonly string[] {
  const hosts = [...new Set([...Object.keys(planned), ...Object.keys(now)])];
  return hosts.flatMap((host) => {
    const [then, found] = [planned[host], now[host]];
    if (then === undefined) return [`${host}: it is not in the plan`];
    if (found === undefined) return [`${host}: it is in the plan, but nothing is to be done on it now`];
    return ofHost(then, found).map((text) => `${host}: ${text}`);
  });
}

function ofHost(then: HostPlan, found: HostPlan): readonly string[] {
  const pairs = paired(then.steps, found.steps);
  const different = pairs.flatMap(([planned, now]) => ofStep(planned, now));
  const ends =
    endText(then.ends) === endText(found.ends) ? [] : [`the plan ${endText(then.ends)}, now it ${endText(found.ends)}`];
  const order = (steps: readonly (PlannedStep | undefined)[]) =>
    JSON.stringify(steps.map((one) => one && [placeOfTask(one.task), one.item]));
  const isReordered = different.length === 0 && order(pairs.map(([one]) => one)) !== order(found.steps);
  return [...different, ...ends, ...(isReordered ? ['the tasks come in another order'] : [])];
}

/** The steps of both, each with the same one of the other; of several at one place, the first with the first. */
function paired(
  planned: readonly PlannedStep[],
  now: readonly PlannedStep[],
): readonly (readonly [PlannedStep | undefined, PlannedStep | undefined])[] {
  const key = ({ task, item }: PlannedStep): string => `${placeOfTask(task)} ${item}`;
  const left = new Map([...groupBy(now, key)].map(([at, some]) => [at, [...some]]));
  const both = planned.map((one) => [one, left.get(key(one))?.shift()] as const);
  return [...both, ...[...left.values()].flat().map((one) => [undefined, one] as const)];
}

const endText = (end: PlanEnd | undefined): string =>
  end === undefined ? 'holds everything' : `ends at "${end.task.name}"${itemText(end.item)} (${end.kind})`;

const itemText = (item: string | undefined): string => (item === undefined ? '' : ` (item=${item})`);

function ofStep(planned: PlannedStep | undefined, now: PlannedStep | undefined): readonly string[] {
  const step = planned ?? now;
  if (step === undefined) return [];
  const { task, item } = step;
  const about = `"${task.name}"${itemText(item)} (${task.file}:${task.line})`;
  if (now === undefined) return [`${about}: planned ${workText(step)}; now there is nothing to do`];
  if (planned === undefined) return [`${about}: nothing is planned; now ${workText(step)}`];
  const [before, after] = [workText(planned), workText(now)];
  const answers = ofAnswers(planned, now);
  if (before !== after) return [`${about}: planned ${before}; now ${after}`];
  if (answers.length > 0) return answers.map((text) => `${about}: ${text}`);
  const others = [
    ...(digestsOf(planned) === digestsOf(now) ? [] : ['its commands are others, or get other input']),
    ...(JSON.stringify(planned.changes) === JSON.stringify(now.changes) ? [] : ['it would write something else']),
  ];
  return others.slice(0, 1).map((text) => `${about}: ${text}`);
}

const digestsOf = ({ commands }: PlannedStep): string => JSON.stringify(commands.map(({ digest }) => digest));

/** What a step would change, in one line; without changes, its commands. */
function workText({ changes, commands }: PlannedStep): string {
  const texts = changes.length > 0 ? changes.map((change) => changeText(change)) : commands.map(({ script }) => script);
  return fitted(texts.join('; ') || 'a change that is not told', 300);
}

/** The answers that differ. A question that is asked in only one of the two follows from another difference. */
function ofAnswers(planned: PlannedStep, now: PlannedStep): readonly string[] {
  const known = new Map(now.answers.map((one) => [one.question, one]));
  const untold = (one: PlannedStep) => one.answers.filter(({ question }) => isHidden(question));
  const hidden = (one: PlannedStep) =>
    JSON.stringify(
      untold(one)
        .map(({ digest }) => digest)
        .sort(),
    );
  const told = planned.answers.flatMap((then) => {
    const found = isHidden(then.question) ? undefined : known.get(then.question);
    if (found === undefined || found.digest === then.digest) return [];
    const [was, is] = otherParts(then.answer, found.answer);
    const how = was === undefined || is === undefined ? 'the host answers otherwise' : `answered ${was}, now ${is}`;
    return [`${fitted(then.question, 200)}: ${how}`];
  });
  return hidden(planned) === hidden(now)
    ? told
    : [...told, 'the host answers otherwise than planned (hidden: it may contain a secret)'];
}

/** The parts of two answers that are not the same; the whole answers if they have no parts. */
function otherParts(then: string | undefined, now: string | undefined): readonly (string | undefined)[] {
  const [was, is] = [then, now].map((text) => (text === undefined ? undefined : (JSON.parse(text) as unknown)));
  if (!isRecord(was) || !isRecord(is)) return [then, now].map((text) => text && fitted(text, 200));
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const others = keys.filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]));
  return [was, is].map((one) =>
    fitted(others.map((key) => `${key} ${key in one ? JSON.stringify(one[key]) : 'absent'}`).join(', '), 200),
  );
}

const isHidden = (question: string): boolean => question.startsWith('(hidden');

/**
 * A look without what differs between it and the one just before: answers that change by themselves are left out, and a
 * task whose commands are others each time (a random value, the time) cannot be planned.
 */
export function lastingOf(before: Hosts, now: Hosts): Hosts {
  return Object.fromEntries(
    Object.entries(now).map(([host, plan]) => {
      const earlier = before[host];
      return [host, earlier === undefined ? plan : lastingPlan(earlier, plan)];
    }),
  );
}

function lastingPlan(before: HostPlan, now: HostPlan): HostPlan {
  const steps: PlannedStep[] = [];
  const earlier = new Map(
    paired(now.steps, before.steps).flatMap(([one, same]) => (one === undefined ? [] : [[one, same] as const])),
  );
  for (const step of now.steps) {
    const same = earlier.get(step);
    const isLasting = same !== undefined && digestsOf(same) === digestsOf(step);
    if (!isLasting) {
      const { task, item } = step;
      const end: PlanEnd = { task, ...(item !== undefined && { item }), kind: 'unplannable', reason: FLEETING };
      // A plan ends between tasks, not between the items of one.
      const others = steps.findLastIndex(({ task }) => placeOfTask(task) !== placeOfTask(step.task)) + 1;
      return {
        ...now,
        steps: steps.slice(0, others),
        ends: end,
        after: now.ends === undefined ? now.after : [now.ends, ...now.after],
      };
    }
    const known = new Set(same?.answers.map(({ digest }) => digest));
    steps.push({ ...step, answers: step.answers.filter(({ digest }) => known.has(digest)) });
  }
  return { ...now, steps };
}

const FLEETING = 'its commands are others each time they are computed: they contain a random value or the time';
