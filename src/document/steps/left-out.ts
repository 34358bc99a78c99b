import type { Diagnostic, Position, Result } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { loadYaml } from '../../yaml/load.ts';
import { locationOf } from '../../yaml/places.ts';
import type { DocumentPart, InstallDocument } from '../document.ts';
import type { StepTask } from './step-task.ts';

/** The file beside a playbook that says which steps the lines of documents are, and what is left out. It belongs in git. */
export const LEFT_OUT = 'steps-left-out.yaml';

/** What a team says about some lines of a document: their step, the task that retraces them, or why they are left out. */
export interface Saying {
  readonly from: number;
  readonly to: number;
  readonly step?: string;
  readonly task?: string;
  readonly leftOut?: string;
  /** Where it says so: `steps-left-out.yaml:12`, or the document and its line. */
  readonly where: string;
}

const SELECTORS = ['lines', 'under', 'text'];
const KEYS = [...SELECTORS, 'step', 'task', 'left_out'];

/** Whether a line of the document belongs to a part that can be retraced. */
export const isRetraceable = (part: DocumentPart): boolean => part.kind !== 'output';

/** What the comments of a document say: `<!-- step: S09 -->` for the rest of its section, `<!-- left out: why -->` for its line or the next part. */
export function sayingsInComments(document: InstallDocument, tasks: readonly StepTask[]): Result<readonly Saying[]> {
  const errors: Diagnostic[] = [];
  const sayings = document.comments.flatMap(({ at, text }): readonly Saying[] => {
    const [, key = '', value = ''] = /^(step|left out)\s*:\s*(.*)$/s.exec(text) ?? [];
    if (key === '') return [];
    const where = `${document.name}:${at.line}`;
    const wrong = (message: string, hint?: string): readonly Saying[] => {
      const position = { file: document.name, line: at.line, column: at.column };
      errors.push({ severity: 'error', code: 'steps', message, at: position, ...(hint !== undefined && { hint }) });
      return [];
    };
    if (value.trim() === '') return wrong(`a comment with \`${key}:\` says nothing after it`);
    if (key === 'step') {
      const step = value.trim();
      if (!stepsOf(tasks).includes(step)) return wrong(`no task has the step "${step}"`, knownSteps(step, tasks));
      const section = document.headings.findLast(({ line, endLine }) => line <= at.line && at.line <= endLine);
      return [{ from: at.line, to: section?.endLine ?? document.lines.length, step, where }];
    }
    const part = document.parts.find((one) => isRetraceable(one) && one.at.endLine >= at.line);
    if (part === undefined) return wrong('nothing follows that could be left out');
    return [{ from: part.at.line, to: part.at.endLine, leftOut: value.replace(/\s+/g, ' ').trim(), where }];
  });
  return errors.length > 0 ? { ok: false, error: errors } : { ok: true, value: sayings };
}

/**
 * Reads what a file says about a document: under the document's name, a list of entries. Each selects lines (`lines`, `under` a heading, with
 * a `text`) and gives their `step`, the `task` that retraces them, or the reason why they are `left_out`. Later entries override earlier ones.
 */
export function readLeftOut(
  text: string,
  file: string,
  document: InstallDocument,
  tasks: readonly StepTask[],
): Result<readonly Saying[]> {
  const loaded = loadYaml(text, file, { plain: true });
  if (!loaded.ok) return loaded;
  const { value, at } = loaded.value;
  if (value === null) return { ok: true, value: [] };
  const wrong = (message: string, place: Position | undefined, hint?: string): Diagnostic => ({
    severity: 'error',
    code: 'steps',
    message,
    at: place ?? at.value,
    ...(hint !== undefined && { hint }),
  });
  if (!(value instanceof Map))
    return { ok: false, error: [wrong('expected names of documents, each with a list of entries', at.value)] };
  const own = document.name.split('/').at(-1) ?? '';
  const entries: unknown = value.get(own);
  if (entries === undefined) return { ok: true, value: [] };
  if (!Array.isArray(entries))
    return { ok: false, error: [wrong(`\`${own}\`: expected a list of entries`, locationOf(value, own)?.value)] };
  const read = entries.map((entry: unknown, index) => {
    const place = locationOf(entries, index)?.value;
    return readEntry(entry, { document, tasks, file, place, wrong });
  });
  const errors = read.flatMap((one) => (one.ok ? [] : one.error));
  return errors.length > 0
    ? { ok: false, error: errors }
    : { ok: true, value: read.flatMap((one) => (one.ok ? one.value : [])) };
}

interface Around {
  readonly document: InstallDocument;
  readonly tasks: readonly StepTask[];
  readonly file: string;
  readonly place: Position | undefined;
  readonly wrong: (message: string, place: Position | undefined, hint?: string) => Diagnostic;
}

