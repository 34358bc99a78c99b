import { Chalk } from 'chalk';
import type { Diagnostic, Position } from '../core/source.ts';
import { visible } from '../core/visible.ts';

/** How to show diagnostics. */
interface ExcerptOptions {
  readonly colour?: boolean;
}

/** A diagnostic for people: place and message, the line with the relevant part underlined, the hint. */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  readFile: (file: string) => string | undefined,
  options: ExcerptOptions = {},
): string {
  const chalk = new Chalk({ level: options.colour ? 1 : 0 });
  const paint = diagnostic.severity === 'error' ? chalk.red : chalk.yellow;
  const message = visible(diagnostic.message);
  const text = diagnostic.at === undefined ? undefined : readFile(diagnostic.at.file);
  const at = diagnostic.at !== undefined && text !== undefined ? settlePlace(diagnostic.at, text) : diagnostic.at;
  const lines = [at === undefined ? paint(message) : `${chalk.bold(place(at))}  ${paint(message)}`];
  if (at !== undefined && text !== undefined)
    lines.push(...excerpt(at, text).map((line, index) => (index === 1 ? paint(line) : line)));
  if (diagnostic.hint !== undefined) lines.push(`    ${chalk.cyan(visible(diagnostic.hint))}`);
  return lines.join('\n');
}

const place = (at: Position): string => `${visible(at.file)}:${at.line}:${at.column}`;

let latest: { readonly text: string; readonly lines: readonly string[] } = { text: '', lines: [''] };

/** Splits text into lines. A file with one error often has a thousand, so the lines of the last text are cached. */
function linesOf(text: string): readonly string[] {
  if (text !== latest.text) latest = { text, lines: text.split(/\r\n?|\n/) };
  return latest.lines;
}

/**
 * Corrects a place that was counted in text whose lines YAML had joined. If it lies beyond the end of its line, moves
 * it to one of the following lines.
 */
function settlePlace(at: Position, text: string): Position {
  const lines = linesOf(text);
  let { line, column } = at;
  for (let current = lines[line - 1]; current !== undefined && column > current.length + 1; current = lines[line - 1]) {
    const next = lines[line];
    if (next === undefined) return at;
    column += next.length - next.trimStart().length - current.trimEnd().length - 1;
    line++;
  }
  return { ...at, line, column: Math.max(1, column) };
}

const widest = 160;

function excerpt(at: Position, text: string): string[] {
  const line = linesOf(text)[at.line - 1];
  if (line === undefined || line.trim() === '') return [];
  const from = Math.max(0, at.column - 1 - widest / 2);
  const shown = line
    .slice(from, from + widest)
    .replaceAll('\t', ' ')
    .trimEnd();
  const start = Math.max(0, at.column - 1 - from);
  const length = Math.max(1, Math.min(at.length ?? 1, shown.length - start));
  const [before, marked, after] = [
    shown.slice(0, start),
    shown.slice(start, start + length),
    shown.slice(start + length),
  ].map(visible) as [string, string, string];
  return [
    `    ${before}${marked}${after}`,
    `    ${' '.repeat(Math.max(start, before.length))}${'~'.repeat(Math.max(1, marked.length))}`,
  ];
}
