import { chmodSync, rmSync, statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HostFinding } from '../../../src/audit/finding.ts';
import { encryptVault } from '../../../src/language/vault/vault.ts';
import { mode, Project, put, remove, type Tampered, tamper, tamperedProject } from './project.ts';

let project: Project | undefined;
afterEach(() => project?.[Symbol.dispose]());

const TWO =
  'all:\n  vars: { ansible_connection: local, d: "{{ playbook_dir }}/host/{{ inventory_hostname }}" }\n  hosts: { web1: , web2: }\n';
const play = (tasks: string, more = ''): string =>
  `- hosts: all\n  gather_facts: false\n${more}  tasks:\n${tasks.trim().replace(/^(?=.)/gm, '    ')}\n`;

interface Refusal extends Tampered {
  readonly why: RegExp;
  /** The finding, if it has not the name of the task. */
  readonly finding?: string;
}

const REFUSED: readonly Refusal[] = [
  {
    name: 'no_log',
    task: 'copy: { content: a secret, dest: "{{ d }}/x" }\nno_log: true',
    tamper: put('x', 'another'),
    why: /no_log: what it declares and what was found are hidden/,
  },
  {
    name: 'a computed value',
    task: 'copy: { content: "{{ words | join(\',\') }}", dest: "{{ d }}/x" }',
    vars: 'words: [a, b]',
    tamper: put('x', 'a,c'),
    why: /\{\{ words \| join\(','\) \}\} is computed/,
  },
  { name: 'a fact', task: 'set_fact: { text: hello }', tamper: () => {}, why: /./, finding: '' },
  {
    name: 'a value that a task sets',
    task: 'copy: { content: "{{ text }}", dest: "{{ d }}/x" }',
    tamper: put('x', 'bye'),
    why: /`text` is not set in a file: it is a fact, registered, or set by a task/,
  },
  {
    name: 'what looks like a template, since hosts must not write expressions into playbooks',
    task: 'copy: { content: hello, dest: "{{ d }}/x" }',
    tamper: put('x', "{{ lookup('pipe', 'id') }}"),
    why: /what is found looks like a template/,
  },
  {
    name: 'a line of a template that would be an expression',
    task: 'template: { src: plain.j2, dest: "{{ d }}/x" }',
    files: { 'templates/plain.j2': 'one\ntwo\n' },
    tamper: put('x', "one\n{{ lookup('pipe', 'id') }}\ntwo\n"),
    why: /what is found looks like a template/,
  },
  {
    name: 'a line that a statement of a template makes',
    task: 'template: { src: loop.j2, dest: "{{ d }}/x" }',
    files: { 'templates/loop.j2': '{% for n in [1, 2] %}{{ n }}{% endfor %}\n' },
    tamper: put('x', '13\n'),
    why: /the line "12" comes from a statement of the template/,
  },
  {
    name: 'a file that is not text',
    task: 'copy: { src: binary, dest: "{{ d }}/x" }',
    files: { 'files/binary': 'a\n' },
    tamper: put('x', 'a\0b'),
    why: /the content on the host is not text/,
  },
  {
    name: 'control characters, which a terminal would obey',
    task: 'copy: { src: control, dest: "{{ d }}/x" }',
    files: { 'files/control': 'a\n' },
    tamper: put('x', 'a\u001b[2J\n'),
    why: /the content on the host is not text/,
  },
  {
    name: 'a task that fails',
    task: 'copy: { content: a, dest: "{{ d }}/sub/x" }',
    tamper: remove('sub'),
    why: /it is failed: /,
  },
  {
    name: 'a handler',
    task: 'copy: { content: hello, dest: "{{ d }}/x" }\nnotify: reload',
    tamper: put('x', 'bye'),
    why: /a handler runs only because something else changes/,
    finding: 'handler: reload',
  },
  {
    name: 'a change that would make the task be skipped',
    task: 'file: { path: "{{ d }}/x", state: directory, mode: "{{ skips }}" }\nwhen: skips == "0755"',
    vars: 'skips: "0755"',
    tamper: mode('x', 0o700),
    why: /fewer tasks would be looked at on web1/,
  },
  {
    name: 'a variable that another task uses',
    task: 'file: { path: "{{ d }}/x", state: directory, mode: "{{ twice }}" }',
    vars: 'twice: "0755"',
    tamper: mode('x', 0o700),
    why: /it would bring something new on web1: the other task: mode: 0755 → 0700/,
  },
  {
    name: 'the other task',
    task: 'file: { path: "{{ d }}/x", state: directory, mode: "{{ twice }}" }',
    tamper: () => {},
    why: /./,
    finding: '',
  },
  {
    name: 'a command',
    task: 'command: touch {{ d }}/x\nargs: { creates: "{{ d }}/x" }',
    tamper: remove('x'),
    why: /runs a command, which declares no state/,
  },
];

