import { chmodSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Project } from './project.ts';

const play = (tasks: string, more = ''): string =>
  `# What our web servers are\n- hosts: all\n  gather_facts: false\n${more}  tasks:\n${tasks.trim().replace(/^(?=.)/gm, '    ')}\n`;

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly tamper: (project: Project) => void;
  /** The lines of the patch that are not context. */
  readonly patch: string;
  readonly finding?: number;
}

const put = (name: string, text: string) => (project: Project) => void project.write({ [`host/web1/${name}`]: text });

const CASES: readonly Case[] = [
  {
    name: 'a quoted mode, with a comment after it',
    files: { 'site.yaml': play('- name: motd\n  copy: # the message\n    dest: "{{ d }}/motd"\n    content: hi\n    mode: "0644" # everybody reads it\n') },
    tamper: (project) => chmodSync(project.path('host/web1/motd'), 0o600),
    patch: '-        mode: "0644" # everybody reads it\n+        mode: "0600" # everybody reads it\n',
  },
  {
    name: 'a mode that is a number',
    files: { 'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: 0755 }\n') },
    tamper: (project) => chmodSync(project.path('host/web1/x'), 0o700),
    patch: '-    - file: { path: "{{ d }}/x", state: directory, mode: 0755 }\n+    - file: { path: "{{ d }}/x", state: directory, mode: 0700 }\n',
  },
  {
    name: 'parameters in one line',
    files: { 'site.yaml': play('- file: path={{ d }}/x state=directory mode=0755\n') },
    tamper: (project) => chmodSync(project.path('host/web1/x'), 0o700),
    patch: '-    - file: path={{ d }}/x state=directory mode=0755\n+    - file: path={{ d }}/x state=directory mode=0700\n',
  },
  {
    name: 'a block of text',
    files: { 'site.yaml': play('- copy:\n    dest: "{{ d }}/motd"\n    content: |\n      # welcome\n      one\n      two\n\n- debug: { msg: hi }\n') },
    tamper: put('motd', '# welcome\none\nthree\n'),
    patch: '-          two\n+          three\n',
  },
  {
    name: 'a line with a variable in it',
    files: {
      'site.yaml': play('- lineinfile: { path: "{{ d }}/sshd", line: "Port {{ ssh_port }}", regexp: "^Port", create: true }\n'),
      'group_vars/all.yaml': '---\n# where ssh listens\nssh_port: 22 # as usual\nother: 1\n',
    },
    tamper: put('sshd', 'Port 2222\n'),
    patch: '-ssh_port: 22 # as usual\n+ssh_port: 2222 # as usual\n',
  },
  {
    name: 'the text around a variable',
    files: {
      'site.yaml': play('- lineinfile: { path: "{{ d }}/sshd", line: "Port {{ ssh_port }} # ours", regexp: "^Port", create: true }\n', '  vars: { ssh_port: 22 }\n'),
    },
    tamper: put('sshd', 'Port 22 # theirs\n'),
    patch: '-    - lineinfile: { path: "{{ d }}/sshd", line: "Port {{ ssh_port }} # ours", regexp: "^Port", create: true }\n+    - lineinfile: { path: "{{ d }}/sshd", line: "Port {{ ssh_port }} # theirs", regexp: "^Port", create: true }\n',
  },
  {
    name: 'a variable that names another one',
    files: {
      'site.yaml': play('- file: { path: "{{ d }}/x", state: directory, mode: "{{ web.modes.private }}" }\n', "  vars:\n    base: '0755'\n    web:\n      modes:\n        # for directories\n        private: '{{ base }}'\n"),
    },
    tamper: (project) => chmodSync(project.path('host/web1/x'), 0o700),
    patch: "-    base: '0755'\n+    base: '0700'\n",
  },
  {
    name: 'a default of a role',
    files: {
      'site.yaml': '- hosts: all\n  gather_facts: false\n  roles: [web]\n',
      'roles/web/tasks/main.yml': '- copy:\n    dest: "{{ d }}/greeting"\n    content: "{{ web_greeting }}\\n"\n',
      'roles/web/defaults/main.yml': '# how we greet\nweb_greeting: hello world\n',
    },
    tamper: put('greeting', 'yes\n'),
    patch: "-web_greeting: hello world\n+web_greeting: \"yes\"\n",
  },
  {
    name: 'a copied file of a role',
    files: {
      'site.yaml': '- hosts: all\n  gather_facts: false\n  roles: [web]\n',
      'roles/web/tasks/main.yml': '- copy: { src: app.conf, dest: "{{ d }}/app.conf" }\n',
      'roles/web/files/app.conf': 'a = 1\nb = 2\nc = 3\n',
    },
    tamper: put('app.conf', 'a = 1\nb = {{ 5 }}\nc = 3'),
    patch: '-b = 2\n-c = 3\n+b = {{ 5 }}\n+c = 3\n\\ No newline at end of file\n',
  },
  {
    name: 'a line of a template that has statements elsewhere',
    files: {
      'site.yaml': play('- template: { src: app.j2, dest: "{{ d }}/app.conf" }\n', '  vars: { port: 80, names: [a, b] }\n'),
      'templates/app.j2': '# {{ d }}\nlisten {{ port }};\nworkers 4;\n{% for n in names %}\nname {{ n }};\n{% endfor %}\n',
    },
    tamper: (project) => put('app.conf', project.read('host/web1/app.conf').replace('workers 4', 'workers 8'))(project),
    patch: '-workers 4;\n+workers 8;\n',
  },
  {
    name: 'a variable of a template',
    files: {
      'site.yaml': play('- template: { src: app.j2, dest: "{{ d }}/app.conf" }\n', '  vars:\n    port: 80\n'),
      'templates/app.j2': 'listen {{ port }};\nworkers 4;\n',
    },
    tamper: put('app.conf', 'listen 8080;\nworkers 4;\n'),
    patch: '-    port: 80\n+    port: 8080\n',
  },
  {
    name: 'lines more and less in a template',
    files: {
      'site.yaml': play('- template: { src: app.j2, dest: "{{ d }}/app.conf" }\n', '  vars: { port: 80 }\n'),
      'templates/app.j2': 'listen {{ port }};\nworkers 4;\nuser www;\nlog off;\n',
    },
    tamper: put('app.conf', 'listen 80;\ngzip on;\nworkers 4;\nuser www;\n'),
    patch: '+gzip on;\n-log off;\n',
  },
  {
    name: 'where a link leads',
    files: { 'site.yaml': play('- file:\n    src: /srv/clone/{{ release }}/app\n    path: "{{ d }}/current"\n    state: link\n    force: true\n', '  vars: { release: v1 }\n') },
    tamper: (project) => {
      rmSync(project.path('host/web1/current'));
      symlinkSync('/srv/clone/v2/app', project.path('host/web1/current'));
    },
    patch: '-  vars: { release: v1 }\n+  vars: { release: v2 }\n',
  },
  {
    name: 'an item of a loop that is gone',
    files: { 'site.yaml': play('- name: users\n  file: { path: "{{ d }}/{{ item }}", state: directory }\n  loop:\n    - one\n    # the second\n    - two\n    - three # last\n') },
    tamper: (project) => rmSync(project.path('host/web1/two'), { recursive: true }),
    patch: '-        - two\n',
  },
  {
    name: 'a value of an item of a loop over a variable',
    files: {
      'site.yaml': play('- file: { path: "{{ d }}/{{ item.name }}", state: directory, mode: "{{ item.mode }}" }\n  loop: "{{ shares }}"\n'),
      'host_vars/web1.yml': "shares:\n  - name: a\n    mode: '0755'\n  - { name: b, mode: '0750' } # for us\n",
    },
    tamper: (project) => chmodSync(project.path('host/web1/b'), 0o700),
    patch: "-  - { name: b, mode: '0750' } # for us\n+  - { name: b, mode: '0700' } # for us\n",
  },
  {
    name: 'what is there no more',
    files: { 'site.yaml': play('- file:\n    path: "{{ d }}/x"\n    state: directory\n') },
    tamper: (project) => rmSync(project.path('host/web1/x'), { recursive: true }),
    patch: '-        state: directory\n+        state: absent\n',
  },
  {
    name: 'what is there again',
    files: { 'site.yaml': play('- file:\n    path: "{{ d }}/x"\n    state: absent\n') },
    tamper: put('x', 'hi\n'),
    patch: '-        state: absent\n+        state: file\n',
  },
  {
    name: 'a line that is gone, without a state',
    files: { 'site.yaml': play('- lineinfile:\n    path: "{{ d }}/list"\n    create: true\n    line: an entry\n- debug: { msg: hi }\n') },
    tamper: put('list', ''),
    patch: '+        state: absent\n',
  },
  {
    name: 'a setting of an INI file, where lines end as on Windows',
    files: { 'site.yaml': play('- ini_file:\n    path: "{{ d }}/my.cnf"\n    section: mysqld\n    option: max_connections\n    value: 100\n').replaceAll('\n', '\r\n') },
    tamper: put('my.cnf', '[mysqld]\nmax_connections = 500\n'),
    patch: '-        value: 100\r\n+        value: 500\r\n',
  },
  {
    name: 'a block in a file',
    files: { 'site.yaml': play('- blockinfile:\n    path: "{{ d }}/hosts"\n    create: true\n    block: |\n      10.0.0.1 a\n      10.0.0.2 b\n') },
    tamper: (project) => put('hosts', project.read('host/web1/hosts').replace('10.0.0.2', '10.0.0.9'))(project),
    patch: '-          10.0.0.2 b\n+          10.0.0.9 b\n',
  },
  {
    name: 'a variable of the inventory in INI form',
    files: {
      'hosts.ini': '# ours\n[all]\nweb1 greeting=hello ansible_connection=local\n[all:vars]\nd={{ playbook_dir }}/host/web1\n',
      'site.yaml': play('- copy: { content: "{{ greeting }}", dest: "{{ d }}/greeting" }\n'),
    },
    tamper: put('greeting', 'bye'),
    patch: '-web1 greeting=hello ansible_connection=local\n+web1 greeting=bye ansible_connection=local\n',
  },
  {
    name: 'a folded text',
    files: { 'site.yaml': play('- copy:\n    dest: "{{ d }}/motd"\n    content: >-\n      all of this\n      is one line\n      of text\n') },
    tamper: put('motd', 'all of this was one line of text'),
    patch: '-          is one line\n+          was one line\n',
  },
  {
    name: 'two differences of one task',
    files: { 'site.yaml': play('- copy:\n    dest: "{{ d }}/motd"\n    content: hi there\n    mode: "0644"\n') },
    tamper: (project) => {
      put('motd', 'hi again')(project);
      chmodSync(project.path('host/web1/motd'), 0o600);
    },
    patch: '-        content: hi there\n-        mode: "0644"\n+        content: hi again\n+        mode: "0600"\n',
  },
];

/** The lines of a patch that are neither context nor headers. */
const changedLines = (patch: string): string =>
  patch
    .split(/(?<=\n)/)
    .filter((line) => /^[-+\\]/.test(line) && !/^(---|\+\+\+) /.test(line))
    .join('');

describe('a finding becomes a patch after which the check is clean', () => {
  test.for(CASES)('$name', async ({ files, tamper, patch, finding = 0 }) => {
    using project = new Project(files);
    expect((await project.play(false)).filter(({ kind }) => kind !== 'drift')).toEqual([]);
    tamper(project);
    const found = await project.play(true);
    const said = await project.adopt(found[finding]?.id ?? 'none');

    expect({ ...said, stdout: changedLines(said.stdout) }).toEqual({ code: 0, stdout: patch, stderr: '' });
    project.write({ 'host/patch': said.stdout });
    project.git('apply', 'host/patch');
    expect(await project.play(true)).toEqual([]);
  });
});
