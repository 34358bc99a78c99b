import { decodeText } from '../../core/text-codec.ts';
import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { findFile } from '../find-file.ts';
import type { Kwargs } from '../python/object.ts';
import { compilePattern, search } from '../python/regex.ts';
import { str } from '../python/repr.ts';
import { readCsv } from './csv.ts';
import { readIni } from './ini-file.ts';
import { keyValues } from './key-values.ts';
import { type Lookups, lookup } from './lookup.ts';

/** Lookups for values in table files. */
export const tableLookups: Lookups = {
  csvfile: lookup((terms, options, context) => terms.flatMap((term) => fromCsv(str(term), options, context))),
  ini: lookup((terms, options, context) => terms.flatMap((term) => fromIni(str(term), options, context))),
};

const listOf = (value: Value): Value[] => (Array.isArray(value) ? [...value] : [value]);

/** The options of a call, overridden by those inside its term. */
function optionsOf(options: Kwargs, inside: ReadonlyMap<string, string>): (name: string, standard: string) => string {
  return (name, standard) => inside.get(name) ?? str(options.get(name) ?? standard);
}

function readText(name: string, encoding: string, context: Context): string {
  const found = findFile('files', name, context);
  if (!found) return fail(`could not locate file in lookup: ${name}: No such file or directory`, 'file-not-found');
  return /^utf[-_]?8$/i.test(encoding) ? decodeText(found.bytes) : new TextDecoder(encoding).decode(found.bytes);
}

function fromCsv(term: string, options: Kwargs, context: Context): Value[] {
  const { free, options: inside } = keyValues(term, ['col', 'default', 'delimiter', 'encoding', 'file', 'keycol']);
  const key = free || fail('Search key is required but was not found');
  const get = optionsOf(options, inside);
  const delimiter = get('delimiter', 'TAB');
  const rows = readCsv(
    readText(get('file', 'ansible.csv'), get('encoding', 'utf-8'), context),
    delimiter === 'TAB' ? '\t' : delimiter,
  );
  const keyColumn = Number(get('keycol', '0'));
  const row = rows.find((cells) => cells[keyColumn] === key);
  if (row) return [row[Number(get('col', '1'))] ?? fail('csvfile: list index out of range')];
  const fallback = inside.get('default') ?? options.get('default') ?? null;
  return fallback === null ? [] : listOf(fallback);
}

const INI_OPTIONS =
  'allow_no_value allow_none case_sensitive default encoding file interpolation re section type'.split(' ');

function fromIni(term: string, options: Kwargs, context: Context): Value[] {
  const hasOptions = term.includes('=') || term.trim().includes(' ');
  const { free, options: inside } = hasOptions
    ? keyValues(term, INI_OPTIONS)
    : { free: term, options: new Map<string, string>() };
  const key = free || fail(`No key to lookup was provided as first term with in string inline options: ${term}`);
  const get = optionsOf(options, inside);
  const yes = (name: string) => /^(true|yes|1|on)$/i.test(get(name, 'False'));
  const file = get('file', 'ansible.ini');
  const properties = get('type', 'ini') === 'properties';
  const section = properties ? '' : get('section', 'global');
  const sections = readIni(readText(file, get('encoding', 'utf-8'), context), {
    file,
    properties,
    caseSensitive: yes('case_sensitive'),
    interpolates: !/^(false|no|0|off)$/i.test(get('interpolation', 'True')),
    allowNoValue: yes('allow_no_value') || yes('allow_none'),
  });
  const values = sections.get(section) ?? fail(`No section '${section}' in ${file}`);
  if (yes('re')) return matching(values, key);
  const value = values.get(yes('case_sensitive') ? key : key.toLowerCase());
  const fallback = inside.get('default') ?? options.get('default') ?? '';
  if (value === undefined) return listOf(fallback);
  return value === null ? [] : [value];
}

function matching(values: ReadonlyMap<string, string | null>, source: string): Value[] {
  const pattern = compilePattern(source);
  return [...values].filter(([name]) => search(pattern, name, true) !== undefined).map(([, value]) => value);
}
