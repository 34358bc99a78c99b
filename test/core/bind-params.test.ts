import { describe, expect, test } from 'vitest';
import { bindParams, checkParams } from '../../src/core/bind-params.ts';
import type { ParamSpec } from '../../src/core/params.ts';
import { Float, fromJs, type Raw, Template } from '../../src/core/value.ts';

const shape = (params: Readonly<Record<string, Partial<ParamSpec>>>, more = {}) => ({
  name: 'box',
  params: params as Readonly<Record<string, ParamSpec>>,
  ...more,
});

const bound = (type: ReturnType<typeof shape>, args: unknown, options = {}) => {
  const done = bindParams(type, fromJs(args), options);
  return done.ok
    ? done.params
    : done.problems.map(({ code, path, message, hint }) => [code, path.join('.'), message, hint]);
};

const template = new Template('{{ x }}');

test('a default may come from the environment of the task', () => {
  const type = shape({ unsafe: { type: 'bool', default: false, environment: 'ANSIBLE_UNSAFE_WRITES' } });
  const unsafe = (given: object, said: string) => bound(type, given, { environment: { ANSIBLE_UNSAFE_WRITES: said } });

  expect(unsafe({}, '1')).toEqual({ unsafe: true });
  expect(unsafe({}, '')).toEqual({ unsafe: false });
  expect(unsafe({ unsafe: false }, '1')).toEqual({ unsafe: false });
});

