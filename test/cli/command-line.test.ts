import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const play = `- hosts: localhost
  gather_facts: false
  tasks:
    - { name: folder, file: { path: "{{ playbook_dir }}/made", state: directory }, tags: [make], step: S01 }
    - { name: text, copy: { dest: "{{ playbook_dir }}/made/text", content: "hello\\n", mode: "0600" }, tags: [text] }
    - { name: told, debug: { msg: "{{ who | default('nobody') }}" }, tags: [always] }
`;

describe('the command line', () => {
  test('a run changes what differs, the next one nothing, and a check predicts both', async () => {
    using rig = new Rig().write({ 'play.yaml': play });

    const check = await rig.run(['play.yaml', '--check']);
    const first = await rig.run(['play.yaml']);
    const second = await rig.run(['play.yaml', '-v']);
    const clean = await rig.run(['play.yaml', '--check']);

    expect([check.code, first.code, second.code, clean.code]).toEqual([2, 0, 0, 0]);
    expect(check.stdout).toContain('would change: [localhost]');
    expect(first.stdout).toMatch(/localhost : ok=3 +changed=2 /);
    expect(second.stdout).toMatch(/localhost : ok=3 +changed=0 /);
    expect(second.stdout).toContain('rounds: localhost 1;');
  });

  test('--tags and --skip-tags select tasks; tasks tagged `always` stay', async () => {
    using rig = new Rig().write({ 'play.yaml': play });

    const tagged = await rig.run(['play.yaml', '--tags', 'make']);
    const skipped = await rig.run(['play.yaml', '--skip-tags', 'make,text']);

    expect(tagged.stdout).toContain('TASK [folder]');
    expect(tagged.stdout).not.toContain('TASK [text]');
    expect(skipped.stdout.match(/TASK \[.*?\]/g)).toEqual(['TASK [told]']);
  });

  test('-e takes precedence, as words, YAML, JSON or a file', async () => {
    using rig = new Rig().write({ 'play.yaml': play, 'vars.yaml': 'who: file\n' });
    const who = async (given: string) =>
      /"msg": "(.*)"/.exec((await rig.run(['play.yaml', '--tags', 'never', '-e', given])).stdout)?.[1];

    expect(await who('who=word')).toBe('word');
    expect(await who('{"who": "json"}')).toBe('json');
    expect(await who('@vars.yaml')).toBe('file');
  });

  test('--start-at-task skips the tasks before it', async () => {
    using rig = new Rig().write({ 'play.yaml': play });

    const { code, stdout } = await rig.run(['play.yaml', '--start-at-task', 'told']);

    expect(stdout.match(/TASK \[.*?\]/g)).toEqual(['TASK [told]']);
    expect(code).toBe(0);
  });

  test('--start-at-task with an unknown task name is an error', async () => {
    using rig = new Rig().write({ 'play.yaml': play });

    const { code, stdout } = await rig.run(['play.yaml', '--start-at-task', 'nothing']);

    expect(code).toBe(1);
    expect(stdout).toContain('no task is named `nothing`');
  });

  test('--step asks before each task', async () => {
    using rig = new Rig().write({ 'play.yaml': play });

    const { stdout, stderr } = await rig.run(['play.yaml', '--step'], { input: 'n\nn\ny\n' });

    expect(stderr).toContain('Perform task: folder');
    expect(stdout.match(/TASK \[.*?\]/g)).toEqual(['TASK [told]']);
  });

  test('--list-tasks shows tags and steps, and runs nothing', async () => {
    using rig = new Rig().write({ 'play.yaml': play });

    const { code, stdout } = await rig.run(['play.yaml', '--list-tasks']);

    expect(code).toBe(0);
    expect(stdout).toContain('folder\tTAGS: [make]\tSTEP: S01');
  });

  test('--output json prints every event as a line, and the end of the run last', async () => {
    using rig = new Rig().write({ 'play.yaml': play });

    const { stdout } = await rig.run(['play.yaml', '--output', 'json']);

    const kinds = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds[0]).toBe('run-started');
    expect(kinds.at(-1)).toBe('run-finished');
  });

  test('a link named ansible-playbook behaves like that program: a check that finds drift exits with 0', async () => {
    using rig = new Rig().write({ 'play.yaml': play });

    const version = await rig.run(['--version'], { calledAs: 'ansible-playbook' });
    const check = await rig.run(['play.yaml', '--check', '--tags', 'make'], { calledAs: 'ansible-playbook' });

    expect(version.stdout).toMatch(/^ansible-playbook \[core \d/);
    expect(check.stdout).toContain('changed: [localhost]');
    expect(check.code).toBe(0);
  });

  test('secrets are masked wherever they would appear', async () => {
    using rig = new Rig().write({ password: 'open sesame' });
    const { stdout } = await rig.run([
      'vault',
      'encrypt_string',
      '--vault-password-file',
      'password',
      '--name',
      's',
      'hunter2hunter2',
    ]);
    rig.write({
      'play.yaml': `- hosts: localhost\n  gather_facts: false\n  vars:\n    ${stdout.trimEnd().replace(/\n/g, '\n    ')}\n  tasks:\n    - debug: {msg: "it is {{ s }}"}\n    - command: echo {{ s }}\n    - copy: {dest: "{{ playbook_dir }}/f", content: "{{ s }}"}\n`,
    });

    const said = await rig.run(['play.yaml', '--diff', '-vvvv', '--vault-password-file', 'password']);

    expect(said.code).toBe(0);
    expect(said.stdout + said.stderr).not.toContain('hunter2');
    expect(said.stdout).toContain('it is ********');
  });

  test('a vault-encrypted file is copied decrypted, and never shown', async () => {
    using rig = new Rig().write({ password: 'open sesame', secret: 'hunter2hunter2\n' });
    await rig.run(['vault', 'encrypt', '--vault-password-file', 'password', 'secret']);
    rig.write({
      'play.yaml':
        '- hosts: localhost\n  gather_facts: false\n  tasks:\n    - copy: {src: secret, dest: "{{ playbook_dir }}/plain", mode: "0600"}\n    - slurp: {src: "{{ playbook_dir }}/plain"}\n      register: r\n    - assert: {that: "(r.content | b64decode | length) == 15"}\n',
    });

    const said = await rig.run(['play.yaml', '--diff', '-vvvv', '--vault-password-file', 'password']);

    expect(said.code).toBe(0);
    expect(said.stdout).not.toContain('hunter2');
  });
});
