import type { ChalkInstance } from 'chalk';
import { createTwoFilesPatch } from 'diff';
import type { Diff } from '../core/change.ts';

/** A text's change as a unified diff, indented as the changes are. */
export function formatDiff({ before, after, beforeHeader, afterHeader }: Diff, chalk: ChalkInstance): string {
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
    .filter((line) => line !== '');
  return lines.map((line) => `    ${paint(line, chalk)}`).join('\n');
}

function paint(line: string, chalk: ChalkInstance): string {
  if (line.startsWith('@@')) return chalk.cyan(line);
  if (line.startsWith('+')) return chalk.green(line);
  return line.startsWith('-') ? chalk.red(line) : line;
}
