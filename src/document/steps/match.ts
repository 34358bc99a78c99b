import type { CommandPart, ExcerptPart, InstructionPart, ProgramCall } from '../document.ts';
import { type Deed, deedOf } from './deeds.ts';
import { type NamesOfTask, namesOfTask, type StepTask } from './step-task.ts';

/** How a part of a document is retraced. */
export type Retraced = 'exact' | 'proof' | 'manual' | 'left out' | 'open';

/** Which tasks retrace a part, and why that is known; or why it is not. */
export interface Match {
  readonly retraced: Retraced;
  readonly tasks: readonly StepTask[];
  readonly because: string;
  /** A person has said so, and no name proves it. */
  readonly byHand?: true;
}

/** A task with what its parameters name. */
export interface Candidate {
  readonly task: StepTask;
  readonly variants: readonly NamesOfTask[];
}

/** Prepares tasks for being asked what they name. */
export const candidatesOf = (tasks: readonly StepTask[]): readonly Candidate[] =>
  tasks.map((task) => ({ task, variants: task.variants.map(namesOfTask) }));

const COMMANDS = new Set(['shell', 'command', 'raw', 'script', 'expect']);

/** The most severe last: a command with several calls is retraced as its least retraced call. */
const ORDER: readonly Retraced[] = ['exact', 'proof', 'manual', 'left out', 'open'];

/**
 * What retraces a command. `among`: the tasks to choose from, those of one step if it is known which; `isStep` tells that it is. Undefined
 * for a command that only moves in the shell, such as `cd`.
 */
export function matchCommand(command: CommandPart, among: readonly Candidate[], isStep: boolean): Match | undefined {
  const deeds = command.calls.map((call, index) => ({ deed: deedOf(call), isFilter: isFilter(command.calls, index) }));
  const acting = deeds.filter(({ deed, isFilter: filters }) => deed.how !== 'stays' && !filters);
  if (acting.length === 0) return undefined;
  return joined(acting.map(({ deed }) => matchDeed(deed, among, isStep)));
}

/** Whether a call only passes on or shortens what the one before it prints. */
const isFilter = (calls: readonly ProgramCall[], index: number): boolean =>
  index > 0 &&
  calls[index - 1]?.then === '|' &&
  /^(?:grep|egrep|less|more|head|tail|sort|wc|awk|sed|jq|cut|tr|uniq)$/.test(calls[index]?.words[0] ?? '');

function joined(matches: readonly Match[]): Match {
  const worst = matches.toSorted((one, other) => ORDER.indexOf(other.retraced) - ORDER.indexOf(one.retraced))[0];
  const tasks = [...new Set(matches.flatMap((match) => match.tasks))];
  const because = [...new Set(matches.map((match) => match.because))].join('; ');
  return { retraced: worst?.retraced ?? 'open', tasks, because: worst?.retraced === 'open' ? worst.because : because };
}

function matchDeed(deed: Deed, among: readonly Candidate[], isStep: boolean): Match {
  const { names, how } = deed;
  if (names.length === 0 && how === 'does')
    return open(`\`${deed.program}\` names nothing that a task could be known by`);
  const naming =
    names.length === 0
      ? []
      : among.filter((one) => one.variants.some((variant) => names.every((some) => variant.has(some))));
  const because = `names ${names.map(([name]) => name).join(', ')}`;
  const found = (retraced: Retraced, some: readonly Candidate[]): Match | undefined =>
    some.length === 0 ? undefined : { retraced, tasks: some.map(({ task }) => task), because };
  const manual = naming.filter(({ task }) => task.how === 'manual');
  const typed = naming.filter(({ task }) => deed.types?.includes(task.type) === true);
  const looking = naming.filter(({ task }) => task.how === 'looks');
  if (how === 'looks')
    return (
      found('proof', typed) ??
      found('proof', looking) ??
      found('manual', manual) ??
      stepProof(among, isStep) ??
      open(
        names.length === 0
          ? `\`${deed.program}\` names nothing that a check could be known by`
          : `no task that checks ${because}`,
      )
    );
  return (
    found(
      'exact',
      naming.filter((one) => does(one, deed)),
    ) ??
    found(
      'proof',
      typed.filter(({ task }) => task.how === 'looks'),
    ) ??
    found('manual', manual) ??
    open(openReason(deed, among))
  );
}

function stepProof(among: readonly Candidate[], isStep: boolean): Match | undefined {
  const tasks = among.map(({ task }) => task).filter((task) => task.how === 'looks');
  return !isStep || tasks.length === 0
    ? undefined
    : { retraced: 'proof', tasks, because: 'the step is checked', byHand: true };
}

