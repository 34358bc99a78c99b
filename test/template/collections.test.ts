import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Template } from '../../src/core/value.ts';
import { defaultEnv, evaluate } from '../../src/template/index.ts';

const text = (source: string, env = defaultEnv()) =>
  evaluate(
    new Template(source, { file: 'play.yaml', line: 1, column: 1 }),
    { get: () => undefined, names: () => [] },
    env,
  );

// The results of Ansible 2.14 with community.general 6.6.2 and ansible.utils 2.10.3.
const cases: readonly (readonly [string, string])[] = [
  ["[['a',1],('b',[2])] | community.general.dict", '{"a": 1, "b": [2]}'],
  ["[1,2] | community.general.dict_kv('k')", '{"k": [1, 2]}'],
  ["'abca' | community.general.counter", '{"a": 2, "b": 1, "c": 1}'],
  ["['x','y','x',1,1] | community.general.counter", '{"x": 2, "y": 1, "1": 2}'],
  ["['1.10','1.9','2.0','1.9rc1','1'] | community.general.version_sort", '["1", "1.9", "1.9rc1", "1.10", "2.0"]'],
  ["['1.10','1.9','2.0'] | community.general.version_sort(reverse=true)", '["2.0", "1.10", "1.9"]'],
  [
    "[{'n':'a','v':1},{'n':'b','v':2}] | community.general.groupby_as_dict('n')",
    '{"a": {"n": "a", "v": 1}, "b": {"n": "b", "v": 2}}',
  ],
  [
    "[{'n':'b','x':1},{'n':'a','x':2}] | community.general.lists_mergeby([{'n':'a','y':[1]},{'n':'c','x':5}],'n')",
    '[{"n": "a", "x": 2, "y": [1]}, {"n": "b", "x": 1}, {"n": "c", "x": 5}]',
  ],
  [
    "[[{'n':'b','x':[1],'d':{'p':1}}],[{'n':'b','x':[2],'d':{'q':2}}]] | community.general.lists_mergeby('n', recursive=true, list_merge='append')",
    '[{"n": "b", "x": [1, 2], "d": {"p": 1, "q": 2}}]',
  ],
  ["('52:54' | community.general.random_mac(seed='x')) == ('52:54' | community.general.random_mac(seed='x'))", 'true'],
  ["('52:54:00' | community.general.random_mac | length)", '17'],
  ["'1h 30m' | community.general.to_minutes", '90.0'],
  ["'1h -30m' | community.general.to_time_unit('hours')", '0.5'],
  ["'1y' | community.general.to_days", '365.0'],
  ["'1y' | community.general.to_days(year=366)", '366.0'],
  ["'30s 20m' | community.general.to_milliseconds", '1230000.0'],
  ["'1mo' | community.general.to_weeks", '4.285714285714'],
  ["[1,2,3,2] | ansible.utils.index_of('eq', 2)", '[1, 3]'],
  ["[1,2,3] | ansible.utils.index_of('eq', 2)", '1'],
  ["[1,2,3] | ansible.utils.index_of('eq', 2, wantlist=true)", '[1]'],
  ["[1,2,3] | ansible.utils.index_of('odd')", '[0, 2]'],
  ["[{'n':'a'},{'n':'b'},{'m':1}] | ansible.utils.index_of('match', '^b', 'n')", '1'],
  [
    "{'a':{'b c':[1,{'d':2}]},'e':[],'f':{}} | ansible.utils.to_paths",
    '{"a[\'b c\'][0]": 1, "a[\'b c\'][1].d": 2, "e": [], "f": {}}',
  ],
  ["{'a':{'b.c':1},'x':[[1]]} | ansible.utils.to_paths(prepend='r')", '{"r.a[\'b.c\']": 1, "r.x[0][0]": 1}'],
  ["[{'a':1,'b':{'a':2,'c':3}},{'c':4}] | ansible.utils.keep_keys(target=['a'])", '[{"a": 1, "b": {"a": 2}}, {}]'],
  [
    "{'x':{'ab':1,'b':2},'y':{'z':1}} | ansible.utils.keep_keys(target=['a'], matching_parameter='starts_with')",
    '{"x": {"ab": 1}}',
  ],
  ["[{'a':1,'b':{'a':2,'c':3}},{'a':4}] | ansible.utils.remove_keys(target=['a'])", '[{"b": {"c": 3}}]'],
  [
    "{'x':{'ab':1,'b':2},'y':[{'cb':1}]} | ansible.utils.remove_keys(target=['b'], matching_parameter='ends_with')",
    '{"x": {}, "y": []}',
  ],
  ["{'x1':{'x2':1,'b':2}} | ansible.utils.remove_keys(target=['^x.'], matching_parameter='regex')", '{}'],
  [
    "{'x1':{'x2':1,'b':2}} | ansible.utils.replace_keys(target=[{'before':'x2','after':'q'},{'before':'b','after':'c'}])",
    '{"x1": {"q": 1, "c": 2}}',
  ],
  [
    "['1.2.3.4','1.2.3.0/24','1.2.3.4/24','::1','fe80::/64','x',5,''] | select('ansible.utils.ip') | list",
    '["1.2.3.4", "1.2.3.0/24", "::1", "fe80::/64"]',
  ],
  [
    "['1.2.3.4','1.2.3.0/24','1.2.3.4/24','::1','fe80::/64','x','1.2.3.300'] | select('ansible.utils.ip_address') | list",
    '["1.2.3.4", "::1"]',
  ],
  [
    "['1.2.3.4','1.2.3.0/24','1.2.3.4/24','::1','fe80::/64','x'] | select('ansible.utils.ipv4') | list",
    '["1.2.3.4", "1.2.3.0/24"]',
  ],
  ["['1.2.3.4','1.2.3.0/24','::1'] | select('ansible.utils.ipv4_address') | list", '["1.2.3.4"]'],
  [
    "['255.255.255.0','0.0.0.255','255.0.255.0','0.0.0.0','255.255.255.255'] | select('ansible.utils.ipv4_netmask') | list",
    '["255.255.255.0", "255.255.255.255"]',
  ],
  [
    "['255.255.255.0','0.0.0.255','255.0.255.0','0.0.0.0','255.255.255.255','0.255.255.255'] | select('ansible.utils.ipv4_hostmask') | list",
    '["0.0.0.255", "0.255.255.255"]',
  ],
  ["['1.2.3.4','::1','fe80::/64','fe80::1/64'] | select('ansible.utils.ipv6') | list", '["::1", "fe80::/64"]'],
  ["['1.2.3.4','::1','fe80::/64'] | select('ansible.utils.ipv6_address') | list", '["::1"]'],
  ["['::ffff:10.1.1.1','::1'] | select('ansible.utils.ipv6_ipv4_mapped') | list", '["::ffff:10.1.1.1"]'],
  ["['2002:c0a8:0101::','::1'] | select('ansible.utils.ipv6_sixtofour') | list", '["2002:c0a8:0101::"]'],
  [
    "['2001::1','2001:0:c000::','2001:1::'] | select('ansible.utils.ipv6_teredo') | list",
    '["2001::1", "2001:0:c000::"]',
  ],
  ["['127.0.0.1','10.1.1.1','::1','127.0.0.0/8'] | select('ansible.utils.loopback') | list", '["127.0.0.1", "::1"]'],
  ["['224.0.0.1','10.1.1.1','ff02::1'] | select('ansible.utils.multicast') | list", '["224.0.0.1", "ff02::1"]'],
  [
    "['10.1.1.1','8.8.8.8','100.64.0.1','192.0.2.1','198.18.0.1','fc00::1','2001:db8::1','2606::1','0.0.0.0','127.0.0.1','169.254.1.1','255.255.255.255','240.0.0.1','::','2001:4::1','192.0.0.8'] | select('ansible.utils.private') | list",
    '["10.1.1.1", "192.0.2.1", "198.18.0.1", "fc00::1", "2001:db8::1", "0.0.0.0", "127.0.0.1", "169.254.1.1", "255.255.255.255", "240.0.0.1", "::", "2001:4::1", "192.0.0.8"]',
  ],
  [
    "['10.1.1.1','8.8.8.8','100.64.0.1','192.0.2.1','198.18.0.1','fc00::1','2001:db8::1','2606::1','0.0.0.0','224.0.0.1','255.255.255.255','240.0.0.1','::'] | select('ansible.utils.public') | list",
    '["8.8.8.8", "2606::1", "224.0.0.1"]',
  ],
  [
    "['253.0.0.1','8.8.8.8','fe80::1','2001::','5000::','100::1'] | select('ansible.utils.reserved') | list",
    '["253.0.0.1", "5000::", "100::1"]',
  ],
  ["['0.0.0.0','::','1.1.1.1'] | select('ansible.utils.unspecified') | list", '["0.0.0.0", "::"]'],
  [
    "['02:16:3e:e4:16:f3','02-16-3e-e4-16-f3','0216.3ee4.16f3','02163ee416f3','xx','2:16:3e:e4:16:f3'] | select('ansible.utils.mac') | list",
    '["02:16:3e:e4:16:f3", "02-16-3e-e4-16-f3", "0216.3ee4.16f3", "02163ee416f3"]',
  ],
  [
    "['10.1.1.1' is ansible.utils.in_network('10.0.0.0/8'), '10.1.0.0/16' is ansible.utils.in_network('10.0.0.0/8'), '10.0.0.0/8' is ansible.utils.in_network('10.1.0.0/16'), '10.1.1.1' is ansible.utils.in_network('10.1.1.0/8')]",
    '[true, true, false, false]',
  ],
  [
    "['10.1.1.0/24' is ansible.utils.subnet_of('10.1.0.0/16'), '10.1.0.0/16' is ansible.utils.supernet_of('10.1.1.0/24'), '192.168.0.0/16' is ansible.utils.supernet_of('10.1.1.0/24')]",
    '[true, true, false]',
  ],
  [
    "['10.1.1.1' is ansible.utils.in_any_network(['10.0.0.0/8','172.16.0.0/12']), '10.1.1.1' is ansible.utils.in_one_network(['10.0.0.0/8','10.1.0.0/16'])]",
    '[true, false]',
  ],
  ["{'a':['s']} | ansible.utils.keep_keys(target=['a'])", '{}'],
  ["{'a':['s',1]} | ansible.utils.keep_keys(target=['a'])", '{"a": ["s", 1]}'],
  ["{'z':['s',1]} | ansible.utils.keep_keys(target=['a'])", '{"z": ["s", 1]}'],
  ["{'z':['s']} | ansible.utils.keep_keys(target=['a'])", '{}'],
  ["{'a':{'q':['s']}} | ansible.utils.keep_keys(target=['a'])", '{}'],
  ["{'a':[{'a':1},{}]} | ansible.utils.keep_keys(target=['a'])", '{"a": [{"a": 1}]}'],
  ["['s',{'b':1}] | ansible.utils.keep_keys(target=['a'])", '["s", {}]'],
  ["{'x':[{}, {'a':1}]} | ansible.utils.remove_keys(target=['b'])", '{"x": [{"a": 1}]}'],
  ["[[],{},1] | ansible.utils.remove_keys(target=['b'])", '[1]'],
  ["{'z':['s',{'a':1}]} | ansible.utils.keep_keys(target=['a'])", '{"z": ["s", {"a": 1}]}'],
];

