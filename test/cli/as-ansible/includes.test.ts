import { describe, expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// Inline snapshots are what ansible-playbook 2.14 told: see as-ansible.ts.

const files = {
  'good.yml': '[{name: good, debug: {msg: "good {{ item | default(0) }} {{ v | default(0) }}"}}]',
  'bad.yml': '[{name: bad, fail: {msg: bad}}, {name: not reached, debug: {}}]',
};
const on = (what: string, ...args: string[]) =>
  play({ ...files, 'play.yml': `- hosts: a\n  gather_facts: false\n${what}` }, ...args);

describe('include_tasks', () => {
  test('with ignore_errors: what is not there is ignored, what it brings is not', async () => {
    expect(
      await on(`  tasks:
    - {include_tasks: none.yml, ignore_errors: true}
    - {name: goes on, debug: {msg: goes on}}
    - {include_tasks: bad.yml, ignore_errors: true}
    - {name: after, debug: {msg: not reached}}`),
    ).toMatchInlineSnapshot();
  });

  test('with apply ignores what it brings', async () => {
    expect(
      await on(`  tasks:
    - include_tasks: {file: bad.yml, apply: {ignore_errors: true}}
    - {name: after, debug: {msg: goes on}}`),
    ).toMatchInlineSnapshot();
  });

  test('with register', async () => {
    expect(
      await on(`  tasks:
    - {include_tasks: good.yml, register: one}
    - {include_tasks: good.yml, register: none, when: false}
    - {name: registered, debug: {msg: "{{ [one is defined, one.failed | default('?'), one is changed, none is skipped] }}"}}`),
    ).toMatchInlineSnapshot();
  });

  test('with a loop, and variables of its own', async () => {
    expect(
      await on(`  tasks:
    - {include_tasks: good.yml, loop: [1, 2], vars: {v: "v{{ item }}"}}
    - {include_tasks: "{{ item }}", with_items: [good.yml, good.yml]}`),
    ).toMatchInlineSnapshot();
  });

  test('tags of an include do not reach in, those of an import and of apply do', async () => {
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
    ).toMatchInlineSnapshot();
  });
});

describe('variables', () => {
  test('of the play and its roles are not in hostvars; inventory, facts and registered ones are', async () => {
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
    ).toMatchInlineSnapshot();
  });

  test('None is empty in text, and None where it stands alone', async () => {
    expect(
      await on(`  vars: {nil: null, lone: "{{ nil }}", text: "<{{ nil }}>", listed: ["{{ nil }}"]}
  tasks:
    - {name: lone, debug: {msg: "{{ [lone is none, lone == '', lone | length if lone is string else 'no text'] }}"}}
    - {name: text, debug: {msg: "{{ text }}"}}
    - {name: listed, debug: {msg: "{{ listed }}"}}
    - {name: msg, debug: {msg: "{{ nil }}"}}`),
    ).toMatchInlineSnapshot();
  });
});
