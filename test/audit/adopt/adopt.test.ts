import { rmSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostFinding } from '../../../src/audit/finding.ts';
import { edit, mode, own, put, remove, type Tampered, tamper, tamperedProject } from './project.ts';

/** A way to tamper with a host, and the patch that declares it. */
interface Tampering extends Tampered {
  /** The lines of the patch that are not context. */
  readonly patch: string;
}

const TAMPERINGS: readonly Tampering[] = [
  {
    name: 'a quoted mode, with a comment after it',
    task: 'copy: # the message\n  dest: "{{ d }}/motd"\n  content: hi\n  mode: "0644" # everybody reads it',
    tamper: mode('motd', 0o600),
    patch: '-        mode: "0644" # everybody reads it\n+        mode: "0600" # everybody reads it\n',
  },
  {
    name: 'a mode that is a number, in braces',
    task: 'file: { path: "{{ d }}/x", state: directory, mode: 0755 }',
    tamper: mode('x', 0o700),
    patch:
      '-      file: { path: "{{ d }}/x", state: directory, mode: 0755 }\n+      file: { path: "{{ d }}/x", state: directory, mode: 0700 }\n',
  },
  {
    name: 'parameters in one line',
    task: 'file: path={{ d }}/x state=directory mode=0755',
    tamper: mode('x', 0o700),
    patch:
      '-      file: path={{ d }}/x state=directory mode=0755\n+      file: path={{ d }}/x state=directory mode=0700\n',
  },
  {
    name: 'a block of text',
    task: 'copy:\n  dest: "{{ d }}/motd"\n  content: |\n    # welcome\n    one\n    two\n',
    tamper: put('motd', '# welcome\none\nthree\n'),
    patch: '-          two\n+          three\n',
  },
  {
    name: 'a variable in a line, as a group has it',
    task: 'lineinfile: { path: "{{ d }}/sshd", line: "Port {{ ssh_port }}", regexp: "^Port", create: true }',
    files: { 'group_vars/all/ssh.yaml': '---\n# where ssh listens\nssh_port: 22 # as usual\nother: 1\n' },
    tamper: put('sshd', 'Port 2222\n'),
    patch: '-ssh_port: 22 # as usual\n+ssh_port: 2222 # as usual\n',
  },
  {
    name: 'the text around a variable',
    task: 'lineinfile: { path: "{{ d }}/sshd", line: "Port {{ port }} # ours", regexp: "^Port", create: true }',
    vars: 'port: 22',
    tamper: put('sshd', 'Port 22 # theirs\n'),
    patch:
      '-      lineinfile: { path: "{{ d }}/sshd", line: "Port {{ port }} # ours", regexp: "^Port", create: true }\n' +
      '+      lineinfile: { path: "{{ d }}/sshd", line: "Port {{ port }} # theirs", regexp: "^Port", create: true }\n',
  },
  {
    name: 'a variable that names another one',
    task: 'file: { path: "{{ d }}/x", state: directory, mode: "{{ web.modes.private }}" }',
    vars: "base: '0755'\nweb:\n  modes:\n    # for directories\n    private: '{{ base }}'",
    tamper: mode('x', 0o700),
    patch: "-    base: '0755'\n+    base: '0700'\n",
  },
  {
    name: 'a default of a role',
    task: 'import_role: { name: greeter }',
    files: {
      'roles/greeter/tasks/main.yml': '- copy:\n    dest: "{{ d }}/greeting"\n    content: "{{ greeter_text }}\\n"\n',
      'roles/greeter/defaults/main.yml': '# how we greet\ngreeter_text: hello world\n',
    },
    tamper: put('greeting', 'yes\n'),
    patch: '-greeter_text: hello world\n+greeter_text: "yes"\n',
  },
  {
    name: 'a copied file of a role, which is no template',
    task: 'import_role: { name: app }',
    files: {
      'roles/app/tasks/main.yml': '- copy: { src: app.conf, dest: "{{ d }}/app.conf" }\n',
      'roles/app/files/app.conf': 'a = 1\nb = 2\nc = 3\n',
    },
    tamper: put('app.conf', 'a = 1\nb = {{ 5 }}\nc = 3'),
    patch: '-b = 2\n-c = 3\n+b = {{ 5 }}\n+c = 3\n\\ No newline at end of file\n',
  },
  {
    name: 'a file of a directory that is copied',
    task: 'copy: { src: tree/, dest: "{{ d }}/tree" }',
    files: { 'files/tree/a/b': 'one\r\ntwo\r\n', 'files/tree/c': 'c\n' },
    tamper: put('tree/a/b', 'one\r\n2\r\n'),
    patch: '-two\r\n+2\r\n',
  },
  {
    name: 'a line of a template that has statements elsewhere',
    task: 'template: { src: app.j2, dest: "{{ d }}/app.conf" }',
    vars: 'names: [a, b]',
    files: { 'templates/app.j2': '# {{ d }}\nworkers 4;\n{% for n in names %}\nname {{ n }};\n{% endfor %}\n' },
    tamper: edit('app.conf', 'workers 4', 'workers 8'),
    patch: '-workers 4;\n+workers 8;\n',
  },
  {
    name: 'a variable of a template',
    task: 'template: { src: web.j2, dest: "{{ d }}/web.conf" }',
    vars: 'web_port: 80',
    files: { 'templates/web.j2': 'listen {{ web_port }};\nworkers 4;\n' },
    tamper: edit('web.conf', 'listen 80', 'listen 8080'),
    patch: '-    web_port: 80\n+    web_port: 8080\n',
  },
  {
    name: 'lines more and less in a template',
    task: 'template: { src: more.j2, dest: "{{ d }}/more.conf" }',
    vars: 'more_port: 80',
    files: { 'templates/more.j2': 'listen {{ more_port }};\nworkers 4;\nuser www;\nlog off;\n' },
    tamper: put('more.conf', 'listen 80;\ngzip on;\nworkers 4;\nuser www;\n'),
    patch: '+gzip on;\n-log off;\n',
  },
  {
    name: 'where a link leads',
    task: 'file:\n  src: /srv/clone/{{ release }}/app\n  path: "{{ d }}/current"\n  state: link\n  force: true',
    vars: 'release: v1',
    tamper: (at, project) => {
      rmSync(project.path(at('current')));
      symlinkSync('/srv/clone/v2/app', project.path(at('current')));
    },
    patch: '-    release: v1\n+    release: v2\n',
  },
  {
    name: 'an item of a loop that is gone',
    task: 'file: { path: "{{ d }}/{{ item }}", state: directory }\nloop:\n  - one\n  # the second\n  - two\n  - three # last',
    tamper: remove('two'),
    patch: '-        - two\n',
  },
  {
    name: 'the last item of a loop in brackets',
    task: 'file: { path: "{{ d }}/{{ item }}", state: directory }\nloop: [one, two] # both',
    tamper: remove('two'),
    patch: '-      loop: [one, two] # both\n+      loop: [one] # both\n',
  },
  {
    name: 'a value of an item of a loop over a variable',
    task: 'file: { path: "{{ d }}/{{ item.name }}", state: directory, mode: "{{ item.mode }}" }\nloop: "{{ shares }}"',
    files: {
      'host_vars/web1/shares.yml': "shares:\n  - name: a\n    mode: '0755'\n  - { name: b, mode: '0750' } # for us\n",
    },
    tamper: mode('b', 0o700),
    patch: "-  - { name: b, mode: '0750' } # for us\n+  - { name: b, mode: '0700' } # for us\n",
  },
  {
    name: 'what is there no more',
    task: 'file:\n  path: "{{ d }}/x"\n  state: directory',
    tamper: remove('x'),
    patch: '-        state: directory\n+        state: absent\n',
  },
  {
    name: 'what is there again',
    task: 'file:\n  path: "{{ d }}/x"\n  state: absent',
    tamper: put('x', 'hi\n'),
    patch: '-        state: absent\n+        state: file\n',
  },
  {
    name: 'a line that is gone, where no state is given',
    task: 'lineinfile:\n  path: "{{ d }}/list"\n  create: true\n  line: an entry',
    tamper: put('list', ''),
    patch: '+        state: absent\n',
  },
  {
    name: 'a setting of an INI file, where lines end as on Windows',
    task: 'include_tasks: windows.yaml',
    files: {
      'windows.yaml':
        '- ini_file:\r\n    path: "{{ d }}/my.cnf"\r\n    section: mysqld\r\n    option: max_connections\r\n    value: 100 # few\r\n',
    },
    tamper: edit('my.cnf', '100', '500'),
    patch: '-    value: 100 # few\r\n+    value: 500 # few\r\n',
  },
  {
    name: 'a block in a file',
    task: 'blockinfile:\n  path: "{{ d }}/hosts"\n  create: true\n  block: |\n    10.0.0.1 a\n    10.0.0.2 b',
    tamper: edit('hosts', '10.0.0.2', '10.0.0.9'),
    patch: '-          10.0.0.2 b\n+          10.0.0.9 b\n',
  },
  {
    name: 'a variable of the inventory in INI form',
    task: 'copy: { content: "{{ greeting }}", dest: "{{ d }}/greeting" }',
    tamper: put('greeting', 'bye'),
    patch: '-web1 greeting=hello # the first\n+web1 greeting=bye # the first\n',
  },
  {
    name: 'a folded text',
    task: 'copy:\n  dest: "{{ d }}/motd"\n  content: >-\n    all of this\n    is one line\n    of text',
    tamper: put('motd', 'all of this was one line of text'),
    patch: '-          is one line\n+          was one line\n',
  },
  {
    name: 'two differences of one task',
    task: 'copy:\n  dest: "{{ d }}/motd"\n  content: hi there\n  mode: "0644"',
    tamper: (at, project) => {
      put('motd', 'hi again')(at, project);
      mode('motd', 0o600)(at, project);
    },
    patch: '-        content: hi there\n-        mode: "0644"\n+        content: hi again\n+        mode: "0600"\n',
  },
  {
    name: 'a variable of the task itself',
    task: 'copy: { content: "x", dest: "{{ d }}/x", mode: "{{ twice }}" }\nvars: { twice: "0644" }',
    tamper: mode('x', 0o640),
    patch: '-      vars: { twice: "0644" }\n+      vars: { twice: "0640" }\n',
  },
];

