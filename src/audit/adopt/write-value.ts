import { stringify } from 'yaml';
import { nodeOf, type SourceNode } from './source-node.ts';

/**
 * The text of a file in which a single value is another one, written like the one before as far as possible: plain, in quotes, as a block.
 * Undefined if there is no way to write it that reads back as this value.
 */
export function withValue(text: string, file: string, node: SourceNode, value: string): string | undefined {
  return waysToWrite(node, value)
    .map((way) => text.slice(0, node.from) + way + text.slice(node.to))
    .find((written) => reads(written, file, node, value));
}

function reads(written: string, file: string, node: SourceNode, value: string): boolean {
  if (node.path === undefined) return true; // `name=value` was made so that it can be read
  const after = nodeOf(written, file, node.path);
  return (
    after !== undefined &&
    after.text === value &&
    (typeof after.value === typeof node.value || typeof after.value === 'string')
  );
}

function waysToWrite(node: SourceNode, value: string): readonly string[] {
  if (node.path === undefined) return pairWays(node.source, value);
  const [, properties = '', bare = ''] = /^((?:[&!]\S*\s+)*)([\s\S]*)$/.exec(node.source) ?? [];
  const ways = bareWays(bare, value, node);
  return ways.map((way) => properties + way);
}

function bareWays(source: string, value: string, node: SourceNode): readonly string[] {
  const single = `'${value.replaceAll("'", "''")}'`;
  const double = JSON.stringify(value);
  const isLine = !/[\n\r]/.test(value);
  const plain = isLine && value.trim() === value && value !== '' ? [value] : [];
  const quoted = isLine ? [single, double] : [double];
  if (source.startsWith("'")) return [...quoted, double];
  if (source.startsWith('"')) return [...doubleLike(source, node, value), double];
  if (/^[|>]/.test(source)) return [...blockWays(source, value), ...(isLine ? [...plain, ...quoted] : [])];
  if (!isLine && !node.inFlow) return [blockOf(value, node.indent + 2), double];
  // A text that YAML would take for a number or a boolean is quoted as people do it.
  return [...plain, stringify(value, { version: '1.1', lineWidth: 0 }).trimEnd(), ...quoted];
}

/** In double quotes, with the part that stays as it was, escapes and all. */
function doubleLike(source: string, { text }: SourceNode, value: string): readonly string[] {
  if (text === undefined) return [];
  const inner = source.slice(1, -1);
  let start = 0;
  while (
    start < Math.min(text.length, value.length, inner.length) &&
    text[start] === value[start] &&
    inner[start] === text[start]
  )
    start++;
  let end = 0;
  const most = Math.min(text.length, value.length, inner.length) - start;
  while (end < most && text.at(-1 - end) === value.at(-1 - end) && inner.at(-1 - end) === text.at(-1 - end)) end++;
  const middle = JSON.stringify(value.slice(start, value.length - end)).slice(1, -1);
  return [`"${inner.slice(0, start)}${middle}${end === 0 ? '' : inner.slice(-end)}"`];
}

/** As a block with the same header and indentation. */
function blockWays(source: string, value: string): readonly string[] {
  const [header = ''] = source.split('\n', 1);
  const lines = source.split('\n').slice(1);
  const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0] ?? '  ';
  // What follows the content: empty lines up to the next key.
  const tail = /\n*$/.exec(source)?.[0] ?? '';
  const body = value.replace(/\n+$/, '').split('\n');
  const write = (head: string): string =>
    [head, ...body.map((line) => (line === '' ? '' : indent + line))].join('\n') + (tail === '' ? '' : tail);
  if (header.startsWith('>')) return [foldedLike(source, value, indent), write(header.replace('>', '|'))];
  const ends = value.endsWith('\n');
  const [, mark = '|', comment = ''] = /^(\|\d?)[-+]?(.*)$/.exec(header) ?? [];
  return [write(header), write(`${mark}${ends ? '' : '-'}${comment}`)];
}

/** A folded block in which one line is another one; its other lines keep their breaks. */
function foldedLike(source: string, value: string, indent: string): string {
  const lines = source.split('\n');
  const words = (text: string): string => text.trim().replace(/\s+/g, ' ');
  const wanted = words(value);
  const content = lines.slice(1).filter((line) => line.trim() !== '');
  for (const [index, line] of content.entries()) {
    const before = words(content.slice(0, index).join(' '));
    const after = words(content.slice(index + 1).join(' '));
    const fits = wanted.startsWith(before) && wanted.endsWith(after) && wanted.length >= before.length + after.length;
    const middle = wanted.slice(before.length, wanted.length - after.length).trim();
    if (fits && middle !== '') return source.replace(line, indent + middle);
  }
  return source;
}

/** As a literal block in place of a value on one line. */
function blockOf(value: string, indent: number): string {
  const pad = ' '.repeat(indent);
  const lines = value.replace(/\n$/, '').split('\n');
  return `|${value.endsWith('\n') ? '' : '-'}\n${lines.map((line) => (line === '' ? '' : pad + line)).join('\n')}`;
}

function pairWays(source: string, value: string): readonly string[] {
  const [, quote] = /^(["'])/.exec(source) ?? [];
  const isPlain = /^[\w./:@%+,-]+$/.test(value);
  if (quote !== undefined && !value.includes(quote) && !/[\\\n]/.test(value)) return [`${quote}${value}${quote}`];
  if (isPlain && quote === undefined) return [value];
  return /["\\\n]/.test(value) ? [] : [`"${value}"`];
}
