import type { Diagnostic } from '../core/source.ts';
import { visible } from '../core/visible.ts';
import { formatDiagnostic } from '../language/format-diagnostic.ts';
import { createChalk } from '../report/index.ts';
import type { CallIo } from './command.ts';

/** What a linter found, and what it did not look at. */
interface Linted {
  readonly found: readonly Diagnostic[];
  readonly unread?: readonly string[];
  /** The text of a file, for excerpts; without it, no line of a file is shown. */
  readonly readFile?: (file: string) => string | undefined;
}

/** Prints what a linter found, as text or JSON. Returns the exit code: 2 if it found anything. */
export function tellFound({ found, unread = [], readFile }: Linted, output: string | undefined, io: CallIo): number {
  const code = found.length === 0 ? 0 : 2;
  if (output === 'json') {
    io.stdout.write(`${JSON.stringify({ findings: found.map(flat), notLookedAt: unread }, null, 2)}\n`);
    return code;
  }
  const colour = createChalk(process.stdout, io.env).level > 0;
  for (const one of found) io.stdout.write(`${formatDiagnostic(one, readFile ?? (() => undefined), { colour })}\n`);
  for (const one of unread) io.stdout.write(`not looked at: ${visible(one)}\n`);
  io.stdout.write(`${found.length === 0 ? 'nothing found' : `${found.length} found`}\n`);
  return code;
}

const flat = ({ code, message, at, hint }: Diagnostic) => ({
  code,
  file: at?.file,
  line: at?.line,
  column: at?.column,
  message,
  hint,
});
