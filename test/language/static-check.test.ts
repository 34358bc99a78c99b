import { describe, expect, test } from 'vitest';
import type { TaskType } from '../../src/core/task-type.ts';
import { Template } from '../../src/core/value.ts';
import { createDynamicLoader, loadPlaybooks } from '../../src/language/playbook.ts';
import { checkPlaybooks } from '../../src/language/static-check.ts';
import command from '../../tasks/command.ts';
import copy from '../../tasks/copy.ts';
import debug from '../../tasks/debug.ts';
import deployHelper from '../../tasks/deploy_helper.ts';
import file from '../../tasks/file.ts';
import packageFacts from '../../tasks/package_facts.ts';
import setFact from '../../tasks/set_fact.ts';
import template from '../../tasks/template.ts';
import { memoryFiles } from './memory-files.ts';

const types = [command, copy, debug, deployHelper, file, packageFacts, setFact, template] as unknown as TaskType[];
const taskType = (name: string) =>
  types.find(
    (type) =>
      type.name === name || type.name === `ansible.builtin.${name}` || type.name === `community.general.${name}`,
  );
const typeNames = types.map(({ name }) => name);

const check = (texts: Record<string, string>) => {
  const files = memoryFiles(texts);
  const options = { files, taskType };
  const loaded = loadPlaybooks(['/p/site.yml'], options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const loader = createDynamicLoader(options);
  return checkPlaybooks(loaded.value, { files, loader, taskType, typeNames, variables });
};

/** A variable as in the inventory. */
const variables = new Map([
  ['from_inventory', new Set([{ value: 1 }])],
  [
    'made',
    new Set([{ value: new Template('{{ vault_x }}', { file: '/i/hosts.yml', line: 5, column: 9, length: 13 }) }]),
  ],
  ['made_of_made', new Set([{ value: new Template('a {{ made }}') }])],
  ['made_or_not', new Set([{ value: new Template('{{ vault_x }}') }, { value: 2 }])],
  ['made_with_default', new Set([{ value: new Template("{{ vault_x | default('') }}") }])],
  ['made_of_itself', new Set([{ value: new Template('{{ made_of_itself }}') }])],
]);

/** The reports about a play with these lines as its tasks. */
const told = (tasks: string, more: Record<string, string> = {}, play = '') =>
  check({ '/p/site.yml': `- hosts: all\n${play}  tasks:\n${tasks.replace(/^/gm, '  ')}`, ...more });

describe('static checks', () => {
  test.for<[string, string, string, number, number]>([
    ['an unknown task type', '- fiel: {path: /a}', 'unknown-task-type', 3, 5],
    ['an unknown parameter', '- file:\n    path: /a\n    mdoe: "0644"', 'unknown-parameter', 5, 7],
    ['a missing parameter', '- file: {state: directory}', 'missing-parameter', 3, 5],
    ['a value that is not a choice', '- file: {path: /a, state: dir}', 'not-a-choice', 3, 29],
    ['a mode without its leading zero', '- file: {path: /a, mode: 644}', 'mode-without-zero', 3, 28],
    ['a four-digit mode without a leading zero', '- file: {path: /a, mode: 1777}', 'mode-without-zero', 3, 28],
    ['a template that ends too early', '- debug: {msg: "a {{ b"}', 'template-syntax', 3, 21],
    ['an unknown filter', '- debug: {msg: "{{ 1 | defualt(2) }}"}', 'unknown-filter', 3, 26],
    ['an unknown test', '- debug:\n  when: 1 is odde', 'unknown-test', 4, 16],
    ['a condition that ends too early', '- debug:\n  when: (1', 'template-syntax', 4, 12],
    ['a loop over an unknown lookup', '- debug: {}\n  with_nope: [1]', 'unknown-lookup', 4, 16],
    ['an unknown lookup', '- debug: {msg: "{{ lookup(\'nope\', 1) }}"}', 'unknown-lookup', 3, 22],
    ['an undefined handler', '- debug:\n  notify: [restart]', 'unknown-handler', 4, 14],
    ['a missing file', '- copy: {src: nope, dest: /a}', 'missing-file', 3, 17],
    ['a missing template', '- template: {src: nope.j2, dest: /a}', 'missing-file', 3, 21],
    ['an undefined variable', '- debug: {msg: "a {{ b.c }}"}', 'undefined-variable', 3, 24],
    ['an undefined variable in a condition', '- debug:\n  when: b', 'undefined-variable', 4, 11],
  ])('find %s', ([, tasks, code, line, column]) => {
    expect(told(tasks)).toMatchObject([{ severity: 'error', code, at: { file: '/p/site.yml', line, column } }]);
  });

  test.for(['made', 'made_of_made'])('report an undefined variable that %s depends on, where it is written', (name) => {
    expect(told(`- debug: {msg: "{{ ${name} }}"}`)).toEqual([
      {
        severity: 'error',
        code: 'undefined-variable',
        message: "'vault_x' is undefined, but `made`, which is needed at /p/site.yml:3, is computed from it",
        at: expect.objectContaining({ file: '/i/hosts.yml', line: 5, column: 12 }),
        hint: 'define it in an encrypted file: run vault create /i/group_vars/all/vault.yaml',
      },
    ]);
  });

  test.for([
    ['another host has another value', '- debug: {msg: "{{ made_or_not }}"}'],
    ['there is a default in the definition', '- debug: {msg: "{{ made_with_default }}"}'],
    ['there is a default where it is used', '- debug: {msg: "{{ made | default(1) }}"}'],
    ['a condition may decide', '- debug: {msg: "{{ made }}"}\n  when: from_inventory == 2'],
    ['a task may set it', '- set_fact: {vault_x: 1}\n- debug: {msg: "{{ made }}"}'],
    ['a task may set the dependent variable', '- set_fact: {made: 1}\n- debug: {msg: "{{ made }}"}'],
    ['a registered result has that name', '- debug:\n  register: vault_x\n- debug: {msg: "{{ made }}"}'],
    ['its failure is ignored', '- debug: {msg: "{{ made }}"}\n  ignore_errors: true'],
    ['it refers to itself', '- debug: {msg: "{{ made_of_itself }}"}'],
  ] as const)('do not report it if %s', ([, tasks]) => {
    expect(told(tasks)).toEqual([]);
  });

  test('suggest similar names', () => {
    expect(told('- fiel: {path: /a}')[0]!.hint).toBe('did you mean "file"?');
    expect(told('- debug:\n  notify: [restrat]', {}, '  handlers: [{name: restart, debug: }]\n')[0]!.hint).toBe(
      'did you mean "restart"?',
    );
  });

  test('report all mistakes at once', () => {
    expect(told('- fiel:\n- debug: {mgs: 1}\n- debug: {msg: "{{ }}"}').map(({ code }) => code)).toEqual([
      'unknown-task-type',
      'unknown-parameter',
      'template-syntax',
    ]);
  });

  test('cover files that are included by literal names', () => {
    const [first] = told('- include_tasks: x.yml', { '/p/x.yml': '- debug: {mgs: 1}\n' });

    expect(first).toMatchObject({ code: 'unknown-parameter', at: { file: '/p/x.yml', line: 1 } });
  });

  test('cover template files', () => {
    const [first] = told('- template: {src: a.j2, dest: /a}', { '/p/templates/a.j2': 'one\n{% if %}\n' });

    expect(first).toMatchObject({ code: 'template-syntax', at: { file: '/p/templates/a.j2', line: 2 } });
  });

  test('U6: only warn about a missing include that may never be reached', () => {
    expect(told('- include_tasks: later.yml\n  when: from_inventory')).toMatchObject([
      { severity: 'warning', code: 'missing-file' },
    ]);
  });

  test('only warn about mistakes in variables, which may never be used', () => {
    expect(told('- debug:', {}, '  vars: {x: "{{ 1 | nope }}"}\n')).toMatchObject([
      { severity: 'warning', code: 'unknown-filter' },
    ]);
  });
});

describe('static checks report nothing', () => {
  test.for<[string, string, Record<string, string>?, string?]>([
    ['about parameters from templates', '- file: "{{ x }}"', {}, '  vars: {x: 1}\n'],
    ['about parameters from a templated args', '- file:\n  args: "{{ from_inventory }}"'],
    [
      'about parameters that module_defaults may set',
      '- file: {state: directory}',
      {},
      '  module_defaults: {file: {path: /a}}\n',
    ],
    ['about modes that are decimal on purpose', '- file: {path: /a, mode: 420}'],
    ['about modes with a leading zero', '- file: {path: /a, mode: 0644}\n- file: {path: /a, mode: "644"}'],
    ['about parameters that may be omitted', '- copy: {src: "{{ from_inventory }}", content: "{{ omit }}", dest: /a}'],
    [
      'about variables from inventory, tasks, loops and facts',
      '- debug: {msg: "{{ from_inventory }}{{ ansible_os_family }}{{ groups }}"}\n- command: ls\n  register: r\n' +
        '- debug: {msg: "{{ r }}{{ s }}{{ x }}{{ i }}{{ item }}"}\n  loop: [1]\n  loop_control: {index_var: i}\n  vars: {x: 1}\n- set_fact: {s: 1}',
    ],
    [
      'about the facts that a type says it sets',
      '- package_facts:\n- deploy_helper: {path: /srv/app}\n- debug: {msg: "{{ packages }}{{ deploy_helper.new_release }}"}',
    ],
    [
      'about variables that the task tests first',
      '- debug: {msg: "{{ b }}"}\n  when: b is defined\n- debug: {msg: "{{ c | default(1) }}"}',
    ],
    [
      'about variables that an include may define',
      '- include_tasks: "{{ from_inventory }}"\n- debug: {msg: "{{ b }}"}',
    ],
    [
      'about variables in a task whose failure is caught',
      '- block: [{debug: {msg: "{{ b }}"}}]\n  rescue: [{debug: }]\n- debug: {msg: "{{ c }}"}\n  ignore_errors: true',
    ],
    [
      'about variables from a variables file',
      '- debug: {msg: "{{ b }}"}',
      { '/p/v.yml': 'b: 1\n' },
      '  vars_files: [v.yml]\n',
    ],
    [
      'about handlers that a role or a listen defines',
      '- debug:\n  notify: [h, l, "r : h"]',
      { '/p/roles/r/handlers/main.yml': '- {name: h, debug: , listen: l}\n' },
      '  roles: [r]\n',
    ],
    [
      'about handlers whose names are templates',
      '- debug:\n  notify: x',
      {},
      '  handlers: [{name: "{{ from_inventory }}", debug: }]\n',
    ],
    ['about files on the host', '- copy: {src: nope, dest: /a, remote_src: true}'],
    ['about files created by the run', '- command: make nope\n  delegate_to: localhost\n- copy: {src: nope, dest: /a}'],
    [
      'about existing files',
      '- copy: {src: x, dest: /a}\n- copy: {src: d, dest: /a}',
      { '/p/files/x': '', '/p/d/y': '' },
    ],
    ['about strings that are not templates', '- debug: {msg: !unsafe "{{ nope |"}'],
  ])('%s', ([, tasks, more, play]) => {
    expect(told(tasks, more, play)).toEqual([]);
  });
});
