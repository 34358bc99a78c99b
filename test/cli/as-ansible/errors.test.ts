import { describe, expect, test } from 'vitest';
import { Rig } from '../rig.ts';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14: see as-ansible.ts.

const on = (what: string, files: Readonly<Record<string, string>> = {}) =>
  play({ ...files, 'play.yml': `- hosts: all\n  gather_facts: false\n${what}` });
const failsOn = (hosts: string) => `{name: fails, fail: {msg: fails}, when: "inventory_hostname in '${hosts}'"}`;

describe('hosts that fail', () => {
  test('end the play if they exceed max_fail_percentage, which is counted per batch', async () => {
    expect(
      await on(
        `  serial: [1, 2]\n  max_fail_percentage: 49\n  tasks: [${failsOn('b')}, {name: after, debug: {msg: goes on}}]`,
      ),
    ).toMatchInlineSnapshot(`
      "play all
      fails: a skipping
      after: a ok "goes on"
      fails: b fatal "fails", c skipping
      a: ok=1 skipped=1
      b: failed=1
      c: skipped=1
      exit 2"
    `);
    expect(
      await on(`  serial: [1, 2]\n  max_fail_percentage: 50\n  tasks: [${failsOn('b')}, {name: after, debug: {msg: goes on}}]
- {hosts: all, gather_facts: false, tasks: [{name: next play, debug: {msg: next}}]}`),
    ).toMatchInlineSnapshot(`
      "play all
      fails: a skipping
      after: a ok "goes on"
      fails: b fatal "fails", c skipping
      after: c ok "goes on"
      next play: a ok "next", c ok "next"
      a: ok=2 skipped=1
      b: failed=1
      c: ok=2 skipped=1
      exit 2"
    `);
  });

  test('end the play on all hosts with any_errors_fatal, after any rescue', async () => {
    expect(
      await on(`  any_errors_fatal: true
  tasks:
    - block: [${failsOn('a')}]
      rescue: [{name: rescue, debug: {msg: rescued}}]
    - {name: after, debug: {msg: goes on}}`),
    ).toMatchInlineSnapshot(`
      "play all
      fails: a fatal "fails", b skipping, c skipping
      rescue: a ok "rescued"
      after: a ok "goes on", b ok "goes on", c ok "goes on"
      a: ok=2 rescued=1
      b: ok=1 skipped=1
      c: ok=1 skipped=1
      exit 0"
    `);
    expect(
      await on(`  any_errors_fatal: true\n  tasks: [${failsOn('a')}, {name: after, debug: {msg: goes on}}]`),
    ).toMatchInlineSnapshot(`
      "play all
      fails: a fatal "fails", b skipping, c skipping
      a: failed=1
      b: skipped=1
      c: skipped=1
      exit 2"
    `);
  });

  test('end the play when all hosts of a batch have failed', async () => {
    expect(
      await on(`  serial: 1\n  tasks: [${failsOn('b')}, {name: after, debug: {msg: goes on}}]`),
    ).toMatchInlineSnapshot(`
      "play all
      fails: a skipping
      after: a ok "goes on"
      fails: b fatal "fails"
      a: ok=1 skipped=1
      b: failed=1
      exit 2"
    `);
  });
});

