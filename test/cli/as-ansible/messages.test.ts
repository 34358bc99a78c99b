import { expect, test } from 'vitest';
import { encryptVault } from '../../../src/language/vault/vault.ts';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14: see as-ansible.ts.

const on = (tasks: string, files: Readonly<Record<string, string>> = {}) =>
  play({ ...files, 'play.yml': `- hosts: a\n  gather_facts: false\n  ignore_errors: true\n  tasks:\n${tasks}` });

/** A file encrypted with a password that nobody gives. */
const locked = encryptVault('secret', { label: 'default', password: Buffer.from('x'), from: 'the test' });

test('about parameters are those of the modules that word them in their own way', async () => {
  expect(
    await on(`    - {command: {chdir: /}, name: nothing to run}
    - {command: {cmd: echo, argv: [echo]}, name: two commands}
    - {shell: {chdir: /}, name: no script}
    - {copy: {src: "", dest: /tmp/x}, name: no source}
    - {copy: {src: x}, name: no destination}
    - {copy: {src: x, content: x, dest: /tmp/x}, name: two sources}
    - {fetch: {}, name: nothing to fetch}
    - {fetch: {src: [1], dest: x}, name: a list}
    - {set_stats: {data: [1]}, name: no dictionary}
    - {unarchive: {src: x, dest: /, remote_src: true, include: [a], exclude: [b]}, name: both}
    - {file: {path: /tmp, mode: u=foo}, name: no mode, register: mode, check_mode: true}
    - {debug: {msg: "{{ mode.details }}"}, name: details}
    - {stat: {}, name: any other}`),
  ).toMatchInlineSnapshot(`
    "play a
    nothing to run: a fatal "no command given" (ignored)
    two commands: a fatal "only command or argv can be given, not both" (ignored)
    no script: a fatal "no command given" (ignored)
    no source: a fatal "src (or content) is required" (ignored)
    no destination: a fatal "dest is required" (ignored)
    two sources: a fatal "src and content are mutually exclusive" (ignored)
    nothing to fetch: a fatal "src and dest are required" (ignored)
    a list: a fatal "Invalid type supplied for source option, it must be a string" (ignored)
    no dictionary: a fatal "The 'data' option needs to be a dictionary/hash" (ignored)
    both: a fatal "parameters are mutually exclusive: include|exclude" (ignored)
    no mode: a fatal "mode must be in octal or symbolic form" (ignored)
    details: a ok "bad symbolic permission for mode: u=foo"
    any other: a fatal "missing required arguments: path" (ignored)
    a: ok=13 ignored=12
    exit 0"
  `);
});

test('about files and ports are those that playbooks look for', async () => {
  expect(
    await on(
      `    - {cron: {name: x, job: x, user: root, cron_file: /etc/crontab}, name: system crontab}
    - {copy: {src: d, dest: /tmp/x}, name: locked}
    - {fetch: {src: /etc/hostname, dest: "{{ playbook_dir }}", flat: true}, name: into a directory}
    - {fetch: {src: /etc/hostname, dest: "{{ playbook_dir }}"}, name: fetched in a check, check_mode: true}
    - {wait_for: {port: 9, timeout: 1}, name: port}
    - {wait_for: {path: /no/such, timeout: 1}, name: path}
    - {wait_for: {path: /etc/hostname, search_regex: "no such", timeout: 1}, name: text}`,
      { 'd/a/nested': locked, 'd/file': locked },
    ),
  ).toMatchInlineSnapshot(`
    "play a
    system crontab: a fatal "Will not manage /etc/crontab via cron_file, see documentation." (ignored)
    locked: a fatal "A vault password or secret must be specified to decrypt FOLDER/d/file" (ignored)
    into a directory: a fatal "dest is an existing directory, use a trailing slash if you want to fetch src into that directory" (ignored)
    fetched in a check: a skipping
    port: a fatal "Timeout when waiting for 127.0.0.1:9" (ignored)
    path: a fatal "Timeout when waiting for file /no/such" (ignored)
    text: a fatal "Timeout when waiting for search string no such in /etc/hostname" (ignored)
    a: ok=6 skipped=1 ignored=6
    exit 0"
  `);
});

test('about undefined values name the variables through which they were read', async () => {
  const told = await on(`    - {name: set, set_fact: {x: "{{ outer }}"}, register: set, no_log: true}
    - {name: told, debug: {msg: "{{ set.msg.split('\\n')[0] }}"}}
  vars: {outer: "see {{ inner }}", inner: "{{ empty[0] }}", empty: []}`);

  const inner = '{{ empty[0] }}: list object has no element 0. list object has no element 0';
  expect(told).toContain(`error was: see {{ inner }}: ${inner}. ${inner}. see {{ inner }}: ${inner}. ${inner}"`);
});

