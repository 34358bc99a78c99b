import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const play = (...tasks: readonly string[]): string =>
  `- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`;

const latin = Buffer.from('caf\xe9', 'latin1');
const named = (rig: Rig, folder: string, name: Buffer = latin): Buffer =>
  Buffer.concat([Buffer.from(`${join(rig.folder, folder)}/`), name]);
const namesIn = (rig: Rig, folder: string): string[] =>
  readdirSync(join(rig.folder, folder), 'buffer')
    .map((name) => name.toString('latin1'))
    .sort();

/** Runs a play twice; returns the `changed` count of each run. */
async function twice(rig: Rig): Promise<(string | undefined)[]> {
  const first = await rig.run(['play.yaml', '-i', 'localhost,']);
  const second = await rig.run(['play.yaml', '-i', 'localhost,']);
  expect([first.code, first.stderr], first.stdout).toEqual([0, '']);
  return [first, second].map(({ stdout }) => /ok=\d+ +changed=\d+/.exec(stdout)?.[0].replace(/ +/, ' '));
}

describe('P18: text that is not UTF-8 keeps its bytes', () => {
  test.for([
    ['a template', 'template: {src: latin.j2, dest: out}'],
    ["lookup('file')", "copy: {content: \"{{ lookup('file', 'latin.j2') }}\\n\", dest: out}"],
    ["lookup('pipe')", "copy: {content: \"{{ lookup('pipe', 'cat latin.j2') }}\\n\", dest: out}"],
    ['b64decode', 'copy: {content: "{{ \'Y2Fm6Qo=\' | b64decode }}", dest: out}'],
  ] as const)('%s', async ([, task]) => {
    using rig = new Rig().write({ 'play.yaml': play(task) });
    writeFileSync(join(rig.folder, 'latin.j2'), Buffer.concat([latin, Buffer.from('\n')]));

    expect(await twice(rig)).toEqual(['ok=1 changed=1', 'ok=1 changed=0']);
    expect(readFileSync(join(rig.folder, 'out')).toString('hex')).toBe('636166e90a');
  });

  test('the output of a command in a file, a name and the JSON of the run', async () => {
    const tasks = play(
      "command: printf 'caf\\351'\n      changed_when: false\n      register: said",
      'copy: {content: "{{ said.stdout }}", dest: "out"}',
      'file: {path: "folder/{{ said.stdout }}", state: directory}',
      'debug: {var: said.stdout}',
    );
    using rig = new Rig().write({ 'play.yaml': tasks });

    expect(await twice(rig)).toEqual(['ok=4 changed=2', 'ok=4 changed=0']);
    expect(readFileSync(join(rig.folder, 'out')).toString('hex')).toBe('636166e9');
    expect(namesIn(rig, 'folder')).toEqual(['caf\xe9']);
    const { stdout } = await rig.run(['play.yaml', '-i', 'localhost,', '-o', 'json']);
    expect(stdout).toContain('caf\\udce9');
  });
});

describe('XM8: names that are not UTF-8', () => {
  test('find + file: state=absent removes them', async () => {
    using rig = new Rig().write({
      'play.yaml': play(
        'find: {paths: "{{ playbook_dir }}/old", file_type: file}\n      register: found',
        'file: {path: "{{ item.path }}", state: absent}\n      loop: "{{ found.files }}"',
      ),
      'old/plain': '',
    });
    writeFileSync(named(rig, 'old'), '');

    expect(await twice(rig)).toEqual(['ok=2 changed=1', 'ok=1 changed=0']);
    expect(namesIn(rig, 'old')).toEqual([]);
  });

  test('recurse, copy of a directory on the host and on the controller, fileglob and fetch', async () => {
    using rig = new Rig().write({
      'play.yaml': play(
        'file: {path: "{{ playbook_dir }}/from", mode: "u=rwX,go=", recurse: true}',
        'copy: {src: "{{ playbook_dir }}/from/", dest: "{{ playbook_dir }}/there/", remote_src: true}',
        'copy: {src: from/, dest: "{{ playbook_dir }}/here/"}',
        'copy: {src: "{{ item }}", dest: "{{ playbook_dir }}/globbed/"}\n      with_fileglob: from/*',
        'fetch: {src: "{{ item }}", dest: fetched/, flat: true}\n      with_fileglob: from/*',
      ),
      'globbed/.keep': '',
    });
    mkdirSync(join(rig.folder, 'from'));
    mkdirSync(named(rig, 'from', Buffer.from('d\xff', 'latin1')));
    writeFileSync(Buffer.concat([named(rig, 'from', Buffer.from('d\xff/in\x80', 'latin1'))]), 'inner');
    writeFileSync(named(rig, 'from'), 'content');
    execFileSync('ln', ['-s', 'nowhere', join(rig.folder, 'from/link')]);

    expect(await twice(rig)).toEqual(['ok=5 changed=5', 'ok=5 changed=0']);
    for (const folder of ['from', 'there', 'here']) {
      expect(namesIn(rig, folder)).toEqual(['caf\xe9', 'd\xff', 'link']);
      expect(readFileSync(named(rig, folder, Buffer.from('d\xff/in\x80', 'latin1')), 'utf8')).toBe('inner');
    }
    expect([namesIn(rig, 'globbed'), namesIn(rig, 'fetched')]).toEqual([['.keep', 'caf\xe9'], ['caf\xe9']]);
  });
});
