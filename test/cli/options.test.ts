import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { tooOld } from '../../src/cli/node-version.ts';
import { Rig } from './rig.ts';

test.for([
  ['U19', ['-f', 'abc'], '-f: expected an integer, got "abc"'],
  ['U19', ['-f5x'], '-f: expected an integer, got "5x"'],
  ['U19', ['-f', '0'], '-f: expected an integer of at least 1, got "0"'],
  ['U19', ['-T', 'abc'], '-T: expected an integer, got "abc"'],
  [
    'U19',
    ['--output', 'junti'],
    '--output: expected one of live, plain, json, junit, got "junti"; did you mean "junit"?',
  ],
  ['U19', ['--become-method', 'runas'], '--become-method: expected one of sudo, su, doas, got "runas"'],
] as const)('%s: %j is an error, and nothing runs', async ([, argv, message]) => {
  using rig = new Rig().write({ 'p.yaml': '- hosts: localhost\n' });

  const { code, stdout, stderr } = await rig.run(['p.yaml', ...argv]);

  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});

test('U18: lint accepts no playbook options, and reads no password file', async () => {
  using rig = new Rig().write({ 'p.yaml': '- hosts: localhost\n', vpass: 'hunter2\n' });

  const { code, stdout, stderr } = await rig.run(['lint', 'p.yaml', '--vault-password-file', 'vpass']);

  expect(code).toBe(1);
  expect(stdout + stderr).not.toContain('hunter2');
});

test.for([
  ['lint', 'PLAYBOOK'],
  ['doc', 'TYPE'],
  ['vault', 'encrypt_string'],
  ['completion', 'zsh'],
] as const)('U: help of %s', async ([name, word]) => {
  using rig = new Rig();

  expect((await rig.run(['help', name])).stdout).toContain(word);
});

test.for([
  ['18.19.0', true],
  ['20.10.0', true],
  ['20.11.0', false],
  ['22.0.0', false],
] as const)('U12: Node %s is too old: %s', ([version, old]) => {
  expect(tooOld(version) !== undefined).toBe(old);
});

test('U15: only our own name is in bin; other links are optional', async () => {
  using rig = new Rig().write({ 'links/ansible-vault': 'theirs' });

  const { code, stderr } = await rig.run(['link-ansible', 'links']);

  expect(Object.keys(manifest.bin)).toEqual(['run']);
  expect(code).toBe(1);
  expect(stderr).toContain('links/ansible-vault already exists');
  expect(readlinkSync(join(rig.folder, 'links/ansible-playbook'))).toMatch(/\/run$/);
});

test('U13: the completion for bash is a valid bash script', async () => {
  using rig = new Rig();
  const { stdout } = await rig.run(['completion', 'bash']);

  expect(execFileSync('bash', ['-n'], { input: stdout, encoding: 'utf8' })).toBe('');
});
