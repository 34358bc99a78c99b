import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const python = spawnSync('python3', ['--version']).status === 0;

const local = (tasks: string, vars = ''): string =>
  `- hosts: localhost\n  gather_facts: false\n${vars}  tasks:\n${tasks.replace(/^/gm, '    ')}\n`;

const asserting = (...conditions: readonly string[]): string =>
  `- assert:\n    that:\n${conditions.map((one) => `      - ${JSON.stringify(one)}`).join('\n')}`;

const filters = `
import datetime, os
from ansible.errors import AnsibleFilterError
from ansible.module_utils.six import string_types

def shout(text, times=1):
    if not isinstance(text, string_types):
        raise AnsibleFilterError('shout wants text, not %s' % type(text).__name__)
    return text.upper() + '!' * times

def types(value):
    return [type(one).__name__ for one in value]

def same(value):
    return value

def pid(value):
    return os.getpid()

def lines(value):
    return (line for line in value.splitlines())

def day(value):
    return datetime.date(2024, 2, value)

def thing(value):
    return object()

def broken(value):
    return value.nothing

class FilterModule(object):
    def filters(self):
        return {f.__name__: f for f in (shout, types, same, pid, lines, day, thing, broken)}
`;

const lookup = `
from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

DOCUMENTATION = '''
options:
  _terms: {required: true}
  times: {type: int, default: 2}
  place: {default: nowhere, vars: [{name: own_place}], env: [{name: OWN_PLACE}]}
  sort: {type: bool, default: no}
'''
display = Display()

class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        if terms == ['warn']:
            display.warning('it is late')
        if terms == ['path']:
            return [self.find_file_in_search_path(variables, 'files', 'data.txt')]
        if terms == ['template']:
            return [self._templar.template('{{ ' + 'x' + ' }}')]
        if terms == ['variable']:
            return [self._templar.template(variables['outer']), 'nope' in variables, variables.get('nope', 'none')]
        if terms == ['fail']:
            raise AnsibleError('no such luck')
        return [self.get_option('place')] + terms * self.get_option('times')
`;

