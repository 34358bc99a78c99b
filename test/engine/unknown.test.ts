import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rig } from '../cli/rig.ts';

/** A first task whose result is unknown in a check, and the expressions a template may use of what depends on it. */
const skipped = '{name: it, command: echo yes, register: r}';
const unknowable = '{{ r.stdout }}';
const condition = 'r.stdout == "yes"';

/** Places where templates are evaluated: for each, what follows the skipped command, and the keywords of a play. */
const places: Readonly<Record<string, string>> = {
  'a parameter': `- debug: {msg: "${unknowable}"}`,
  when: `- {debug: , when: '${condition}'}`,
  loop: `- {debug: , loop: ["${unknowable}"]}`,
  'the label of a loop': `- {command: ls, loop: [1], loop_control: {label: "${unknowable}"}}`,
  break_when: `- {debug: , loop: [1, 2], loop_control: {break_when: '${condition}'}}`,
  until: `- {debug: , until: '${condition}', retries: 1, delay: 0}`,
  retries: `- {debug: , until: true, retries: "${unknowable}"}`,
  changed_when: `- {debug: , changed_when: '${condition}'}`,
  failed_when: `- {debug: , failed_when: '${condition}'}`,
  ignore_errors: `- {fail: , ignore_errors: "${unknowable}"}`,
  set_fact: `- {set_fact: {x: "${unknowable}"}}\n- debug: {var: x}`,
  assert: `- assert: {that: '${condition}'}`,
  'the name of a handler': `- {copy: {dest: FOLDER/x, content: x}, notify: "${unknowable}"}`,
  'the file of include_tasks': `- include_tasks: "${unknowable}.yml"`,
  'when of include_tasks': `- {include_tasks: none.yml, when: '${condition}'}`,
  'run_once of include_tasks': `- {include_tasks: none.yml, run_once: "${unknowable}"}`,
  'the file of include_vars': `- include_vars: "${unknowable}.yml"\n- debug: {msg: "{{ from_there }}"}`,
  'the name of include_role': `- include_role: {name: "${unknowable}"}`,
  'when of meta': `- {meta: end_host, when: '${condition}'}`,
  run_once: `- {debug: , run_once: "${unknowable}"}`,
  throttle: `- {debug: , throttle: "${unknowable}"}`,
  any_errors_fatal: `- {debug: , any_errors_fatal: "${unknowable}"}`,
  no_log: `- {debug: , no_log: "${unknowable}"}`,
  check_mode: `- {debug: , check_mode: "${unknowable}"}`,
  become_user: `- {ping: , become: true, become_user: "${unknowable}"}`,
  delegate_to: `- {ping: , delegate_to: "${unknowable}"}`,
  environment: `- {ping: , environment: {A: "${unknowable}"}}`,
  timeout: `- {ping: , timeout: "${unknowable}"}`,
  hostvars: `- debug: {msg: "{{ hostvars.localhost.r.stdout }}"}`,
  block: `- block: [debug: {msg: "${unknowable}"}]\n  rescue: [debug: ]`,
  'a rescue': `- block: [fail: ]\n  rescue: [debug: {msg: "${unknowable}"}]`,
};

const plays: Readonly<Record<string, string>> = {
  vars_files: `vars_files: ["${unknowable}.yml"]`,
  vars: `vars: {x: "${unknowable}"}\n  environment: {A: "{{ x }}"}`,
  serial: `serial: "${unknowable}"`,
  max_fail_percentage: `max_fail_percentage: "${unknowable}"`,
  strategy: `strategy: "${unknowable}"`,
  force_handlers: `force_handlers: "${unknowable}"`,
  gather_facts: `gather_facts: "${unknowable}"`,
  name: `name: "${unknowable}"`,
  become_user: `become: true\n  become_user: "${unknowable}"`,
  vars_prompt: `vars_prompt: [{name: p, default: "${unknowable}", encrypt: sha512_crypt}]`,
};

const indented = (text: string): string => text.replace(/^/gm, '    ');
const first = `- hosts: localhost\n  gather_facts: false\n  tasks:\n    - ${skipped}\n`;

async function check(text: string, ...more: string[]) {
  using rig = new Rig();
  rig.write({ 'p.yaml': text.replaceAll('FOLDER', rig.folder), 'none.yml': '[]' });
  const said = await rig.run(['p.yaml', '-i', 'localhost,', '-c', 'local', '--check', '-o', 'plain', ...more]);
  return { ...said, all: said.stdout + said.stderr };
}

describe('U1, P2, XM9: an unknown value makes an outcome unknown, wherever it is read', () => {
  test.each(Object.entries(places))('%s', async (_place, tasks) => {
    const { all, code } = await check(`${first}${indented(tasks)}\n`);

    expect(all).not.toMatch(/this is a bug|\[object Object\]/);
    expect([2, 3]).toContain(code);
    expect(all).not.toMatch(/failed=[1-9]|unreachable=[1-9]/);
  });

  test.each(Object.entries(plays))('the keyword %s of a later play', async (_keyword, keyword) => {
    const { all, code } = await check(`${first}- hosts: localhost\n  ${keyword}\n  tasks: [ping: ]\n`);

    expect(all).not.toMatch(/this is a bug|\[object Object\]/);
    expect([2, 3]).toContain(code);
    expect(all).not.toMatch(/failed=[1-9]|unreachable=[1-9]/);
  });
});

