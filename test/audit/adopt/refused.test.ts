import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { encryptVault } from '../../../src/language/vault/vault.ts';
import { Project } from './project.ts';

let project: Project | undefined;
afterEach(() => project?.[Symbol.dispose]());

const TWO = 'all:\n  vars: { ansible_connection: local, d: "{{ playbook_dir }}/host/{{ inventory_hostname }}" }\n  hosts: { web1: , web2: }\n';
const play = (tasks: string, more = ''): string =>
  `- hosts: all\n  gather_facts: false\n${more}  tasks:\n${tasks.trim().replace(/^(?=.)/gm, '    ')}\n`;

interface Refusal {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly tamper: (project: Project) => void;
  readonly why: RegExp;
}

const put = (name: string, text: string) => (made: Project) => void made.write({ [`host/${name}`]: text });

const REFUSED: readonly Refusal[] = [
  {
    name: 'no_log',
    files: { 'site.yaml': play('- copy: { content: a secret, dest: "{{ d }}/x" }\n  no_log: true') },
    tamper: put('web1/x', 'another'),
    why: /no_log: what it declares and what was found are hidden/,
  },
  {
    name: 'a command',
    files: { 'site.yaml': play('- command: touch {{ d }}/x\n  args: { creates: "{{ d }}/x" }') },
    tamper: (made) => rmSync(made.path('host/web1/x')),
    why: /runs a command, which declares no state/,
  },
  {
    name: 'a computed value',
    files: { 'site.yaml': play('- copy: { content: "{{ words | join(\',\') }}", dest: "{{ d }}/x" }', '  vars: { words: [a, b] }\n') },
    tamper: put('web1/x', 'a,c'),
    why: /\{\{ words \| join\(','\) \}\} is computed/,
  },
  {
    name: 'a registered value',
    files: { 'site.yaml': play('- set_fact: { text: hello }\n- copy: { content: "{{ text }}", dest: "{{ d }}/x" }') },
    tamper: put('web1/x', 'bye'),
    why: /`text` is not set in a file: it is a fact, registered, or set by a task/,
  },
  {
    name: 'what looks like a template: the host must not write expressions into playbooks',
    files: { 'site.yaml': play('- copy: { content: hello, dest: "{{ d }}/x" }') },
    tamper: put('web1/x', "{{ lookup('pipe', 'id') }}"),
    why: /what is found looks like a template/,
  },
  {
    name: 'a line of a template that would be an expression',
    files: { 'site.yaml': play('- template: { src: a.j2, dest: "{{ d }}/x" }'), 'templates/a.j2': 'one\ntwo\n' },
    tamper: put('web1/x', "one\n{{ lookup('pipe', 'id') }}\ntwo\n"),
    why: /what is found looks like a template/,
  },
  {
    name: 'a line that a statement of a template makes',
    files: {
      'site.yaml': play('- template: { src: a.j2, dest: "{{ d }}/x" }'),
      'templates/a.j2': '{% for n in [1, 2] %}{{ n }}{% endfor %}\n',
    },
    tamper: put('web1/x', '13\n'),
    why: /the line "12" comes from a statement of the template/,
  },
  {
    name: 'a file that is not text',
    files: { 'site.yaml': play('- copy: { src: a, dest: "{{ d }}/x" }'), 'files/a': 'a\n' },
    tamper: put('web1/x', 'a\0b'),
    why: /the content on the host is not text/,
  },
  {
    name: 'control characters, which a terminal would obey',
    files: { 'site.yaml': play('- copy: { src: a, dest: "{{ d }}/x" }'), 'files/a': 'a\n' },
    tamper: put('web1/x', 'a\u001b[2J\n'),
    why: /the content on the host is not text/,
  },
  {
    name: 'a task that fails',
    files: { 'site.yaml': play('- copy: { content: a, dest: "{{ d }}/sub/x" }') },
    tamper: (made) => rmSync(made.path('host/web1/sub'), { recursive: true }),
    why: /it is failed: /,
  },
  {
    name: 'a handler',
    files: {
      'site.yaml': `${play('- copy: { content: "{{ words | first }}", dest: "{{ d }}/x" }\n  notify: reload', '  vars: { words: [a, b] }\n')}  handlers:\n    - name: reload\n      command: "true"\n`,
    },
    tamper: put('web1/x', 'c'),
    why: /\{\{ words \| first \}\} is computed/,
  },
  {
    name: 'a value on which hosts disagree',
    files: { 'hosts.yaml': TWO, 'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: "0755" }') },
    tamper: (made) => {
      chmodSync(made.path('host/web1/x'), 0o700);
      chmodSync(made.path('host/web2/x'), 0o750);
    },
    why: /the difference would stay/,
  },
  {
    name: 'a value that is right on another host',
    files: { 'hosts.yaml': TWO, 'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: "0755" }') },
    tamper: (made) => chmodSync(made.path('host/web1/x'), 0o700),
    why: /it would bring something new on web2: file: mode: 0755 → 0700/,
  },
  {
    name: 'an item of a loop that another host has',
    files: { 'hosts.yaml': TWO, 'site.yaml': play('- file: { path: "{{ d }}/{{ item }}", state: directory }\n  loop: [a, b]') },
    tamper: (made) => rmSync(made.path('host/web1/b'), { recursive: true }),
    why: /fewer tasks would be looked at on web2|right on web2/,
  },
  {
    name: 'a change that would make the task be skipped',
    files: {
      'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: "{{ m }}" }\n  when: m == "0755"', '  vars: { m: "0755" }\n'),
    },
    tamper: (made) => chmodSync(made.path('host/web1/x'), 0o700),
    why: /fewer tasks would be looked at on web1/,
  },
  {
    name: 'a variable that another task of the host uses',
    files: {
      'site.yaml': play(
        '- file: { path: "{{ d }}/x", state: directory, mode: "{{ m }}" }\n- file: { path: "{{ d }}/y", state: directory, mode: "{{ m }}" }',
        '  vars: { m: "0755" }\n',
      ),
    },
    tamper: (made) => chmodSync(made.path('host/web1/x'), 0o700),
    why: /site.yaml:3: it would bring something new on web1: file: mode: 0755 → 0700/,
  },
];