describe.skipIf(!python)('filters, tests and lookups in Python', () => {
  const files = {
    'filter_plugins/own.py': filters,
    'test_plugins/own.py':
      'class TestModule:\n    def tests(self):\n        return {"tiny": lambda n, limit=10: n < limit}\n',
    'lookup_plugins/own.py': lookup,
  };

  test('they receive values with their types, and return them', async () => {
    using rig = new Rig().write({
      ...files,
      'play.yaml': local(
        asserting(
          "'hey' | shout(times=2) == 'HEY!!'",
          "['a', 'b'] | map('shout') | list == ['A!', 'B!']",
          "[1, 1.0, 'a', none, true, [1], {'a': 1}, (1, 2)] | types == ['int', 'float', 'str', 'NoneType', 'bool', 'list', 'dict', 'tuple']",
          "{1: 'a', 'b': 2} | same == {1: 'a', 'b': 2}",
          "{'z': 1, '10': 2, '!int': 3} | same | list == ['z', '10', '!int']",
          '12345678901234567890 | same == 12345678901234567890',
          "'ä\u{1f600}' | same == 'ä\u{1f600}'",
          "'a\\nb' | lines | list == ['a', 'b']",
          "(29 | day).strftime('%d.%m.%Y') == '29.02.2024'",
          '3 is tiny and 3 is not tiny(limit=2)',
        ),
      ),
    });

    expect(await rig.run(['play.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('lookups see options, variables and files', async () => {
    using rig = new Rig().write({
      ...files,
      'files/data.txt': '',
      'play.yaml': local(
        `${asserting(
          "query('own', 'a') == ['from a variable', 'a', 'a']",
          "query('own', 'a', times='1', place='here') == ['here', 'a']",
          "lookup('own', 'path') == playbook_dir ~ '/files/data.txt'",
          "query('own', 'variable') == ['INNER!', false, 'none']",
          "lookup('own', 'warn', 'more', times=0) == 'from a variable'",
          "lookup('own', 'warn', times=0) == 'from a variable'",
        )}\n- assert: { that: "item in [own_place, 'one']" }\n  with_own: [one]`,
        '  vars: { own_place: from a variable, inner: inner, outer: "{{ inner | shout }}" }\n',
      ),
    });

    const { code, stdout } = await rig.run(['play.yaml']);

    expect(stdout).toContain('[WARNING]: it is late');
    expect(code).toBe(0);
  });

  test('all calls of a run share one process', async () => {
    using rig = new Rig().write({
      ...files,
      'play.yaml': local(asserting("range(200) | map('pid') | unique | length == 1")),
    });

    expect(await rig.run(['play.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('they are found in roles, collections and configured directories', async () => {
    const one = (name: string) =>
      `class FilterModule:\n    def filters(self):\n        return {'${name}': lambda value: '${name} ' + value}\n`;
    const inCollection = 'collections/ansible_collections/my/own/plugins';
    using rig = new Rig().write({
      'ansible.cfg': '[defaults]\nfilter_plugins = more\n',
      'more/deeper/files.py': one('configured'),
      'roles/r/filter_plugins/role.py': one('of_role'),
      'roles/r/tasks/main.yaml': asserting("'x' | of_role == 'of_role x'"),
      'roles/later/filter_plugins/role.py': one('of_later'),
      'roles/later/tasks/main.yaml': asserting("'x' | of_later == 'of_later x'"),
      [`${inCollection}/filter/f.py`]:
        'from ..plugin_utils.help import greet\nclass FilterModule:\n    def filters(self):\n        return {"hello": greet}\n',
      [`${inCollection}/plugin_utils/help.py`]: 'def greet(name):\n    return "hello " + name\n',
      [`${inCollection}/lookup/l.py`]:
        'from ansible.plugins.lookup import LookupBase\nclass LookupModule(LookupBase):\n    def run(self, terms, variables=None, **kwargs):\n        return [len(terms)]\n',
      'play.yaml': local(
        `- import_role: { name: r }\n${asserting("'x' | configured == 'configured x'", "'you' | my.own.hello == 'hello you'", "lookup('my.own.l', 1, 2) == 2")}\n- include_role: { name: "{{ which }}" }`,
        '  vars: { which: later }\n',
      ),
    });

    expect(await rig.run(['play.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });

  test.for([
    ['{{ 1 | shout }}', 2, 'shout: shout wants text, not int', /raised in .*own\.py, line 8/],
    ['{{ 1 | broken }}', 2, "broken: AttributeError: 'int' object has no attribute 'nothing'", /line 30/],
    ['{{ 1 | thing }}', 2, 'thing: it returned an object of the type object, which is not plain data', /thing/],
    ['{{ nope | same }}', 1, "'nope' is undefined", /nope/],
    ['{{ [x.y] | same }}', 2, "'y'", /attribute/],
    ['{{ "a" | shuot }}', 1, 'did you mean "shout"?', /shuot/],
    ['{{ lookup("own", "fail") }}', 2, 'own: no such luck', /raised in .*own\.py, line 27/],
    ['{{ lookup("own", "template") }}', 2, 'it evaluates a template of its own', /x/],
    ['{{ lookup("won") }}', 1, 'did you mean "own"?', /won/],
  ] as const)('the error in %s is reported', async ([template, code, message, place]) => {
    using rig = new Rig().write({
      ...files,
      'play.yaml': local(`- debug: { msg: '${template}' }`, '  vars: { x: {} }\n'),
    });

    const said = await rig.run(['play.yaml']);

    expect(said.stdout + said.stderr).toContain(message);
    expect(said.stdout + said.stderr).toMatch(place);
    expect(said.code).toBe(code);
  });

  test('under the name of ansible-playbook, a result has the message that Ansible gives', async () => {
    using rig = new Rig().write({
      ...files,
      'play.yaml': local(
        `- debug: { msg: "{{ 1 | shout }}" }\n  register: filtered\n  ignore_errors: true\n- debug: { msg: "{{ lookup('own', 'fail') }}" }\n  register: looked\n  ignore_errors: true\n${asserting(
          "filtered.msg == 'shout wants text, not int'",
          "looked.msg == 'An unhandled exception occurred while running the lookup plugin \\'own\\'. Error was a <class \\'ansible.errors.AnsibleError\\'>, original message: no such luck. no such luck'",
        )}`,
      ),
    });

    expect(await rig.run(['play.yaml'], { calledAs: 'ansible-playbook' })).toMatchObject({ code: 0 });
  });

  test('a file that cannot be loaded is skipped with a warning, and explains a filter that is missing', async () => {
    using rig = new Rig().write({
      ...files,
      'filter_plugins/bad.py': 'import no_such_library\n',
      'fine.yaml': local(asserting("'a' | shout == 'A!'")),
      'missing.yaml': local('- debug: { msg: "{{ 1 | other }}" }'),
    });

    const fine = await rig.run(['fine.yaml']);
    const missing = await rig.run(['missing.yaml', '--syntax-check']);

    expect(fine.code).toBe(0);
    expect(fine.stdout).toMatch(
      /skipping .*bad\.py, which cannot be loaded: No module named 'no_such_library': install it for python3 on this machine/,
    );
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("no filter named 'other'");
    expect(missing.stderr).toMatch(/bad\.py, which cannot be loaded/);
  });

  test('without python3, the error says what to install', async () => {
    using rig = new Rig().write({ ...files, 'play.yaml': local('- debug: { msg: "{{ 1 | shout }}" }') });
    rig.write({ 'bin/.keep': '' });
    for (const name of ['mkfifo', 'sh']) symlinkSync(`/usr/bin/${name}`, join(rig.folder, 'bin', name));

    const { code, stderr } = await rig.run(['play.yaml', '--syntax-check'], { env: { PATH: join(rig.folder, 'bin') } });

    expect(code).toBe(1);
    expect(stderr).toContain('there is no python3 on this machine: install python3');
  });

  test('a process that has ended starts again', async () => {
    using rig = new Rig().write({
      'filter_plugins/own.py':
        'import os\nclass FilterModule:\n    def filters(self):\n        return {"end": lambda value: os._exit(value), "same": lambda value: value}\n',
      'play.yaml': local(
        `- debug: { msg: "{{ 1 | end }}" }\n  register: ended\n  ignore_errors: true\n${asserting("'a' | same == 'a'", "'python3 has ended' in ended.msg")}`,
      ),
    });

    expect(await rig.run(['play.yaml'])).toMatchObject({ code: 0 });
  });

  test('TypeScript beside Python wins', async () => {
    using rig = new Rig().write({
      ...files,
      'filter_plugins/own.ts': 'export const shout = () => "from TypeScript";\n',
      'play.yaml': local(asserting("'a' | shout == 'from TypeScript'", "'a' | same == 'a'")),
    });

    expect(await rig.run(['play.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });
});
