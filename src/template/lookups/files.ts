import { dirname, isAbsolute, join, resolve } from 'node:path';
import { decodeText } from '../../core/text-codec.ts';
import type { Value } from '../../core/value.ts';
import { compileTemplate, convertText, countLineEnds, renderBody, withLineEnds } from '../compile.ts';
import { Context, scopeOver } from '../context.ts';
import { fail } from '../errors.ts';
import { findFile } from '../find-file.ts';
import { type RenderOptions, readHeader } from '../header.ts';
import type { Syntax } from '../lexer.ts';
import type { Kwargs } from '../python/object.ts';
import { str, typeName } from '../python/repr.ts';
import { mapping, sequence, truth } from '../python/values.ts';
import { glob } from './glob.ts';
import { type Lookups, lookup } from './lookup.ts';

/** Lookups for files on the controller. */
export const fileLookups: Lookups = {
  file: lookup((terms, options, context) =>
    terms.map((term) => trimmed(readText('files', str(term), context), options)),
  ),
  unvault: lookup((terms, _options, context) => terms.map((term) => readText('files', str(term), context))),
  template: lookup((terms, options, context) => terms.map((term) => renderFile(str(term), options, context))),
  fileglob: lookup((terms, _options, context) => terms.flatMap((term) => globFiles(str(term), context))),
  first_found: lookup((terms, options, context) => firstFound(terms, options, context)),
};

function readText(kind: 'files' | 'templates', name: string, context: Context): string {
  const found = findFile(kind, name, context);
  if (!found) return fail(`could not locate file in lookup: ${name}`, 'file-not-found');
  return decodeText(found.bytes);
}

function trimmed(text: string, options: Kwargs): string {
  const right = truth(options.get('rstrip') ?? true) ? text.trimEnd() : text;
  return truth(options.get('lstrip') ?? false) ? right.trimStart() : right;
}

const RENDER_OPTIONS = [
  'variable_start_string',
  'variable_end_string',
  'comment_start_string',
  'comment_end_string',
  'trim_blocks',
  'lstrip_blocks',
];

function renderFile(name: string, options: Kwargs, context: Context): Value {
  const found = findFile('templates', name, context);
  if (!found) return fail(`the template file ${name} could not be found for the lookup`, 'file-not-found');
  const chosen = Object.fromEntries(
    RENDER_OPTIONS.filter((option) => options.has(option)).map((option) => [option, options.get(option)]),
  );
  const source = decodeText(found.bytes);
  const header = readHeader(source, chosen as RenderOptions);
  if (!mayHoldTemplate(source, header.syntax)) return source;
  const at = { file: found.path, line: 1 + header.lines, column: 1 };
  const template = compileTemplate(header.text, header.syntax, at);
  const inner = new Context(
    sessionWith(header.syntax, mapping(options.get('template_vars') ?? new Map()) ?? new Map(), found.path, context),
    template.text,
    at,
    template.changes,
  );
  try {
    const text = withLineEnds(renderBody(template.body, template.blocks, inner), countLineEnds(header.text));
    return truth(options.get('convert_data') ?? true) ? convertText(text) : text;
  } catch (error) {
    throw inner.locate(error);
  }
}

const mayHoldTemplate = (text: string, { blockStart, variableStart, commentStart }: Syntax): boolean =>
  [blockStart, variableStart, commentStart].some((start) => text.includes(start));

/** The session with additional variables, including those of the template file. */
function sessionWith(
  syntax: Syntax,
  extra: ReadonlyMap<Value, Value>,
  path: string,
  { session }: Context,
): Context['session'] {
  const more = new Map<string, Value>([
    ['template_path', path],
    ['template_fullpath', path],
    ...[...extra].map(([name, value]) => [String(name), value] as const),
  ]);
  const own = { get: (name: string) => more.get(name), names: () => more.keys() };
  return { ...session, scope: scopeOver(own, session.scope), cache: new Map(), owned: new Map(), syntax };
}

function globFiles(term: string, context: Context): string[] {
  const { env } = context.session;
  const folder = dirname(term);
  if (isAbsolute(term)) return glob(term);
  for (const base of env.searchPath('files')) {
    for (const candidate of folder === '.'
      ? [join(base, 'files'), base]
      : [join(base, 'files', folder), join(base, folder)]) {
      const found = glob(join(candidate, term.slice(term.lastIndexOf('/') + 1)));
      if (found.length > 0) return found;
    }
  }
  return [];
}

const KINDS = ['files', 'templates', 'vars'] as const;

function firstFound(terms: readonly Value[], options: Kwargs, context: Context): Value[] {
  const { names, skip } = searchList(terms, options);
  const kind = KINDS.find((one) => one === options.get('_kind')) ?? 'files';
  for (const name of names) {
    const found = findFile(kind, name, context);
    if (found) return [resolve(found.path)];
  }
  return skip ? [] : fail('No file was found when using first_found.', 'file-not-found');
}

interface Search {
  readonly names: readonly string[];
  readonly skip: boolean;
}

function searchList(terms: readonly Value[], options: Kwargs): Search {
  let names: string[] = [];
  let skip = false;
  for (const term of terms) {
    const inner = sequence(term);
    if (inner) {
      const partial = searchList(inner, options);
      names.push(...partial.names);
      skip = partial.skip;
      continue;
    }
    const own = mapping(term) ?? (typeof term === 'string' ? options : undefined);
    if (!own)
      return fail(
        `Invalid term supplied, can handle string, mapping or list of strings but got: ${typeName(term)} for ${str(term)}`,
      );
    const get = own as ReadonlyMap<Value, Value>;
    const [files, paths] = [splitOn(get.get('files') ?? [], /[,;]/), splitOn(get.get('paths') ?? [], /[,:;]/)];
    skip = truth(get.get('skip') ?? false);
    if (paths.length > 0) names.push(...paths.flatMap((path) => files.map((file) => join(path, file))));
    else if (files.length > 0) names = files;
    else if (typeof term === 'string') names.push(term);
  }
  return { names, skip };
}

const splitOn = (value: Value, separators: RegExp): string[] =>
  (sequence(value) ?? [value]).flatMap((item) => str(item).split(separators)).filter((part) => part !== '');