describe('U1: facts after a change that a check foresees', () => {
  const checked = (task: string, tasks: string): string =>
    `- hosts: localhost\n  tasks:\n    - ${task}\n${indented(tasks)}\n`;

  test.each(['ansible_distribution', 'ansible_facts.distribution', 'ansible_architecture'])(
    '%s is known: no task changes it',
    async (fact) => {
      const { all } = await check(checked('command: touch /tmp/x', `- debug: {msg: "it is {{ ${fact} }}"}`));

      expect(all).toMatch(/it is \w+/);
    },
  );

  test.each(['ansible_hostname', 'ansible_facts.hostname', 'ansible_all_ipv4_addresses', 'ansible_facts | length'])(
    '%s has its current value, unless the command changes it',
    async (fact) => {
      const { all } = await check(checked('command: touch /tmp/x', `- debug: {msg: "it is {{ ${fact} }}"}`));

      expect(all).toMatch(/ok, unless "command" changes it: .*it is/s);
      expect(all).toMatch(/unless=1/);
    },
  );

  test('the result of setup is known to the same extent', async () => {
    const { all } = await check(
      checked(
        'command: touch /tmp/x',
        `- {setup: , register: s}
- debug: {msg: "it is {{ ansible_distribution }} {{ s.ansible_facts.ansible_distribution }}"}
- debug: {msg: "{{ ansible_hostname }}"}
- debug: {msg: "{{ s.ansible_facts.ansible_hostname }}"}`,
      ),
    );

    expect(all).toMatch(/it is \w+ \w+/);
    expect(all).toMatch(/failed=0 unless=3/);
  });
});

describe('facts that an unknown task would set', () => {
  const looks = `${first}${indented('- {name: look, getent: {database: passwd, key: "{{ r.stdout }}"}}')}\n`;

  test.each([
    '{debug: {msg: "{{ ansible_facts.getent_passwd.keys() }}"}}',
    '{debug: {msg: "{{ item }}"}, loop: "{{ ansible_facts.getent_passwd.keys() | list }}"}',
    '{debug: {var: getent_passwd}}',
    '{ping: , when: "\'root\' in getent_passwd"}',
  ])('%s is unknown because of it', async (task) => {
    const { all } = await check(`${looks}    - ${task}\n`);

    expect(all).toContain('depends on "look"');
    expect(all).toMatch(/failed=0 /);
  });

  test('all other variables are known', async () => {
    const { all } = await check(`${looks}    - debug: {msg: "{{ x | default(1) }}"}\n`);

    expect(all).toContain('ok: [localhost]');
  });
});

describe('H3: meta with a condition on a fact', () => {
  test.each(['end_host', 'end_play', 'end_batch'])('%s continues if it does not hold', async (meta) => {
    const text = `- hosts: localhost\n  tasks:\n    - {meta: ${meta}, when: "ansible_distribution == 'Plan 9'"}\n    - debug: {msg: reached}\n`;

    expect((await check(text)).all).toContain('reached');
  });
});

describe('keywords that are evaluated after a task has done its work', () => {
  const keywords = {
    changed_when: "changed_when: ansible_distribution != ''",
    failed_when: "failed_when: ansible_distribution == ''",
    ignore_errors: 'failed_when: true, ignore_errors: "{{ ansible_distribution != \'\' }}"',
    until: "until: ansible_distribution != '', delay: 0",
    notify: 'notify: "on {{ ansible_distribution }}"',
  };
  test.each(Object.entries(keywords))('%s may need facts: the work is done once', async (_keyword, keyword) => {
    using rig = new Rig();
    rig.write({
      'p.yaml': `- hosts: localhost
  tasks: [{shell: 'echo x >>${rig.folder}/done', ${keyword}}]
  handlers: [{name: "on {{ ansible_distribution }}", shell: 'echo h >>${rig.folder}/handled'}]
  post_tasks: [{command: 'cat ${rig.folder}/done', register: r}, {debug: {msg: "lines {{ r.stdout_lines | length }}"}}]
`,
    });

    const { stdout, code } = await rig.run(['p.yaml', '-i', 'localhost,', '-c', 'local', '-o', 'plain']);

    expect(stdout).toContain('lines 1');
    expect(code).toBe(0);
  });
});

