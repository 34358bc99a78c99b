import { TemplateError } from '../../template/index.ts';
import type { Json } from './pack.ts';
import type { Message } from './python-process.ts';

/** An exception in Python. */
interface Exception {
  readonly type: string;
  /** As Python prints the type. */
  readonly shown: string;
  readonly message: string;
  readonly kind: 'undefined' | 'lookup' | 'ansible' | 'no data' | 'type' | 'value' | 'other';
  /** Where it was raised. */
  readonly at?: string;
}

/** The exception in a response, if there is one. */
export function exceptionIn({ error }: Message): Exception | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { type, shown, message, kind, at } = error as Readonly<Record<string, Json>>;
  const place = Array.isArray(at) ? `${at[0]}, line ${at[1]}` : undefined;
  return {
    type: String(type),
    shown: String(shown),
    message: String(message),
    kind: kind as Exception['kind'],
    ...(place !== undefined && { at: place }),
  };
}

/** Why a file cannot be loaded, and what helps. */
export function loadFailure({ type, message, at }: Exception): string {
  const missing = /^No module named '([\w.]+)'/.exec(message)?.[1];
  if (missing?.startsWith('ansible.') || /from 'ansible\./.test(message))
    return `${message}: Retrace has its own replacement for Ansible's package, without this`;
  if (missing !== undefined) return `${message}: install it for python3 on this machine`;
  return `${type}: ${message}${at === undefined ? '' : ` (${at})`}`;
}

/** The error for an exception in a filter or test. Which exceptions Ansible catches depends on their type. */
export function calleeError(name: string, exception: Exception): TemplateError {
  const { type, message, kind } = exception;
  const code = { undefined: 'undefined', type: 'template-type' }[kind as string] ?? 'own-code';
  const said = ['undefined', 'ansible', 'lookup', 'no data'].includes(kind) ? message : `${type}: ${message}`;
  const error = new TemplateError(`${name}: ${said}`, code, undefined, raisedIn(exception));
  const isCaught = kind !== 'other';
  return Object.assign(error, { told: message }, isCaught ? {} : { exception: `${type}: ${message}` });
}

/** The error for an exception in a lookup. */
export function lookupError(name: string, exception: Exception): TemplateError {
  const { shown, message, kind } = exception;
  const error = new TemplateError(
    `${name}: ${message}`,
    kind === 'undefined' ? 'undefined' : 'own-code',
    undefined,
    raisedIn(exception),
  );
  const isPlain = kind === 'lookup' || kind === 'undefined';
  const about = `An unhandled exception occurred while running the lookup plugin '${name}'. Error was a ${shown}`;
  return Object.assign(error, { told: isPlain ? message : `${about}, original message: ${message}. ${message}` });
}

const raisedIn = ({ at, kind }: Exception): string | undefined =>
  at === undefined || kind === 'no data' ? undefined : `raised in ${at}`;