describe('meta', () => {
  test('end_host ends the play for the host', async () => {
    expect(
      await on(`  tasks: [{meta: end_host, when: inventory_hostname == 'a'}, {name: after, debug: {msg: goes on}}]`),
    ).toMatchInlineSnapshot(`
      "play all
      meta: b skipping, c skipping
      after: b ok "goes on", c ok "goes on"
      b: ok=1
      c: ok=1
      exit 0"
    `);
  });

  test('clear_host_errors brings failed hosts back', async () => {
    expect(
      await on(`  tasks: [${failsOn('a')}, {meta: clear_host_errors}, {name: after, debug: {msg: goes on}}]
- {hosts: all, gather_facts: false, tasks: [{name: next play, debug: {msg: next}}]}`),
    ).toMatchInlineSnapshot(`
      "play all
      fails: a fatal "fails", b skipping, c skipping
      after: b ok "goes on", c ok "goes on"
      next play: a ok "next", b ok "next", c ok "next"
      a: ok=1 failed=1
      b: ok=2 skipped=1
      c: ok=2 skipped=1
      exit 0"
    `);
  });

  test('refresh_inventory rereads the sources; the play keeps its hosts, the next play sees new ones', async () => {
    expect(
      await play({
        'play.yml': `
- hosts: a
  gather_facts: false
  tasks:
    - {lineinfile: {path: "{{ playbook_dir }}/inv", line: d ansible_connection=local here=new}}
    - {name: before, debug: {msg: "{{ groups.all }}"}}
    - {meta: refresh_inventory}
    - {name: after, debug: {msg: "{{ groups.all }} {{ hostvars.d.here }}"}}
- {hosts: all, gather_facts: false, tasks: [{name: next, debug: {msg: "{{ here | default('old') }}"}}]}`,
      }),
    ).toMatchInlineSnapshot(`
      "play a
      lineinfile: a changed
      before: a ok ["a","b","c"]
      after: a ok "['a', 'b', 'c', 'd'] new"
      play all
      next: a ok "old", b ok "old", c ok "old", d ok "new"
      a: ok=4 changed=1
      b: ok=1
      c: ok=1
      d: ok=1
      exit 0"
    `);
  });
});

describe('tasks for several hosts', () => {
  test('with run_once act on the first host, and all hosts get the result', async () => {
    expect(
      await on(`  tasks:
    - {name: once, command: "echo {{ inventory_hostname }}", run_once: true, register: said}
    - {name: all, debug: {msg: "{{ said.stdout }}"}}
    - {name: fact, set_fact: {mine: "{{ inventory_hostname }}"}, run_once: true, delegate_to: c, delegate_facts: true}
    - {name: facts, debug: {msg: "{{ mine | default('none') }} {{ hostvars.c.mine | default('none') }}"}}`),
    ).toMatchInlineSnapshot(`
      "play all
      once: a changed
      all: a ok "a", b ok "a", c ok "a"
      fact: a -> c ok
      facts: a ok "none a", b ok "none a", c ok "a a"
      a: ok=4 changed=1
      b: ok=2
      c: ok=2
      exit 0"
    `);
  });

  test('run on the hosts in the order that the play specifies', async () => {
    const inOrder = (order: string) =>
      play({
        inv: ['b', 'c', 'a'].map((host) => `${host} ansible_connection=local\n`).join(''),
        'play.yml': `- {hosts: all, gather_facts: false, order: ${order}, tasks: [{name: it, debug: {msg: "{{ ansible_play_hosts_all }}"}, run_once: true}]}`,
      });
    expect(await inOrder('inventory')).toMatchInlineSnapshot(`
      "play all
      it: b ok ["b","c","a"]
      b: ok=1
      exit 0"
    `);
    expect(await inOrder('reverse_inventory')).toMatchInlineSnapshot(`
      "play all
      it: a ok ["b","c","a"]
      a: ok=1
      exit 0"
    `);
    expect(await inOrder('sorted')).toMatchInlineSnapshot(`
      "play all
      it: a ok ["b","c","a"]
      a: ok=1
      exit 0"
    `);
    expect(await inOrder('reverse_sorted')).toMatchInlineSnapshot(`
      "play all
      it: c ok ["b","c","a"]
      c: ok=1
      exit 0"
    `);
  });

  test('with throttle run on at most that many hosts at a time', async () => {
    expect(
      await on(`  tasks:
    - {name: alone, shell: 'f="{{ playbook_dir }}/busy"; [ -e "$f" ] && exit 1; touch "$f"; sleep 0.2; rm "$f"', throttle: 1}`),
    ).toMatchInlineSnapshot(`
      "play all
      alone: a changed, b changed, c changed
      a: ok=1 changed=1
      b: ok=1 changed=1
      c: ok=1 changed=1
      exit 0"
    `);
  });
});

