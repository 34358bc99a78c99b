import type { ToldOutcome } from '../../src/core/event.ts';
import type { Story, Told } from './told.ts';

/** How a prediction turned out. */
export type Worth =
  /** The run did what the check had predicted. */
  | 'true'
  /** The check predicted it `unless` a task changes it, and it came true. */
  | 'true, unless'
  /** The result differed, and one of the named tasks may have caused that. */
  | 'altered'
  /** The check reported it as unknown. */
  | 'unknown'
  /** The run ended before it got there. */
  | 'not reached'
  /** The check predicted ok or skipped, but the run changed, failed or ran something; or it predicted a change, but the task was ok. */
  | 'lie'
  /** Both changed, but from or to something else. */
  | 'other from → to'
  /** From and to are the same, but the diff differs. */
  | 'other diff'
  /** A registered value differs from the predicted one. */
  | 'other result'
  /** The check predicted a change, but the run failed. */
  | 'failure not foreseen'
  | 'failed in the check only';

/** A prediction, and how it turned out. */
export interface Verdict {
  readonly worth: Worth;
  /** An earlier prediction of this play was already wrong, so this one may just be a consequence. */
  readonly follows: boolean;
  /** The report of the check, or that of the run if the check reported nothing. */
  readonly about: Told;
  /** `ok → changed`, or what differs. */
  readonly detail: string;
  readonly check?: ToldOutcome;
  readonly run?: ToldOutcome;
  /** For unknown: the types of the tasks it depends on, and the reason without names. */
  readonly causes?: readonly string[];
  readonly reason?: string;
}

/** The verdicts that fail the measurement. */
export const WRONG: readonly Worth[] = ['lie', 'other from → to', 'other diff', 'other result'];

const MAKES_FOLLOW: readonly Worth[] = [...WRONG, 'failure not foreseen', 'failed in the check only'];

/** Pairs each prediction of a check with what the run did, in the run's order; then lists what the run did not reach. */
export function compare(check: Story, run: Story): readonly Verdict[] {
  const foreseen = new Map(check.told.map((told) => [told.key, told]));
  const counts = run.told.filter(({ looped }) => !looped);
  const used = new Set<Told>();
  const verdicts: Verdict[] = [];
  let wrong = false;
  // The consequences of an unknown failure (a rescue, and skipped tasks) are unknown as well.
  let otherWay = check.told.some(({ outcome, type }) => outcome.status === 'unknown' && isInclude(type));
  const add = (verdict: Omit<Verdict, 'follows'>): void => {
    verdicts.push({ ...verdict, follows: wrong });
    if (MAKES_FOLLOW.includes(verdict.worth)) wrong = true;
  };
  for (const happened of counts) {
    const told = foreseen.get(happened.key) ?? foreseen.get(happened.taskKey);
    if (told !== undefined) {
      used.add(told);
      add(judged(told, happened, check, run));
      const { status, would } = told.outcome;
      const isReserved = status === 'unknown' || status === 'unless' || would === 'failed';
      otherWay ||= isReserved && happened.outcome.status === 'failed';
    } else if (otherWay)
      add({ worth: 'unknown', about: happened, detail: '', reason: UNSEEN, causes: ['include or rescue'] });
    else add({ worth: 'lie', about: happened, detail: `not told → ${happened.outcome.status}`, run: happened.outcome });
  }
  const parents = new Set(counts.map(({ taskKey }) => taskKey));
  for (const told of check.told) {
    if (used.has(told) || told.looped || parents.has(told.key)) continue;
    add(notRun(told, check, run.exitCode !== 0 || otherWay));
  }
  return verdicts;
}

const UNSEEN = 'in an include or a rescue that perhaps comes';

const isInclude = (type: string): boolean => /(^|\.)include_(tasks|role)$/.test(type);

