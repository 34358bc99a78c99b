import { basename, dirname, join, relative, resolve } from 'node:path';
import { FINDING_KINDS } from '../audit/finding.ts';
import { History, type PastFinding } from '../audit/history.ts';
import { historyPlace } from '../audit/journal.ts';
import { expectedOneOf, nothingGiven } from '../core/command-line.ts';
import { groupBy } from '../core/group-by.ts';
import { statOf } from '../core/local-file.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import { systemReason } from '../core/system-error.ts';
import { visibleIn } from '../core/visible.ts';
import type { InstallDocument } from '../document/document.ts';
import { readDocument } from '../document/read-document.ts';
import { coverageOf } from '../document/steps/cover.ts';
import {
  type StepStates,
  type StepsReport,
  writeStepsJson,
  writeStepsMarkdown,
  writeStepsText,
} from '../document/steps/forms.ts';
import { LEFT_OUT, readLeftOut, type Saying, sayingsInComments } from '../document/steps/left-out.ts';
import type { Retraced } from '../document/steps/match.ts';
import { writeStepsPage } from '../document/steps/page.ts';
import type { StepTask } from '../document/steps/step-task.ts';
import { createChalk } from '../report/index.ts';
import { writeReport, wrongFile } from './audit-outputs.ts';
import type { CallIo } from './command.ts';
import { AS_CHECK, type Parsed, runOptions, type StepsLine } from './options.ts';
import { type Prepared, playCommand } from './play-command.ts';
import { readLocalText } from './read-local-text.ts';
import { stepTasks } from './step-tasks.ts';

/** Lays beside each command, excerpt and instruction of a document what retraces it. Returns the exit code: 2 if something is open. */
export async function stepsCommand(line: StepsLine, io: CallIo): Promise<number> {
  const { document } = line.options;
  if (document === undefined) return io.refuse(['no document was given: --document FILE']);
  const outputs = readOutputs(line.options.output ?? ['text']);
  if (!outputs.ok) return io.refuse(outputs.error);
  const text = readLocalText(document);
  if (!text.ok) return io.refuse([`--document ${document}: ${text.error}`]);
  const read = readDocument(text.value, document);
  return playCommand(asCheck(line), io, {
    plan: 'none',
    reporter: async () => () => {},
    perform: async (prepared) => reportSteps(read, prepared, { line, io, outputs: outputs.value }),
  });
}

interface Output {
  readonly form: Form;
  readonly file: string | undefined;
}

const FORMS = ['text', 'markdown', 'html', 'json'] as const;
type Form = (typeof FORMS)[number];

/** Reads `FORM` and `FORM=FILE`. */
function readOutputs(words: readonly string[]): Result<readonly Output[], readonly string[]> {
  const read = words.map((word) => {
    const [name = '', ...rest] = word.split('=');
    return { name, form: FORMS.find((form) => form === name), file: rest.length === 0 ? undefined : rest.join('=') };
  });
  const mistakes = read.flatMap(({ name, form, file }) => [
    ...(form === undefined ? [expectedOneOf(FORMS, name)] : []),
    ...(file === undefined ? [] : wrongFile(file)),
  ]);
  if (read.filter(({ file }) => file === undefined).length > 1)
    mistakes.push('only one form can go to stdout; write the others to files, as in html=FILE');
  if (mistakes.length > 0) return { ok: false, error: mistakes.map((mistake) => `--output: ${mistake}`) };
  return { ok: true, value: read.flatMap(({ form, file }) => (form === undefined ? [] : [{ form, file }])) };
}

/** The options of a run that says what is asked of it: a check, of which nothing is done. */
function asCheck({ options, rest }: StepsLine): Parsed {
  const { document: _document, output: _output, ...shared } = options;
  return { rest, options: { ...nothingGiven(runOptions), ...shared, ...AS_CHECK } };
}

interface Request {
  readonly line: StepsLine;
  readonly io: CallIo;
  readonly outputs: readonly Output[];
}

