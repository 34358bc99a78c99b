import { accessSync, constants, realpathSync, type Stats, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Audit } from '../audit/finding.ts';
import type { AuditForm, AuditFormOptions } from '../audit/forms/form.ts';
import { AUDIT_FORMS, auditFormNames } from '../audit/forms/index.ts';
import { expectedOneOf } from '../core/command-line.ts';
import type { Reporter } from '../core/event.ts';
import { statOf, writeLocalFile } from '../core/local-file.ts';
import { systemReason } from '../core/system-error.ts';
import { visibleIn } from '../core/visible.ts';
import type { ReportOptions } from '../report/form.ts';
import { OUTPUT_FORMS } from '../report/forms/index.ts';
import { createReporter } from '../report/index.ts';

/** A form that was asked for, and where it goes: a file, or stdout. */
interface AuditOutput {
  readonly form: AuditForm;
  readonly file: string | undefined;
}

type Outputs =
  | { readonly ok: true; readonly outputs: readonly AuditOutput[] }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** Reads `FORM` and `FORM=FILE`. All mistakes are told before any host is asked: also a file that could not be written. */
export function auditOutputs(words: readonly string[]): Outputs {
  const read = words.map((word) => {
    const [name = '', ...rest] = word.split('=');
    return { name, form: AUDIT_FORMS[name], file: rest.length === 0 ? undefined : rest.join('=') };
  });
  const mistakes = read.flatMap(({ name, form, file }) => [
    ...(form === undefined ? [expectedOneOf(auditFormNames, name)] : []),
    ...(file === undefined ? [] : wrongFile(file)),
  ]);
  const toStdout = read.filter(({ file }) => file === undefined).map(({ name }) => `${name}=FILE`);
  if (toStdout.length > 1)
    mistakes.push(`only one form can go to stdout; write the others to files: ${toStdout.join(' ')}`);
  const files = read.flatMap(({ file }) => file ?? []);
  for (const file of new Set(files.filter((one, index) => files.indexOf(one) !== index)))
    mistakes.push(`${file} is given for several forms`);
  if (mistakes.length > 0) return { ok: false, mistakes: mistakes.map((mistake) => `--output: ${mistake}`) };
  return { ok: true, outputs: read.flatMap(({ form, file }) => (form === undefined ? [] : [{ form, file }])) };
}

/** Why a file cannot be written, as far as that can be known before. */
export function wrongFile(file: string): readonly string[] {
  if (file === '') return ['the name of the file is missing'];
  if (statOf(file)?.isDirectory() === true) return [`${file} is a directory`];
  if (statOf(dirname(file)) === undefined) return [`there is no directory ${dirname(file)}`];
  try {
    accessSync(dirname(file), constants.W_OK);
    return [];
  } catch (error) {
    return [systemReason(error) ?? `cannot write to ${dirname(file)}`];
  }
}

/** A form that is made of the run's events: it gets each of them, and its file is written in the end. */
interface EventOutput {
  readonly report: Reporter;
  finish(): void;
}

/** The forms that are made of the run's events. */
export const eventOutputs = async (
  outputs: readonly AuditOutput[],
  options: ReportOptions,
): Promise<readonly EventOutput[]> =>
  Promise.all(outputs.flatMap(({ form, file }) => ('events' in form ? [eventOutput(form.events, file, options)] : [])));

async function eventOutput(name: string, file: string | undefined, options: ReportOptions): Promise<EventOutput> {
  const form = OUTPUT_FORMS.find((one) => one.name === name) ?? OUTPUT_FORMS[0];
  const written: string[] = [];
  const stdout = file === undefined ? options.stdout : { write: (text: string) => written.push(text) };
  return {
    report: await createReporter(form, { ...options, stdout }),
    finish: () => (file === undefined ? undefined : writeReport(file, written.join(''))),
  };
}

/** Writes the forms that are made of the findings. */
export async function writeAudit(
  audit: Audit,
  outputs: readonly AuditOutput[],
  options: Omit<AuditFormOptions, 'colour'> & { readonly colour: boolean },
): Promise<void> {
  for (const { form, file } of outputs) {
    if ('events' in form) continue;
    const write = await form.load();
    const colour = file === undefined && options.colour;
    const text = write(form.forPeople ? visibleIn(audit) : audit, { ...options, colour });
    if (file === undefined) process.stdout.write(text);
    else writeReport(file, text);
  }
}

/**
 * Writes a report to its file. A new one is for its owner only, because it contains parts of files; what exists keeps its mode, so that
 * others may be let in, unless `modeOf` says otherwise. A link stays one, and so does a device or a pipe.
 */
export function writeReport(file: string, text: string, modeOf = ({ mode }: Stats): number => mode & 0o777): void {
  const there = statOf(file);
  if (there === undefined) writeLocalFile(file, text, 0o600);
  else if (there.isFile()) writeLocalFile(realpathSync(file), text, modeOf(there));
  else writeFileSync(file, text);
}