describe('bindParams', () => {
  test.for([
    // type    given         becomes
    ['str', 5, '5'],
    ['str', true, 'True'],
    ['str', [1, 'a'], '[1,"a"]'],
    ['bool', 'yes', true],
    ['bool', 'off', false],
    ['bool', 1, true],
    ['int', '12', 12],
    ['float', '1.5', 1.5],
    ['list', 'a, b', ['a', 'b']],
    ['list', 5, [5]],
    ['dict', 'a=1, b=2', { a: '1', b: '2' }],
    ['dict', '{"a": 1}', { a: 1 }],
    ['json', { a: [1] }, '{"a":[1]}'],
    ['bytes', '10MB', 10 * 1024 ** 2],
    ['bytes', '1.5k', 1536],
    ['path', '~/x', '/home/me/x'],
    ['path', '$HOME', '/home/me'],
    ['path', '~you/x', '/home/you/x'],
    // YAML 1.1 reads 0644 as 420.
    ['mode', 420, '0644'],
    ['mode', 'u=rw,g+r', 'u=rw,g+r'],
    ['raw', null, null],
  ] as const)('a %s given as %j becomes %j', ([type, given, becomes]) => {
    expect(bound(shape({ x: { type } }), { x: given }, { home: (user = 'me') => `/home/${user}` })).toEqual({
      x: becomes,
    });
  });

  test.for([
    ['bool', 'maybe', '`x`: expected a boolean (true or false), got `maybe`'],
    ['int', '1.5', '`x`: expected an integer, got `1.5`'],
    ['float', 'much', '`x`: expected a number, got `much`'],
    ['list', { a: 1 }, '`x`: expected a list, got a dictionary'],
    ['dict', 'a b', '`x`: expected a dictionary, got `a b`'],
    ['bytes', '1.2.3', '`x`: expected a size such as 10MB, got `1.2.3`'],
    ['mode', 'rwx', "`x`: expected a mode such as '0644' or u=rw,g=r, got `rwx`"],
    ['mode', 'ao=r', "`x`: expected a mode such as '0644' or u=rw,g=r, got `ao=r`"],
  ] as const)('a %s cannot be %j', ([type, given, message]) => {
    expect(bound(shape({ x: { type } }), { x: given })).toEqual([['wrong-type', 'x', message, undefined]]);
  });

  test('a mode without its leading zero is rejected, with a suggestion', () => {
    expect(bound(shape({ mode: { type: 'mode' } }), { mode: 644 })).toEqual([
      ['mode-without-zero', 'mode', '`mode`: expected a mode with a leading zero, got `644`', "write `'0644'`"],
    ]);
  });

  test('a float without a fraction keeps its decimal point as a string', () => {
    const done = bindParams(shape({ x: { type: 'str' } }), new Map([['x', new Float(5)]]) as Raw);

    expect(done).toMatchObject({ params: { x: '5.0' } });
  });

  test('aliases are resolved, defaults are filled in, omitted values count as missing', () => {
    const type = shape({
      path: { type: 'str', aliases: ['dest'] },
      mode: { type: 'str', default: '0644' },
      owner: { type: 'str' },
    });

    expect(bound(type, { dest: '/x', owner: 'OMIT' }, { omit: 'OMIT' })).toEqual({
      path: '/x',
      mode: '0644',
      owner: undefined,
    });
  });

  test('all mistakes are reported at once, with suggestions', () => {
    const type = shape({
      path: { type: 'str', required: true },
      state: { type: 'str', choices: ['present', 'absent'] },
    });

    expect(bound(type, { paht: '/x', state: 'presnt' })).toEqual([
      ['unknown-parameter', 'paht', '`paht` is not a parameter of `box`', 'did you mean `path`?'],
      ['missing-parameter', '', '`box` needs the parameter `path`', undefined],
      ['not-a-choice', 'state', '`state` must be one of present, absent; found `presnt`', 'did you mean `present`?'],
    ]);
  });

  test('null counts as not given, except where there are choices', () => {
    const choices = ['present', 'absent'];

    expect(bound(shape({ x: { type: 'str', default: 'a' } }), { x: null })).toEqual({ x: 'a' });
    expect(bound(shape({ x: { type: 'str', default: 'present', choices } }), { x: null })).toMatchObject([
      ['not-a-choice', 'x', '`x` must be one of present, absent; found `null`', undefined],
    ]);
  });

  test('a choice that YAML reads as a boolean becomes the written word', () => {
    expect(bound(shape({ x: { type: 'str', choices: ['no', 'yes', 'maybe'] } }), { x: true })).toEqual({ x: 'yes' });
  });

  test('options of dictionaries, and of dictionaries in lists, are bound like parameters', () => {
    const options = { port: { type: 'int', required: true } } as Readonly<Record<string, ParamSpec>>;
    const type = shape({ one: { type: 'dict', options }, many: { type: 'list', elements: 'dict', options } });

    expect(bound(type, { one: { port: '1' }, many: [{ port: '2' }] })).toEqual({
      one: { port: 1 },
      many: [{ port: 2 }],
    });
    expect(bound(type, { one: {}, many: [{ port: 'x' }] })).toEqual([
      ['missing-parameter', 'one', '`one` needs the parameter `port`', undefined],
      ['wrong-type', 'many.0.port', '`port`: expected an integer, got `x`', undefined],
    ]);
  });

  test('a type that accepts any parameter accepts names of built-in JavaScript properties', () => {
    const type = shape({ cacheable: { type: 'bool' } }, { anyParams: true });

    expect(bound(type, { constructor: 1, toString: 'x' })).toEqual({
      cacheable: undefined,
      constructor: 1,
      toString: 'x',
    });
  });

  test('values of secret parameters, and passwords in URLs, are collected', () => {
    const type = shape({
      key: { type: 'list', elements: 'str', secret: true },
      url: { type: 'str', secret: 'password in URL' },
    });

    const done = bindParams(type, fromJs({ key: ['a', 'b'], url: 'https://me:pass@host/' }));

    expect(done).toMatchObject({ secrets: expect.arrayContaining(['a', 'b', 'pass']) });
  });

  test.for([
    [{ mutuallyExclusive: [['a', 'b']] }, { a: 1, b: 1 }, 'parameters are mutually exclusive: a|b'],
    [{ requiredTogether: [['a', 'b']] }, { a: 1 }, 'parameters are required together: a, b'],
    [{ requiredOneOf: [['a', 'b']] }, {}, 'one of the following is required: a, b'],
    [
      { requiredIf: [{ param: 'a', is: '1', needs: ['b', 'c'] }] },
      { a: 1, b: 1 },
      'a is 1 but all of the following are missing: c',
    ],
    [
      { requiredIf: [{ param: 'a', is: '1', needs: ['b', 'c'], any: true }] },
      { a: 1 },
      'a is 1 but any of the following are missing: b, c',
    ],
    [{ requiredBy: { a: ['b'] } }, { a: 1 }, "missing parameter(s) required by 'a': b"],
  ] as const)('the rule %j refuses %j', ([rules, args, message]) => {
    const type = shape({ a: { type: 'str' }, b: { type: 'str' }, c: { type: 'str' } }, { rules });

    expect(bound(type, args)).toEqual([[expect.any(String), '', message, undefined]]);
  });
});

describe('checkParams', () => {
  test('waits for templates, and reports the mistakes in plain values', () => {
    const type = shape({
      a: { type: 'int', required: true },
      b: { type: 'list', elements: 'int' },
      c: { type: 'int' },
    });
    const args = new Map<string, Raw>([
      ['a', template],
      ['b', [template, 'x']],
      ['c', 'y'],
    ]);

    expect(checkParams(type, args as Raw).map(({ path }) => path.join('.'))).toEqual(['b.1', 'c']);
    expect(checkParams(type, template)).toEqual([]);
  });
});
