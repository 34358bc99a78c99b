import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test.for([
  [['--user-timer'], '--user-timer: only with --install-timer or --remove-timer'],
  [['--install-timer', '--remove-timer'], '--install-timer and --remove-timer exclude each other'],
] as const)('%j is refused, and nothing is audited', async ([options, why]) => {
  using rig = new Rig().write({ 'site.yaml': '- {hosts: localhost, gather_facts: false, tasks: []}\n' });
  const { code, stdout, stderr } = await rig.run(['audit', 'site.yaml', ...options]);

  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`run audit: ${why}\n`);
});
