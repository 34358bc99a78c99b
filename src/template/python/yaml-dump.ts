import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { DateTime } from './datetime.ts';
import { floatRepr, isFloat, isNumber, numberOf } from './number.ts';
import { repr, str, typeName } from './repr.ts';
import { compare, mapping, sequence } from './values.ts';
import { analyze } from './yaml-analyze.ts';
import { scalarKind } from './yaml-scalar.ts';
import { writeScalar } from './yaml-write.ts';

/** Formatting options of the dumper. */
interface YamlStyle {
  /** Flow style (`[a]`, `{a: b}`): true everywhere, false nowhere, undefined only for lists and dicts of scalars. */
  readonly flow: boolean | undefined;
  readonly indent: number;
  readonly width: number;
  readonly sortKeys: boolean;
  readonly explicitStart: boolean;
  readonly explicitEnd: boolean;
  /** The quote or block indicator to use for all scalars. */
  readonly style: string;
}

/** Formats a value as Ansible does, using libyaml's emitter. */
export function dumpYaml(value: Value, style: YamlStyle): string {
  return new Emitter(style).document(value);
}

type Node =
  | { readonly kind: 'scalar'; readonly text: string; readonly type: string; readonly style: string }
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly flow: boolean }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Node, Node])[]; readonly flow: boolean };

interface Place {
  readonly root?: boolean;
  readonly inList?: boolean;
  readonly inDict?: boolean;
  readonly simpleKey?: boolean;
}

class Emitter {
  readonly #style: YamlStyle;
  readonly #step: number;
  readonly #width: number;
  #out = '';
  #column = 0;
  #indent: number | undefined;
  readonly #indents: (number | undefined)[] = [];
  #flowLevel = 0;
  /** Whether the last output was white space, and whether the line has only indentation so far. */
  #whitespace = true;
  #indention = true;
  #openEnded = false;

  constructor(style: YamlStyle) {
    this.#style = style;
    this.#step = style.indent > 1 && style.indent < 10 ? style.indent : 2;
    this.#width = style.width > this.#step * 2 ? style.width : 80;
  }

  document(value: Value): string {
    const node = this.#represent(value);
    if (this.#style.explicitStart) this.#indicator('---', true);
    this.#node(node, { root: true });
    this.#writeIndent();
    if (this.#style.explicitEnd || this.#openEnded) {
      this.#indicator('...', true);
      this.#writeIndent();
    }
    return this.#out;
  }

  #represent(value: Value): Node {
    const items = sequence(value);
    if (items) {
      const nodes = items.map((item: Value) => this.#represent(item));
      return { kind: 'list', items: nodes, flow: this.#style.flow ?? nodes.every(isPlainScalar) };
    }
    const dict = mapping(value);
    if (!dict) return scalarNode(value, this.#style.style);
    const entries = [...dict];
    if (this.#style.sortKeys) sortEntries(entries);
    const nodes = entries.map(([key, item]) => [this.#represent(key), this.#represent(item)] as const);
    return { kind: 'dict', entries: nodes, flow: this.#style.flow ?? nodes.every((pair) => pair.every(isPlainScalar)) };
  }

  #node(node: Node, place: Place): void {
    if (node.kind === 'scalar') {
      this.#scalar(node, place);
      return;
    }
    const flow = this.#flowLevel > 0 || node.flow || (node.kind === 'list' ? node.items : node.entries).length === 0;
    if (node.kind === 'list') {
      if (flow) this.#flowList(node.items);
      else this.#blockList(node.items, place);
    } else if (flow) this.#flowDict(node.entries);
    else this.#blockDict(node.entries);
  }

  #increaseIndent(flow: boolean, indentless: boolean): void {
    this.#indents.push(this.#indent);
    if (this.#indent === undefined) this.#indent = flow ? this.#step : 0;
    else if (!indentless) this.#indent += this.#step;
  }

  #flowList(items: readonly Node[]): void {
    this.#indicator('[', true, true);
    this.#flowLevel++;
    this.#increaseIndent(true, false);
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#indicator(',', false);
      if (this.#column > this.#width) this.#writeIndent();
      this.#node(item, { inList: true });
    }
    this.#indent = this.#indents.pop();
    this.#flowLevel--;
    this.#indicator(']', false);
  }

  #flowDict(entries: readonly (readonly [Node, Node])[]): void {
    this.#indicator('{', true, true);
    this.#flowLevel++;
    this.#increaseIndent(true, false);
    for (const [index, [key, value]] of entries.entries()) {
      if (index > 0) this.#indicator(',', false);
      if (this.#column > this.#width) this.#writeIndent();
      if (this.#isSimpleKey(key)) {
        this.#node(key, { inDict: true, simpleKey: true });
        this.#indicator(':', false);
      } else {
        this.#indicator('?', true);
        this.#node(key, { inDict: true });
        if (this.#column > this.#width) this.#writeIndent();
        this.#indicator(':', true);
      }
      this.#node(value, { inDict: true });
    }
    this.#indent = this.#indents.pop();
    this.#flowLevel--;
    this.#indicator('}', false);
  }

  #blockList(items: readonly Node[], place: Place): void {
    this.#increaseIndent(false, place.inDict === true && !this.#indention);
    for (const item of items) {
      this.#writeIndent();
      this.#indicator('-', true, false, true);
      this.#node(item, { inList: true });
    }
    this.#indent = this.#indents.pop();
  }

  #blockDict(entries: readonly (readonly [Node, Node])[]): void {
    this.#increaseIndent(false, false);
    for (const [key, value] of entries) {
      this.#writeIndent();
      if (this.#isSimpleKey(key)) {
        this.#node(key, { inDict: true, simpleKey: true });
        this.#indicator(':', false);
      } else {
        this.#indicator('?', true, false, true);
        this.#node(key, { inDict: true });
        this.#writeIndent();
        this.#indicator(':', true, false, true);
      }
      this.#node(value, { inDict: true });
    }
    this.#indent = this.#indents.pop();
  }

  #isSimpleKey(node: Node): boolean {
    if (node.kind === 'scalar') return node.text.length < 128 && !analyze(node.text).multiline;
    return (node.kind === 'list' ? node.items : node.entries).length === 0;
  }

  /** libyaml's choice of style for a scalar. */
  #styleOf({ text, type, style }: Extract<Node, { kind: 'scalar' }>, { simpleKey = false }: Place): string {
    const facts = analyze(text);
    if (simpleKey && facts.multiline) return '"';
    const blockAllowed = facts.block && this.#flowLevel === 0 && !simpleKey;
    if (style === '|' || style === '>') return blockAllowed ? style : '"';
    if (style === '"') return style;
    const plain = this.#flowLevel > 0 ? facts.flowPlain : facts.blockPlain;
    const emptyInside = text === '' && (this.#flowLevel > 0 || simpleKey);
    if (style === '' && plain && !emptyInside && type === scalarKind(text)) return '';
    return facts.singleQuoted ? "'" : '"';
  }

  #scalar(node: Extract<Node, { kind: 'scalar' }>, place: Place): void {
    const style = this.#styleOf(node, place);
    if (node.type === 'binary') this.#indicator('!!binary', true);
    else if (style !== '' && node.type !== 'str') this.#indicator('!', true);
    this.#increaseIndent(true, false);
    this.#put(
      writeScalar(node.text, style, {
        column: this.#column,
        whitespace: this.#whitespace,
        indent: this.#indent ?? 0,
        step: this.#step,
        width: this.#width,
        split: !place.simpleKey,
      }),
    );
    this.#openEnded = (style === '|' || style === '>') && /(^|\n)\n$/.test(node.text);
    this.#whitespace = false;
    this.#indention = false;
    this.#indent = this.#indents.pop();
  }

  #put(text: string): void {
    this.#out += text;
    const last = text.lastIndexOf('\n');
    this.#column = last < 0 ? this.#column + Array.from(text).length : Array.from(text.slice(last + 1)).length;
  }

