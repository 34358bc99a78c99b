import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test.for([
  ['{ ansible_connection: docker }', 'there is no connection `docker`'],
  ['{ ansible_connection: pct }', 'give ansible_pct_node, a host of the inventory, and ansible_pct_id'],
] as const)('a way that there is not is told, and does not become another one: %s', async ([variables, message]) => {
  using rig = new Rig().write({
    'hosts.yaml': `all: { hosts: { box: ${variables} } }\n`,
    'play.yaml': '- hosts: box\n  gather_facts: false\n  tasks:\n    - raw: id\n',
  });

  const { code, stdout } = await rig.run(['play.yaml']);

  expect(code).toBe(4);
  expect(stdout).toContain(message);
});
