import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

const place = ['localhost', '-c', 'local', '-o', 'session'];

test('commands of a file become a document and a draft, for their owner only', async () => {
  using rig = new Rig();
  const commands = `mkdir -p ${rig.folder}/x\ncd ${rig.folder}/x\ncat > a <<'EOF'\none\ntwo\nEOF\n echo not kept\nfalse\nls\n`;

  const { code, stdout, stderr } = await rig.run(['record', ...place], { input: commands });

  // Other tests may change accounts of this machine meanwhile, which is told and is 2.
  expect([0, 2]).toContain(code);
  expect(stdout).toBe('not kept\na\n');
  expect(stderr).toContain('session.md, session.yaml: 5 commands, 1 of them failed; ');
  const text = readFileSync(join(rig.folder, 'session.md'), 'utf8');
  expect(text).toContain(
    `# cat > a <<'EOF'\none\ntwo\nEOF\nroot@localhost`.replace('root@localhost', '`').slice(0, 30),
  );
  expect(text).toContain('<!-- exit code 1: false -->');
  expect(text).not.toContain('not kept');
  expect(readFileSync(join(rig.folder, 'session.yaml'), 'utf8')).toContain(`dest: ${rig.folder}/x/a`);
  for (const file of ['session.md', 'session.yaml']) expect(statSync(join(rig.folder, file)).mode & 0o777).toBe(0o600);
});

test('a record replaces nothing', async () => {
  using rig = new Rig().write({ 'session.md': 'mine\n' });

  const { code, stderr } = await rig.run(['record', ...place], { input: 'ls\n' });

  expect([code, stderr]).toEqual([1, expect.stringContaining('session.md exists already: a record replaces nothing')]);
});

test('on a terminal, keys and its size go to the host', () => {
  using rig = new Rig();
  const { stdout, status } = spawnSync(
    '/usr/bin/python3',
    [join(import.meta.dirname, 'record_pty.py'), process.execPath, Rig.program, 'record', ...place],
    {
      cwd: rig.folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: rig.folder, RETRACE_CALLED_AS: 'run', RETRACE_HISTORY: 'off' },
    },
  );

  expect([0, 2]).toContain(status);
  expect(stdout).toContain('33 111');
  expect(stdout).toContain('40 90');
  expect(stdout).toContain('^C');
  expect(readFileSync(join(rig.folder, 'session.md'), 'utf8')).toContain('<!-- exit code 130: sleep 100 -->');
});