function readEntry(entry: unknown, around: Around): Result<readonly Saying[]> {
  const { document, tasks, file, place, wrong } = around;
  if (!(entry instanceof Map))
    return { ok: false, error: [wrong('expected an entry, such as `{lines: 12-14, step: S01}`', place)] };
  const at = (key: string): Position | undefined => locationOf(entry, key)?.value ?? place;
  const errors = [...entry.keys()]
    .map(String)
    .filter((key) => !KEYS.includes(key))
    .map((key) =>
      wrong(
        `unknown key "${key}"; expected some of ${KEYS.join(', ')}`,
        locationOf(entry, key)?.key ?? place,
        didYouMean(key, KEYS),
      ),
    );
  const textOf = (key: string): string | undefined => {
    const found: unknown = entry.get(key);
    if (found === undefined) return undefined;
    if ((typeof found === 'string' && found.trim() !== '') || typeof found === 'number') return String(found);
    errors.push(wrong(`\`${key}\`: expected a text`, at(key)));
    return undefined;
  };
  const [step, task, leftOut] = [textOf('step'), textOf('task'), textOf('left_out')];
  const [lines, under, part] = SELECTORS.map(textOf);
  if (!SELECTORS.some((key) => entry.has(key)))
    errors.push(wrong('the entry selects nothing: expected `lines`, `under` or `text`', place));
  if (!['step', 'task', 'left_out'].some((key) => entry.has(key)))
    errors.push(wrong('the entry says nothing: expected `step`, `task` or `left_out`', place));
  if (leftOut !== undefined && (step !== undefined || task !== undefined))
    errors.push(wrong('what is left out has no step and no task', at('left_out')));
  if (step !== undefined && !stepsOf(tasks).includes(step))
    errors.push(wrong(`no task has the step "${step}"`, at('step'), knownSteps(step, tasks)));
  const named = tasks.filter((one) => step === undefined || one.step === step).map(({ name }) => name);
  if (task !== undefined && !named.includes(task))
    errors.push(
      wrong(
        `there is no task "${task}"${step === undefined ? '' : ` in the step ${step}`}`,
        at('task'),
        didYouMean(task, named),
      ),
    );
  const selected = select(document, { lines, under, part });
  if (!selected.ok) errors.push(wrong(selected.error.message, at(selected.error.key), selected.error.hint));
  if (errors.length > 0 || !selected.ok) return { ok: false, error: errors };
  const where = `${file.split('/').at(-1)}:${place?.line ?? 1}`;
  return { ok: true, value: selected.value.map(({ from, to }) => ({ from, to, step, task, leftOut, where })) };
}

interface Selector {
  readonly lines: string | undefined;
  readonly under: string | undefined;
  readonly part: string | undefined;
}

type Selected = Result<
  readonly { readonly from: number; readonly to: number }[],
  { readonly key: string; readonly message: string; readonly hint?: string }
>;

/** The lines that an entry selects: within a section, within a range, in parts with a text. Each condition given must hold. */
function select({ lines: all, headings, parts }: InstallDocument, { lines, under, part }: Selector): Selected {
  const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(lines ?? '') ?? [];
  if (lines !== undefined && first === '')
    return {
      ok: false,
      error: { key: 'lines', message: `\`lines\`: expected a line or a range as in 12-14, got "${lines}"` },
    };
  let range = lines === undefined ? { from: 1, to: all.length } : { from: Number(first), to: Number(last) };
  if (range.from < 1 || range.to > all.length || range.from > range.to)
    return {
      ok: false,
      error: { key: 'lines', message: `\`lines\`: the document has the lines 1-${all.length}, not ${lines}` },
    };
  if (under !== undefined) {
    const heading = headings.find(({ title }) => title === under);
    if (heading === undefined) {
      const hint = didYouMean(
        under,
        headings.map(({ title }) => title),
      );
      return { ok: false, error: { key: 'under', message: `the document has no heading "${under}"`, hint } };
    }
    range = { from: Math.max(range.from, heading.line), to: Math.min(range.to, heading.endLine) };
  }
  const within = parts.filter((one) => isRetraceable(one) && one.at.endLine >= range.from && one.at.line <= range.to);
  if (within.length === 0)
    return {
      ok: false,
      error: { key: lines === undefined ? 'under' : 'lines', message: 'there is no command, excerpt or instruction' },
    };
  if (part === undefined) return { ok: true, value: [range] };
  const having = within.filter((one) => one.text.includes(part));
  if (having.length === 0)
    return {
      ok: false,
      error: { key: 'text', message: `no command, excerpt or instruction there contains "${part}"` },
    };
  return { ok: true, value: having.map(({ at }) => ({ from: at.line, to: at.endLine })) };
}

const stepsOf = (tasks: readonly StepTask[]): readonly string[] => [
  ...new Set(tasks.flatMap(({ step }) => step ?? [])),
];

function knownSteps(step: string, tasks: readonly StepTask[]): string {
  const steps = stepsOf(tasks);
  return (
    didYouMean(step, steps) ??
    (steps.length === 0 ? 'no task has a step' : `the steps are ${steps.toSorted().join(', ')}`)
  );
}

function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const near = suggest(word, candidates);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}
