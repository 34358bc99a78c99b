import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import systemdCredsDecrypt from '../../tasks/systemd_creds_decrypt.ts';
import systemdCredsEncrypt from '../../tasks/systemd_creds_encrypt.ts';
import { planOn, runHere } from './harness.ts';
import { runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const hasCreds = process.getuid?.() === 0 && existsSync('/usr/bin/systemd-creds');

async function valueIn(...[type, args, options]: Parameters<typeof runHere>): Promise<unknown> {
  const ended = await runHere(type, args, options);
  return ended.status === 'ok' ? ended.result['value'] : outcomeOf(ended);
}

describe.runIf(hasCreds)('systemd_creds_encrypt and systemd_creds_decrypt', () => {
  const secret = 'open "sésame"';
  const args = { name: 'db', secret };
  // The first use makes the key of this machine.
  const setUp = () => execFileSync('systemd-creds', ['setup'], { stdio: 'ignore' });

  test('what was encrypted can be decrypted, and the secret is in no list of processes', async () => {
    setUp();
    const scripts: string[] = [];
    const sh: typeof runScript = (script, stdin) => {
      scripts.push(script);
      return runScript(script, stdin);
    };
    const value = String(await valueIn(systemdCredsEncrypt, args, { sh }));
    expect(scripts.join('\n')).not.toContain('sésame');
    expect(await valueIn(systemdCredsDecrypt, { name: 'db', secret: value })).toBe(secret);
    expect(await valueIn(systemdCredsDecrypt, { secret: value, newline: true })).toBe(`${secret}\n`);
    expect(await valueIn(systemdCredsDecrypt, { secret: value, transcode: 'hex' })).toBe(
      Buffer.from(secret).toString('hex'),
    );
    expect(await valueIn(systemdCredsDecrypt, { name: 'other', secret: value })).toEqual([
      'failed',
      expect.stringMatching(/name/),
    ]);
  });

  test('a line for a unit can be made, and nothing is encrypted in a check', async () => {
    setUp();
    expect(await valueIn(systemdCredsEncrypt, { ...args, pretty: true })).toMatch(/^SetCredentialEncrypted=db: /);
    expect(await valueIn(systemdCredsEncrypt, args, { check: true })).toBe(undefined);
  });

  test('a credential that is over is refused', async () => {
    setUp();
    const value = await valueIn(systemdCredsEncrypt, { ...args, not_after: '2024-01-02', timestamp: '2024-01-01' });
    expect(await valueIn(systemdCredsDecrypt, { secret: value, timestamp: '2024-01-01 12:00' })).toBe(secret);
    expect((await runHere(systemdCredsDecrypt, { secret: value })).status).toBe('failed');
  });
});

test('the key that systemd makes first is a change', () => {
  const plan = planOn(
    systemdCredsEncrypt,
    { tool: { code: 0, stdout: '', stderr: '', timedOut: false }, key: false },
    { secret: 'x' },
  );
  expect('changes' in plan && plan.changes.map(({ what, from, means }) => [what, from, means])).toEqual([
    ['key /var/lib/systemd/credential.secret', null, undefined],
  ]);
});
