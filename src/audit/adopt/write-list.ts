import type { Value } from '../../core/value.ts';
import { nodeOf, type SourceNode } from './source-node.ts';

/** The text of a file without an item of a list, with its comments; undefined if that cannot be written. */
export function withoutItem(text: string, file: string, list: readonly Value[], index: number): string | undefined {
  const whole = nodeOf(text, file, list);
  const item = nodeOf(text, file, [...list, index]);
  if (whole === undefined || item === undefined) return undefined;
  const isFlow = whole.source.replace(/^(?:[&!]\S*\s+)*/, '').startsWith('[');
  const [from, to] = isFlow ? flowItem(text, file, list, index, item) : blockItem(text, item);
  const written = text.slice(0, from) + text.slice(to);
  const before = nodeOf(written, file, list);
  const count = (node: SourceNode | undefined): number => (Array.isArray(node?.value) ? node.value.length : -1);
  if (count(whole) === 1 && !isFlow) return emptied(text, whole);
  return count(before) === count(whole) - 1 ? written : undefined;
}

/** A list in which nothing is left. */
const emptied = (text: string, { from, to, source }: SourceNode): string => {
  const start = text.slice(0, from).trimEnd().length;
  return `${text.slice(0, start)} []${source.endsWith('\n') ? '\n' : ''}${text.slice(to)}`;
};

/** The lines of an item that begins with a dash. */
function blockItem(text: string, { from, to }: SourceNode): readonly [number, number] {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const end = text[to - 1] === '\n' ? to : text.indexOf('\n', to) + 1;
  return [start, end === 0 ? text.length : end];
}

/** An item in brackets, with its comma. */
function flowItem(
  text: string,
  file: string,
  list: readonly Value[],
  index: number,
  item: SourceNode,
): readonly [number, number] {
  const next = nodeOf(text, file, [...list, index + 1]);
  if (next !== undefined) return [item.from, next.from];
  const last = index === 0 ? undefined : nodeOf(text, file, [...list, index - 1]);
  return [last?.to ?? item.from, item.to];
}

/** The text of a file with one more item at the end of a list; undefined if that cannot be written. */
export function withItem(text: string, file: string, list: readonly Value[], value: string): string | undefined {
  const whole = nodeOf(text, file, list);
  if (!Array.isArray(whole?.value)) return undefined;
  const { length } = whole.value as readonly unknown[];
  const last = nodeOf(text, file, [...list, length - 1]);
  const written = /^[A-Za-z_][\w./-]*$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
  if (last === undefined) return undefined;
  const isFlow = whole.source.replace(/^(?:[&!]\S*\s+)*/, '').startsWith('[');
  const lineStart = text.lastIndexOf('\n', last.from - 1) + 1;
  const [, to] = blockItem(text, last);
  const dash = text.slice(lineStart, last.from);
  const ends = text[to - 1] === '\n' ? '' : '\n';
  const after = isFlow
    ? `${text.slice(0, last.to)}, ${written}${text.slice(last.to)}`
    : `${text.slice(0, to)}${ends}${dash}${written}\n${text.slice(to)}`;
  return nodeOf(after, file, [...list, length])?.text === value ? after : undefined;
}

/** The text of a file with one more entry in a dict, after the last one; undefined if that cannot be written. */
export function withDictEntry(
  text: string,
  file: string,
  last: SourceNode,
  [name, value]: readonly [string, string],
): string | undefined {
  const { path } = last;
  if (path === undefined) return `${text.slice(0, last.to)} ${name}=${value}${text.slice(last.to)}`;
  const entry = `${name}: ${value}`;
  const [, to] = blockItem(text, last);
  const ends = text[to - 1] === '\n' ? '' : '\n';
  const after = last.inFlow
    ? `${text.slice(0, last.to)}, ${entry}${text.slice(last.to)}`
    : `${text.slice(0, to)}${ends}${' '.repeat(last.indent)}${entry}\n${text.slice(to)}`;
  return nodeOf(after, file, [...path.slice(0, -1), name])?.text === value ? after : undefined;
}
