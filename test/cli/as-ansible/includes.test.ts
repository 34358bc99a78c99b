import { describe, expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14: see as-ansible.ts.

const files = {
  'good.yml': '[{name: good, debug: {msg: "good {{ item | default(0) }} {{ v | default(0) }}"}}]',
  'bad.yml': '[{name: bad, fail: {msg: bad}}, {name: not reached, debug: {}}]',
};
const on = (what: string, ...args: string[]) =>
  play({ ...files, 'play.yml': `- hosts: a\n  gather_facts: false\n${what}` }, ...args);

describe('include_tasks', () => {
  test('a module of an installed collection matters only if its task runs', async () => {
    const included = (name: string) => ({
      'ansible.cfg': '[defaults]\ncollections_path = ./here\n',
      'here/ansible_collections/some/thing/plugins/modules/odd.py': '',
      'odd.yml': `[{name: odd, ${name}: {}, when: 1 == 2}]`,
      'play.yml': '- hosts: a\n  gather_facts: false\n  tasks: [{include_tasks: odd.yml}]',
    });

    expect(await play(included('some.thing.odd'))).toMatchInlineSnapshot(`
      "play a
      odd: a skipping
      a: ok=1 skipped=1
      exit 0"
    `);
    expect(await play(included('some.thing.other'))).toContain("couldn't resolve module/action 'some.thing.other'");
  });

  test('over no items counts as skipped', async () => {
    expect(
      await on(`  tasks:
    - {name: files, include_tasks: good.yml, loop: []}
    - {name: roles, include_role: {name: nowhere}, loop: [], register: it}
    - {name: told, debug: {msg: "{{ it.skipped_reason }}{{ it.results }}"}}`),
    ).toMatchInlineSnapshot(`
      "play a
      files: a skipping
      roles: a skipping
      told: a ok "No items in the list[]"
      a: ok=1 skipped=2
      exit 0"
    `);
  });

  test('with ignore_errors: ignores a name that cannot be computed, but neither a missing file nor failures inside', async () => {
    const said = (
      await on(`  tasks: [{include_tasks: none.yml, ignore_errors: true}, {name: after, debug: {msg: not reached}}]`)
    ).replace(/fatal .*/, 'fatal');
    expect(said).toMatchInlineSnapshot(`
      "play a
      include_tasks: a fatal
      a: failed=1
      exit 2"
    `);
    expect(
      (
        await on(`  tasks:
    - {include_tasks: "{{ nowhere }}", ignore_errors: true}
    - {name: goes on, debug: {msg: goes on}}
    - {include_tasks: bad.yml, ignore_errors: true}
    - {name: after, debug: {msg: not reached}}`)
      ).replace(/fatal ".*" \(ignored/, 'fatal (ignored'),
    ).toMatchInlineSnapshot(`
      "play a
      include_tasks: a fatal (ignored)
      goes on: a ok "goes on"
      bad: a fatal "bad"
      a: ok=3 failed=1 ignored=1
      exit 2"
    `);
  });

  test('with ignore_errors in apply ignores failures of the included tasks', async () => {
    expect(
      await on(`  tasks:
    - include_tasks: {file: bad.yml, apply: {ignore_errors: true}}
    - {name: after, debug: {msg: goes on}}`),
    ).toMatchInlineSnapshot(`
      "play a
      bad: a fatal "bad" (ignored)
      not reached: a ok "Hello world!"
      after: a ok "goes on"
      a: ok=4 ignored=1
      exit 0"
    `);
  });

  test('with register', async () => {
    expect(
      await on(`  tasks:
    - {include_tasks: good.yml, register: one}
    - {include_tasks: good.yml, register: none, when: false}
    - {name: registered, debug: {msg: "{{ [one is defined, one.failed | default('?'), one is changed, none is skipped] }}"}}`),
    ).toMatchInlineSnapshot(`
      "play a
      good: a ok "good 0 0"
      include_tasks: a skipping
      registered: a fatal "The 'skipped' test expects a dictionary"
      a: ok=2 failed=1 skipped=1
      exit 2"
    `);
  });

  test('with a loop and variables', async () => {
    expect(
      await on(`  tasks:
    - {include_tasks: good.yml, loop: [1, 2], vars: {v: "v{{ item }}"}}
    - {include_tasks: "{{ item }}", with_items: [good.yml, good.yml]}`),
    ).toMatchInlineSnapshot(`
      "play a
      good: a ok "good 1 v1"
      good: a ok "good 2 v2"
      good: a ok "good good.yml 0"
      good: a ok "good good.yml 0"
      a: ok=8
      exit 0"
    `);
  });

  test('tags of an include do not apply to its tasks; those of an import and of apply do', async () => {
    expect(
      await on(
        `  vars: {t: yes please}
  tasks:
    - {include_tasks: good.yml, tags: [t], vars: {v: include}}
    - {import_tasks: good.yml, tags: [t], vars: {v: import}}
    - {include_tasks: {file: good.yml, apply: {tags: [t]}}, tags: [t], vars: {v: apply}}
    - {name: computed, debug: {msg: computed}, tags: ["{{ 't' }}"]}
    - {name: of a list, debug: {msg: of a variable}, tags: [x, t]}
    - {name: never, debug: {msg: never}, tags: [never, t]}
    - {name: always, debug: {msg: always}, tags: always}
    - {name: other, debug: {msg: other}}`,
        '--tags',
        't',
      ),
    ).toMatchInlineSnapshot(`
      "play a
      good: a ok "good 0 import"
      good: a ok "good 0 apply"
      computed: a ok "computed"
      of a list: a ok "of a variable"
      never: a ok "never"
      always: a ok "always"
      a: ok=8
      exit 0"
    `);
  });
});

describe('variables', () => {
  test('of the play and its roles are not in hostvars; inventory variables, facts and registered results are', async () => {
    expect(
      await play({
        inv: 'a ansible_connection=local of_inventory=1\n',
        'roles/r/vars/main.yml': 'of_role: 1',
        'roles/r/tasks/main.yml':
          '- {name: in role, debug: {msg: "{{ [hostvars.a.of_role is defined, of_role is defined] }}"}}',
        'play.yml': `
- hosts: a
  gather_facts: false
  vars: {of_play: 1}
  roles: [r]
  tasks:
    - {set_fact: {set: 1}}
    - {command: echo, register: registered}
    - name: seen
      vars: {of_task: 1}
      debug: {msg: "{{ ['of_inventory', 'set', 'registered', 'of_play', 'of_role', 'of_task'] | select('in', hostvars.a) | list }}"}`,
      }),
    ).toMatchInlineSnapshot(`
      "play a
      r : in role: a ok [false,true]
      set_fact: a ok
      command: a changed
      seen: a ok ["of_inventory","set","registered"]
      a: ok=4 changed=1
      exit 0"
    `);
  });

  test('None is empty inside text, and stays None on its own', async () => {
    expect(
      await on(`  vars: {nil: null, lone: "{{ nil }}", text: "<{{ nil }}>", listed: ["{{ nil }}"]}
  tasks:
    - {name: lone, debug: {msg: "{{ [lone is none, lone == '', lone | length if lone is string else 'no text'] }}"}}
    - {name: text, debug: {msg: "{{ text }}"}}
    - {name: listed, debug: {msg: "{{ listed }}"}}
    - {name: msg, debug: {msg: "{{ nil }}"}}`),
    ).toMatchInlineSnapshot(`
      "play a
      lone: a ok [true,false,"no text"]
      text: a ok "<>"
      listed: a ok [null]
      msg: a ok null
      a: ok=4
      exit 0"
    `);
  });
});

test('variables among the arguments of the old include give way to facts, those in its vars do not', async () => {
  expect(
    await on(`  tasks:
    - set_fact: {v: fact}
    - include: good.yml v={{ v }}
    - {include: good.yml, vars: {v: own}}`),
  ).toMatchInlineSnapshot(`
    "play a
    set_fact: a ok
    good: a ok "good 0 fact"
    good: a ok "good 0 own"
    a: ok=3
    exit 0"
  `);
});

describe('a file included while the play runs', () => {
  test.for([
    ['a module that does not exist', '[{nosuch: {}}]'],
    ['two modules in one task', '[{ping: {}, debug: {}}]'],
    ['broken YAML', '[{'],
  ] as const)('with %s ends the program with 4, whatever would rescue it', async ([, bad]) => {
    const tasks = '  tasks: [{block: [{include_tasks: wrong.yml}], rescue: [{debug: {}}]}]';
    const said = await play({ 'wrong.yml': bad, 'play.yml': `- hosts: a\n  gather_facts: false\n${tasks}` });
    expect(said.split('\n').at(-1)).toBe('exit 4');
  });

  test('may have a task for a module that we lack and that is not reached', async () => {
    const unreached = '[{rpm_key: {key: A}, when: false}, {name: goes on, debug: {msg: further}}]';
    const playbook = '- hosts: a\n  gather_facts: false\n  tasks: [{include_tasks: unreached.yml}]';
    expect(await play({ 'unreached.yml': unreached, 'play.yml': playbook })).toContain('goes on: a ok "further"');
  });
});
