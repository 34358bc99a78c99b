import type { Diagnostic, Position } from '../core/source.ts';
import { systemReason } from '../core/system-error.ts';

/** An error found while parsing or evaluating a template. */
export class TemplateError extends Error {
  diagnostic: Diagnostic;
  /** Ansible's own message, if it differs: playbooks look for it in `msg`. */
  told?: string;
  /** The name of Python's exception, if Ansible does not catch it but adds it to the result. */
  exception?: string;
  /** The condition that failed to evaluate, as written. */
  condition?: string;
  /** The variables' texts through which the value was read that is undefined, innermost first. */
  readonly through: string[] = [];

  constructor(message: string, code = 'template-error', at?: Position, hint?: string) {
    super(message);
    this.name = 'TemplateError';
    this.diagnostic = { severity: 'error', code, message, ...(at && { at }), ...(hint && { hint }) };
  }

  /** Sets the place, unless an inner template has already set a more precise one. */
  locate(at: Position | undefined): this {
    if (at && !this.diagnostic.at) this.diagnostic = { ...this.diagnostic, at };
    return this;
  }
}

/** Whether the error means that something is undefined, which `default` and `is defined` tolerate. */
export const isUndefinedError = (error: unknown): boolean =>
  error instanceof TemplateError && error.diagnostic.code === 'undefined';

/** Stops the evaluation, reporting an error made by the template's author. */
export function fail(message: string, code = 'template-error'): never {
  throw new TemplateError(message, code);
}

/** Converts an offset in a template's text to a position in the file, given where the text starts. */
export function positionIn(
  text: string,
  start: Position | undefined,
  offset: number,
  length?: number,
): Position | undefined {
  if (!start) return undefined;
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  const column = offset - (before.lastIndexOf('\n') + 1);
  return { file: start.file, line: start.line + line, column: start.column + column, ...(length && { length }) };
}

/** The error for a filter or test that does not exist. `isText`: its name is a value (`map('name')`), not syntax. */
export function unknownPlugin(what: 'filter' | 'test', name: string, isText: boolean, why?: string): TemplateError {
  const cause = /^[\w.]+$/.test(name) ? name : `invalid plugin name: ansible.builtin.${name}`;
  const form = isText ? 'TemplateSyntaxError' : 'template error while templating string';
  const told = `${form}: Could not load "${name}": '${cause}'`;
  return Object.assign(new TemplateError(`No ${what} named '${name}'.`, `unknown-${what}`, undefined, why), { told });
}

/** The error for a division by zero, which Ansible does not catch. */
export function divisionByZero(message: string): never {
  throw Object.assign(new TemplateError(message), { exception: `ZeroDivisionError: ${message}` });
}

/**
 * Turns expected errors into template errors: nesting that is too deep, output that is too large, or a file that the
 * operator may not read. Returns anything else unchanged.
 */
export function asTemplateError(error: unknown): unknown {
  if (error instanceof TemplateError) return error;
  const reason = tooMuch(error) ?? systemReason(error);
  return reason === undefined ? error : Object.assign(new TemplateError(reason, 'template-limit'), { cause: error });
}

/** Recognizes V8's messages about exceeding its stack or its maximum string length. */
function tooMuch(error: unknown): string | undefined {
  if (!(error instanceof RangeError)) return undefined;
  if (error.message.includes('call stack')) return 'this is nested too deeply or calls itself too many times';
  return /^Invalid (string|array|typed array|count|code)|Array buffer allocation|too large/.test(error.message)
    ? 'the value is too large'
    : undefined;
}