function judged(told: Told, happened: Told, check: Story, run: Story): Omit<Verdict, 'follows'> {
  const before = told.outcome;
  const after = happened.outcome;
  const both = { about: told, check: before, run: after };
  if (before.status === 'unknown') return { worth: 'unknown', ...unknownOf(told, check), ...both, detail: '' };
  if (before.status === 'unless') {
    const plain = judged(
      { ...told, outcome: { ...before, status: before.would ?? 'ok', unless: [] } },
      happened,
      check,
      run,
    );
    if (plain.worth === 'true') return { ...plain, about: told, worth: 'true, unless' };
    return leftAlone(before.unless ?? [], run) ? plain : { ...plain, about: told, worth: 'altered' };
  }
  if (isNotRun(before))
    return { worth: 'unknown', causes: [], reason: 'a command is not run in a check', ...both, detail: '' };
  const detail = `${before.status} → ${after.status}`;
  if (before.status === after.status) {
    const differs =
      (before.status === 'changed' ? otherChange(before, after) : undefined) ?? otherResult(before, after);
    return differs === undefined ? { worth: 'true', ...both, detail } : { ...differs, ...both };
  }
  if (before.status === 'failed') return { worth: 'failed in the check only', ...both, detail };
  if (before.status === 'changed' && after.status === 'failed')
    return { worth: 'failure not foreseen', ...both, detail };
  return { worth: 'lie', ...both, detail };
}

/** Whether the check reports that it does not run a command, and so predicts nothing about it. */
const isNotRun = ({ status, message = '' }: ToldOutcome): boolean =>
  status === 'skipped' && message.startsWith('not run in a check');

/** Whether these tasks were all commands that change nothing, so that predictions depending on them had to come true. */
const leftAlone = (tasks: readonly string[], run: Story): boolean =>
  tasks.every((task) =>
    run.told.some(
      ({ name, outcome }) => name === task && /^(true|test)\b/.test(String([outcome.result['cmd']].flat()[0])),
    ),
  );

function otherChange(before: ToldOutcome, after: ToldOutcome): { worth: Worth; detail: string } | undefined {
  const lines = (outcome: ToldOutcome): string =>
    JSON.stringify(outcome.changes.map(({ what, from, to }) => [what, from, to]));
  if (lines(before) !== lines(after)) return { worth: 'other from → to', detail: `${lines(before)} / ${lines(after)}` };
  const diffs = (outcome: ToldOutcome): string =>
    JSON.stringify(outcome.changes.map(({ diff }) => [diff?.before, diff?.after]));
  if (diffs(before) !== diffs(after)) return { worth: 'other diff', detail: `${diffs(before)} / ${diffs(after)}` };
  return undefined;
}

/** Keys that depend on the time of looking, or are already compared. */
const NOT_COMPARED = ['atime', 'diff', 'start', 'end', 'delta', 'elapsed', 'results', 'backup', 'backup_file'];

function otherResult(before: ToldOutcome, after: ToldOutcome): { worth: Worth; detail: string } | undefined {
  // For a command that a check does not run, it says that it skipped the command, and nothing about its results.
  if (before.status === 'failed' || before.result['skipped'] === true) return undefined;
  const other = otherValues(before.result, after.result, '');
  return other.length === 0 ? undefined : { worth: 'other result', detail: other.join(', ').slice(0, 300) };
}

/** Where a predicted value differs from the one in the run. A value that was not predicted at all is not a lie. */
function otherValues(before: unknown, after: unknown, path: string): readonly string[] {
  if (isObject(before) && isObject(after))
    return Object.keys(before)
      .filter((key) => !NOT_COMPARED.includes(key))
      .flatMap((key) => otherValues(before[key], after[key], `${path}.${key}`));
  const [one, other] = [JSON.stringify(before), JSON.stringify(after)];
  return one === other ? [] : [`${path.slice(1)}: ${one} / ${other}`];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function notRun(told: Told, check: Story, cut: boolean): Omit<Verdict, 'follows'> {
  const { status } = told.outcome;
  const both = { about: told, check: told.outcome };
  if (status === 'unknown') return { worth: 'unknown', ...unknownOf(told, check), ...both, detail: '' };
  if (cut) return { worth: 'not reached', ...both, detail: status };
  if (status === 'unless')
    return { worth: told.outcome.would === 'skipped' ? 'true, unless' : 'altered', ...both, detail: '' };
  return { worth: 'lie', ...both, detail: `${status} → not run` };
}

/** Why something is unknown, and the types of the tasks it depends on. */
function unknownOf({ outcome }: Told, check: Story): { causes: readonly string[]; reason: string } {
  const types = new Map(check.told.map(({ name, type }) => [name, shortType(type)]));
  const names = outcome.assuming ?? [];
  const message = (outcome.message ?? '').replace(/; now.*$/s, '');
  const inMessage = [...message.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');
  const causes = [...new Set([...names, ...inMessage].flatMap((name) => types.get(name) ?? []))];
  return { causes, reason: message.replace(/"[^"]*"/g, '"…"') };
}

/** `copy` from `ansible.builtin.copy`. */
export const shortType = (type: string): string => type.slice(type.lastIndexOf('.') + 1);
