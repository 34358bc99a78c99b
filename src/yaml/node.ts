import { isTemplateText, type Raw, Template, type Value, Vaulted } from '../core/value.ts';
import { type Cursor, SyntaxMistake } from './cursor.ts';
import { positionAt } from './places.ts';
import { readFloat, readInt, resolvePlain } from './resolve.ts';

/** The tag and the anchor before a node. */
export interface Properties {
  readonly tag?: string;
  readonly anchor?: string;
}

/** A scalar as parsed: its text, whether it was unquoted, and its offsets. */
export interface Scalar {
  readonly text: string;
  readonly plain: boolean;
  readonly from: number;
  readonly to: number;
  /** Where its content starts, if that is not at `from`. */
  readonly contentFrom?: number;
}

/** Store a node under its anchor. */
export function anchored(c: Cursor, props: Properties | undefined, value: Raw): Raw {
  if (props?.anchor !== undefined) c.anchors.set(props.anchor, value);
  return value;
}

/** The value of a scalar used as a value; it may be a template or a vault value. */
export function scalarValue(c: Cursor, scalar: Scalar, props?: Properties): Raw {
  const tag = props?.tag;
  if (tag === undefined || tag === '!') {
    const value = scalar.plain && tag === undefined ? resolvePlain(scalar.text) : scalar.text;
    return anchored(c, props, typeof value === 'string' ? textValue(c, scalar, value) : value);
  }
  return anchored(c, props, tagged(c, scalar, tag));
}

/** The value of a scalar used as a key; it is never a template. */
export function keyValue(c: Cursor, scalar: Scalar, props?: Properties): Value {
  if (props === undefined) return scalar.plain ? resolvePlain(scalar.text) : scalar.text;
  const value = scalarValue({ ...c, templates: false }, scalar, props);
  if (value instanceof Template || value instanceof Vaulted) {
    throw new SyntaxMistake('a key cannot be encrypted', scalar.from, scalar.to);
  }
  return value as Value; // without templates and vault values, a scalar is a plain value
}

function textValue(c: Cursor, scalar: Scalar, text: string): Raw {
  if (!c.templates || c.unsafe > 0 || !isTemplateText(text)) return text;
  const from = scalar.contentFrom ?? (scalar.plain ? scalar.from : scalar.from + 1);
  return new Template(text, positionAt(c.source, from, Math.max(scalar.to - (scalar.plain ? 0 : 1), from)));
}

function tagged(c: Cursor, scalar: Scalar, tag: string): Raw {
  switch (tag) {
    case '!!str':
      return textValue(c, scalar, scalar.text);
    case '!unsafe':
      return scalar.plain ? resolvePlain(scalar.text) : scalar.text;
    case '!vault':
    case '!vault-encrypted':
      return vaulted(c, scalar);
    case '!!binary':
      return new Uint8Array(Buffer.from(scalar.text, 'base64'));
    default:
      return core(c, scalar, tag);
  }
}

function vaulted(c: Cursor, scalar: Scalar): Raw {
  if (c.templates) return new Vaulted(scalar.text, positionAt(c.source, scalar.contentFrom ?? scalar.from));
  throw new SyntaxMistake('an encrypted value cannot be read here', scalar.from, scalar.to);
}

function core(c: Cursor, scalar: Scalar, tag: string): Value {
  const value = resolvePlain(scalar.text);
  if (tag === '!!null') return null;
  if (tag === '!!bool' && typeof value === 'boolean') return value;
  if (tag === '!!timestamp' && typeof value === 'string') return value;
  if (tag === '!!int' && /^[-+]?\d[\w:]*$/.test(scalar.text)) return readInt(scalar.text);
  if (tag === '!!float' && (typeof value !== 'string' || Number.isFinite(Number(scalar.text))))
    return readFloat(scalar.text);
  throw unknownTag(c, tag, scalar.from);
}

/** The error for a tag that means nothing here. */
export function unknownTag(c: Cursor, tag: string, before: number): SyntaxMistake {
  const at = Math.max(c.text.lastIndexOf(tag.replace(/^!!/, '!'), before), 0);
  return new SyntaxMistake(`could not determine a constructor for the tag "${tag}"`, at, at + tag.length);
}