  #indicator(text: string, needWhitespace: boolean, whitespace = false, indention = false): void {
    this.#put(this.#whitespace || !needWhitespace ? text : ` ${text}`);
    this.#whitespace = whitespace;
    this.#indention = this.#indention && indention;
    this.#openEnded = false;
  }

  #writeIndent(): void {
    const indent = this.#indent ?? 0;
    if (!this.#indention || this.#column > indent || (this.#column === indent && !this.#whitespace)) {
      this.#out += '\n';
      this.#column = 0;
      this.#whitespace = true;
      this.#indention = true;
    }
    if (this.#column < indent) {
      this.#out += ' '.repeat(indent - this.#column);
      this.#column = indent;
      this.#whitespace = true;
    }
  }
}

const isPlainScalar = (node: Node): boolean => node.kind === 'scalar' && node.style === '';

/** PyYAML sorts keys if Python can compare them, and otherwise leaves them in order. */
function sortEntries(entries: [Value, Value][]): void {
  const before = [...entries];
  try {
    entries.sort(([a], [b]) => compare(a, b));
  } catch {
    entries.splice(0, entries.length, ...before);
  }
}

function scalarNode(value: Value, style: string): Node {
  if (value === null) return { kind: 'scalar', text: 'null', type: 'null', style };
  if (typeof value === 'boolean') return { kind: 'scalar', text: String(value), type: 'bool', style };
  if (typeof value === 'string') return { kind: 'scalar', text: value, type: 'str', style };
  if (isNumber(value))
    return {
      kind: 'scalar',
      text: isFloat(value) ? floatText(numberOf(value)) : repr(value),
      type: isFloat(value) ? 'float' : 'int',
      style,
    };
  if (value instanceof DateTime) return { kind: 'scalar', text: value.isoformat(' '), type: 'timestamp', style };
  if (value instanceof Uint8Array) return { kind: 'scalar', text: base64(value), type: 'binary', style: '|' };
  str(value);
  return fail(`cannot represent an object of type ${typeName(value)}`, 'template-type');
}

function base64(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64');
  return text.replace(/.{76}/g, '$&\n').replace(/\n?$/, '\n');
}

function floatText(x: number): string {
  if (Number.isNaN(x)) return '.nan';
  if (!Number.isFinite(x)) return x > 0 ? '.inf' : '-.inf';
  const text = floatRepr(x);
  // YAML 1.1 requires a point in a float.
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
}
