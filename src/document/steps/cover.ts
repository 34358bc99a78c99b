import type { CommandPart, DocumentPart, ExcerptPart, InstallDocument, InstructionPart } from '../document.ts';
import { isRetraceable, type Saying } from './left-out.ts';
import {
  type Candidate,
  candidatesOf,
  type Match,
  matchCommand,
  matchExcerpt,
  matchInstruction,
  type Retraced,
  retracedBy,
} from './match.ts';
import type { StepTask } from './step-task.ts';

/** A part of a document, and what retraces it. */
export interface CoveredPart extends Match {
  readonly part: CommandPart | ExcerptPart | InstructionPart;
  /** The steps of its tasks; if it has none, the step that was given for it. */
  readonly steps: readonly string[];
}

/** A document with what retraces each of its parts. */
export interface Coverage {
  readonly document: InstallDocument;
  readonly parts: readonly CoveredPart[];
  /** Steps of tasks that no part of the document leads to. */
  readonly elsewhere: readonly string[];
}

/** How often each part is retraced in which way, by kind. */
type Counts = Readonly<Record<'command' | 'content' | 'instruction', Readonly<Record<Retraced, number>>>>;

/** Lays beside each command, excerpt and instruction what retraces it. `sayings`: what people say about lines; later ones override earlier ones. */
export function coverageOf(
  document: InstallDocument,
  tasks: readonly StepTask[],
  sayings: readonly Saying[],
): Coverage {
  const candidates = candidatesOf(tasks);
  const parts = document.parts.filter((part) => part.kind !== 'output');
  const matches = parts.map((part) => matchPart(part, candidates, sayings));
  const settled = parts.map((part, index) => settle(part, index, parts, matches));
  const covered = parts.map((part, index): CoveredPart => {
    const match = settled[index] ?? NOTHING;
    const given = saidOf(part, sayings)?.step;
    const steps = [...new Set(match.tasks.flatMap(({ step }) => step ?? []))];
    return { ...match, part, steps: steps.length === 0 && given !== undefined ? [given] : steps };
  });
  const led = new Set(covered.flatMap(({ steps }) => steps));
  const elsewhere = [...new Set(tasks.flatMap(({ step }) => step ?? []))].filter((step) => !led.has(step)).sort();
  return { document, parts: covered, elsewhere };
}

/** Counts by kind and by how they are retraced. */
export function countsOf({ parts }: Coverage): Counts {
  const count = (kind: DocumentPart['kind']): Record<Retraced, number> => {
    const none = { exact: 0, proof: 0, manual: 0, 'left out': 0, open: 0 };
    for (const { part, retraced } of parts) if (part.kind === kind) none[retraced]++;
    return none;
  };
  return { command: count('command'), content: count('content'), instruction: count('instruction') };
}

const NOTHING: Match = { retraced: 'open', tasks: [], because: 'it only moves in the shell, and no command follows' };

type RetraceablePart = CoveredPart['part'];

/** What is said about a part: the last saying about its lines; a step may be said by one and a task by a later one. */
function saidOf(part: DocumentPart, sayings: readonly Saying[]): Saying | undefined {
  return isRetraceable(part)
    ? sayings.findLast(({ from, to }) => from <= part.at.line && part.at.line <= to)
    : undefined;
}

/** Undefined if the part is as the command after it. */
function matchPart(part: RetraceablePart, all: readonly Candidate[], sayings: readonly Saying[]): Match | undefined {
  const said = saidOf(part, sayings);
  if (said?.leftOut !== undefined) return { retraced: 'left out', tasks: [], because: said.leftOut };
  const among = said?.step === undefined ? all : all.filter(({ task }) => task.step === said.step);
  if (said?.task !== undefined) {
    const tasks = among.map(({ task }) => task).filter(({ name }) => name === said.task);
    return { retraced: retracedBy(tasks), tasks, because: `says ${said.where}`, byHand: true };
  }
  const isStep = said?.step !== undefined;
  // Without a step, only tasks that have one can be what the document's step became.
  const usable = isStep ? among : among.filter(({ task }) => task.step !== undefined);
  if (part.kind === 'command') return matchCommand(part, usable, isStep);
  return part.kind === 'content' ? matchExcerpt(part, usable) : matchInstruction(part, usable, isStep);
}

/** A `cd` is as the command that it leads to, and an instruction, if nothing else is known, as the command or excerpt that follows at once. */
function settle(
  part: RetraceablePart,
  index: number,
  parts: readonly RetraceablePart[],
  matches: readonly (Match | undefined)[],
): Match | undefined {
  const own = matches[index];
  const next = parts[index + 1];
  if (next === undefined || part.under.at(-1)?.line !== next.under.at(-1)?.line) return own;
  const isCarried =
    part.kind === 'command'
      ? own === undefined
      : part.kind === 'instruction' && own?.retraced === 'open' && leadsTo(part, next);
  if (!isCarried) return own;
  const after = settle(next, index + 1, parts, matches);
  if (after === undefined || (own !== undefined && after.retraced === 'open')) return own;
  return { ...after, because: `as line ${next.at.line}: ${after.because}` };
}

/** Whether an instruction is about what follows: the excerpt that it introduces, a command below it, or the rest of its sentence. */
function leadsTo({ at }: InstructionPart, next: RetraceablePart): boolean {
  if (next.kind === 'content') return next.instruction === at.line;
  return next.kind === 'instruction' ? /^(?:and|to)\b/.test(next.text) : next.at.line - at.endLine <= 3;
}
