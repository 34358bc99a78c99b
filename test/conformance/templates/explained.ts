import { repr } from '../../../src/template/index.ts';
import type { Source } from './generate.ts';
import type { Evaluated } from './ours.ts';

/** Why a difference is meant, or not ours; undefined if nothing explains it. */
export function explained(source: Source, ours: Evaluated, real: Evaluated): string | undefined {
  return REASONS.find(([, holds]) => holds({ text: source.text, ours, real }))?.[0];
}

interface Difference {
  readonly text: string;
  readonly ours: Evaluated;
  readonly real: Evaluated;
}

/** Whether two texts differ only in the last digits of their numbers, and not by more than rounding. */
function differInRounding(one: string, other: string): boolean {
  const number = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;
  if (one.replace(number, '#') !== other.replace(number, '#')) return false;
  const [some, others] = [one.match(number) ?? [], other.match(number) ?? []];
  return some.every((text, at) => Math.abs(Number(text) - Number(others[at])) <= 1e-13 * Math.abs(Number(text)));
}

const REASONS: readonly (readonly [reason: string, holds: (difference: Difference) => boolean])[] = [
  [
    'a lone expression keeps its type, as with jinja2_native',
    ({ text, ours, real }) =>
      /^\{\{.*\}\}$/s.test(text) &&
      'is' in ours &&
      'is' in real &&
      real.is === repr(ours.is) &&
      !ours.is.startsWith("'"),
  ],
  [
    'powers and logarithms of JavaScript and C may differ in the last digit',
    ({ ours, real }) =>
      'is' in ours && 'is' in real && (differInRounding(ours.is, real.is) || differInRounding(repr(ours.is), real.is)),
  ],
  [
    'text that is escaped already is a type of its own in Python, which its representation shows',
    ({ real }) => 'is' in real && /M[ab]rkup\(/.test(real.is),
  ],
  [
    'keys(), values() and items() of a dict give lists; in Python they are views, which have fewer methods',
    ({ text, real }) =>
      /\.(keys|values|items)\(\)/.test(text) || /dict_(keys|values|items)/.test('is' in real ? real.is : real.fails),
  ],
  [
    'Ansible shows an undefined value where it fails with ours',
    ({ real }) => 'is' in real && real.is.includes('AnsibleUndefined('),
  ],
  [
    'set operations on tuples keep their order; in Python a set of texts has another order in each run',
    ({ text, ours, real }) =>
      /\|\s*(union|intersect|difference|symmetric_difference|unique)\b/.test(text) &&
      'is' in ours &&
      'is' in real &&
      [...ours.is].sort().join('') === [...real.is].sort().join(''),
  ],
  ['Jinja forgets the parentheses of a negative constant before **', ({ text }) => /\(-1[^|]*\) \*\*/.test(text)],
  [
    'Python shows no number of more than 4300 digits',
    ({ real }) => 'fails' in real && real.fails.includes('Exceeds the limit'),
  ],
  [
    'without else, an if-expression is undefined: some filters of Ansible take it for empty text, ours fail',
    ({ ours }) => 'fails' in ours && ours.fails.startsWith('the inline if-expression'),
  ],
  ['Ansible splits nothing as if it were bytes', ({ real }) => 'is' in real && real.is.includes('SplitResultBytes')],
  [
    'we have no complex numbers',
    ({ ours, real }) =>
      ('is' in real && /\d[-+][\d.e+-]+j\)/.test(real.is)) || ('fails' in ours && ours.fails.includes('is complex')),
  ],
  [
    'we leave dates in YAML as text',
    ({ text, real }) => /from_yaml/.test(text) && /when/.test(text) && /date/.test('is' in real ? real.is : real.fails),
  ],
  [
    'Ansible leaves a template as it is where a condition is undefined; ours fails',
    ({ text, real }) => 'is' in real && /\{[{%]/.test(real.is) && real.is.slice(1, 12) === repr(text).slice(1, 12),
  ],
  [
    'Ansible fails on the type of an argument; ours takes the value as text or a list',
    ({ ours, real }) =>
      'is' in ours &&
      'fails' in real &&
      /Unexpected templating type error|unhashable type|can only concatenate (?:tuple|list)|has no len\(\)|expected string or bytes-like object|for \+=:|key must be a string|^AttributeError: '\w+' object has no attribute|a bytes-like object is required/.test(
        real.fails,
      ),
  ],
];
