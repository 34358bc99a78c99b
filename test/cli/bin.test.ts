import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleFor } from '../../src/cli/bundles.ts';
import { commands as all } from '../../src/cli/commands/index.ts';
import { pastCommands as past } from '../../src/cli/past-program.ts';
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

test('what asks about the past is answered by a small bundle, without the whole program', async () => {
  using rig = new Rig();
  const dist = join(rig.folder, 'dist');
  cpSync(join(import.meta.dirname, '../../dist'), dist, { recursive: true });
  rmSync(join(dist, 'program.cjs'));
  const run = (word: string): string =>
    execFileSync(process.execPath, [join(dist, 'run.cjs'), word], {
      env: { PATH: process.env['PATH'], RETRACE_HISTORY: join(rig.folder, 'history'), RETRACE_CALLED_AS: 'run' },
      encoding: 'utf8',
    });

  expect(['history', 'drift'].map(run)).toEqual(['no run has been kept yet\n', 'nothing is known to differ\n']);
  expect(statSync(join(dist, 'past.cjs')).size).toBeLessThan(200_000);
});

test('the words of the small bundle are its commands', () => {
  const words = all.map(({ name }) => name).filter((name) => bundleFor('run', name) === 'past');

  expect(words.sort()).toEqual(past.map(({ name }) => name).sort());
  expect(bundleFor('ansible-playbook', 'history')).toBe('program');
});
