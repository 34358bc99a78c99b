import { expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14: see as-ansible.ts.

const on = (tasks: string, ...args: string[]) =>
  play({ 'play.yml': `- hosts: a\n  gather_facts: false\n  tasks:\n${tasks}`, 'more.yml': '- debug:' }, ...args);

/** The hosts' lines of the recap, and the exit code: how a skip or a hidden item is shown is not compared here. */
const recapOf = async (tasks: string) => (await on(tasks)).split('\n').slice(-2).join('\n');

test('each failure that has a rescue counts as rescued, also if an always comes first', async () => {
  expect(
    await on(`
    - block:
        - block: [{name: one, command: "false"}]
          rescue: [{name: two, command: "false"}]
          always: [{name: three, command: "false"}]
      rescue: [{name: caught, debug: {msg: x}}]`),
  ).toMatchInlineSnapshot(`
    "play a
    one: a fatal "non-zero return code"
    two: a fatal "non-zero return code"
    three: a fatal "non-zero return code"
    caught: a ok "x"
    a: ok=1 rescued=3
    exit 0"
  `);
});

test('failed_when sees what changed_when made of the result', async () => {
  expect(
    await on(`
    - {name: asked, command: "true", register: r, changed_when: false, failed_when: r is changed}`),
  ).toMatchInlineSnapshot(`
    "play a
    asked: a ok
    a: ok=1
    exit 0"
  `);
});

test('without retries, until is not asked, and the one attempt is told', async () => {
  expect(
    await on(`
    - {name: once, command: "true", register: r, until: r.rc == 1, retries: 0}
    - {name: known, debug: {msg: "{{ r.attempts }} {{ r is failed }}"}}`),
  ).toMatchInlineSnapshot(`
    "play a
    once: a changed
    known: a ok "1 False"
    a: ok=2 changed=1
    exit 0"
  `);
});

test('of an include that a condition skips for all items of its loop, one skip counts', async () => {
  expect(
    await recapOf(`
    - {include_tasks: more.yml, loop: [1, 2], when: false}
    - {include_tasks: more.yml, loop: [1, 2], when: item == 1}`),
  ).toMatchInlineSnapshot(`
    "a: ok=2 skipped=1
    exit 0"
  `);
});

test('an item whose label cannot be computed fails, also with no_log', async () => {
  expect(
    await recapOf(`
    - {name: hidden, debug: {msg: x}, loop: [1], no_log: true, loop_control: {label: "{{ nosuch }}"}, ignore_errors: true}`),
  ).toMatchInlineSnapshot(`
    "a: ok=1 ignored=1
    exit 0"
  `);
});

test('a copy on the host tells of the directory that it is, and gives only that the mode', async () => {
  expect(
    await on(`
    - {name: made, file: {path: "{{ playbook_dir }}/d/s/in", state: directory, mode: "0700"}}
    - {name: to, file: {path: "{{ playbook_dir }}/t", state: directory}}
    - {name: copied, copy: {src: "{{ playbook_dir }}/d/s", dest: "{{ playbook_dir }}/t", remote_src: true, mode: "0750"}, register: r}
    - {name: inner, stat: {path: "{{ playbook_dir }}/t/s/in"}, register: s}
    - {name: told, debug: {msg: "{{ r.dest }} {{ r.mode }} {{ s.stat.mode }}"}}
    - {name: no parent, copy: {src: "{{ playbook_dir }}/d/s", dest: "{{ playbook_dir }}/x/y", remote_src: true}}`),
  ).toMatchInlineSnapshot(`
    "play a
    made: a changed
    to: a changed
    copied: a changed
    inner: a ok
    told: a ok "FOLDER/t/s 0750 0700"
    no parent: a fatal "Destination directory FOLDER/x does not exist"
    a: ok=5 changed=3 failed=1
    exit 2"
  `);
});
