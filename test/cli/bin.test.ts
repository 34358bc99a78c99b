import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test.for([
  ['run', 'retrace '],
  ['ansible-playbook', 'ansible-playbook [core '],
] as const)("the package's bin, linked as %s, starts on its own and behaves like that program", ([name, answer]) => {
  using rig = new Rig();
  const link = join(rig.folder, name);
  symlinkSync(join(import.meta.dirname, '../../dist/run.cjs'), link);
  const { RETRACE_CALLED_AS: _, ...env } = process.env;

  expect(execFileSync(link, ['--version'], { env, encoding: 'utf8' })).toContain(answer);
});
