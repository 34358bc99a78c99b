import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test('what a task under no_log does and prints is told nowhere', async () => {
  using rig = new Rig().write({
    'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - command: echo open-sesame
      no_log: true
      register: said
    - assert: { that: said.stdout == 'open-' ~ 'sesame' }
`,
  });

  const told = await Promise.all([
    rig.run(['play.yaml', '-vvv', '--diff']),
    rig.run(['play.yaml', '--check', '-vvv', '--diff']),
    rig.run(['play.yaml', '--output', 'json']),
  ]);

  expect(told.map(({ stdout, stderr }) => `${stdout}${stderr}`.includes('open-sesame'))).toEqual([false, false, false]);
  expect(told[0]!.code).toBe(0);
});
