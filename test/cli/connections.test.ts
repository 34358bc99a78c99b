import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test.for([
  ['{ ansible_connection: winrm }', 'unknown connection type `winrm`'],
  ['{ ansible_connection: pct }', 'set ansible_pct_node to an inventory host, and ansible_pct_id to the container ID'],
] as const)('an unknown connection is reported, and not replaced by another one: %s', async ([variables, message]) => {
  using rig = new Rig().write({
    'hosts.yaml': `all: { hosts: { box: ${variables} } }\n`,
    'play.yaml': '- hosts: box\n  gather_facts: false\n  tasks:\n    - raw: id\n',
  });

  const { code, stdout } = await rig.run(['play.yaml']);

  expect(code).toBe(4);
  expect(stdout).toContain(message);
});

test.for(['runas', 'ansible.builtin.doas'])('an unknown become method fails the task: %s', async (method) => {
  using rig = new Rig().write({
    'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - { command: id, become: true, become_user: nobody, become_method: ${method}, ignore_errors: true }
    - debug: { msg: went on }
`,
  });

  const { code, stdout } = await rig.run(['play.yaml']);

  expect(stdout).toContain(`there is no become method \`${method}\``);
  expect(stdout).toContain('become_method must be one of sudo, su, doas');
  expect(stdout).toContain('"msg": "went on"');
  expect(code).toBe(0);
});