describe('P: keys that a foreseen result lacks are unknown', () => {
  const copies = 'copy: {dest: FOLDER/x, content: x}';
  test.each([
    ['the response to a POST', 'uri: {url: "http://127.0.0.1:1/", method: POST}', 'r.content'],
    ['a header of that response', 'uri: {url: "http://127.0.0.1:1/", method: POST}', 'r.location'],
    ['a condition on it', 'uri: {url: "http://127.0.0.1:1/", method: POST}', "'yes' if r.content == 'x' else 'no'"],
    ['an item of a loop', 'uri: {url: "http://127.0.0.1:1/", method: POST}\n  loop: [1]', 'r.results[0].content'],
    ['a default for it', 'uri: {url: "http://127.0.0.1:1/", method: POST}', "r.content | default('none')"],
  ])('%s', async (_, task, value) => {
    const text = `- hosts: localhost\n  gather_facts: false\n  tasks:\n${indented(`- ${task}\n  register: r\n- set_stats: {data: {x: "{{ ${value} }}"}}`)}\n`;
    const { all } = await check(text);

    expect(all).toMatch(/unknown=1/);
    expect(all).toMatch(/failed=0/);
  });

  test.each([
    ['a key that no result has', 'r.nosuch', /failed=1/],
    ['a foreseen key', 'r.dest', /ok=2/],
    ['mode and size that it will have', 'r.mode ~ r.size ~ r.owner', /"06441root"/],
    ['whether it would change', 'r.changed', /ok=2/],
  ])('not %s', async (_, value, recap) => {
    const text = `- hosts: localhost\n  gather_facts: false\n  tasks:\n${indented(`- ${copies}\n  register: r\n- debug: {msg: "{{ ${value} }}"}`)}\n`;

    expect((await check(text)).all).toMatch(recap);
  });

  test.each([
    ['the time of a file', 'stat: {path: FOLDER/x}', 'r.stat.mtime', 1],
    ['its content type', 'stat: {path: FOLDER/x}', 'r.stat.mimetype', 1],
    ['but not its size', 'stat: {path: FOLDER/x}', 'r.stat.size', 0],
    ['nor its checksum', 'stat: {path: FOLDER/x}', 'r.stat.checksum', 0],
    ['the time of a found file', 'find: {paths: FOLDER, patterns: x}', 'r.files[0].mtime', 1],
    ['but not how many are found', 'find: {paths: FOLDER, patterns: x}', 'r.matched', 0],
    ['which files are new', 'find: {paths: FOLDER, age: -1d}', 'r.matched', 2],
  ])('of a file that is only foreseen: %s', async (_, task, value, unknown) => {
    const text = `- hosts: localhost\n  gather_facts: false\n  tasks:\n${indented(`- ${copies}\n- ${task}\n  register: r\n- set_stats: {data: {x: "{{ ${value} }}"}}`)}\n`;
    const { all } = await check(text);

    expect(all).toMatch(unknown === 0 ? /ok=3 changed=1 failed=0$/m : new RegExp(`unknown=${unknown}`));
  });

  test('a change through a link leaves the owner in its own result unknown, but not the path', async () => {
    using rig = new Rig().write({
      'd/in/file': 'x',
      'p.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - file: {path: d, state: directory, recurse: true, mode: 'u=rwX,go='}
      register: r
    - set_stats: {data: {x: "{{ r.path }}"}}
    - set_stats: {data: {x: "{{ r.mode }}"}}
`,
    });
    symlinkSync('in', join(rig.folder, 'd/to-in'));

    const { stdout } = await rig.run(['p.yaml', '--check']);

    expect(stdout).toMatch(/ok=2 +changed=1 +failed=0 +unknown=1$/m);
  });

  test('of a directory that something will be unpacked into: its undocumented size', async () => {
    using rig = new Rig().write({
      file: 'x',
      'p.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - unarchive: {src: t.tar, dest: ., remote_src: true}
      register: r
    - set_stats: {data: {x: "{{ (r.size | default(0)) > 20 }}"}}
`,
    });
    execFileSync('sh', ['-c', 'tar -cf t.tar file && rm file'], { cwd: rig.folder });

    const { stdout } = await rig.run(['p.yaml', '--check']);

    expect(stdout).toMatch(/ok=1 +changed=1 +failed=0 +unknown=1$/m);
  });

  test.each([
    ['a file', 'tree/a', '/a'],
    ['a file of a tree', 'tree/', ''],
  ])('the list of a directory in which %s is backed up', async (_, src, name) => {
    using rig = new Rig().write({
      'tree/a': 'new',
      'made/a': 'old',
      'p.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - copy: {src: ${src}, dest: "{{ playbook_dir }}/made${name}", backup: true}
    - find: {paths: "{{ playbook_dir }}/made"}
`,
    });

    const { stdout } = await rig.run(['p.yaml', '--check']);

    expect(stdout).toMatch(/unknown=1$/m);
  });

  test('changed_when of the task itself', async () => {
    const text = `- hosts: localhost\n  gather_facts: false\n  tasks:\n${indented(`- uri: {url: "http://127.0.0.1:1/", method: POST}\n  register: r\n  changed_when: r.content == 'x'`)}\n`;

    expect((await check(text)).all).toMatch(/unknown=1/);
  });
});
