import { describe, expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14: see as-ansible.ts.

const told = async (plays: string) =>
  (await play({ 'play.yml': plays, 'a.fact': '{"from": "here"}' }, '--limit', 'a'))
    .split('\n')
    .filter((line) => /: a /.test(line) && !line.startsWith('Gathering Facts'))
    .join('\n');

describe('H2: facts', () => {
  test('gathered by one play are available in a later play that does not gather, whether read before or not', async () => {
    expect(
      await told(`
- {hosts: all}
- hosts: all
  gather_facts: false
  tasks:
    - {name: untouched before, debug: {msg: "{{ ansible_system }} {{ ansible_facts.system }}"}}
- hosts: all
  gather_facts: false
  tasks:
    - {name: once more, debug: {msg: "{{ ansible_system | default('none') }}"}}
    - {meta: clear_facts}
    - {name: cleared, debug: {msg: "{{ ansible_system | default('none') }}"}}
- {hosts: all}
- hosts: a
  gather_facts: false
  tasks:
    - {name: another host's, debug: {msg: "{{ hostvars.a.ansible_system }}"}}`),
    ).toMatchInlineSnapshot(`
      "untouched before: a ok "Linux Linux"
      once more: a ok "Linux"
      cleared: a ok "none"
      another host's: a ok "Linux""
    `);
  });

  test('of a play that never gathers are undefined', async () => {
    expect(
      await told(`
- hosts: all
  gather_facts: false
  tasks:
    - {name: never, debug: {msg: "{{ ansible_system | default('none') }}"}}`),
    ).toMatchInlineSnapshot(`"never: a ok "none""`);
  });

  test('are gathered again by each play that gathers; facts that tasks set meanwhile are newer', async () => {
    expect(
      await told(`
- hosts: all
  tasks:
    - {name: before, debug: {msg: "{{ ansible_env.HOME is defined }} {{ ansible_system }}"}}
    - {set_fact: {ansible_system: mine, cacheable: true}}
- hosts: all
  tasks:
    - {name: again, debug: {msg: "{{ ansible_facts.system }}"}}
    - {set_fact: {ansible_machine: mine, cacheable: true}}
    - {name: given, debug: {msg: "{{ ansible_facts.machine }}"}}`),
    ).toMatchInlineSnapshot(`
      "before: a ok "True Linux"
      set_fact: a ok
      again: a ok "Linux"
      set_fact: a ok
      given: a ok "mine""
    `);
  });

  test('include local facts and host keys, even if they are read first', async () => {
    expect(
      await told(`
- hosts: all
  tasks: [{name: local, debug: {msg: "{{ ansible_local is defined }}"}}]
- hosts: all
  tasks: [{name: keys, debug: {msg: "{{ ansible_ssh_host_key_ed25519_public is defined }}"}, when: "ansible_ssh_host_key_ed25519_public is defined or true"}]`),
    ).toMatchInlineSnapshot(`
      "local: a ok true
      keys: a ok true"
    `);
  });

  test.for([
    ['gather_subset: network', 'user_id, interfaces, network'],
    ['gather_subset: [min, "!local"]', 'user_id, min, !local'],
    [
      "gather_subset: '!all,!min,virtual'\n  fact_path: '{{ playbook_dir }}'",
      'virtualization_type, !all, !min, virtual',
    ],
    ["gather_subset: [local]\n  fact_path: '{{ playbook_dir }}'", 'user_id, here, local'],
    ['module_defaults: {setup: {gather_subset: min}}', 'user_id, min'],
    [
      'module_defaults: {gather_facts: {gather_subset: network}, setup: {gather_subset: min}}',
      'user_id, interfaces, network',
    ],
  ])('are those of the subset that the play asks for: %s', async ([keywords, known]) => {
    const names = ['user_id', 'interfaces', 'mounts', 'virtualization_type'];
    const facts = names.map((name) => `{{ '${name}, ' if ansible_${name} is defined }}`).join('');
    const local = "{{ (ansible_local.a.from ~ ', ') if ansible_local.a is defined }}";
    expect(
      await told(`
- hosts: all
  ${keywords}
  tasks:
    - {name: known, debug: {msg: "${facts}${local}{{ gather_subset | join(', ') }}"}}`),
    ).toBe(`known: a ok "${known}"`);
  });

  test('that an earlier play gathered stay when a later one gathers fewer', async () => {
    expect(
      await told(`
- hosts: all
- hosts: all
  gather_subset: min
  tasks:
    - {name: still, debug: {msg: "{{ ansible_interfaces is defined }} {{ gather_subset }}"}}`),
    ).toMatchInlineSnapshot(`"still: a ok "True ['min']""`);
  });

  test('may be used in vars_files and in the hosts of a play', async () => {
    expect(
      await play(
        {
          'Linux.yml': 'found: yes',
          'play.yml': `
- {hosts: all}
- hosts: "{{ hostvars.a.ansible_system | replace('Linux', 'a') }}"
  name: second
  vars_files: ["{{ ansible_system }}.yml"]
  gather_facts: false
  tasks: [{debug: {msg: "{{ found }}"}}]`,
        },
        '--limit',
        'a',
      ).then((text) => text.replace(/.*Gathering Facts.*\n|^a: .*\n/gm, '')),
    ).toMatchInlineSnapshot(`
      "play all
      play second
      debug: a ok true
      exit 0"
    `);
  });
});
