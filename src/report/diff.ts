import type { ChalkInstance } from 'chalk';
import { createTwoFilesPatch } from 'diff';
import type { Diff } from '../core/change.ts';

/** Formats a text change as a unified diff, indented like the changes. Shows at most the first `most` lines. */
export function formatDiff(
  { before, after, beforeHeader, afterHeader }: Diff,
  chalk: ChalkInstance,
  most = Number.POSITIVE_INFINITY,
): string {
  const patch = createTwoFilesPatch(
    beforeHeader ?? 'before',
    afterHeader ?? beforeHeader ?? 'after',
    before,
    after,
    '',
    '',
    { context: 3 },
  );
  const lines = patch
    .split('\n')
    .slice(1)
    .filter((line) => line !== '' && !line.startsWith('==='));
  const shown = lines.slice(0, most).map((line) => paint(blanksSeen(line), chalk));
  const hidden = lines.length - shown.length;
  if (hidden > 0) shown.push(chalk.dim(`… ${hidden} more lines of this diff: -v shows them`));
  return shown.map((line) => `    ${line}`).join('\n');
}

/**
 * Makes blanks at the end of a differing line visible: spaces as dots, tabs as arrows. A carriage return already has a symbol.
 */
const blanksSeen = (line: string): string =>
  /^[+-]/.test(line) ? line.replace(/[ \t␍]+$/, (end) => end.replaceAll(' ', '·').replaceAll('\t', '⇥')) : line;

function paint(line: string, chalk: ChalkInstance): string {
  if (line.startsWith('@@')) return chalk.cyan(line);
  if (line.startsWith('+')) return chalk.green(line);
  return line.startsWith('-') ? chalk.red(line) : line;
}
