import { fail } from '../errors.ts';
import { parseInt10 } from '../python/number.ts';
import { percentFormat } from '../python/percent-format.ts';
import { str } from '../python/repr.ts';
import { keyValues } from './key-values.ts';
import { lookup } from './lookup.ts';

/** A sequence of numbers as text: `5`, `2-10/2:host%02d`, `start=1 end=4`, or the same as options. */
export const sequence = lookup((terms, options) => {
  const given = new Map([...options].map(([name, value]) => [name, str(value)]));
  if (terms.length === 0) return numbers(fromOptions(given));
  return terms.flatMap((term) => numbers({ ...fromOptions(given), ...read(str(term)) }));
});

interface Range {
  readonly start?: number;
  readonly end?: number;
  readonly count?: number;
  readonly stride?: number;
  readonly format?: string;
}

// Also what looks like a hexadecimal number, so that a message can say which part is not one.
const NUMBER = '(?:0x)?[0-9a-f]+';
const SHORTCUT = new RegExp(`^(?:(${NUMBER})-)?(${NUMBER})(?:/(${NUMBER}))?(?::(.+))?$`, 'i');

function read(term: string): Range {
  const match = SHORTCUT.exec(term);
  if (!match) {
    const { free, options } = keyValues(term);
    return fromOptions(free === '' ? options : new Map([...options, ['_raw_params', free]]));
  }
  const [, start, end = '', stride, format] = match;
  return {
    ...(start && { start: whole('start', start) }),
    end: whole('end', end),
    ...(stride && { stride: whole('stride', stride) }),
    ...(format && { format }),
  };
}

function fromOptions(options: ReadonlyMap<string, string>): Range {
  const unknown = [...options.keys()].filter((name) => !['start', 'end', 'count', 'stride', 'format'].includes(name));
  if (unknown.length > 0)
    return fail(`unrecognized arguments to with_sequence: [${unknown.map((name) => `'${name}'`).join(', ')}]`);
  const numbers = ['start', 'end', 'count', 'stride'].flatMap((name) => {
    const text = options.get(name);
    return text === undefined ? [] : [[name, whole(name, text)]];
  });
  const format = options.get('format');
  return { ...Object.fromEntries(numbers), ...(format !== undefined && { format }) };
}

function whole(name: string, text: string): number {
  const octal = /^[+-]?0\d*[1-9]\d*$/.test(text) ? undefined : parseInt10(text, 0);
  return octal === undefined ? fail(`can't parse ${name}=${text} as integer`) : Number(octal);
}

function numbers({ start = 1, end, count, stride = 1, format = '%d' }: Range): string[] {
  if (count === undefined && end === undefined) return fail('must specify count or end in with_sequence');
  if (count !== undefined && end !== undefined) return fail("can't specify both count and end in with_sequence");
  if (count === 0) return [];
  const last = end ?? start + count! * stride - 1;
  if (stride > 0 && last < start) return fail('to count backwards make stride negative');
  if (stride < 0 && last > start) return fail("to count forward don't make stride negative");
  if (format.split('%').length !== 2) return fail(`bad formatting string: ${format}`);
  if (stride === 0) return [];
  const result: string[] = [];
  for (let number = start; stride > 0 ? number <= last : number >= last; number += stride)
    result.push(percentFormat(format, number));
  return result;
}
