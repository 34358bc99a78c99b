import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { Rig } from './rig.ts';

const program = join(import.meta.dirname, '../../dist/run.cjs');

test('a run continues to its end when nobody reads its output any more', async () => {
  const lines = Array.from({ length: 200 }, (_, n) => `    - debug: { msg: "${n} ${'x'.repeat(1000)}" }`).join('\n');
  using rig = new Rig().write({
    'play.yaml': `- hosts: localhost\n  gather_facts: false\n  tasks:\n${lines}\n    - copy: { dest: "{{ playbook_dir }}/end", content: reached }\n`,
  });

  const { stderr } = await promisify(execFile)(
    'sh',
    ['-c', `'${process.execPath}' '${program}' play.yaml | head -n 1`],
    {
      cwd: rig.folder,
    },
  );

  expect(stderr).toBe('');
  await vi.waitFor(() => expect(readFileSync(join(rig.folder, 'end'), 'utf8')).toBe('reached'), 20_000);
});
