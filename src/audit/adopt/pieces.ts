import type { Position } from '../../core/source.ts';
import { isDict, type Raw, Template, type Value, Vaulted } from '../../core/value.ts';
import type { Expression } from '../../template/ast.ts';
import { parseKind } from '../../template/parse-kind.ts';
import { locationOf } from '../../yaml/places.ts';
import { nodeAt, type SourcePlace } from './source-node.ts';

/** A part of a text that a task has: written in a file, or computed. */
export type Piece =
  | {
      readonly kind: 'written';
      readonly text: string;
      readonly place: SourcePlace;
      /** The variable whose value it belongs to. */
      readonly variable?: string;
      /** Which characters of the value at the place it is. */
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'computed'; readonly why: string };

/** Stands for a computed part in the text of pieces: no file has it. */
export const COMPUTED = '\0';

/** The text of pieces, with `COMPUTED` for what is computed. */
export const writtenText = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (piece.kind === 'written' ? piece.text : COMPUTED)).join('');

/** The expression, if a value is nothing but one in braces. */
export const soleExpression = (raw: Raw): string | undefined =>
  raw instanceof Template ? /^\{\{-?\s*((?:(?!\}\}).)*?)\s*-?\}\}$/s.exec(raw.source)?.[1] : undefined;

/** A value as written, and where. */
export interface WrittenValue {
  readonly raw: Raw;
  readonly place: SourcePlace | undefined;
  readonly variable?: string;
}

/** What is needed to follow a value to where it is written. */
export interface SourceTexts {
  /** The text of a file, with `\n` at the ends of its lines. */
  readonly textOf: (file: string) => string | undefined;
  /** The text of a file as it is. */
  readonly rawOf: (file: string) => string | undefined;
  /** Where a variable that a task sees has its value from, or why that is not to be told. */
  readonly variable: (name: string) => WrittenValue | string;
}

const DEEPEST = 20;

/** The parts of a value as written, each where it is written; what is computed is so in one part. */
export function piecesOf({ raw, place, variable }: WrittenValue, sources: SourceTexts, depth = 0): readonly Piece[] {
  if (depth > DEEPEST) return [computed('it refers to itself')];
  if (raw instanceof Vaulted) return [computed('it is encrypted with vault')];
  const whole = raw instanceof Template ? raw.source : raw;
  if (typeof whole === 'object' || place === undefined) return [computed('it is not a single value in a file')];
  const text = sources.textOf(place.file);
  const node = text === undefined ? undefined : nodeAt(text, place);
  if (node?.text === undefined) return [computed(`it was not found in ${place.file}:${place.line}`)];
  const written = (from: number, to: number): Piece => ({
    kind: 'written',
    text: (node.text ?? '').slice(from, to),
    place,
    from,
    to,
    ...(variable !== undefined && { variable }),
  });
  if (!(raw instanceof Template)) return [written(0, node.text.length)];
  if (/\{[%#]/.test(raw.source)) return [computed('it is a template with statements')];
  if (node.text !== raw.source) return [computed('it is not written in one piece')];
  return templatePieces(raw.source, written, sources, depth);
}

/** The parts of a text with expressions in braces. */
export function templatePieces(
  source: string,
  written: (from: number, to: number) => Piece,
  sources: SourceTexts,
  depth = 0,
): readonly Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of source.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}/gs)) {
    if (match.index > at) found.push(written(at, match.index));
    at = match.index + match[0].length;
    const value = valueNamed(match[1] ?? '', sources);
    found.push(...(typeof value === 'string' ? [computed(value)] : piecesOf(value, sources, depth + 1)));
  }
  if (at < source.length) found.push(written(at, source.length));
  return found;
}

/** Where the value of an expression that only names a variable, or something in one, is written; otherwise why not. */
export function valueNamed(expression: string, sources: SourceTexts): WrittenValue | string {
  const parsed = parseKind(expression, 'expression', {});
  if ('mistake' in parsed || !('type' in parsed.tree)) return `{{ ${expression} }} is computed`;
  return follow(parsed.tree as Expression, sources, expression, 0);
}

function follow(tree: Expression, sources: SourceTexts, expression: string, depth: number): WrittenValue | string {
  if (depth > DEEPEST) return 'it refers to itself';
  if (tree.type === 'name') return settled(sources.variable(tree.name), sources, depth);
  if (tree.type === 'filter' && tree.target !== undefined && ['default', 'd'].includes(tree.name))
    return follow(tree.target, sources, expression, depth + 1);
  const key = keyOf(tree);
  if (key === undefined || !('target' in tree) || tree.target === undefined) return `{{ ${expression} }} is computed`;
  const container = follow(tree.target, sources, expression, depth + 1);
  if (typeof container === 'string') return container;
  const inside = insideOf(container, key);
  return inside === undefined ? `{{ ${expression} }} is computed` : settled(inside, sources, depth);
}

/** If a value only names another one, that one. */
function settled(value: WrittenValue | string, sources: SourceTexts, depth: number): WrittenValue | string {
  if (typeof value === 'string') return value;
  const inner = soleExpression(value.raw);
  if (inner === undefined) return value;
  const parsed = parseKind(inner, 'expression', {});
  if ('mistake' in parsed || !('type' in parsed.tree)) return value;
  const further = follow(parsed.tree as Expression, sources, inner, depth + 1);
  return typeof further === 'string' ? value : further;
}

function keyOf(tree: Expression): Value | undefined {
  if (tree.type === 'attribute') return tree.name;
  return tree.type === 'item' && tree.key.type === 'constant' ? tree.key.value : undefined;
}

/** An entry of a dict or list, with its place. */
export function insideOf({ raw, variable }: WrittenValue, key: Value): WrittenValue | undefined {
  const item = Array.isArray(raw) ? (raw as Raw[])[Number(key)] : undefined;
  const inside = isDict(raw) ? (raw as Map<Value, Raw>).get(key) : item;
  if (inside === undefined) return undefined;
  const place = sourcePlace(locationOf(raw, key)?.value);
  return { raw: inside, place, ...(variable !== undefined && { variable }) };
}

/** A position as the place of a value. */
export const sourcePlace = (at: Position | undefined, pair?: string): SourcePlace | undefined =>
  at && { file: at.file, line: at.line, column: at.column, ...(pair !== undefined && { pair }) };

const computed = (why: string): Piece => ({ kind: 'computed', why });
