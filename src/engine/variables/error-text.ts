import { inOneLine } from '../../core/source.ts';
import type { TaskResult } from '../../core/task-type.ts';
import { isUndefinedError, type TemplateError } from '../../template/index.ts';

/** A template error's message, with its position. */
export const placed = (error: TemplateError): string => inOneLine(error.diagnostic);

/** The message for an error in a condition on a task's result, with its keyword and its text. */
export const placedCondition = (keyword: string, { diagnostic, condition }: TemplateError): string =>
  inOneLine({ ...diagnostic, message: `${keyword}: ${condition ?? ''}: ${diagnostic.message}` });

/** Ansible's message for a template error, which playbooks test in `msg`. */
export function ansibleMessage(error: TemplateError): string {
  const { condition } = error;
  const message = withSources(error);
  if (condition !== undefined)
    return `The conditional check '${condition}' failed. The error was: error while evaluating conditional (${condition}): ${message}`;
  return isUndefinedError(error)
    ? `The task includes an option with an undefined variable. The error was: ${message}. ${message}`
    : message;
}

/** Ansible's result for a template error. It does not catch every exception, except in conditions. */
export const toldOf = (error: TemplateError): TaskResult => ({
  msg: ansibleMessage(error),
  ...(error.exception !== undefined && error.condition === undefined && { exception: error.exception }),
});

/** Ansible repeats its message for each variable through whose text something undefined was read. */
const withSources = ({ message, told, through }: TemplateError): string =>
  through.slice(0, MOST_SOURCES).reduce((said, source) => `${source}: ${said}. ${said}`, told ?? message);

/** Each one doubles the message. */
const MOST_SOURCES = 4;
