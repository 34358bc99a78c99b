import { describe, expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14, see as-ansible.ts, but of 2.18 where variables set for a
// use of a role are shown outside of it: 2.14 lets the whole play see them.

const roles = {
  'roles/r/tasks/main.yml': '- {name: in r, debug: {msg: "x={{ x | default(0) }}"}}',
  'roles/dup/tasks/main.yml': '- {name: in dup, debug: {msg: "x={{ x | default(0) }}"}}',
  'roles/dup/meta/main.yml': 'allow_duplicates: true',
  'roles/dep/tasks/main.yml': '- {name: in dep, debug: {msg: dep}}',
  'roles/dep/meta/main.yml': 'dependencies: [r, {role: r, x: 2}]',
};
const on = (what: string) => play({ ...roles, 'play.yml': `- hosts: a\n  gather_facts: false\n${what}` });

describe('a role runs once', () => {
  test('from `roles:`, and again with other parameters, variables, tags or conditions', async () => {
    expect(
      await on(`
  roles: [r, r, {role: r, x: 1}, {role: r, x: 1}, {role: r, vars: {x: 3}}, {role: r, tags: [t]}, {role: r, when: true}]`),
    ).toMatchInlineSnapshot(`
      "play a
      r : in r: a ok "x=0"
      r : in r: a ok "x=1"
      r : in r: a ok "x=3"
      r : in r: a ok "x=0"
      r : in r: a ok "x=0"
      a: ok=5
      exit 0"
    `);
  });

  test('unless it allows duplicates', async () => {
    expect(await on('  roles: [dup, dup, {role: dup, x: 1}]')).toMatchInlineSnapshot(`
      "play a
      dup : in dup: a ok "x=0"
      dup : in dup: a ok "x=0"
      dup : in dup: a ok "x=1"
      a: ok=3
      exit 0"
    `);
  });

  test('as a dependency, too', async () => {
    expect(await on('  roles: [r, dep, r, dep]')).toMatchInlineSnapshot(`
      "play a
      r : in r: a ok "x=0"
      r : in r: a ok "x=2"
      dep : in dep: a ok "dep"
      a: ok=3
      exit 0"
    `);
  });

  test('per host, not counting hosts where its condition did not hold', async () => {
    expect(
      await play({
        ...roles,
        'play.yml': `- {hosts: "a,b", gather_facts: false, roles: [{role: r, when: inventory_hostname == 'a'}, r, r]}`,
      }),
    ).toMatchInlineSnapshot(`
      "play a,b
      r : in r: a ok "x=0", b skipping
      r : in r: a ok "x=0", b ok "x=0"
      a: ok=2
      b: ok=1 skipped=1
      exit 0"
    `);
  });

  test('not counting hosts for which another one ran its only task', async () => {
    expect(
      await play({
        'roles/once/tasks/main.yml': '- {name: once, debug: {msg: "{{ inventory_hostname }}"}, run_once: true}',
        'play.yml': '- {hosts: "a,b", gather_facts: false, roles: [once, once, once]}',
      }),
    ).toMatchInlineSnapshot(`
      "play a,b
      once : once: a ok "a"
      once : once: b ok "b"
      a: ok=1
      b: ok=1
      exit 0"
    `);
  });

  test('not counting hosts that it could not reach', async () => {
    const said = await play({
      inv: 'a ansible_connection=local\nb ansible_connection=ssh ansible_host=nowhere.invalid\n',
      'roles/reach/tasks/main.yml': '- {name: reach, ping: {}, ignore_unreachable: true}',
      'play.yml': '- {hosts: "a,b", gather_facts: false, roles: [reach, reach]}',
    });

    expect(said).toMatch(/a: ok=1\nb: ok=2 ignored=2\nexit 0$/);
  });

  test('except that imports and includes run it each time', async () => {
    expect(
      await on(`
  tasks:
    - import_role: {name: r}
    - import_role: {name: r}
    - {import_role: {name: r}, vars: {x: 5}}
    - include_role: {name: r}
    - include_role: {name: r}`),
    ).toMatchInlineSnapshot(`
      "play a
      r : in r: a ok "x=0"
      r : in r: a ok "x=0"
      r : in r: a ok "x=5"
      r : in r: a ok "x=0"
      r : in r: a ok "x=0"
      a: ok=5
      exit 0"
    `);
  });

  test('for imports and includes without duplicates, regardless of conditions and tags', async () => {
    expect(
      await on(`
  tasks:
    - import_role: {name: r, allow_duplicates: false}
    - {import_role: {name: r, allow_duplicates: false}, when: true}
    - {import_role: {name: r, allow_duplicates: false}, vars: {x: 5}}
    - {include_role: {name: r, allow_duplicates: false}, tags: [t]}
    - {include_role: {name: r, allow_duplicates: false, tasks_from: main}}`),
    ).toMatchInlineSnapshot(`
      "play a
      r : in r: a ok "x=0"
      r : in r: a ok "x=5"
      r : in r: a ok "x=0"
      a: ok=3
      exit 0"
    `);
  });

  test('per set of variables of an include, including those of its loop', async () => {
    expect(
      await on(`
  tasks:
    - {include_role: {name: r, allow_duplicates: false}, vars: {x: 1}}
    - {include_role: {name: r, allow_duplicates: false}, vars: {x: 1}}
    - {include_role: {name: r, allow_duplicates: false}, vars: {x: 2}}
    - {include_role: {name: r, allow_duplicates: false}, loop: [1, 2]}
    - {block: [{include_role: {name: r, allow_duplicates: false}}], vars: {x: 7}}`),
    ).toMatchInlineSnapshot(`
      "play a
      r : in r: a ok "x=1"
      r : in r: a ok "x=2"
      r : in r: a ok "x=0"
      r : in r: a ok "x=0"
      r : in r: a ok "x=7"
      a: ok=5
      exit 0"
    `);
  });

  test('for `roles:` and once for an include', async () => {
    expect(
      await on(`
  roles: [r]
  tasks:
    - include_role: {name: r, allow_duplicates: false}
    - include_role: {name: r, allow_duplicates: false}`),
    ).toMatchInlineSnapshot(`
      "play a
      r : in r: a ok "x=0"
      r : in r: a ok "x=0"
      a: ok=2
      exit 0"
    `);
  });
});

describe('variables of a role', () => {
  const scoped = {
    'roles/v/defaults/main.yml': 'd: default',
    'roles/v/vars/main.yml': 'v: role',
    'roles/v/vars/other.yml': 'v: other',
    'roles/v/tasks/main.yml': '- {name: in v, debug: {msg: "{{ d }} {{ v }} {{ p | default(0) }}"}}',
  };
  const see = '{name: after, debug: {msg: "{{ d | default(0) }} {{ v | default(0) }} {{ p | default(0) }}"}}';
  const vary = (what: string) => play({ ...scoped, 'play.yml': `- hosts: a\n  gather_facts: false\n${what}` });

  test('in `roles:` are visible in the whole play, unlike its parameters and those of the entry', async () => {
    expect(
      await vary(`  pre_tasks: [${see}]\n  roles: [{role: v, p: 1}, {role: v, vars: {p: 2}}]\n  tasks: [${see}]`),
    ).toMatchInlineSnapshot(`
      "play a
      after: a ok "default role 0"
      v : in v: a ok "default role 1"
      v : in v: a ok "default role 2"
      after: a ok "default role 0"
      a: ok=4
      exit 0"
    `);
  });

  test('of an import are visible only in it if it is not public', async () => {
    expect(
      await vary(`  tasks: [${see}, {import_role: {name: v, public: false}, vars: {p: 3, d: given}}, ${see}]`),
    ).toMatchInlineSnapshot(`
      "play a
      after: a ok "0 0 0"
      v : in v: a ok "given role 3"
      after: a ok "0 0 0"
      a: ok=3
      exit 0"
    `);
  });

  test.for([
    [true, 'roles: [v]', '0 0 0'],
    [true, 'tasks: [{import_role: {name: v}}]', '0 0 0'],
    [true, 'tasks: [{import_role: {name: v, public: true}}]', 'default role 0'],
    [true, 'tasks: [{include_role: {name: v}}]', '0 0 0'],
    [false, 'tasks: [{include_role: {name: v}}]', 'default role 0'],
  ])('with private_role_vars %s and %s: %j', async ([isPrivate, uses, seen]) => {
    const cfg = { 'ansible.cfg': `[defaults]\nprivate_role_vars=${isPrivate}\n` };
    const text = `- hosts: a\n  gather_facts: false\n  ${uses}\n  post_tasks: [${see}]`;

    expect(await play({ ...scoped, ...cfg, 'play.yml': text })).toContain(`after: a ok "${seen}"`);
  });

  test('of an import are visible before and after it', async () => {
    expect(
      await vary(`  tasks: [${see}, {import_role: {name: v, vars_from: other}, vars: {p: 3, d: given}}, ${see}]`),
    ).toMatchInlineSnapshot(`
      "play a
      after: a ok "default other 0"
      v : in v: a ok "given other 3"
      after: a ok "default other 0"
      a: ok=3
      exit 0"
    `);
  });

  test('of an include are visible only in it, unless it is public', async () => {
    expect(
      await vary(
        `  tasks: [{include_role: {name: v}, vars: {p: 4}}, ${see}, {include_role: {name: v, public: true}}, ${see}]`,
      ),
    ).toMatchInlineSnapshot(`
      "play a
      v : in v: a ok "default role 4"
      after: a ok "0 0 0"
      v : in v: a ok "default role 0"
      after: a ok "default role 0"
      a: ok=4
      exit 0"
    `);
  });

  test('of the parent are visible to a dependency, with lower precedence than its own', async () => {
    expect(
      await play({
        ...scoped,
        'roles/parent/meta/main.yml': 'dependencies: [v]',
        'roles/parent/defaults/main.yml': 'd: of parent',
        'roles/parent/vars/main.yml': 'v: of parent',
        'roles/parent/tasks/main.yml': see.replace(/^/, '- '),
        'play.yml': '- {hosts: a, gather_facts: false, roles: [{role: parent, p: 5}]}',
      }),
    ).toMatchInlineSnapshot(`
      "play a
      v : in v: a ok "default role 5"
      parent : after: a ok "of parent of parent 5"
      a: ok=2
      exit 0"
    `);
  });
});

describe('names', () => {
  test('of tasks, includes and handlers in roles', async () => {
    expect(
      await play({
        ...roles,
        'roles/q/tasks/main.yml': `
- debug: {msg: unnamed}
- ansible.builtin.debug: {msg: unnamed}
- include_role: {name: r}
- {name: named include, include_role: {name: r}}
- ansible.builtin.include_role: {name: r}
- ansible.builtin.include_tasks: more.yml
- {include_role: {name: "{{ rr }}"}, vars: {rr: r}}
- action: debug msg=x
- {name: "of {{ inventory_hostname }}", debug: {msg: x}, changed_when: true, notify: h}
`,
        'roles/q/tasks/more.yml': '- {debug: {msg: more}}',
        'roles/q/handlers/main.yml': '- {name: h, debug: {msg: handled}}',
        'play.yml': '- {hosts: a, gather_facts: false, roles: [q]}',
      }),
    ).toMatchInlineSnapshot(`
      "play a
      q : debug: a ok "unnamed"
      q : ansible.builtin.debug: a ok "unnamed"
      r : in r: a ok "x=0"
      r : in r: a ok "x=0"
      r : in r: a ok "x=0"
      q : debug: a ok "more"
      r : in r: a ok "x=0"
      q : debug: a ok "x"
      q : of a: a changed "x"
      handler q : h: a ok "handled"
      a: ok=11 changed=1
      exit 0"
    `);
  });
});