test('a limit must leave hosts, and its file must be one', async () => {
  const limited = async (limit: string) =>
    (await play({ 'play.yml': '[{hosts: all, gather_facts: false}]', 'in/h': 'a\n' }, '-l', limit)).replace(
      /b'(.*)'/,
      '$1',
    );
  expect([await limited('other'), await limited('@in'), await limited('@none')]).toMatchInlineSnapshot(`
    [
      "ERROR! Specified inventory, host pattern and/or --limit leaves us with no hosts to target.
    exit 1",
      "ERROR! Limit starting with "@" must be a file, not a directory: in
    exit 1",
      "ERROR! Unable to find limit file none
    exit 1",
    ]
  `);
});

test('an error in a JSON file says what is wrong with it as JSON', async () => {
  using rig = new Rig().write({ 'play.yml': '[{hosts: all, vars_files: [v.json]}]', 'v.json': '{ }}' });
  const { stderr } = await rig.run(['-i', 'a,', 'play.yml'], { calledAs: 'ansible-playbook' });

  expect(stderr).toContain('JSON: ');
});

describe('keywords of tasks', () => {
  test('with a wrong value fail the task, not the playbook', async () => {
    expect(
      await on(`  tasks:
    - {name: diff, debug: {}, diff: yes., ignore_errors: true}
    - {name: become, debug: {}, become: "{{ 'maybe' }}", ignore_errors: true}
    - {name: omitted, debug: {msg: on}, check_mode: "{{ omit }}"}`),
    ).toMatchInlineSnapshot(`
      "play all
      diff: a fatal "The value 'yes.' is not a valid boolean." (ignored), b fatal "The value 'yes.' is not a valid boolean." (ignored), c fatal "The value 'yes.' is not a valid boolean." (ignored)
      become: a fatal "The value 'maybe' is not a valid boolean." (ignored), b fatal "The value 'maybe' is not a valid boolean." (ignored), c fatal "The value 'maybe' is not a valid boolean." (ignored)
      omitted: a ok true, b ok true, c ok true
      a: ok=3 ignored=2
      b: ok=3 ignored=2
      c: ok=3 ignored=2
      exit 0"
    `);
  });

  test('timeout has its own message', async () => {
    expect(
      await on(`  tasks:
    - {name: sleeps, shell: sleep 9, timeout: 1, ignore_errors: true, register: r, when: inventory_hostname == 'a'}
    - {name: says, debug: {msg: "{{ r.msg }}"}, when: inventory_hostname == 'a'}`),
    ).toMatchInlineSnapshot(`
      "play all
      sleeps: a fatal "The shell action failed to execute in the expected time frame (1) and was terminated" (ignored), b skipping, c skipping
      says: a ok "The shell action failed to execute in the expected time frame (1) and was terminated", b skipping, c skipping
      a: ok=2 changed=1 ignored=1
      b: skipped=2
      c: skipped=2
      exit 0"
    `);
  });
});

describe('a playbook', () => {
  test('with mistakes ends the program with 4', async () => {
    expect(await on('  taks: []')).toMatchInlineSnapshot(`
      "ERROR! 'taks' is not a valid attribute for a Play
      exit 4"
    `);
  });

  test('runs without an inventory source that does not exist', async () => {
    const playbook = '- {hosts: all, gather_facts: false, tasks: [{name: says, debug: {msg: hi}}]}';
    expect(await play({ 'play.yml': playbook }, '-i', 'nowhere')).toContain('says: a ok "hi"');
  });

  test('may have a key twice, unless duplicate_dict_key forbids it', async () => {
    const twice = (setting: string) =>
      on('  tasks: [{name: says, debug: {msg: one, msg: two}}]', {
        'ansible.cfg': `[defaults]\nduplicate_dict_key=${setting}\n`,
      });
    expect(await twice('ignore')).toMatchInlineSnapshot(`
      "play all
      says: a ok "two", b ok "two", c ok "two"
      a: ok=1
      b: ok=1
      c: ok=1
      exit 0"
    `);
    expect(await twice('error')).toMatchInlineSnapshot(`
      "ERROR! found a duplicate dict key (msg). Using last defined value only.
      exit 4"
    `);
  });
});
