import { type Pattern, searchPattern } from '../../../src/sdk.ts';
import { textLines } from './line-edit.ts';

/** The parameters of a `blockinfile` edit, with strings in the file's own encoding. */
interface BlockEdit {
  /** The lines between the markers; if empty, the block is removed. */
  readonly block: string;
  readonly begin: string;
  readonly end: string;
  readonly after?: 'EOF' | Pattern;
  readonly before?: 'BOF' | Pattern;
  /** On which sides an empty line separates the block from other lines. */
  readonly apart?: { readonly above: boolean; readonly below: boolean };
}

/**
 * Puts a block between two markers into text: in place of the old block or, if there is none, where a new one belongs.
 */
export function putBlock(text: string, edit: BlockEdit): string {
  const [begin, end] = [`${edit.begin}\n`, `${edit.end}\n`];
  const block =
    edit.block === '' ? [] : [begin, ...textLines(edit.block.endsWith('\n') ? edit.block : `${edit.block}\n`), end];
  const lines = textLines(text);
  const [first, last] = [lines.lastIndexOf(begin), lines.lastIndexOf(end)];
  const found = first >= 0 && last >= 0;
  const at = found ? Math.min(first, last) : placeOf(lines, edit);
  const rest = found ? lines.toSpliced(at, Math.abs(last - first) + 1) : lines;
  return joined(rest, at, block.length === 0 ? [] : separated(block, rest, at, edit));
}

function separated(
  block: readonly string[],
  rest: readonly string[],
  at: number,
  { apart }: BlockEdit,
): readonly string[] {
  const isNextTo = (line: string | undefined): boolean => line !== undefined && line !== '\n';
  const above = apart?.above === true && isNextTo(rest[at - 1]) ? ['\n'] : [];
  const below = apart?.below === true && isNextTo(rest[at]) ? ['\n'] : [];
  return [...above, ...block, ...below];
}

function joined(lines: readonly string[], at: number, block: readonly string[]): string {
  const previous = lines[at - 1];
  const ended =
    block.length === 0 || previous === undefined || previous.endsWith('\n')
      ? lines
      : lines.with(at - 1, `${previous}\n`);
  return ended.toSpliced(at, 0, ...block).join('');
}

/**
 * Where a new block goes: next to the last matching line, if there is one. A pattern with the flag `m` is matched against
 * the text as a whole instead, and its first match counts.
 */
function placeOf(lines: readonly string[], { after, before }: BlockEdit): number {
  const pattern = [after, before].find((one) => typeof one === 'object');
  if (pattern === undefined) return before === 'BOF' ? 0 : lines.length;
  if (pattern.multiline) {
    const text = lines.join('');
    const match = searchPattern(pattern, text);
    if (match === undefined) return lines.length;
    return typeof after === 'object'
      ? Math.min(linesIn(text.slice(0, match.end)), lines.length)
      : linesIn(text.slice(0, match.start)) - 1;
  }
  const matched = lines.findLastIndex((line) => searchPattern(pattern, line) !== undefined);
  if (matched < 0) return lines.length;
  return typeof after === 'object' ? matched + 1 : matched;
}

/** The number of lines of a text, including the one at its end, even if that is still empty. */
const linesIn = (text: string): number => text.split('\n').length;
