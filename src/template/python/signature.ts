import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { literal } from './literal.ts';
import type { Kwargs } from './object.ts';

/** Bound arguments, in signature order. The tuple is longer than most signatures; the extra slots are never read. */
export type Args = readonly [Value, Value, Value, Value, Value, Value, Value, Value, Value, Value, Value, Value];

/** Something that templates call by name: a filter, a test, a method, a global function. */
export interface Callee {
  call(name: string, args: readonly Value[], kwargs: Kwargs, context: Context): Value;
}

/** A table of callees. */
export type Callees = Readonly<Record<string, Callee>>;

interface Parameter {
  readonly name: string;
  readonly kind: 'plain' | 'args' | 'kwargs';
  readonly fallback: Value | undefined;
  readonly onlyByName: boolean;
}

/** Makes a callee from a signature in Python's notation (`value, width=80, *rest, **options`) and a function of the bound arguments. */
export function fn(signature: string, body: (args: Args, context: Context) => Value): Callee {
  let parameters: readonly Parameter[] | undefined;
  return {
    call(name, args, kwargs, context) {
      parameters ??= parseSignature(signature);
      return body(bind(name, parameters, args, kwargs), context);
    },
  };
}

function parseSignature(signature: string): Parameter[] {
  let onlyByName = false;
  return signature === ''
    ? []
    : signature.split(/, /).flatMap((part): Parameter[] => {
        if (part === '*') {
          onlyByName = true;
          return [];
        }
        if (part.startsWith('**')) return [{ name: part.slice(2), kind: 'kwargs', fallback: undefined, onlyByName }];
        if (part.startsWith('*')) {
          onlyByName = true;
          return [{ name: part.slice(1), kind: 'args', fallback: undefined, onlyByName }];
        }
        const [name, text] = part.split(/=(.*)/s) as [string, string | undefined];
        return [{ name, kind: 'plain', fallback: text === undefined ? undefined : literal(text), onlyByName }];
      });
}

function bind(callee: string, parameters: readonly Parameter[], args: readonly Value[], kwargs: Kwargs): Args {
  let position = 0;
  let named = 0;
  const bound: Value[] = [];
  const rest = (): Map<string, Value> =>
    new Map([...kwargs].filter(([name]) => !parameters.some((each) => each.kind === 'plain' && each.name === name)));
  for (const { name, kind, fallback, onlyByName } of parameters) {
    if (kind === 'args') {
      bound.push(args.slice(position));
      position = args.length;
      continue;
    }
    if (kind === 'kwargs') {
      bound.push(new Map(rest()));
      named = kwargs.size;
      continue;
    }
    const placed = onlyByName ? undefined : args[position];
    const given = kwargs.size > 0 ? kwargs.get(name) : undefined;
    if (placed !== undefined) {
      if (given !== undefined) return fail(`${callee}() got multiple values for argument '${name}'`, 'template-type');
      position++;
      bound.push(placed);
    } else if (given !== undefined) {
      named++;
      bound.push(given);
    } else if (fallback !== undefined) bound.push(fallback);
    else return fail(`${callee}() missing a required argument: '${name}'`, 'template-type');
  }
  if (position < args.length) {
    const most = parameters.length;
    return fail(
      `${callee}() takes ${most} positional argument${most === 1 ? '' : 's'} but ${args.length} were given`,
      'template-type',
    );
  }
  if (named < kwargs.size) {
    return fail(`${callee}() got an unexpected keyword argument '${[...rest().keys()][0]}'`, 'template-type');
  }
  return bound as unknown as Args;
}
