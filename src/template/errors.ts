import type { Diagnostic, Position } from '../core/source.ts';
import { systemReason } from '../core/system-error.ts';

/** A mistake that shows while a template is read or evaluated. */
export class TemplateError extends Error {
  diagnostic: Diagnostic;
  /** The condition that could not be evaluated, as written. */
  condition?: string;

  constructor(message: string, code = 'template-error', at?: Position, hint?: string) {
    super(message);
    this.name = 'TemplateError';
    this.diagnostic = { severity: 'error', code, message, ...(at && { at }), ...(hint && { hint }) };
  }

  /** Tell the place, unless an inner template told a closer one. */
  locate(at: Position | undefined): this {
    if (at && !this.diagnostic.at) this.diagnostic = { ...this.diagnostic, at };
    return this;
  }
}

/** Whether the error means that something is undefined, which `default` and `is defined` may forgive. */
export const isUndefinedError = (error: unknown): boolean =>
  error instanceof TemplateError && error.diagnostic.code === 'undefined';

/** Stop the evaluation with a mistake of the template's author. */
export function fail(message: string, code = 'template-error'): never {
  throw new TemplateError(message, code);
}

/** Where in a file an offset of a template's text is, given where the text starts. */
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

/**
 * What is no mistake of ours as one of the template's author: too deep or too large for a template, or a file that the operator may not
 * read. Anything else that was thrown stays what it is.
 */
export function asTemplateError(error: unknown): unknown {
  if (error instanceof TemplateError) return error;
  const reason = tooMuch(error) ?? systemReason(error);
  return reason === undefined ? error : Object.assign(new TemplateError(reason, 'template-limit'), { cause: error });
}

/** V8's words for what does not fit its stack or its longest text. */
function tooMuch(error: unknown): string | undefined {
  if (!(error instanceof RangeError)) return undefined;
  if (error.message.includes('call stack')) return 'this is nested, or calls itself, too deeply';
  return /^Invalid (string|array|typed array|count|code)|Array buffer allocation|too large/.test(error.message)
    ? 'the value is too large'
    : undefined;
}
