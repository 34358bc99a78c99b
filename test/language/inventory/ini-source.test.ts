import { describe, expect, test } from 'vitest';
import { Float, Template } from '../../../src/core/value.ts';
import { emptyDraft } from '../../../src/language/inventory/draft.ts';
import { readIniSource } from '../../../src/language/inventory/ini-source.ts';
import { iniValue } from '../../../src/language/inventory/ini-value.ts';

function read(text: string) {
  const draft = emptyDraft();
  readIniSource(draft, text, 'hosts.ini');
  return draft;
}

const notes = (text: string) => read(text).notes.map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
const hostVars = (text: string) => {
  const [host] = read(text).hosts.values();
  return Object.fromEntries(
    host!.layers
      .filter(({ from }) => from.includes(', host'))
      .flatMap(({ vars }) => [...vars].map(([name, { value }]) => [name, value])),
  );
};

describe('an inventory in INI format', () => {
  test('has hosts in groups, nested groups, and group variables', () => {
    const draft = read('lone\n[web]\nwww[1:2]\n[eu:children]\nweb\n[eu:vars]\na = some text\nb=[1, 2]\n');

    expect([...draft.groups.get('ungrouped')!.hosts]).toEqual(['lone']);
    expect([...draft.groups.get('web')!.hosts]).toEqual(['www1', 'www2']);
    expect([...draft.groups.get('eu')!.children]).toEqual(['web']);
    expect(
      draft.groups.get('eu')!.layers.map(({ vars }) => [...vars].map(([name, { value }]) => [name, value])),
    ).toEqual([
      [
        ['a', 'some text'],
        ['b', [1, 2]],
      ],
    ]);
  });

  test.for([
    ['h a=1 b=x', { a: 1, b: 'x' }],
    [`h a='x y' b="q # z" # comment`, { a: 'x y', b: 'q # z' }],
    ['h a=foo=bar', { a: 'foo=bar' }],
    ['h:2222 a="5"', { ansible_port: 2222, a: 5 }],
    ['h a= b=True c=None d=none', { a: '', b: true, c: null, d: 'none' }],
    [String.raw`h a="say \"hi\"" b=x\ y`, { a: 'say "hi"', b: 'x y' }],
    ['[2001:db8::1]:22', { ansible_port: 22 }],
    ['fe80::1', {}],
  ] as const)('%s', ([line, vars]) => {
    expect(hostVars(line)).toEqual(vars);
  });

  test('records where a variable is written', () => {
    const [host] = read('\n  h a=1 b=2\n').hosts.values();

    expect(host!.layers.at(-1)!.vars.get('b')!.at).toEqual({ file: 'hosts.ini', line: 2, column: 9, length: 3 });
  });

  test.for([
    ['h a', '1:3 Expected key=value host variable assignment, got: a'],
    ['h a="x', '1:1 a quote is not closed'],
    ['[web:vars]\na\n[web]', '2:1 Expected key=value, got: a'],
    ['[web:vrs]\n', '1:1 Section [web:vrs] has unknown type: vrs'],
    ['[web\nh', "1:1 Invalid section entry: '[web'"],
    ['[nowhere:vars]\na=1', '1:1 [nowhere:vars] names the group nowhere, which no section declares'],
    ['[eu:children]\nwbe\n[web]', '2:1 [eu:children] names the group wbe, which no section declares'],
    ['h[a:5]', '1:1 [a:5] is not a range of hosts: its ends must be two numbers or two letters'],
  ] as const)('%j → %s', ([text, message]) => {
    expect(notes(text)).toEqual([message]);
  });

  test('a group may be declared after it is mentioned', () => {
    expect(notes('[eu:children]\nweb\n[eu:vars]\na=1\n[web]\nh')).toEqual([]);
  });
});

describe('iniValue', () => {
  test.for([
    ['1,2', [1, 2]],
    ['(1, 2)', [1, 2]],
    ['5 # five', 5],
    ["'a' 'b'", 'ab'],
    ['1_000', 1000],
    ['-3', -3],
    ['1+2', '1+2'],
    ["b'x'", 'x'],
    ["{'a': [1, {'b': None}]}", new Map([['a', [1, new Map([['b', null]])]]])],
    ['0o17', 15],
    ['0x10', 16],
    ['017', '017'],
    ['1e3', new Float(1000)],
    ['.5', 0.5],
    ['yes', 'yes'],
    ['a,b', 'a,b'],
    ['[1,', '[1,'],
    ['{{ x }}', new Template('{{ x }}')],
    ["['{{ x }}']", [new Template('{{ x }}')]],
  ] as const)('%s → %j', ([text, value]) => {
    expect(iniValue(text)).toEqual(value);
  });
});
