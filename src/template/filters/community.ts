import { fromJs, isDict, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { readCsv } from '../lookups/csv.ts';
import { readIni } from '../lookups/ini-file.ts';
import { operators } from '../python/arithmetic.ts';
import { repr, str, typeName } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { identityKey, iterate, mapping, sequence, truth } from '../python/values.ts';
import { applyPatch, PatchTestFailed } from './json-patch.ts';
import { unique } from './lists.ts';

type List = readonly Value[];

/** Combines two lists. */
type Combine = (a: List, b: List) => List;

/** Further filters from the community.general collection: on sets, texts and types. */
export const moreCommunityFilters: Callees = {
  'community.general.lists_union': combining((a, b) => unique([...a, ...b])),
  'community.general.lists_intersect': combining(within),
  'community.general.lists_difference': combining(without),
  'community.general.lists_symmetric_difference': combining(
    (a, b) => without(unique([...a, ...b]), within(a, b)),
    (list) => list,
  ),
  'community.general.accumulate': fn('sequence', ([items]) => accumulated(items)),
  'community.general.unicode_normalize': fn("data, form='NFC'", ([data, form]) => normalized(data, str(form))),
  'community.general.crc32': fn('value', ([value]) =>
    typeof value === 'string'
      ? checksum(new TextEncoder().encode(value)).toString(16)
      : fail(`Invalid value type (${typeName(value)}) for crc32 (${repr(value)})`),
  ),
  'community.general.from_csv': fn(
    "data, dialect='excel', fieldnames=None, delimiter=None, skipinitialspace=None, strict=None",
    ([data, dialect, names, delimiter, skips]) =>
      csvRows(str(data), { dialect: str(dialect), names, delimiter, skips: skips !== null && truth(skips) }),
  ),
  'community.general.from_ini': fn('obj', ([text]) => fromIni(text)),
  'community.general.to_ini': fn('obj, *, no_extra_spaces=False', ([data, tight]) => toIni(data, truth(tight))),
  'community.general.reveal_ansible_type': fn('data, alias=None', ([data, alias]) => revealedType(data, alias)),
  'community.general.json_patch': fn('inp, op, path, value=None, **more', ([input, op, path, value, more]) => {
    const options = mapping(more) ?? new Map<Value, Value>();
    const needsValue = ['add', 'replace', 'test'].includes(str(op));
    const operation = new Map<Value, Value>([
      ['op', op],
      ['path', path],
      ...(needsValue ? [['value', value] as const] : []),
      ...(options.has('from') ? [['from', options.get('from') ?? null] as const] : []),
    ]);
    return patched('json_patch', input, [operation], truth(options.get('fail_test') ?? false));
  }),
  'community.general.json_patch_recipe': fn('inp, operations, fail_test=False', ([input, operations, fails]) =>
    patched(
      'json_patch_recipe',
      input,
      sequence(operations) ?? fail(`json_patch_recipe: 'operations' needs to be a list`),
      truth(fails),
    ),
  ),
};

function within(items: List, others: List): List {
  const known = new Set(others.map(identityKey));
  return items.filter((item) => known.has(identityKey(item)));
}

function without(items: List, others: List): List {
  const known = new Set(others.map(identityKey));
  return items.filter((item) => !known.has(identityKey(item)));
}

/** A filter that combines any number of lists, or the lists in one. */
function combining(combine: Combine, start: (list: List) => List = unique) {
  const lists = (terms: List): List[] =>
    terms.map((term) => sequence(term) ?? fail(`All arguments must be lists. ${str(term)} is ${typeName(term)}`));
  const opened = (terms: List): List[] =>
    lists(terms).flatMap((list) => {
      const inner = list.map(sequence);
      const all = inner.filter((one) => one !== undefined);
      if (list.length === 0) return [];
      return all.length === list.length ? all : [list];
    });
  return fn('*lists, flatten=False', ([terms, flatten]) => {
    const given = iterate(terms);
    const [first, ...others] = truth(flatten) ? opened(given) : lists(given);
    if (first === undefined) return [];
    if (others.length === 0) return first;
    return others.reduce(combine, start(first));
  });
}

function accumulated(items: Value): Value {
  const list =
    typeof items === 'string'
      ? [...items]
      : (sequence(items) ?? fail(`Invalid value type (${typeName(items)}) for accumulate (${repr(items)})`));
  const sums: Value[] = [];
  for (const item of list) {
    const last = sums.at(-1);
    sums.push(last === undefined ? item : operators['+'](last, item));
  }
  return sums;
}

function normalized(data: Value, form: string): Value {
  if (typeof data !== 'string') return fail(`${typeName(data)} is not a valid input type`, 'template-type');
  return ['NFC', 'NFD', 'NFKC', 'NFKD'].includes(form) ? data.normalize(form) : fail(`'${form}' is not a valid form`);
}

/** The CRC-32 of ISO 3309, as in zip archives. */
function checksum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

interface CsvOptions {
  readonly dialect: string;
  readonly names: Value;
  readonly delimiter: Value;
  readonly skips: boolean;
}

const DELIMITERS: Readonly<Record<string, string>> = { excel: ',', 'excel-tab': '\t', unix: ',' };

/** The rows of CSV text as dicts. A row with fewer fields lacks values, and further fields have no name. */
function csvRows(text: string, { dialect, names, delimiter, skips }: CsvOptions): Value {
  const usual =
    DELIMITERS[dialect] ??
    fail(
      `Dialect '${dialect}' is not supported by your version of python: it is one of ${Object.keys(DELIMITERS).join(', ')}`,
    );
  const sign = delimiter === null ? usual : str(delimiter);
  const read = readCsv(skips ? text.replaceAll(`${sign} `, sign) : text, sign);
  const given = names === null ? undefined : iterate(names).map(str);
  const [head = [], ...below] = read;
  const [header, rows] = given === undefined ? [head, below] : [given, read];
  return rows.map((row) => {
    const more = row.slice(header.length);
    return new Map<Value, Value>([
      ...header.map((name, index) => [name, row[index] ?? null] as const),
      ...(more.length > 0 ? [[null, more] as const] : []),
    ]);
  });
}

function fromIni(text: Value): Value {
  if (typeof text !== 'string') return fail(`from_ini requires a str, got ${typeName(text)}`);
  const options = { file: 'the given string', properties: false, caseSensitive: true, allowNoValue: false };
  return fromJs(
    Object.fromEntries(
      [...readIni(text, { ...options, interpolates: false, defaultsToo: true })].map(([name, section]) => [
        name,
        Object.fromEntries(section),
      ]),
    ),
  ) as Value;
}

function toIni(data: Value, isTight: boolean): Value {
  const sections = mapping(data) ?? fail(`to_ini requires a dict, got ${typeName(data)}`);
  if (sections.size === 0) return fail('to_ini received an empty dict. An empty dict cannot be converted.');
  const sign = isTight ? '=' : ' = ';
  const text = [...sections].map(([name, section]) => {
    const options = mapping(section) ?? fail(`to_ini failed to parse given dict: ${str(name)} is ${typeName(section)}`);
    const lines = [...options].map(([key, value]) =>
      value === null
        ? fail('to_ini failed to parse given dict: option values must be strings')
        : `${str(key)}${sign}${str(value).replaceAll('\n', '\n\t')}\n`,
    );
    return `[${str(name)}]\n${lines.join('')}`;
  });
  return text.join('\n');
}

/** The type of a value as Python names it, with the types of what is in it. Texts are `str` wherever they were written. */
export function revealedType(data: Value, alias: Value): string {
  const names = alias === null ? undefined : mapping(alias);
  const nameOf = (value: Value): string => {
    const name = typeName(value);
    const other = names?.get(name);
    return other === undefined ? name : str(other);
  };
  const all = (values: List): string => [...new Set(values.map(nameOf))].toSorted().join('|');
  const own = nameOf(data);
  const list = typeof data === 'string' ? undefined : sequence(data);
  if (isDict(data) && data.size > 0) return `${own}[${all([...data.keys()])}, ${all([...data.values()])}]`;
  return list !== undefined && list.length > 0 ? `${own}[${all(list)}]` : own;
}

function patched(name: string, input: Value, operations: List, fails: boolean): Value {
  try {
    return applyPatch(documentOf(name, input), operations, (why) => fail(`${name}: ${why}`));
  } catch (error) {
    if (!(error instanceof PatchTestFailed)) throw error;
    return fails ? fail(`${name}: test operation failed: ${error.message}`) : null;
  }
}

function documentOf(name: string, input: Value): Value {
  if (typeof input !== 'string')
    return isDict(input) || sequence(input) !== undefined
      ? input
      : fail(`${name}: input is not dictionary, list or string`);
  try {
    return fromJs(JSON.parse(input)) as Value;
  } catch (error) {
    return fail(`${name}: could not decode JSON from input: ${error instanceof Error ? error.message : ''}`);
  }
}