/** The lines of a patch that are neither context nor headers. */
const changedLines = (patch: string): string =>
  patch
    .split(/(?<=\n)/)
    .filter((line) => /^[-+\\]/.test(line) && !/^(---|\+\+\+) /.test(line))
    .join('');

describe('a finding becomes a patch after which the check is clean', () => {
  const project = tamperedProject(TAMPERINGS);
  let found: readonly HostFinding[] = [];
  afterAll(() => project[Symbol.dispose]());
  beforeAll(async () => {
    expect((await project.play(false)).filter(({ kind }) => kind !== 'drift')).toEqual([]);
    expect(await project.play(true)).toEqual([]);
    tamper(project, TAMPERINGS);
    found = await project.play(true);
  }, 60_000);

  test('all is found', () => {
    expect(found.length).toBe(TAMPERINGS.length);
  });

  test.for(TAMPERINGS.map((one, index) => [one.name, one, index] as const))('%s', async ([, { patch }, index]) => {
    // Findings are in the order of the tasks.
    const said = await project.adopt(found[index]?.id ?? 'none');

    expect({ ...said, stdout: changedLines(said.stdout) }).toEqual({ code: 0, stdout: own(patch, index), stderr: '' });
    project.write({ 'host/patch': said.stdout });
    project.git('apply', 'host/patch');
  });

  test('then nothing differs any more', async () => {
    expect(await project.play(true)).toEqual([]);
  });
});
