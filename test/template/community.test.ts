import { expect, test } from 'vitest';
import { Template } from '../../src/core/value.ts';
import { defaultEnv, evaluate } from '../../src/template/index.ts';

const evaluated = (source: string) =>
  evaluate(
    new Template(source, { file: 'play.yaml', line: 1, column: 1 }),
    { get: () => undefined, names: () => [] },
    defaultEnv(),
  );

// The results of Ansible 2.14 with a newer community.general, with an alias of `c_g.` for its name.
const cases: readonly (readonly [string, string])[] = [
  ['[1,2,1] | c_g.lists_union([2,3])', '[1, 2, 3]'],
  ['[[1,2],[2,3]] | c_g.lists_union(flatten=true)', '[1, 2, 3]'],
  ["['b','a'] | c_g.lists_union(['a'], flatten=true)", '["b", "a"]'],
  ['[1,1,2] | c_g.lists_union', '[1, 1, 2]'],
  ['[1,1,2] | c_g.lists_union([])', '[1, 2]'],
  ['[1,1,2,3] | c_g.lists_intersect([3,1])', '[1, 3]'],
  ['[[1,1,2,3],[3,1]] | c_g.lists_intersect(flatten=true)', '[1, 3]'],
  ['[1,1,2,3] | c_g.lists_difference([3])', '[1, 2]'],
  ['[1,1,2,3] | c_g.lists_difference([3],[2])', '[1]'],
  ['[1,1,2] | c_g.lists_symmetric_difference([2,3])', '[1, 3]'],
  ['[1,1,2] | c_g.lists_symmetric_difference([2,3],[1,5,5])', '[3, 5]'],
  ["[{'a':1}] | c_g.lists_union([{'a':1},{'b':2}])", '[{"a": 1}, {"b": 2}]'],
  [
    "'/some/path' | split('/') | map('split','/') | c_g.accumulate | map('join','/') | list",
    '["", "/some", "/some/path"]',
  ],
  ["'abc' | c_g.accumulate | list", '["a", "ab", "abc"]'],
  ['[1,2,3] | c_g.accumulate | list', '[1, 3, 6]'],
  ["'ä' | c_g.unicode_normalize('NFKD') | length", '2'],
  ["'test' | c_g.crc32", '"d87f7e0c"'],
  ["'' | c_g.crc32", '"0"'],
  [`'a,b\n1,"x, y"\n2,z\n' | c_g.from_csv`, '[{"a": "1", "b": "x, y"}, {"a": "2", "b": "z"}]'],
  ["'a b\n1 x\n' | c_g.from_csv(delimiter=' ')", '[{"a": "1", "b": "x"}]'],
  [
    "'1;x\n2;y;z\n3\n' | c_g.from_csv(delimiter=';', fieldnames=['a','b'])",
    '[{"a": "1", "b": "x"}, {"a": "2", "b": "y", "null": ["z"]}, {"a": "3", "b": null}]',
  ],
  ["'a, b\n1, 2\n' | c_g.from_csv(skipinitialspace=true)", '[{"a": "1", "b": "2"}]'],
  ["'a\tb\n1\t2\n' | c_g.from_csv(dialect='excel-tab')", '[{"a": "1", "b": "2"}]'],
  ["'[s]\nA = b%c\n[t]\nx: 1\n' | c_g.from_ini", '{"s": {"A": "b%c"}, "t": {"x": "1"}}'],
  ["'[DEFAULT]\nd = 1\n[s]\nA = b\n' | c_g.from_ini", '{"s": {"d": "1", "A": "b"}, "DEFAULT": {"d": "1"}}'],
  ["{'s': {'k': 'v', 'n': 1}, 't': {'c': 'x y'}} | c_g.to_ini", '"[s]\\nk = v\\nn = 1\\n\\n[t]\\nc = x y\\n"'],
  ["{'s': {'k': 'v'}} | c_g.to_ini(no_extra_spaces=true)", '"[s]\\nk=v\\n"'],
  ["{'s': {'k': 'a\nb'}} | c_g.to_ini", '"[s]\\nk = a\\n\\tb\\n"'],
  ["{'s': {'k': true, 'n': 1.5}} | c_g.to_ini", '"[s]\\nk = True\\nn = 1.5\\n"'],
  ['123 | c_g.reveal_ansible_type', '"int"'],
  ['1.5 | c_g.reveal_ansible_type', '"float"'],
  ['[] | c_g.reveal_ansible_type', '"list"'],
  ['{} | c_g.reveal_ansible_type', '"dict"'],
  ["[1,'a',true] | c_g.reveal_ansible_type", '"list[bool|int|str]"'],
  ["{'a':1,'b':'x'} | c_g.reveal_ansible_type", '"dict[str, int|str]"'],
  ["[{'a':1},[1]] | c_g.reveal_ansible_type", '"list[dict|list]"'],
  ['none | c_g.reveal_ansible_type', '"NoneType"'],
  ["{1:'a','b':'b'} | c_g.reveal_ansible_type({'str':'text'})", '"dict[int|text, text]"'],
  ["[1] is c_g.ansible_type('list[int]')", 'true'],
  ["1 is c_g.ansible_type(['str','int'])", 'true'],
  ["1 is c_g.ansible_type('str')", 'false'],
  ["{'a':1} is c_g.ansible_type('dict[text, int]', {'str':'text'})", 'true'],
  ["{'a':1,'l':[1,2]} | c_g.json_patch('add', '/b', 2)", '{"a": 1, "l": [1, 2], "b": 2}'],
  ["{'a':1,'l':[1,2]} | c_g.json_patch('add', '/l/1', 9)", '{"a": 1, "l": [1, 9, 2]}'],
  ["{'a':1,'l':[1,2]} | c_g.json_patch('add', '/l/-', 9)", '{"a": 1, "l": [1, 2, 9]}'],
  ["{'a':1,'l':[1,2]} | c_g.json_patch('remove', '/l/0')", '{"a": 1, "l": [2]}'],
  ["{'a':1,'l':[1,2]} | c_g.json_patch('replace', '/a', {'z':none})", '{"a": {"z": null}, "l": [1, 2]}'],
  ["{'a':1,'l':[1,2]} | c_g.json_patch('copy', '/c', **{'from':'/l'})", '{"a": 1, "l": [1, 2], "c": [1, 2]}'],
  ["{'a':1,'l':[1,2]} | c_g.json_patch('move', '/l/0', **{'from':'/a'})", '{"l": [1, 1, 2]}'],
  ["{'a':1} | c_g.json_patch('test', '/a', 1)", '{"a": 1}'],
  ["{'a':1} | c_g.json_patch('test', '/a', 2)", 'null'],
  [`'{"a/b": 1}' | c_g.json_patch('remove', '/a~1b')`, '{}'],
  ["{'a':1} | c_g.json_patch('add', '', [1])", '[1]'],
  [
    "{'a':1} | c_g.json_patch_recipe([{'op':'add','path':'/b','value':[1]},{'op':'copy','from':'/b','path':'/c'}])",
    '{"a": 1, "b": [1], "c": [1]}',
  ],
  ["'srv.example.com' is c_g.fqdn_valid", 'true'],
  ["'srv' is c_g.fqdn_valid(2)", 'false'],
  ["'-a.example.com' is c_g.fqdn_valid", 'false'],
  ["'foo_bar.example.com' is c_g.fqdn_valid", 'false'],
  ["'foo_bar.example.com' is c_g.fqdn_valid(allow_underscores=True)", 'true'],
];

