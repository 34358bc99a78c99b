import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { getAttribute, getItem } from './access.ts';
import { formatValue } from './format-spec.ts';
import type { Kwargs } from './object.ts';
import { repr, str } from './repr.ts';

/** Python's `text.format(*args, **kwargs)`. */
export function strFormat(text: string, args: readonly Value[], kwargs: Kwargs, context: Context): string {
  let automatic = 0;
  const field = (name: string): Value => {
    const [, first = '', rest = ''] = /^([^.[]*)(.*)$/s.exec(name) ?? [];
    const key = first === '' ? String(automatic++) : first;
    const start = /^\d+$/.test(key)
      ? (args[Number(key)] ?? missing(args, Number(key)))
      : (kwargs.get(key) ?? absent(kwargs, key));
    return follow(start, rest, context);
  };
  return expand(text, field, 2);
}

const missing = (args: readonly Value[], index: number): Value =>
  index < args.length ? null : fail(`Replacement index ${index} out of range for positional args tuple`);

const absent = (kwargs: Kwargs, key: string): Value => (kwargs.has(key) ? null : fail(`KeyError: ${repr(key)}`));

function expand(text: string, field: (name: string) => Value, depth: number): string {
  if (depth === 0) return fail('Max string recursion exceeded');
  let result = '';
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if ((char === '{' || char === '}') && text[index + 1] === char) {
      result += char;
      index++;
    } else if (char === '}') {
      return fail("Single '}' encountered in format string");
    } else if (char === '{') {
      const end = closing(text, index);
      result += replacement(text.slice(index + 1, end), field, depth);
      index = end;
    } else result += char;
  }
  return result;
}

function closing(text: string, start: number): number {
  let open = 0;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{') open++;
    if (text[index] === '}' && --open === 0) return index;
  }
  return fail(
    start === text.length - 1 ? "Single '{' encountered in format string" : "expected '}' before end of string",
  );
}

function replacement(inside: string, field: (name: string) => Value, depth: number): string {
  const [, name = '', conversion, spec = ''] =
    /^((?:[^[\]!:]|\[[^\]]*\])*)(?:!(.))?(?::(.*))?$/s.exec(inside) ?? fail('Invalid format string');
  const value = field(name);
  const convert = conversion === 's' ? str : repr;
  return formatValue(conversion ? convert(value) : value, spec.includes('{') ? expand(spec, field, depth - 1) : spec);
}

function follow(start: Value, path: string, context: Context): Value {
  let value = start;
  for (const [, attribute, item = ''] of path.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
    value =
      attribute === undefined
        ? getItem(value, /^\d+$/.test(item) ? Number(item) : item, context)
        : getAttribute(value, attribute, context);
  }
  return value;
}
