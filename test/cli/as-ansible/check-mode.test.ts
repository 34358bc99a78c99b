import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Rig } from '../rig.ts';
import { play } from './as-ansible.ts';

test('P31: a check reports what copy and template would write, even if its directory is foreseen below an unknown one', async () => {
  using rig = new Rig();
  rig.write({
    'src/f': 'x',
    'a.j2': 'a',
    'd/keep': '',
    'play.yml': `- hosts: localhost
  gather_facts: false
  tasks:
    - unarchive: {src: a.tgz, dest: ${rig.folder}/d}
    - file: {path: ${rig.folder}/d/enabled, state: directory}
    - template: {src: a.j2, dest: ${rig.folder}/d/enabled/site}
    - copy: {content: x, dest: ${rig.folder}/d/enabled/other, owner: nosuch}
    - lineinfile: {path: ${rig.folder}/d/enabled/none, line: x}
`,
  });
  execFileSync('tar', ['czf', 'a.tgz', '-C', 'src', '.'], { cwd: rig.folder });

  const { stdout } = await rig.run(['play.yml', '-i', 'localhost,', '-c', 'local', '--check'], {
    calledAs: 'ansible-playbook',
  });

  // The last one fails in Ansible, too.
  expect(stdout.match(/^(ok|changed|fatal|skipping): .*?\]/gm)).toEqual([
    'changed: [localhost]',
    'changed: [localhost]',
    'changed: [localhost]',
    'changed: [localhost]',
    'fatal: [localhost]',
  ]);
});

test('what a check reports has no reservations', async () => {
  expect(
    await play(
      {
        'play.yml': `- hosts: a
  gather_facts: false
  tasks:
    - {name: not run, command: echo}
    - {name: run, command: echo ran, check_mode: false, register: ran}
    - {name: seen, debug: {msg: "{{ ran.stdout }}"}}
`,
      },
      '--check',
    ),
  ).toMatchInlineSnapshot(`
    "play a
    not run: a skipping
    run: a changed
    seen: a ok "ran"
    a: ok=2 changed=1 skipped=1
    exit 0"
  `);
});
