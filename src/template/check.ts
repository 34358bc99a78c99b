import type { Diagnostic, Position } from '../core/source.ts';
import { suggest } from '../core/suggest.ts';
import type { Expression, Statement } from './ast.ts';
import { defaultEnv, type Env } from './env.ts';
import { positionIn, TemplateError } from './errors.ts';
import type { RenderOptions } from './header.ts';
import type { SyntaxMistake } from './lexer.ts';
import { parseKind, type TextKind } from './parse-kind.ts';
import { findFilter, findLookup, findTest, knownNames } from './plugins.ts';
import { walk } from './walk.ts';

/** The errors in a template that can be found without any values. */
export function checkTemplate(
  source: string,
  at: Position | undefined,
  { kind = 'text', env = defaultEnv(), options = {} }: { kind?: TextKind; env?: Env; options?: RenderOptions } = {},
): Diagnostic[] {
  const parsed = parseKind(source, kind, options);
  if ('mistake' in parsed) return [diagnose(parsed.mistake, parsed.text, parsed.start(at))];
  const found: Diagnostic[] = [];
  walk(parsed.tree, (node) => {
    const unknown = unknownName(node, env);
    if (unknown) found.push({ ...unknown, ...placed(parsed.text, parsed.start(at), node) });
  });
  return found;
}

function diagnose(mistake: SyntaxMistake | TemplateError, source: string, at: Position | undefined): Diagnostic {
  if (mistake instanceof TemplateError) return { ...mistake.diagnostic, ...(at && { at }) };
  const place = positionIn(source, at, mistake.offset, mistake.length);
  return { severity: 'error', code: 'template-syntax', message: mistake.message, ...(place && { at: place }) };
}

function placed(text: string, at: Position | undefined, { offset, length }: Expression | Statement): { at?: Position } {
  const place = positionIn(text, at, offset, length);
  return place ? { at: place } : {};
}

type Finding = Pick<Diagnostic, 'severity' | 'code' | 'message' | 'hint'>;

function unknownName(node: Expression | Statement, env: Env): Finding | undefined {
  if (node.type === 'filter' && !findFilter(node.name, env)) return unknown('filter', node.name, env);
  if (node.type === 'test' && !findTest(node.name, env)) return unknown('test', node.name, env);
  if (node.type !== 'call' || node.target.type !== 'name' || !LOOKUPS.has(node.target.name)) return undefined;
  const [name] = node.args;
  if (name?.type !== 'constant' || typeof name.value !== 'string' || findLookup(name.value, env)) return undefined;
  return unknown('lookup', name.value, env);
}

const LOOKUPS = new Set(['lookup', 'query', 'q']);

function unknown(what: 'filter' | 'test' | 'lookup', name: string, env: Env): Finding {
  const known = knownNames(`${what}s`, env);
  const missing = env[`${what}s`].missing?.(name);
  // Sharing a collection name does not make two names similar.
  const last = (full: string): string => full.replace(/^.*\./, '');
  const byLast = new Map(known.map((full) => [last(full), full]));
  const close = byLast.get(suggest(last(name), [...byLast.keys()]) ?? '');
  return {
    severity: 'error',
    code: `unknown-${what}`,
    message: `no ${what} named '${name}'`,
    ...(missing !== undefined && { hint: missing }),
    ...(missing === undefined && close && { hint: `did you mean "${close}"?` }),
  };
}
