import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test('run explain has what the last audit of the playbook found, step by step', async () => {
  const tasks = `    - { name: gone, step: S01, command: "false", changed_when: false, check_mode: false }
    - { name: fine, step: S02, command: "true", changed_when: false, check_mode: false }\n`;
  using rig = new Rig().write({
    'p.yaml': `- hosts: localhost\n  gather_facts: false\n  ignore_errors: false\n  tasks:\n${tasks}`,
  });
  const env = { RETRACE_HISTORY: `${rig.folder}/history` };

  const before = await rig.run(['explain', 'p.yaml', '--markdown'], { env });
  await rig.run(['audit', 'p.yaml'], { env });
  const after = await rig.run(['explain', 'p.yaml', '--markdown'], { env });

  expect([before.code, after.code]).toEqual([0, 0]);
  expect(before.stdout).not.toContain('The audit of');
  expect(after.stdout).toMatch(/### Step S01\n\nThe audit of .* UTC found: localhost: gone: failed\./);
  expect(after.stdout).toMatch(/### Step S02\n\nThe audit of .* UTC found nothing of this step\./);
});

test('a playbook that does not load is a mistake', async () => {
  using rig = new Rig().write({ 'p.yaml': '- hosts: localhost\n  tasks:\n    - { name: nothing }\n' });

  const { code, stdout } = await rig.run(['explain', 'p.yaml']);

  expect(code).toBe(1);
  expect(stdout).toContain('p.yaml:3:');
});
