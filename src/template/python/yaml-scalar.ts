import { plainWord } from '../../yaml/resolve.ts';

const INT =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const TIME =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::?([0-9]{2}))?))?$/;

/** The types of plain scalars in YAML 1.1 other than strings. */
type ScalarKind = 'bool' | 'int' | 'float' | 'null' | 'timestamp' | 'merge' | 'value' | 'str';

/** The type that PyYAML gives a plain scalar. */
export function scalarKind(text: string): ScalarKind {
  if (NULL.test(text)) return 'null';
  if (typeof plainWord(text) === 'boolean') return 'bool';
  if (FLOAT.test(text)) return 'float';
  if (INT.test(text)) return 'int';
  if (DATE.test(text) || TIME.test(text)) return 'timestamp';
  if (text === '<<') return 'merge';
  return text === '=' ? 'value' : 'str';
}
