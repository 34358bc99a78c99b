import type { Random } from '../../truth/random.ts';
import { type Call, FILTERS, METHODS, TESTS } from './calls.ts';
import { type Kind, VARIABLES } from './variables.ts';

/** A template to evaluate: a value with braces, or the text of a template file. */
export interface Source {
  readonly kind: 'value' | 'file';
  readonly text: string;
}

const KINDS: readonly Kind[] = ['text', 'number', 'list', 'dict', 'truth', 'none'];

/** A random template. */
export function randomSource(random: Random): Source {
  const make = new Generator(random);
  return random.chance(0.72)
    ? {
        kind: 'value',
        text: random.chance(0.85)
          ? `{{ ${make.expression(
              'any',
              random.weighted([
                [4, 1],
                [3, 2],
                [1, 3],
              ]),
            )} }}`
          : make.text(2),
      }
    : { kind: 'file', text: make.file() };
}

class Generator {
  readonly #random: Random;
  readonly #names: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** An expression that usually gives a value of this kind. */
  expression(kind: Kind | 'any', depth: number): string {
    const random = this.#random;
    const wanted = kind === 'any' || random.chance(0.05) ? random.pick(KINDS) : kind;
    if (depth <= 0) return this.#atom(wanted);
    return random.weighted<() => string>([
      [2, () => this.#atom(wanted)],
      [5, () => this.#called(FILTERS, wanted, depth, ' | ')],
      [3, () => this.#called(METHODS, wanted, depth, '')],
      [2, () => this.#operation(wanted, depth)],
      [
        0.7,
        () =>
          `${this.#part(wanted, depth)} if ${this.expression('truth', depth - 1)}${random.chance(0.85) ? ` else ${this.#part(wanted, depth)}` : ''}`,
      ],
    ])();
  }

  #part(kind: Kind | 'any', depth: number): string {
    const inner = this.expression(kind, depth - 1);
    return /^[\w.]+$|^\([^()]*\)$|^'[^']*'$/.test(inner) ? inner : `(${inner})`;
  }

  #called(from: readonly Call[], wanted: Kind, depth: number, between: string): string {
    const fitting = from.filter(([, , gives]) => gives === wanted || gives === 'any');
    const [takes, written] = this.#random.pick(fitting.length > 0 ? fitting : from);
    return `${this.#part(takes, depth)}${between}${this.#filled(written)}`;
  }

  /** Replaces the letters that stand for arguments. */
  #filled(written: string): string {
    const kinds: Readonly<Record<string, Kind | 'any'>> = { E: 'any', S: 'text', N: 'number', L: 'list', D: 'dict' };
    return written.replace(/\b[ESNLD]\b(?!")/g, (letter) => this.#atom(kinds[letter] ?? 'any'));
  }

  #operation(kind: Kind, depth: number): string {
    const random = this.#random;
    const one = (of: Kind | 'any') => this.#part(of, depth);
    if (kind === 'truth')
      return random.weighted<() => string>([
        [4, () => this.#test(depth)],
        [2, () => `${one('number')} ${random.pick(['<', '<=', '>', '>=', '==', '!='])} ${one('number')}`],
        [
          2,
          () =>
            `${one('any')} ${random.pick(['==', '!=', 'in', 'not in'])} ${one(random.pick(['list', 'text', 'dict', 'any']))}`,
        ],
        [2, () => `${one('any')} ${random.pick(['and', 'or'])} ${one('any')}`],
        [1, () => `not ${one('any')}`],
        [0.5, () => `${one('number')} < ${one('number')} < ${one('number')}`],
      ])();
    if (kind === 'number')
      return `${one('number')} ${random.pick(['+', '-', '*', '/', '//', '%', '**'])} ${one('number')}`;
    if (kind === 'text')
      return random.pick([
        () => `${one('any')} ~ ${one('any')}`,
        () => `${one('text')} + ${one('text')}`,
        () => `${one('text')} * ${random.int(0, 3)}`,
        () => `'%s-%s' % (${one('any')}, ${one('any')})`,
      ])();
    if (kind === 'list')
      return random.pick([
        () => `${one('list')} + ${one('list')}`,
        () => `[${one('any')}, ${one('any')}]`,
        () => `range(${random.int(0, 4)}) | list`,
        () => `(${one('any')},)`,
      ])();
    if (kind === 'dict')
      return random.pick([
        () => `{'k': ${one('any')}, ${one('text')}: ${one('any')}}`,
        () => `dict(a=${one('any')})`,
      ])();
    return this.#atom(kind);
  }

  #test(depth: number): string {
    const [takes, written] = this.#random.pick(TESTS);
    return `${this.#part(takes, depth)} is ${this.#random.chance(0.2) ? 'not ' : ''}${this.#filled(written)}`;
  }

  #atom(kind: Kind | 'any'): string {
    const random = this.#random;
    const wanted = kind === 'any' ? random.pick(KINDS) : kind;
    if (random.chance(0.015)) return random.pick(['nosuch', 'nosuch.a', 'd.nosuch']);
    if (this.#names.length > 0 && random.chance(0.2)) return random.pick(this.#names);
    if (random.chance(0.65)) return random.pick(Object.keys(VARIABLES[wanted]));
    return random.pick(LITERALS[wanted]);
  }

  /** Text with braces in it. */
  text(parts: number): string {
    const random = this.#random;
    return Array.from(
      { length: parts },
      () =>
        `${random.pick(['a', '- ', 'x=', '', '\n', '  '])}{{ ${this.expression('any', 2)} }}${random.pick(['', ' b', '\n', ';'])}`,
    ).join('');
  }

  /** The text of a template file. */
  file(): string {
    return Array.from({ length: this.#random.int(1, 3) }, () => this.#statement(2)).join('');
  }

  #statement(depth: number): string {
    const random = this.#random;
    const inner = (): string => (depth <= 0 ? this.text(1) : this.#statement(depth - 1));
    const tag = (written: string): string =>
      `{%${random.pick(['', '', '', '-', '+'])} ${written} ${random.pick(['', '', '', '-'])}%}${random.pick(['', '\n', '\n', ' \n'])}`;
    return random.weighted<() => string>([
      [4, () => this.text(random.int(1, 2))],
      [
        2,
        () =>
          `${tag(`if ${this.expression('truth', 2)}`)}${inner()}${random.chance(0.4) ? `${tag(`elif ${this.expression('any', 1)}`)}${inner()}` : ''}${random.chance(0.5) ? `${tag('else')}${inner()}` : ''}${tag('endif')}`,
      ],
      [3, () => this.#loop(tag, inner)],
      [1, () => `${tag(`set ${this.#named()} = ${this.expression('any', 2)}`)}${inner()}`],
      [0.5, () => `${tag('set block')}${inner()}${tag('endset')}[{{ block }}]`],
      [
        0.6,
        () =>
          `${tag('macro m(a, b=2)')}{{ a }}/{{ b }}/{{ varargs }}${tag('endmacro')}{{ m(${this.expression('any', 1)}) }}{{ m(1, 2, 3) }}`,
      ],
      [
        0.4,
        () =>
          `${tag(`filter ${random.pick(['upper', 'indent(2)', 'replace("a", "b")', 'trim'])}`)}${inner()}${tag('endfilter')}`,
      ],
      [0.4, () => `${tag(`with w = ${this.expression('any', 1)}`)}{{ w }}${inner()}${tag('endwith')}`],
      [0.4, () => `{# a comment #}\n${tag('raw')}{{ raw }}{% if %}${tag('endraw')}`],
      [
        0.4,
        () =>
          `${tag('set ns = namespace(x=0)')}${tag('for i in numbers')}${tag('set ns.x = ns.x + i')}${tag('endfor')}{{ ns.x }}`,
      ],
    ])();
  }

  #named(): string {
    const name = `v${this.#names.length}`;
    this.#names.push(name);
    return name;
  }

  #loop(tag: (written: string) => string, inner: () => string): string {
    const random = this.#random;
    const over = this.expression(random.pick(['list', 'list', 'dict', 'text']), 1);
    const filter = random.chance(0.2) ? ' if item' : '';
    const known = random.pick([
      'loop.index',
      'loop.index0',
      'loop.revindex',
      'loop.first',
      'loop.last',
      'loop.length',
      'loop.cycle("a", "b")',
      'loop.previtem | default("-")',
      'loop.nextitem | default("-")',
      'loop.changed(item)',
      'loop.depth',
      'item',
    ]);
    this.#names.push('item');
    const body = `${random.pick(['', ' ', '- '])}{{ ${known} }}:{{ item }}${random.pick(['', '\n', ','])}${random.chance(0.3) ? inner() : ''}`;
    this.#names.splice(this.#names.indexOf('item'), 1);
    return `${tag(`for item in ${over}${filter}`)}${body}${random.chance(0.2) ? `${tag('else')}none${inner()}` : ''}${tag('endfor')}`;
  }
}

const LITERALS: Readonly<Record<Kind, readonly string[]>> = {
  text: ["'a'", '"b c"', "''", "'äß'", "'x\\ny'", "'{'", "'%d'", "'1'", "'True'", "'key'"],
  number: ['0', '1', '2', '10', '-1', '1.5', '1e3', '0x1f', '1_000'],
  list: ['[1, 2]', "['a', 'b']", '[]', '[[1], 2]', "['a', 1, none]", "('t', 1)"],
  dict: ["{'a': 1}", '{}', "{'a': {'b': 2}}", "{1: 'one'}"],
  truth: ['true', 'false', 'True', 'False'],
  none: ['none', 'None'],
};