function does({ task, variants }: Candidate, { names, types, removes, program }: Deed): boolean {
  if (task.how !== 'does') return false;
  const naming = variants.filter((variant) => names.every((some) => variant.has(some)));
  if (COMMANDS.has(task.type))
    return naming.some((variant) => variant.has(program === 'mv' ? ['mv', 'cp'] : [program]));
  const canDo = types === undefined ? task.type === program : types.includes(task.type);
  return canDo && naming.some((variant) => variant.removes === removes);
}

/** Says which name no task has, if one alone is the reason. */
function openReason({ names, program }: Deed, among: readonly Candidate[]): string {
  const strangers = names.filter(
    (some) => !among.some(({ variants }) => variants.some((variant) => variant.has(some))),
  );
  if (strangers.length > 0) return `no task names ${strangers.map(([name]) => name).join(', ')}`;
  return `no task does what \`${program}\` does with ${names.map(([name]) => name).join(', ')}`;
}

const open = (because: string): Match => ({ retraced: 'open', tasks: [], because });

/** What retraces an excerpt of a file: a task that names the file and, if the task says what is in it, has one of its lines; or one that has all of its lines. */
export function matchExcerpt({ path, text }: ExcerptPart, among: readonly Candidate[]): Match {
  const lines = text
    .split('\n')
    .map((line) => line.trim().replace(/^[\w-]+:\s+(?=\S*[/=])/, ''))
    .filter((line) => /\w/.test(line) && !/^(?:#|;|\/\/|\.\.\.)/.test(line));
  const usable = among.filter(({ task }) => task.how !== 'looks');
  const whole = usable.filter(({ variants }) =>
    variants.some((variant) => lines.every((line) => variant.includes(line))),
  );
  if (lines.length > 0 && whole.length > 0) return matched(whole, 'has these lines');
  if (path === undefined) return open('no task has these lines, and the document does not tell the file');
  const naming = usable.filter(({ variants }) => variants.some((variant) => variant.hasFile(path)));
  const agreeing = naming.filter(({ variants }) =>
    variants.some((variant) => !variant.writesText || lines.some((line) => variant.includes(line))),
  );
  if (agreeing.length > 0) return matched(agreeing, `names ${path}`);
  const [other] = naming;
  return open(
    other === undefined ? `no task names ${path}` : `"${other.task.name}" names ${path}, but with other content`,
  );
}

const matched = (some: readonly Candidate[], because: string): Match => ({
  retraced: some.some(({ task }) => task.how === 'does') ? 'exact' : 'manual',
  tasks: some.map(({ task }) => task),
  because,
});

/**
 * What retraces an instruction. Of a step that is known, the tasks that share most names, or else the manual ones, or else all; otherwise
 * those that have all of its names, if these are more than addresses.
 */
export function matchInstruction(
  { names, text }: InstructionPart,
  among: readonly Candidate[],
  isStep: boolean,
): Match {
  const shares = ({ variants }: Candidate): number =>
    Math.max(0, ...variants.map((variant) => names.filter((name) => variant.hasFile(name)).length));
  const best = Math.max(0, ...among.map(shares));
  const sharing = fitting(text, best === 0 ? [] : among.filter((one) => shares(one) === best));
  if (isStep) {
    const manual = among.filter(({ task }) => task.how === 'manual');
    const rest = manual.length > 0 ? manual : fitting(text, among);
    return sharing.length > 0
      ? matchedAs(sharing, 'the step, and its names')
      : { ...matchedAs(rest, 'the step'), byHand: true };
  }
  const isTold = names.some((name) => !/^[\d.:/]+$/.test(name));
  if (isTold && best === names.length) return matchedAs(sharing, `names ${names.join(', ')}`);
  return open(isTold ? `no task names ${names.join(', ')}` : 'it names nothing that a task could be known by');
}

/** Of several tasks, those that install, if something is installed. */
function fitting(text: string, some: readonly Candidate[]): readonly Candidate[] {
  const installing = /\binstall/i.test(text)
    ? some.filter(({ task }) => /^(?:apt|package|pip|npm|gem|snap)$/.test(task.type))
    : [];
  return installing.length > 0 ? installing : some;
}

function matchedAs(some: readonly Candidate[], because: string): Match {
  const tasks = some.map(({ task }) => task);
  return { retraced: retracedBy(tasks), tasks, because };
}

/** How tasks that were named by hand retrace something. */
export function retracedBy(tasks: readonly StepTask[]): Retraced {
  if (tasks.some(({ how }) => how === 'does')) return 'exact';
  if (tasks.some(({ how }) => how === 'manual')) return 'manual';
  return tasks.length > 0 ? 'proof' : 'open';
}
