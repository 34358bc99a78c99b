import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test('a connection that there is not is told, and does not become another one', async () => {
  using rig = new Rig().write({
    'play.yaml': '- hosts: localhost\n  connection: docker\n  gather_facts: false\n  tasks:\n    - raw: id\n',
  });

  const { code, stdout } = await rig.run(['play.yaml']);

  expect(code).toBe(4);
  expect(stdout).toContain('there is no connection `docker`');
});
