import { describe, expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14: see as-ansible.ts.

const on = (what: string, files: Readonly<Record<string, string>> = {}) =>
  play({ ...files, 'play.yml': `- hosts: a\n  gather_facts: false\n${what}` });
const go = (notify: string) => `{name: go, debug: {msg: go}, changed_when: true, notify: ${notify}}`;

describe('handlers', () => {
  test("with the same name: the first in a list runs, and the play's list precedes those of roles", async () => {
    expect(
      await on(
        `  roles: [r]\n  tasks: [${go('[n, m, "r : n"]')}]
  handlers: [{name: n, debug: {msg: play 1}}, {name: n, debug: {msg: play 2}}]`,
        {
          'roles/r/handlers/main.yml':
            '[{name: n, debug: {msg: role 1}}, {name: n, debug: {msg: role 2}}, {name: m, debug: {msg: role m}}]',
        },
      ),
    ).toMatchInlineSnapshot(`
      "play a
      go: a changed "go"
      handler r : n: a ok "role 1"
      handler r : m: a ok "role m"
      handler n: a ok "play 1"
      a: ok=4 changed=1
      exit 0"
    `);
  });

  test('that listen to a topic all run, in the order of their definition', async () => {
    expect(
      await on(`  tasks: [${go('[topic, two]')}]
  handlers:
    - {name: one, debug: {msg: one}, listen: topic}
    - {name: two, debug: {msg: two}, listen: [topic, other]}
    - {name: three, debug: {msg: three}, listen: other}
    - {debug: {msg: nameless}, listen: topic}`),
    ).toMatchInlineSnapshot(`
      "play a
      go: a changed "go"
      handler one: a ok "one"
      handler two: a ok "two"
      handler debug: a ok "nameless"
      a: ok=4 changed=1
      exit 0"
    `);
  });

  test('may have templated names, and be notified by templated names', async () => {
    expect(
      await on(`  vars: {which: web}
  tasks: [${go('"restart {{ which }}"')}, ${go('"{{ [\'reload web\'] }}"')}]
  handlers: [{name: "restart {{ which }}", debug: {msg: restarted}}, {name: "reload {{ which }}", debug: {msg: reloaded}}]`),
    ).toMatchInlineSnapshot(`
      "play a
      go: a changed "go"
      go: a changed "go"
      handler restart web: a ok "restarted"
      handler reload web: a ok "reloaded"
      a: ok=4 changed=2
      exit 0"
    `);
  });

  test('of included roles can be notified from then on, even by the play', async () => {
    expect(
      await on(`  tasks: [{include_role: {name: r}}, ${go('[of r, "r : of r 2"]')}]`, {
        'roles/r/tasks/main.yml': `- ${go('of r')}`,
        'roles/r/handlers/main.yml':
          '[{name: of r, debug: {msg: "1 {{ v }}"}}, {name: of r 2, debug: {msg: "2 {{ v }}"}}]',
        'roles/r/vars/main.yml': 'v: var of r',
      }),
    ).toMatchInlineSnapshot(`
      "play a
      r : go: a changed "go"
      go: a changed "go"
      handler r : of r: a ok "1 var of r"
      handler r : of r 2: a ok "2 var of r"
      a: ok=4 changed=2
      exit 0"
    `);
  });

  test('run when flushed, once for all notifications, and again when notified again', async () => {
    expect(
      await on(`  pre_tasks: [${go('h')}]
  tasks: [${go('h')}, ${go('h')}, {meta: flush_handlers}, ${go('h')}, {name: last, debug: {msg: last}}]
  handlers: [{name: h, debug: {msg: handled}}]`),
    ).toMatchInlineSnapshot(`
      "play a
      go: a changed "go"
      handler h: a ok "handled"
      go: a changed "go"
      go: a changed "go"
      handler h: a ok "handled"
      go: a changed "go"
      last: a ok "last"
      handler h: a ok "handled"
      a: ok=8 changed=4
      exit 0"
    `);
  });

  test('do not run on a failed host, unless they are forced', async () => {
    const tasks = `  tasks: [${go('h')}, {name: fails, fail: {msg: fails}}]\n  handlers: [{name: h, debug: {msg: handled}}]`;
    expect(await on(tasks)).toMatchInlineSnapshot(`
      "play a
      go: a changed "go"
      fails: a fatal "fails"
      a: ok=1 changed=1 failed=1
      exit 2"
    `);
    expect(await on(`  force_handlers: true\n${tasks}`)).toMatchInlineSnapshot(`
      "play a
      go: a changed "go"
      fails: a fatal "fails"
      handler h: a ok "handled"
      a: ok=2 changed=1 failed=1
      exit 2"
    `);
  });

  test('may include tasks', async () => {
    expect(
      await on(`  tasks: [${go('h')}]\n  handlers: [{name: h, include_tasks: more.yml}]`, {
        'more.yml': '[{name: one, debug: {msg: one}}, {name: two, debug: {msg: two}}]',
      }),
    ).toMatchInlineSnapshot(`
      "play a
      go: a changed "go"
      handler one: a ok "one"
      handler two: a ok "two"
      a: ok=4 changed=1
      exit 0"
    `);
  });

  test('that fail are rescued by the block around the flush; other due handlers wait for the next flush', async () => {
    const said = await on(`  tasks:
    - block: [${go('[bad, good]')}, {meta: flush_handlers}]
      rescue: [{name: rescue, debug: {msg: rescued}}]
    - {name: after, debug: {msg: after}}
  handlers: [{name: bad, fail: {msg: bad}}, {name: good, debug: {msg: good}}]`);
    // Ansible counts it as failed but exits with 0; we count it as rescued.
    expect(said.replace(/(failed|rescued)=1/, 'counted')).toMatchInlineSnapshot(`
      "play a
      go: a changed "go"
      handler bad: a fatal "bad"
      rescue: a ok "rescued"
      after: a ok "after"
      handler good: a ok "good"
      a: ok=4 changed=1 counted
      exit 0"
    `);
  });
});
