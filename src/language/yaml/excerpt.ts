import { Chalk } from 'chalk';
import type { Diagnostic, Position } from '../../core/source.ts';

/** Options of showing diagnostics. */
export interface ExcerptOptions {
  readonly colour?: boolean;
}

/** A diagnostic as people read it: place and message, the line, what is meant underlined, the hint. */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  readFile: (file: string) => string | undefined,
  options: ExcerptOptions = {},
): string {
  const chalk = new Chalk({ level: options.colour ? 1 : 0 });
  const paint = diagnostic.severity === 'error' ? chalk.red : chalk.yellow;
  const { at, message, hint } = diagnostic;
  const lines = [at === undefined ? paint(message) : `${chalk.bold(place(at))}  ${paint(message)}`];
  if (at !== undefined) lines.push(...excerpt(at, readFile).map((line, index) => (index === 1 ? paint(line) : line)));
  if (hint !== undefined) lines.push(`    ${chalk.cyan(hint)}`);
  return lines.join('\n');
}

const place = (at: Position): string => `${at.file}:${at.line}:${at.column}`;

const widest = 160;

function excerpt(at: Position, readFile: (file: string) => string | undefined): string[] {
  const line = readFile(at.file)?.split(/\r\n?|\n/)[at.line - 1];
  if (line === undefined || line.trim() === '') return [];
  const from = Math.max(0, at.column - 1 - widest / 2);
  const shown = line
    .slice(from, from + widest)
    .replaceAll('\t', ' ')
    .trimEnd();
  const start = at.column - 1 - from;
  const length = Math.max(1, Math.min(at.length ?? 1, shown.length - start));
  return [`    ${shown}`, `    ${' '.repeat(Math.max(start, 0))}${'~'.repeat(length)}`];
}
