import type { Position } from '../core/source.ts';
import { type Raw, Template, type Value } from '../core/value.ts';
import { compileBare, compileTemplate, countLineEnds, renderBody, withLineEnds } from './compile.ts';
import { Context, type Scope } from './context.ts';
import type { Env } from './env.ts';
import { isUndefinedError, TemplateError } from './errors.ts';
import { type RenderOptions, readHeader } from './header.ts';
import { PyObject } from './python/object.ts';
import { repr } from './python/repr.ts';
import { truth } from './python/values.ts';
import { resolve } from './resolve.ts';
import { openSession } from './session.ts';
import { isWritten } from './written.ts';

/** Evaluates a value as written: a lone `{{ expression }}` keeps its type, anything else with braces becomes text. */
export function evaluate(raw: Raw, scope: Scope, env: Env): Value {
  return resolve(raw, openSession(scope, env));
}

/** Evaluates a bare expression, without braces; an undefined result is an error. */
export function evaluateExpression(source: string, at: Position | undefined, scope: Scope, env: Env): Value {
  const compiled = compileBare(source, at);
  const context = new Context(openSession(scope, env), compiled.text, at, compiled.changes);
  try {
    const value = compiled.run(context);
    return value instanceof PyObject && value.iterate ? value.iterate() : value;
  } catch (error) {
    throw context.locate(error);
  }
}

/** Renders the text of a template file. */
export function renderTemplate(text: string, file: string, options: RenderOptions, scope: Scope, env: Env): string {
  const header = readHeader(text, options);
  const at = { file, line: 1 + header.lines, column: 1 };
  const template = compileTemplate(header.text, header.syntax, at);
  const context = new Context(openSession(scope, env, { syntax: header.syntax }), template.text, at, template.changes);
  try {
    const written = renderBody(template.body, template.blocks, context);
    return options.keep_trailing_newline === undefined
      ? withLineEnds(written, countLineEnds(header.text), header.syntax.newline)
      : written;
  } catch (error) {
    throw context.locate(error);
  }
}

/** A condition's result, with a warning about anything that newer versions of Ansible will not accept. */
interface Condition {
  readonly value: boolean;
  readonly warning?: string;
}

/** Evaluates a condition as in `when:`: a boolean, or an expression in a string. */
export function evaluateCondition(raw: Raw, scope: Scope, env: Env): Condition {
  if (raw === null || raw === '') return { value: true };
  const at = raw instanceof Template ? raw.at : undefined;
  const source = raw instanceof Template ? raw.source : raw;
  try {
    if (typeof source === 'string' && !/\{\{|\{%|\{#/.test(source))
      return conclude(evaluateForgiving(source, at, scope, env), source);
    return evaluateBraces(raw, at, scope, env);
  } catch (error) {
    if (error instanceof TemplateError) error.condition ??= String(source);
    throw error;
  }
}

/**
 * Text with braces is evaluated first. The result is then used as the expression, but only if every part of it was
 * written by a person.
 */
function evaluateBraces(raw: Raw, at: Position | undefined, scope: Scope, env: Env): Condition {
  const first = evaluate(raw, scope, env);
  const source = raw instanceof Template ? raw.source : undefined;
  const warning =
    source &&
    `conditional statements should not include jinja2 templating delimiters such as {{ }} or {% %}. Found: ${source}`;
  if (typeof first !== 'string' || first === '')
    return { ...conclude(first, source ?? ''), ...(warning && { warning }) };
  if (!isWritten(raw, scope)) throw notWritten(raw, first);
  const { value } = conclude(evaluateForgiving(first, at, scope, env), first);
  return { value, ...(warning && { warning }) };
}

function conclude(value: Value, source: string): Condition {
  if (typeof value === 'boolean') return { value };
  return { value: truth(value), warning: `the condition '${source}' evaluates to ${describe(value)}, not a boolean` };
}

function describe(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'a list';
  return value instanceof Map ? 'a mapping' : 'a number';
}

/** A condition that comes from a host, a lookup or the run. Like Ansible, we do not evaluate it. */
export function notWritten(raw: Raw, found: string): TemplateError {
  const source = raw instanceof Template ? raw.source : undefined;
  const from = source === undefined ? 'the condition' : `\`${source}\``;
  const error = new TemplateError(
    `Conditional is marked as unsafe, and cannot be evaluated: ${from} evaluates to text that was not written in a playbook, ${repr(found)}`,
    'unsafe-condition',
    raw instanceof Template ? raw.at : undefined,
    'compare the value, without braces: `result.stdout == "yes"`',
  );
  error.condition = source ?? found;
  return error;
}

const DEFINED = /(hostvars\[.+\]|[\w_]+)\s+(not\s+is|is|is\s+not)\s+(defined|undefined)/g;

/**
 * Ansible treats `a.b and a is defined` as false if `a` is undefined: the test counts wherever it appears in the text.
 */
function evaluateForgiving(source: string, at: Position | undefined, scope: Scope, env: Env): Value {
  try {
    return evaluateExpression(source, at, scope, env);
  } catch (error) {
    const name = error instanceof Error && /'(hostvars\[.+\]|[\w_]+)' is undefined/.exec(error.message)?.[1];
    if (!name || !isUndefinedError(error)) throw error;
    for (const [, tested = '', logic = '', state] of source.matchAll(DEFINED)) {
      if (tested.replaceAll("'", '"') === name.replaceAll("'", '"'))
        return logic.includes('not') === (state === 'defined');
    }
    throw error;
  }
}
