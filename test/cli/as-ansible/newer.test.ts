import { expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// What ansible-core 2.15 to 2.21 added to the language; the expected values follow its documentation, because 2.14 has none of it.

const shown = async (tasks: string, files: Readonly<Record<string, string>> = {}, ...args: string[]) =>
  (await play({ ...files, 'play.yml': `- hosts: a\n  gather_facts: false\n  tasks:\n${tasks}` }, ...args))
    .split('\n')
    .filter((line) => / a /.test(line) || line.startsWith('ERROR'));

test('`register` computes variables from the result, in any order', async () => {
  expect(
    await shown(`
    - shell: echo 1; exit 3
      register: {plus: rc + 1, rc: whole.rc, whole: _task.result, lacks: _task.loop_result.results}
      failed_when: _task.result.rc != 3
      changed_when: rc == 4
    - debug: {msg: "{{ [whole.stdout, rc, plus, whole is changed, lacks is defined, _task is defined] }}"}
    - command: echo no
      when: false
      register: {skipped: _task.result is skipped, out: "_task.result.stdout | default('none')"}
    - debug: {msg: "{{ [skipped, out] }}"}`),
  ).toEqual([
    'shell: a ok',
    'debug: a ok ["1",3,4,false,false,false]',
    'command: a skipping',
    'debug: a ok [true,"none"]',
  ]);
});

test('in a loop, `register` computes variables from all items, and each item sees those of the items before it', async () => {
  expect(
    await shown(`
    - command: echo {{ item }}
      loop: [a, b, skip, c]
      loop_control: {label: x}
      when: last | default('') != 'skip'
      changed_when: _task.result.stdout == 'b'
      register:
        last: _task.result.stdout
        all: _task.loop_result.results | map(attribute='stdout', default='-') | join
        whole: _task.polymorphic_result
    - debug: {msg: "{{ [all, whole.results | length, whole is changed, whole.msg] }}"}
    - command: echo {{ item }}
      loop: [1, 2, 3]
      loop_control: {label: x, break_when: _task.result.stdout == '2'}
      register: {ran: "_task.loop_result.results | map(attribute='break_when_result')"}
    - debug: {msg: "{{ ran }}"}`),
  ).toEqual([
    'command: a changed (x), a ok (x), a ok (x), a skipping (x)',
    'debug: a ok ["abskip-",4,true,"All items completed"]',
    'command: a changed (x), a changed (x)',
    'debug: a ok [false,true]',
  ]);
});

test('an expression of `register` that cannot be computed leaves its variable undefined', async () => {
  expect(
    await shown(`
    - set_fact: {v: old}
    - {command: ls, register: {v: _task.result.nothing, w: w}}
    - debug: {msg: "{{ [v is defined, w is defined] }}"}`),
  ).toEqual(['set_fact: a ok', 'command: a changed', 'debug: a ok [false,false]']);
});

test('a wrong name, and an expression in braces, are errors', async () => {
  const told = await play({
    'play.yml': `- hosts: a
  tasks:
    - {command: ls, register: {a-b: _task.result, b: "{{ _task.result }}", c: 1}}`,
  });
  expect(told).toContain("Invalid variable name in 'register' specified: 'a-b'");
});

test('templates: counts of replacements, timedout, vaulted_file, csvfile and ini', async () => {
  expect(
    await shown(
      `
    - debug: {msg: "{{ 'aXbX' | regex_replace('X', '-', count=1) }} {{ 'aXbX' | regex_replace('X', '-', mandatory_count=2) }}"}
    - {debug: {msg: "{{ 'aXbX' | regex_replace('X', '-', mandatory_count=1) }}"}, ignore_errors: true}
    - {command: sleep 5, timeout: 1, ignore_errors: true, register: r}
    - debug: {msg: "{{ [r is timedout, r.timedout.period, {'failed': true} is timedout] }}"}
    - debug: {msg: "{{ ['v' is vaulted_file, 'play.yml' is vaulted_file] }}"}
    - debug: {msg: "{{ lookup('csvfile', 'Smith', file='people.csv', delimiter=',', col=0, keycol=1) }}"}
    - debug: {msg: "{{ lookup('ini', 'exec', section='x', file='x.ini', interpolation=false) }}"}`,
      {
        v: '$ANSIBLE_VAULT;1.1;AES256\n00',
        'files/people.csv': 'Jane,Smith\n',
        'files/x.ini': '[x]\nexec=/bin/run %u\n',
      },
    ),
  ).toEqual([
    'debug: a ok "a-bX a-b-"',
    `debug: a fatal "'X' should match 1 times, but matches 2 times in 'aXbX'" (ignored)`,
    'command: a fatal "The command action failed to execute in the expected time frame (1) and was terminated" (ignored)',
    'debug: a ok [true,1,false]',
    'debug: a ok [true,false]',
    'debug: a ok "Jane"',
    'debug: a ok "/bin/run %u"',
  ]);
});

const specs = `argument_specs:
  web:
    short_description: A server
    options:
      port: {type: int, required: true}
      kind: {type: str, choices: [a, b], default: a}
`;

test('validate_argspec validates the variables of a play before its first task', async () => {
  const play1 = '- {hosts: a, name: web, gather_facts: false, validate_argspec: true, tasks: [debug: {msg: ran}]}\n';
  const play2 =
    '- {hosts: b, gather_facts: false, validate_argspec: web, vars: {port: x}, pre_tasks: [debug: {msg: ran}]}\n';
  expect(
    (await play({ 'play.yml': play1 + play2, 'play.meta.yml': specs }, '-e', '{"kind": "b"}')).split('\n'),
  ).toEqual([
    'play web',
    `Validating arguments against arg spec 'web' - A server: a fatal "Validation of arguments failed:\\nmissing required arguments: port"`,
    'a: failed=1',
    'exit 2',
  ]);
  expect((await play({ 'play.yml': play1, 'play.meta.yml': specs }, '-e', 'port=80')).split('\n')).toEqual([
    'play web',
    "Validating arguments against arg spec 'web' - A server: a ok",
    'debug: a ok "ran"',
    'a: ok=2',
    'exit 0',
  ]);
});

test('validate_argspec needs a name, the file, and the specification', async () => {
  const started = async (keywords: string, files: Readonly<Record<string, string>>) =>
    await play({ 'play.yml': `- {hosts: a, gather_facts: false, ${keywords}, tasks: [ping: ]}`, ...files });
  expect(await started('validate_argspec: true', { 'play.meta.yml': specs })).toContain('needs a play with a name');
  expect(await started('validate_argspec: web', {})).toContain("'validate_argspec' needs the file play.meta.yml");
  expect(await started('validate_argspec: other', { 'play.meta.yml': specs })).toContain(
    "has no argument spec named 'other'",
  );
  expect(await started('validate_argspec: false', {})).toContain('ping: a ok');
});

test('filters: base64 for URLs, profiles of JSON, and the kinds of matches', async () => {
  expect(
    await shown(`
    - debug: {msg: "{{ 'a+/b?>' | b64encode }} {{ 'a+/b?>' | b64encode(urlsafe=true) }} {{ 'YSsvYj8-' | b64decode(urlsafe=true) }}"}
    - debug: {msg: "{{ '[1]' | from_json(profile='tagless') }} {{ [1] | to_json(profile='tagless') }}"}
    - {debug: {msg: "{{ 'x' is regex('x', match_type='other') }}"}, ignore_errors: true}`),
  ).toEqual([
    'debug: a ok "YSsvYj8+ YSsvYj8- a+/b?>"',
    'debug: a ok "[1] [1]"',
    expect.stringContaining('Invalid match_type specified'),
  ]);
});

test('local facts keep their name in ansible_facts, and a program that fails says so', async () => {
  const play1 = `- hosts: a
  fact_path: "{{ playbook_dir }}/facts"
  gather_subset: [local, '!min']
  tasks:
    - debug: {msg: "{{ [ansible_facts.ansible_local.x.s.k, ansible_local.x.s.k, ansible_facts.local is defined] }}"}
    - {shell: "printf '#!/bin/sh\\nexit 3' > facts/bad.fact; chmod +x facts/bad.fact", args: {chdir: "{{ playbook_dir }}"}}
    - setup: {fact_path: "{{ playbook_dir }}/facts", gather_subset: [local, '!min']}
    - debug: {msg: "{{ ansible_local.bad | regex_replace('.*, rc', 'rc') }}"}
`;
  expect((await play({ 'play.yml': play1, 'facts/x.fact': '[s]\nk=v\n' })).split('\n')).toEqual([
    'play a',
    'debug: a ok ["v","v",false]',
    'shell: a changed',
    'setup: a ok',
    'debug: a ok "rc: 3, err: "',
    expect.any(String),
    'exit 0',
  ]);
});

test('a role that cannot be loaded is rescued, unless the include says that it is not rescuable', async () => {
  const tasks = (rescuable: boolean) => `
    - block: [include_role: {name: nope, rescuable: ${rescuable}}]
      rescue: [debug: {msg: rescued}]
    - debug: {msg: after}`;
  expect(await shown(tasks(true))).toEqual([
    expect.stringContaining("the role 'nope' was not found"),
    'debug: a ok "rescued"',
    'debug: a ok "after"',
  ]);
  expect(await shown(tasks(false))).toEqual([expect.stringContaining("the role 'nope' was not found")]);
});