test.each(cases)('%s', (expression, expected) => {
  expect(text(`is {{ [${expression}] | to_json }}`)).toBe(`is [${expected}]`);
});

// From the documentation of community.general 9.1, which is newer than the version used above.
test.each([
  ["keep_keys(target=['a'])", [{ a: 1 }]],
  ["keep_keys(target='^b', matching_parameter='regex')", [{ b_x: 2 }]],
  ["remove_keys(target=['b'], matching_parameter='starts_with')", [{ a: 1 }]],
  ["replace_keys(target=[{'before': 'a', 'after': 'c'}])", [{ c: 1, b_x: 2 }]],
])('keys of a list of dicts: %s', (filter, expected) => {
  const result = text(`is {{ [{'a': 1, 'b_x': 2}] | community.general.${filter} | to_json }}`);

  expect(JSON.parse(String(result).slice(3))).toEqual(expected);
});

// The tests need only the arguments of the program and the use of its output, not the program itself.
const pass = `#!/bin/sh
case $1 in
  show) cat "$PASSWORD_STORE_DIR/$2" 2>/dev/null || { echo "Error: $2 is not in the password store." >&2; exit 1; } ;;
  insert) shift 3; cat >"$PASSWORD_STORE_DIR/$1" ;;
esac
`;

test('a secret in pass yields its first line, all of it, or a key, and is created if requested', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-pass-'));
  writeFileSync(join(folder, 'pass'), pass);
  chmodSync(join(folder, 'pass'), 0o755);
  writeFileSync(join(folder, 'site'), 'secret\nuser: me\n');
  const env = {
    ...defaultEnv(),
    variables: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, PASSWORD_STORE_DIR: folder },
  };
  const look = (term: string) => text(`{{ lookup('community.general.passwordstore', '${term}') }}`, env);

  expect(look('site')).toBe('secret');
  expect(look('site subkey=user')).toBe('me');
  expect(look('site returnall=true')).toBe('secret\nuser: me');
  expect(look('none missing=empty')).toBe('');
  expect(() => look('none')).toThrow('none not found');
  expect(look('new create=true length=12')).toMatch(/^\S{12}$/);
  expect(look('new')).toBe(look('new'));
  rmSync(folder, { recursive: true });
});

test('a missing program pass is reported', () => {
  const env = { ...defaultEnv(), variables: { PATH: '/nowhere' } };

  expect(() => text(`{{ lookup('passwordstore', 'x') }}`, env)).toThrow('the program `pass` is not installed');
});
