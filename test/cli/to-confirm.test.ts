import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

// M12: one command lists all values to review before the first run, and nothing runs before that.

const inventory = `all:
  vars:
    ansible_connection: local
    relay: mail.example.org
    retrace_confirm:
      relay: the document does not say which
  hosts:
    h1:
    h2:
      token:
      retrace_confirm:
        token: from the console
`;
const play =
  '- hosts: all\n  gather_facts: false\n  tasks:\n    - {name: the task, debug: {msg: "{{ relay }} {{ token | default(1) }}"}}\n';

const files = { 'inventory.yaml': inventory, 'play.yaml': play };

describe('retrace_confirm', () => {
  test('M12: --syntax-check lists all of them, with values and places', async () => {
    using rig = new Rig().write(files);

    const { code, stdout } = await rig.run(['play.yaml', '--syntax-check']);

    expect(stdout.split('\n').slice(3)).toEqual([
      'confirm or fill in these values before the first run, then remove them from retrace_confirm:',
      '  relay: mail.example.org  (inventory.yaml:4)',
      '      the document does not say which',
      '  token: to be filled in  (inventory.yaml:10)',
      '      from the console',
      '',
    ]);
    expect(code).toBe(0);
  });

  test('M12: no run starts before that, and a check warns', async () => {
    using rig = new Rig().write(files);

    const ran = await rig.run(['play.yaml']);
    const checked = await rig.run(['play.yaml', '--check']);

    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('relay must be confirmed before the first run: the document does not say which');
    expect(ran.stderr).toContain('token must be filled in before the first run: from the console');
    expect([checked.code, checked.stderr]).toEqual([0, expect.stringContaining('[WARNING]:')]);
  });

  test('M12: only values that concern the hosts of the run', async () => {
    using rig = new Rig().write({
      ...files,
      'inventory.yaml': inventory.replace('relay: the document', 'other: the document'),
    });

    const { stdout } = await rig.run(['play.yaml', '--limit', 'h1', '--syntax-check']);

    expect(stdout).toContain('other: to be filled in');
    expect(stdout).not.toContain('token');
  });

  test('M12: secrets are not shown, and removed entries no longer need confirmation', async () => {
    using rig = new Rig().write(files);

    const { stdout } = await rig.run(['play.yaml', '--syntax-check', '-e', 'token=hush']);
    rig.write({ 'inventory.yaml': inventory.replace(/ +retrace_confirm:\n.*\n/g, '') });
    const ran = await rig.run(['play.yaml']);

    expect(stdout).toContain('token: given, not shown');
    expect(stdout).not.toContain('hush');
    expect(ran.code).toBe(0);
  });
});
