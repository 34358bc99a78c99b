import { auditOf } from '../audit/audit-of.ts';
import { type Collected, collector } from '../audit/collect.ts';
import { fold } from '../audit/fold.ts';
import { createChalk } from '../report/index.ts';
import { auditOutputs, eventOutputs, writeAudit } from './audit-outputs.ts';
import type { CallIo } from './command.ts';
import type { AuditLine, Parsed } from './options.ts';
import { playCommand } from './play-command.ts';

/** Checks playbooks and reports their findings. Returns the exit code. */
export async function auditCommand(line: AuditLine, io: CallIo): Promise<number> {
  const read = auditOutputs(line.options.output ?? ['text']);
  if (!read.ok) return io.refuse(read.mistakes);
  const { outputs } = read;
  let found: { readonly collected: Collected; readonly errors: readonly string[] } | undefined;
  const code = await playCommand(asCheck(line), io, {
    reporter: async (options) => {
      const streams = await eventOutputs(outputs, options);
      const { report, end } = collector();
      return (event) => {
        for (const stream of streams) stream.report(event);
        report(event);
        if (event.kind !== 'run-finished') return;
        for (const stream of streams) stream.finish();
        const collected = end();
        found = { collected, errors: collected.errors.map(options.formatDiagnostic) };
      };
    },
  });
  if (found === undefined) return code;
  const audit = auditOf(found.collected, fold(found.collected.findings), found.errors);
  await writeAudit(audit, outputs, {
    diff: line.options.diff,
    verbose: line.options.verbose > 0,
    colour: createChalk(process.stdout, process.env).level > 0,
  });
  return audit.exitCode;
}

/** The command line of a check. Diffs are always part of findings; the text form shows them if it is asked to. */
const asCheck = (line: AuditLine): Parsed => ({
  ...line,
  options: {
    ...line.options,
    check: true,
    diff: true,
    output: undefined,
    step: false,
    'syntax-check': false,
    'list-tasks': false,
    'list-tags': false,
    'list-hosts': false,
  },
});