test('a host is changed only if it is new, and changed_when sees that', async () => {
  expect(
    await on(`    - {add_host: {name: n}, name: new, register: added}
    - {add_host: {name: n}, name: known}
    - {add_host: {name: m}, name: seen, register: seen, changed_when: seen is changed}
    - {add_host: {name: o}, name: denied, changed_when: false}`),
  ).toMatchInlineSnapshot(`
    "play a
    new: a changed
    known: a ok
    seen: a changed
    denied: a ok
    a: ok=4 changed=2
    exit 0"
  `);
});

test('what debug shows does not become facts', async () => {
  expect(
    await on(`    - {set_fact: {ansible_facts: {inner: 1}}, name: set}
    - {debug: {var: ansible_facts}, name: show}
    - {assert: {that: inner is not defined}, name: look}`),
  ).toMatchInlineSnapshot(`
    "play a
    set: a ok
    show: a ok {"ansible_facts":{"inner":1}}
    look: a ok "All assertions passed"
    a: ok=3
    exit 0"
  `);
});

test('a check shows what would be different', async () => {
  expect(
    await on(`    - {copy: {content: x, dest: "{{ playbook_dir }}/f", mode: '0644'}, name: file}
    - {file: {path: "{{ playbook_dir }}/f", mode: '0600'}, name: mode, check_mode: true, register: made}
    - {debug: {msg: "{{ made.mode }}, then {{ made.diff.after.mode }}"}, name: told}
    - {file: {path: "{{ playbook_dir }}/f", owner: '54321'}, name: owner, check_mode: true, register: owned}
    - {debug: {msg: "{{ owned.warnings }}"}, name: warned}`),
  ).toMatchInlineSnapshot(`
    "play a
    file: a changed
    mode: a changed
    told: a ok "0644, then 0600"
    owner: a changed
    warned: a ok ["failed to look up user with uid 54321. Create user up to this point in real play"]
    a: ok=5 changed=3
    exit 0"
  `);
});

test('where the playbook is may stand in a condition that is quoted', async () => {
  expect(
    await on(`    - {debug: {msg: yes}, name: look, when: "'{{ playbook_dir }}' == playbook_dir"}`),
  ).toMatchInlineSnapshot(`
    "play a
    look: a ok true
    a: ok=1
    exit 0"
  `);
});

test('gather_facts uses the module_defaults of setup, which does its work', async () => {
  expect(
    await on(`    - {gather_facts: {}, name: gather, register: gathered, module_defaults: {setup: {filter: ansible_machine}}}
    - {debug: {msg: "{{ gathered.ansible_facts.keys() | select('match', 'ansible_[fm]') | list }}"}, name: look}`),
  ).toMatchInlineSnapshot(`
    "play a
    gather: a ok
    look: a ok ["ansible_machine"]
    a: ok=2
    exit 0"
  `);
});

test('about filters, tests and divisions that Python refuses contain what playbooks look for', async () => {
  // Unlike above, the texts are ours: Ansible's results of the first three tasks have no message.
  expect(
    await on(`    - {debug: {msg: "{{ [1] | select('no such') }}"}, name: no name}
    - {debug: {msg: "{{ [1] | map('nosuch') | list }}"}, name: named by a text, when: true}
    - {debug: {msg: "{{ 1 / none_at_all | default(0) }}"}, register: r, name: not caught}
    - {debug: {msg: "{{ r.exception }}"}, name: exception}
    - {debug: {}, when: 1 / 0, register: r, name: caught}
    - {debug: {msg: "{{ r.exception is defined }}"}, name: only a message}`),
  ).toMatchInlineSnapshot(`
    "play a
    no name: a fatal "TemplateSyntaxError: Could not load \\"no such\\": 'invalid plugin name: ansible.builtin.no such'" (ignored)
    named by a text: a fatal "TemplateSyntaxError: Could not load \\"nosuch\\": 'nosuch'" (ignored)
    not caught: a fatal "division by zero" (ignored)
    exception: a ok "ZeroDivisionError: division by zero"
    caught: a fatal "The conditional check '1 / 0' failed. The error was: error while evaluating conditional (1 / 0): division by zero" (ignored)
    only a message: a ok false
    a: ok=6 ignored=4
    exit 0"
  `);
});