function reportSteps(
  document: InstallDocument,
  { loaded, tell, secrets }: Prepared,
  { line, io, outputs }: Request,
): number {
  const tasks = stepTasks(loaded).map((task) => ({ ...task, file: relative(io.cwd, task.file) || task.file }));
  const sayings = sayingsOf(document, tasks, line.rest);
  if (!sayings.ok) {
    tell(sayings.error);
    return 1;
  }
  const coverage = coverageOf(document, tasks, sayings.value);
  const found: StepsReport = { coverage, playbooks: line.rest, ...auditOfSteps(line.rest, tasks, io) };
  for (const { form, file } of outputs) {
    const text = secrets.mask(written(form, found, file === undefined));
    if (file === undefined) io.stdout.write(text);
    else writeReport(file, text);
  }
  return coverage.parts.some(({ retraced }) => retraced === 'open') ? 2 : 0;
}

/** What the document's comments and the files beside the playbooks say; the files override. */
function sayingsOf(
  document: InstallDocument,
  tasks: readonly StepTask[],
  playbooks: readonly string[],
): Result<readonly Saying[]> {
  // `playbooks/*.yaml` names only playbooks if what belongs to site.yaml is in the directory site.
  const folders = playbooks.flatMap((file) => [dirname(file), file.replace(/\.ya?ml$/, '')]);
  const files = [...new Set(folders)].map((folder) => join(folder, LEFT_OUT));
  const results = [
    sayingsInComments(document, tasks),
    ...files.filter((file) => statOf(file) !== undefined).map((file) => readSayings(file, document, tasks)),
  ];
  const errors = results.flatMap((result): readonly Diagnostic[] => (result.ok ? [] : result.error));
  return errors.length > 0
    ? { ok: false, error: errors }
    : { ok: true, value: results.flatMap((result) => (result.ok ? result.value : [])) };
}

function readSayings(file: string, document: InstallDocument, tasks: readonly StepTask[]): Result<readonly Saying[]> {
  const text = readLocalText(file);
  if (!text.ok)
    return { ok: false, error: [{ severity: 'error', code: 'steps', message: `${basename(file)}: ${text.error}` }] };
  return readLeftOut(text.value, file, document, tasks);
}

function written(form: Form, found: StepsReport, isStdout: boolean): string {
  if (form === 'json') return writeStepsJson(found);
  const told = visibleIn(found);
  if (form === 'markdown') return writeStepsMarkdown(told);
  if (form === 'html') return writeStepsPage(told);
  const chalk = createChalk(process.stdout, process.env);
  const colour = (way: Retraced, text: string): string => {
    if (!isStdout || way === 'left out') return text;
    return way === 'open' ? chalk.red(text) : chalk.green(text);
  };
  return writeStepsText(told, colour);
}

/** What the last audit of these playbooks found of each step. Without a history, or without an audit, nothing is known. */
function auditOfSteps(
  playbooks: readonly string[],
  tasks: readonly StepTask[],
  io: CallIo,
): { readonly audited?: string; readonly states: StepStates } {
  const place = historyPlace(io.env);
  if (place === undefined || statOf(place.database) === undefined) return { states: new Map() };
  try {
    using history = new History(place);
    history.takeJournal();
    const files = playbooks.map((file) => resolve(file));
    const last = history.audits(files, Date.now(), 1).at(-1);
    if (last === undefined) return { states: new Map() };
    const own = new Set(tasks.map(({ file, name }) => `${resolve(file)} ${name}`));
    const open = history
      .episodes(undefined, false)
      .filter(
        ({ task }) =>
          task.step !== undefined && task.file !== undefined && own.has(`${resolve(task.file)} ${task.name}`),
      );
    return { audited: last.startedAt, states: statesOf(open, tasks) };
  } catch (error) {
    const reason = systemReason(error) ?? (error instanceof Error ? error.message : String(error));
    io.stderr.write(`run steps: the history (${place.database}) cannot be read: ${reason}\n`);
    return { states: new Map() };
  }
}

/** `2 drift on ct100, proxy`; of steps without a finding, that nothing was found. */
function statesOf(open: readonly PastFinding[], tasks: readonly StepTask[]): StepStates {
  const byStep = groupBy(open, ({ task }) => task.step ?? '');
  const steps = new Set(tasks.flatMap(({ step }) => step ?? []));
  return new Map(
    [...steps].map((step) => {
      const some = byStep.get(step) ?? [];
      const kinds = FINDING_KINDS.map((kind) => [kind, some.filter((one) => one.kind === kind).length] as const);
      const counts = kinds.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
      const hosts = [...new Set(some.map(({ host }) => host))].sort().join(', ');
      return [step, some.length === 0 ? 'nothing found' : `${counts.join(', ')} on ${hosts}`] as const;
    }),
  );
}
