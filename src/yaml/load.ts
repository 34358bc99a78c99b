import type { Diagnostic, Result } from '../core/source.ts';
import type { Raw } from '../core/value.ts';
import { type Node, readNode } from './block.ts';
import { atEnd, type Cursor, isMarker, SyntaxMistake, skipBlanks, skipLine, skipToToken } from './cursor.ts';
import { type Location, positionAt, type SourceText } from './places.ts';

/** The content of YAML text. */
export interface Document {
  /** The value of the first document. */
  readonly value: Raw;
  /** The values of all documents. */
  readonly values: readonly Raw[];
  readonly file: string;
  readonly at: Location;
}

/** Options for reading YAML. */
interface YamlOptions {
  /** Keep strings with braces as plain strings. */
  readonly plain?: boolean;
  /** Allow more than one document. */
  readonly several?: boolean;
}

/** Read text as PyYAML's safe loader reads YAML 1.1, plus Ansible's tags; strings with braces become templates. */
export function loadYaml(text: string, file: string, options: YamlOptions = {}): Result<Document> {
  const source: SourceText = { file, text: normalize(text) };
  const c: Cursor = {
    source,
    text: source.text,
    pos: 0,
    lineStart: 0,
    templates: !options.plain,
    unsafe: 0,
    anchors: new Map(),
    depth: 0,
    expanded: 0,
    warnings: [],
  };
  try {
    const nodes = readDocuments(c, options.several ?? false);
    return { ok: true, value: document(source, nodes), warnings: c.warnings };
  } catch (error) {
    if (error instanceof SyntaxMistake) return { ok: false, error: [diagnose(source, error)] };
    throw error;
  }
}

function normalize(text: string): string {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return bare.includes('\r') ? bare.replace(/\r\n?/g, '\n') : bare;
}

function document(source: SourceText, nodes: readonly Node[]): Document {
  const first = nodes[0] ?? { value: null, from: 0, to: 0 };
  const at = { value: positionAt(source, first.from, first.to), source: source.text.slice(first.from, first.to) };
  return { value: first.value, values: nodes.map((node) => node.value), file: source.file, at };
}

function readDocuments(c: Cursor, several: boolean): Node[] {
  const nodes: Node[] = [];
  while (startDocument(c, nodes.length === 0)) {
    if (nodes.length > 0 && !several)
      throw new SyntaxMistake('expected a single document in the stream', c.lineStart, c.lineStart + 3);
    nodes.push(readNode(c, { indent: -1, listAtIndent: false, dictHere: true }));
    c.anchors.clear();
    endDocument(c);
  }
  return nodes;
}

function startDocument(c: Cursor, first: boolean): boolean {
  skipToToken(c);
  const start = c.pos;
  while (c.pos === c.lineStart && c.text.charCodeAt(c.pos) === 37) {
    skipLine(c);
    skipToToken(c);
  }
  if (c.pos > start && !c.text.startsWith('---', c.pos))
    throw new SyntaxMistake('expected --- after a directive (a line that starts with %)', start, c.pos);
  while (c.pos === c.lineStart && c.text.startsWith('...', c.pos) && isMarker(c.text, c.pos)) {
    c.pos += 3;
    skipToToken(c);
  }
  if (c.pos === c.lineStart && isMarker(c.text, c.pos)) {
    c.pos += 3;
    skipBlanks(c);
    return true;
  }
  return first ? c.pos < c.text.length : false;
}

function endDocument(c: Cursor): void {
  skipToToken(c);
  if (atEnd(c)) return;
  const end = c.text.indexOf('\n', c.pos);
  const column = c.pos - c.lineStart;
  const message =
    column === 0
      ? 'this line does not match the indentation of the lines above it'
      : `this line is indented by ${column} spaces, which matches no line above`;
  const hint = 'a file contains one list or one dict, with all its entries starting in the same column';
  throw new SyntaxMistake(message, c.pos, end < 0 ? c.text.length : end, hint);
}

function diagnose(source: SourceText, mistake: SyntaxMistake): Diagnostic {
  const at = positionAt(source, mistake.from, mistake.to);
  const base = { severity: 'error', code: 'yaml-syntax', message: mistake.message, at } as const;
  return mistake.hint === undefined ? base : { ...base, hint: mistake.hint };
}