const full = (source: string) => source.replaceAll('c_g.', 'community.general.');

test.each(cases)('%s', (source, expected) => {
  expect(evaluated(`{{ (${full(source)}) | to_json }}`)).toBe(expected);
});

const refused: readonly (readonly [string, string])[] = [
  ["'a,b' | c_g.from_csv(dialect='nosuch')", "Dialect 'nosuch' is not supported"],
  ["'A = b' | c_g.from_ini", 'no section headers'],
  ["{'s': {'k': none}} | c_g.to_ini", 'option values must be strings'],
  ['{} | c_g.to_ini', 'to_ini received an empty dict'],
  ['1 | c_g.crc32', 'for crc32 (1)'],
  ["'x' | c_g.unicode_normalize('XX')", "'XX' is not a valid form"],
  ['1 | c_g.accumulate', 'for accumulate (1)'],
  ["{'l':[1,2]} | c_g.json_patch('add', '/l/7', 9)", "can't insert outside of list"],
  ["{'a':1} | c_g.json_patch('remove', '/x')", "'x'"],
  ["{'a':1} | c_g.json_patch('test', '/a', 2, fail_test=true)", 'test operation failed'],
  ["{'a':1} | c_g.json_patch('nosuch', '/a', 2)", "unsupported 'op' argument: nosuch"],
];

test.each(refused)('%s is refused', (source, why) => {
  expect(() => evaluated(`{{ ${full(source)} }}`)).toThrow(why);
});