describe('what cannot be adopted says why', () => {
  const one = tamperedProject(REFUSED);
  let found: readonly HostFinding[] = [];
  afterAll(() => one[Symbol.dispose]());
  beforeAll(async () => {
    await one.play(false);
    tamper(one, REFUSED);
    found = await one.play(true);
  }, 60_000);

  test.for(REFUSED.filter(({ finding }) => finding !== ''))('$name', async ({ name, finding = name, why }) => {
    const { code, stdout, stderr } = await one.adopt(found.find(({ task }) => task.name === finding)?.id ?? 'none');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(why);
    expect(one.git('status', '--porcelain')).toBe('');
  });

  test.for([
    [
      'a value on which hosts disagree',
      'file: { path: "{{ d }}/x", state: directory, mode: "0755" }',
      0o750,
      /the difference would stay/,
    ],
    [
      'a value that is right on another host',
      'file: { path: "{{ d }}/x", state: directory, mode: "0755" }',
      0o755,
      /it would bring something new on web2: file: mode: 0755 → 0700/,
    ],
    [
      'an item of a loop that another host has',
      'file: { path: "{{ d }}/{{ item }}", state: directory }\n  loop: [a, x]',
      0o755,
      /fewer tasks would be looked at on web2/,
    ],
  ] as const)('%s', async ([name, task, bits, why]) => {
    const made = new Project({ 'hosts.yaml': TWO, 'site.yaml': play(`- ${task}`) });
    project = made;
    await made.play(false);
    if (name.includes('loop')) rmSync(made.path('host/web1/x'), { recursive: true });
    else chmodSync(made.path('host/web1/x'), 0o700);
    chmodSync(made.path('host/web2/x'), bits);
    const [differs] = await made.play(true);
    const { code, stdout, stderr } = await made.adopt(differs?.id ?? 'none');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(why);
  });

  test('a role outside of the working tree', async () => {
    using roles = new Project({ 'far/tasks/main.yml': '- copy: { content: a, dest: "{{ d }}/x" }\n' });
    const made = new Project({ 'site.yaml': `- hosts: all\n  gather_facts: false\n  roles: [${roles.folder}/far]\n` });
    project = made;
    await made.play(false);
    made.write({ 'host/web1/x': 'b' });
    const [found] = await made.play(true);

    expect(await made.adopt(found?.id ?? 'none')).toEqual({
      code: 2,
      stdout: '',
      stderr: `run adopt: it cannot be adopted:\n  ${roles.folder}/far/tasks/main.yml lies outside of the working tree\n`,
    });
  });

  test('a vaulted value, and a patch with a secret in it', async () => {
    const vaulted = encryptVault('correct horse', { label: 'default', password: Buffer.from('pw'), from: 'pw' });
    const made = new Project({
      'site.yaml': play(
        '- copy: { content: "password={{ secret }}", dest: "{{ d }}/x" }\n- copy: { content: hello, dest: "{{ d }}/y" }',
      ),
      'host_vars/web1.yaml': `secret: !vault |\n${vaulted.trim().replace(/^/gm, '  ')}\n`,
    });
    project = made;
    made.write({ pw: 'pw\n' });
    const options = { 'vault-password-file': [made.path('pw')] };
    await made.play(false, options);
    made.write({ 'host/web1/x': 'password=mine' });
    made.write({ 'host/web1/y': 'correct horse' });
    const [first, second] = await made.play(true, options);
    const said = await made.adopt(first?.id ?? 'none', '--vault-password-file', made.path('pw'));
    const shown = await made.adopt(second?.id ?? 'none', '--vault-password-file', made.path('pw'));

    expect([said.code, said.stdout, shown.code, shown.stdout]).toEqual([2, '', 2, '']);
    expect(said.stderr).toMatch(/encrypted with vault/);
    expect(shown.stderr).toMatch(/the patch would contain a secret in clear/);
    expect(said.stderr + shown.stderr).not.toMatch(/mine|correct horse/);
  });
});

describe('several hosts', () => {
  test('a variable that others use is set for the host alone', async () => {
    const made = new Project({
      'hosts.yaml': TWO,
      'group_vars/all.yaml': 'm: "0755"\n',
      'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: "{{ m }}" }'),
    });
    project = made;
    await made.play(false);
    chmodSync(made.path('host/web1/x'), 0o700);
    const [found] = await made.play(true);
    const said = await made.adopt(found?.id ?? 'none');

    expect(said).toEqual({
      code: 0,
      stdout: '--- /dev/null\n+++ b/host_vars/web1.yaml\n@@ -0,0 +1,1 @@\n+m: "0700"\n',
      stderr: 'run adopt: m is set for web1 alone, because others use its value in all.yaml, too\n',
    });
    made.write({ 'host/patch': said.stdout });
    made.git('apply', 'host/patch');
    expect(await made.play(true)).toEqual([]);
  });

  test('what differs alike is adopted for all; --host takes one of them', async () => {
    const made = new Project({
      'hosts.yaml': TWO,
      'group_vars/all.yaml': 'm: "0755"\n',
      'host_vars/web2.yaml': '# the second\nn: 1\n',
      'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: "{{ m }}" }'),
    });
    project = made;
    await made.play(false);
    for (const host of ['web1', 'web2']) chmodSync(made.path(`host/${host}/x`), 0o700);
    const [found] = await made.play(true);
    const all = await made.adopt(found?.id ?? 'none');
    chmodSync(made.path('host/web1/x'), 0o750);
    const one = await made.adopt(found?.id ?? 'none', '--host', 'web2');

    expect(all.stdout).toContain('-m: "0755"\n+m: "0700"\n');
    expect(one.stdout).toContain('+m: "0700"\n');
    expect(one.stdout).toContain('b/host_vars/web2.yaml');
  });
});

describe('--apply', () => {
  test('--yes writes the files, with their modes and line ends', async () => {
    const made = new Project({
      'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: "0755" }').replaceAll('\n', '\r\n'),
    });
    project = made;
    await made.play(false);
    chmodSync(made.path('site.yaml'), 0o640);
    chmodSync(made.path('host/web1/x'), 0o700);
    const [found] = await made.play(true);
    const said = await made.adopt(found?.id.slice(0, 6) ?? 'none', '--apply', '--yes');

    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(made.path('site.yaml')).mode & 0o777).toBe(0o640);
    expect(made.read('site.yaml').split('\r\n').length).toBe(made.read('site.yaml').split('\n').length);
    expect(await made.play(true)).toEqual([]);
    const again = await made.adopt(found?.id ?? 'none');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain(`"${found?.id}" is not found any more; nothing differs`);
  });
});