describe('what cannot be adopted says why', () => {
  test.for(REFUSED)('$name', async ({ files, tamper, why }) => {
    const made = new Project(files);
    project = made;
    for (const host of ['web1', 'web2']) mkdirSync(made.path(`host/${host}/sub`), { recursive: true });
    await made.play(false);
    tamper(made);
    const found = (await made.play(true)).find(({ host }) => host === 'web1');
    const { code, stdout, stderr } = await made.adopt(found?.id ?? 'none');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(why);
    expect(made.git('status', '--porcelain')).toBe('');
  });

  test('a role outside of the working tree', async () => {
    using roles = new Project({ 'far/tasks/main.yml': '- copy: { content: a, dest: "{{ d }}/x" }\n' });
    const made = new Project({ 'site.yaml': `- hosts: all\n  gather_facts: false\n  roles: [${roles.folder}/far]\n` });
    project = made;
    await made.play(false);
    put('web1/x', 'b')(made);
    const [found] = await made.play(true);

    expect(await made.adopt(found?.id ?? 'none')).toEqual({
      code: 2,
      stdout: '',
      stderr: `run adopt: it cannot be adopted:\n  ${roles.folder}/far/tasks/main.yml lies outside of the working tree\n`,
    });
  });

  test('a vaulted value, and a patch with a secret in it', async () => {
    const vaulted = encryptVault('correct horse', { label: 'default', secret: Buffer.from('pw') });
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
    put('web1/x', 'password=mine')(made);
    put('web1/y', 'correct horse')(made);
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
    const made = new Project({ 'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: "0755" }').replaceAll('\n', '\r\n') });
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
