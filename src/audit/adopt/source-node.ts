import { isDict, type Raw, Template, type Value } from '../../core/value.ts';
import { loadYaml } from '../../yaml/load.ts';
import { locationOf } from '../../yaml/places.ts';

/** Where a value of a playbook, a variable file or an inventory is written. Lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The name before the value, where it is written `name=value`. */
  readonly pair?: string;
}

/** A value in the text of a file. */
export interface SourceNode {
  /** The offsets of its text. */
  readonly from: number;
  readonly to: number;
  /** Its text as written. */
  readonly source: string;
  /** Its value, if it is a single one. */
  readonly text: string | undefined;
  readonly value: Raw;
  /** The keys and indices that lead to it; none for `name=value`. */
  readonly path: readonly Value[] | undefined;
  /** The column of its key, or of its item in a list. */
  readonly indent: number;
  /** For an entry of a list or dict in braces. */
  readonly inFlow: boolean;
}

/** The value that is written at a place, or whose key is; undefined if there is none. Line ends are `\n`. */
export function nodeAt(text: string, { file, line, column, pair }: SourcePlace): SourceNode | undefined {
  const node = yamlNodes(text, file)?.find(
    ({ at, key }) =>
      (at.line === line && at.column === column) || (key !== undefined && key.line === line && key.column === column),
  );
  if (pair === undefined) return node?.node;
  const from = offsetOf(text, line, 1);
  return node === undefined
    ? pairIn(text, from, endOfLine(text, from), pair)
    : pairIn(text, node.node.from, node.node.to, pair);
}

/** The value at the end of keys and indices. */
export const nodeOf = (text: string, file: string, path: readonly Value[]): SourceNode | undefined =>
  yamlNodes(text, file)?.find(
    ({ node }) => node.path?.length === path.length && node.path.every((key, index) => key === path[index]),
  )?.node;

interface Placed {
  readonly node: SourceNode;
  readonly at: { readonly line: number; readonly column: number };
  readonly key?: { readonly line: number; readonly column: number };
}

/** All values of a YAML file in their order, outer ones first; undefined if it is not valid. */
function yamlNodes(text: string, file: string): readonly Placed[] | undefined {
  const loaded = loadYaml(text, file, { several: true });
  if (!loaded.ok) return undefined;
  const found: Placed[] = [];
  const seen = new Set<unknown>();
  const walk = (raw: Raw, path: readonly Value[], inFlow: boolean): void => {
    if (seen.has(raw) || !(isDict(raw) || Array.isArray(raw))) return;
    seen.add(raw); // an alias leads to the same value again
    const entries = isDict(raw) ? [...(raw as Map<Value, Raw>)] : [...(raw as readonly Raw[]).entries()];
    for (const [key, value] of entries) {
      const place = locationOf(raw, key);
      if (place === undefined) continue;
      const { source = '' } = place;
      const from = offsetOf(text, place.value.line, place.value.column);
      const keyFrom = place.key === undefined ? from : offsetOf(text, place.key.line, place.key.column);
      const node: SourceNode = {
        from,
        to: from + source.length,
        source,
        text: textOf(value, source),
        value,
        path: [...path, key],
        indent: keyFrom - (text.lastIndexOf('\n', keyFrom - 1) + 1),
        inFlow,
      };
      if (text.slice(from, node.to) !== source) continue;
      found.push({ node, at: place.value, ...(place.key !== undefined && { key: place.key }) });
      walk(value, node.path ?? [], inFlow || /^[[{]/.test(source));
    }
  };
  loaded.value.values.forEach((value, index) => {
    walk(value, loaded.value.values.length > 1 ? [index] : [], /^[[{]/.test(text.trimStart()));
  });
  return found;
}

/** A single value as text: that of a number or boolean is as written. */
function textOf(value: Raw, source: string): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Template) return value.source;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? source : undefined;
}

/** The offset of a line and column. */
function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) {
    const next = text.indexOf('\n', start);
    if (next < 0) return text.length;
    start = next + 1;
  }
  return start + column - 1;
}

const endOfLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
};

/** A value written `name=value` between two offsets; in a section of variables, it extends to the end of the line. */
function pairIn(text: string, from: number, to: number, name: string): SourceNode | undefined {
  const before = new RegExp(`(?:^|\\s|["'])${name.replace(/[^\w]/g, '\\$&')}(\\s*)=\\s*`).exec(text.slice(from, to));
  if (before === null) return undefined;
  const start = from + before.index + before[0].length;
  const rest = text.slice(start, to);
  const isWholeLine = before[1] !== '' || (before.index === 0 && !/\s\w+=/.test(rest));
  const [, quoted, bare] = /^(?:(["'])(?:(?!\1)[^\\])*\1|((?:\{\{.*?\}\}|[^\s"'])*))/.exec(rest) ?? [];
  const [word = ''] = /^(?:(["'])(?:(?!\1)[^\\])*\1|(?:\{\{.*?\}\}|[^\s"'])*)/.exec(rest) ?? [];
  const source = isWholeLine && quoted === undefined && bare !== undefined ? rest.trimEnd() : word;
  const inner = /^(["'])(.*)\1$/s.exec(source)?.[2] ?? source;
  return {
    from: start,
    to: start + source.length,
    source,
    text: inner,
    value: inner,
    path: undefined,
    indent: 0,
    inFlow: false,
  };
}
