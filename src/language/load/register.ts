import type { Position } from '../../core/source.ts';
import { Template } from '../../core/value.ts';
import type { Projection } from '../model.ts';
import { type Loading, report } from './loading.ts';
import { isRawDict, keyPlace, kindOf, type RawDict, scalarText, writtenAt } from './written.ts';

/** What an item registers: its result under a name, or expressions that are computed from it, by name. */
export function registered(
  loading: Loading,
  dict: RawDict,
  at: Position,
): { readonly register?: string | undefined; readonly projections?: readonly Projection[] } {
  const value = dict.get('register');
  if (value === undefined || value === null) return {};
  if (isName(value)) return { register: value };
  const place = keyPlace(dict, 'register', at);
  if (!isRawDict(value)) {
    const hint = value instanceof Template ? 'write the name itself, without braces' : undefined;
    wrongName(loading, scalarText(value) ?? kindOf(value), place, hint);
    return {};
  }
  const projections = [...value.keys()].flatMap((name): readonly Projection[] => {
    const here = keyPlace(value, name, place);
    const expression = value.get(name);
    if (!isName(name)) wrongName(loading, scalarText(name) ?? kindOf(name), here);
    else if (typeof expression === 'string' && expression.trim() !== '')
      return [{ name, expression, at: writtenAt(value, name, place) }];
    else wrongExpression(loading, name, expression instanceof Template, here);
    return [];
  });
  return { projections };
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value);

function wrongName(loading: Loading, shown: string, at: Position, hint?: string): void {
  report(loading, 'invalid-variable-name', `Invalid variable name in 'register' specified: '${shown}'`, at, hint);
}

function wrongExpression(loading: Loading, name: string, hasBraces: boolean, at: Position): void {
  const message = `'register' needs an expression for '${name}'`;
  const hint = hasBraces ? 'write the expression without braces' : `for example "${name}: _task.result.stdout"`;
  report(loading, 'wrong-keyword-type', message, at, hint);
}
