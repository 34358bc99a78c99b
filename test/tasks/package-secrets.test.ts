import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import gem from '../../tasks/gem.ts';
import npm from '../../tasks/npm.ts';
import pipx from '../../tasks/pipx.ts';
import { commandsOn } from './harness.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-secrets-'));
afterAll(() => rmSync(place, { recursive: true }));

const answer = (stdout: string) => ({ code: 0, stderr: '', timedOut: false, stdout });
const url = 'https://shop:open-sesame@packages.example.org/';

// A program that notes its arguments, and what else it is given.
const program = join(place, 'program');
writeFileSync(program, `#!/bin/sh\necho "$@" >>${place}/arguments\n{ env; cat; } >>${place}/given\n`);
chmodSync(program, 0o755);

test.for([
  ['npm', npm, { global: true, registry: url }, { now: answer('{}'), offered: answer('"1.0.0"') }],
  ['pipx', pipx, { index_url: url }, { now: answer('') }],
  ['gem', gem, { repository: url }, { now: answer(''), offered: answer("version: '1.0'") }],
] as const)('a password in the URL of packages is no argument of %s', ([_, type, args, state]) => {
  writeFileSync(join(place, 'arguments'), '');
  writeFileSync(join(place, 'given'), '');
  const [command = ''] = commandsOn(type, state, { name: 'goods', executable: program, ...args });
  execFileSync('sh', ['-c', command], { env: {}, input: '' });

  expect(readFileSync(join(place, 'arguments'), 'utf8')).toMatch(/install.*goods/);
  expect(readFileSync(join(place, 'arguments'), 'utf8')).not.toContain('sesame');
  expect(readFileSync(join(place, 'given'), 'utf8')).toContain(url);
});
