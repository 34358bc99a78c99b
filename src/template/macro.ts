import { Tuple, type Value } from '../core/value.ts';
import type { Run } from './compile-expression.ts';
import type { RunBody } from './compile-statement.ts';
import { type Context, Frame, type Output } from './context.ts';
import { fail } from './errors.ts';
import { type Kwargs, PyObject } from './python/object.ts';

interface MacroCode {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback: Run | undefined }[];
  readonly body: RunBody;
  /** Which of `varargs`, `kwargs` and `caller` the body uses: the macro accepts exactly those. */
  readonly used: ReadonlySet<string>;
}

/** Makes a macro a callable value that closes over the frame in which it was defined. */
export const makeMacro = (code: MacroCode, context: Context, frame: Frame): PyObject => new Macro(code, context, frame);

class Macro extends PyObject {
  readonly opaque = 'Macro';
  readonly #code: MacroCode;
  readonly #context: Context;
  readonly #frame: Frame;

  constructor(code: MacroCode, context: Context, frame: Frame) {
    super();
    this.#code = code;
    this.#context = context;
    this.#frame = frame;
  }

  override attribute(name: string): Value | undefined {
    const { used, parameters } = this.#code;
    const values: Record<string, Value> = {
      name: this.#code.name,
      arguments: new Tuple(parameters.map((each) => each.name)),
      catch_kwargs: used.has('kwargs'),
      catch_varargs: used.has('varargs'),
      caller: used.has('caller'),
    };
    return Object.hasOwn(values, name) ? values[name] : undefined;
  }

  override repr(): string {
    return `<Macro '${this.#code.name}'>`;
  }

  override call(args: readonly Value[], kwargs: Kwargs): Value {
    const { body, parameters, used } = this.#code;
    const frame = new Frame(this.#frame);
    this.#checkArguments(args, kwargs);
    for (const [index, parameter] of parameters.entries()) {
      const given = args[index] ?? kwargs.get(parameter.name);
      frame.vars.set(parameter.name, given ?? this.#missing(parameter, args, index, kwargs, frame));
    }
    frame.vars.set('varargs', new Tuple(args.slice(parameters.length)));
    frame.vars.set('kwargs', this.#rest(kwargs));
    if (used.has('caller'))
      frame.vars.set('caller', kwargs.get('caller') ?? this.#context.undefined(`No caller defined`));
    const out: Output = { text: '' };
    body(this.#context, frame, out);
    return out.text;
  }

  #missing(
    parameter: MacroCode['parameters'][number],
    args: readonly Value[],
    index: number,
    kwargs: Kwargs,
    frame: Frame,
  ): Value {
    if (index < args.length || kwargs.has(parameter.name)) return null;
    return (
      parameter.fallback?.(this.#context, frame) ??
      (parameter.fallback ? null : this.#context.undefined(`parameter '${parameter.name}' was not provided`))
    );
  }

  #rest(kwargs: Kwargs): Map<Value, Value> {
    const own = new Set([...this.#code.parameters.map((each) => each.name), 'caller']);
    return new Map([...kwargs].filter(([name]) => !own.has(name)));
  }

  #checkArguments(args: readonly Value[], kwargs: Kwargs): void {
    const { name, parameters, used } = this.#code;
    if (args.length > parameters.length && !used.has('varargs')) {
      fail(`macro '${name}' takes not more than ${parameters.length} argument(s)`, 'template-type');
    }
    const unknown = [...this.#rest(kwargs).keys()][0];
    if (unknown !== undefined && !used.has('kwargs'))
      fail(`macro '${name}' takes no keyword argument '${unknown}'`, 'template-type');
    if (kwargs.has('caller') && !used.has('caller') && !parameters.some((each) => each.name === 'caller')) {
      fail(`macro '${name}' takes no keyword argument 'caller'`, 'template-type');
    }
  }
}
