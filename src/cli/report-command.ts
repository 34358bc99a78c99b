import { SCHEMA_VERSION } from '../audit/forms/json.ts';
import { mergeAudits, type ReadAudit, readAudit } from '../audit/merge.ts';
import { createChalk } from '../report/index.ts';
import { auditOutputs, writeAudit } from './audit-outputs.ts';
import type { CallIo } from './command.ts';
import { readLocalText } from './read-local-text.ts';

interface Line {
  readonly options: {
    readonly output: readonly string[] | undefined;
    readonly diff: boolean;
    readonly verbose: number;
  };
  readonly rest: readonly string[];
}

/** Tells several audits as one. Returns its exit code. */
export async function reportCommand({ options, rest: [, ...files] }: Line, io: CallIo): Promise<number> {
  if (files.length === 0) return io.refuse(['no report was given']);
  const outputs = auditOutputs(options.output ?? ['text']);
  if (!outputs.ok) return io.refuse(outputs.mistakes);
  const ofEvents = outputs.outputs.filter(({ form }) => 'events' in form);
  if (ofEvents.length > 0)
    return io.refuse(['--output: ndjson and junit are made of the events of a run, which reports do not have']);
  const read: ReadAudit[] = [];
  const mistakes: string[] = [];
  for (const file of files) {
    const text = readLocalText(file);
    const audit = text.ok ? readAudit(text.value, SCHEMA_VERSION) : text.error;
    if (typeof audit === 'string') mistakes.push(`${file}: ${audit}`);
    else read.push({ file, audit });
  }
  if (mistakes.length > 0) return io.refuse(mistakes);
  const merged = mergeAudits(read);
  if (!merged.ok) return io.refuse(merged.error);
  await writeAudit(merged.value, outputs.outputs, {
    diff: options.diff,
    verbose: options.verbose > 0,
    colour: createChalk(process.stdout, process.env).level > 0,
  });
  return merged.value.exitCode;
}
