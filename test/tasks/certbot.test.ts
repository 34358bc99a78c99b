import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import certbot from '../../tasks/certbot.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';
import { folder, runScript } from './local-host.ts';

const day = 86_400;
const now = 100 * day;
const said = (last: number, changed: number, ...names: string[]) => ({
  tested: { code: 0, stdout: [now, last, changed, ...names].join('\n'), stderr: '', timedOut: false },
});
const renewable = { state: 'renewable' };

describe('certbot renewable', () => {
  test.for([
    [now - day, now - 2 * day, []],
    [0, now - 2 * day, ['dry run of the renewal: last never → succeeded']],
    [now - 8 * day, now - 9 * day, ['dry run of the renewal: last 8 days ago → succeeded']],
    [now - 2 * day, now - day, ['dry run of the renewal: last before /etc/letsencrypt was changed → succeeded']],
  ] as const)('tested at %i, changed at %i: %j', ([last, changed, changes]) => {
    expect(changesOn(certbot, said(last, changed, 'images.example.org.conf'), renewable)).toEqual(changes);
  });

  test('fails where there is nothing to renew', () => {
    expect(planOn(certbot, said(0, 0), renewable)).toEqual({
      failed: 'there is no certificate to renew in /etc/letsencrypt/renewal',
    });
  });

  test('a dry run that fails tells which name, and why', async () => {
    const reply = await runWith(
      'echo "pages of it"; echo "Failed to renew certificate images.example.org with error: Some challenges have failed." >&2; echo "  Detail: 192.0.2.1: Connection refused"; exit 1',
    );

    expect(reply.code).toBe(1);
    expect(reply.stderr.toString()).toBe(
      'Failed to renew certificate images.example.org with error: Some challenges have failed.\n  Detail: 192.0.2.1: Connection refused\n',
    );
  });

  test('a failure that it does not know is told whole', async () => {
    const reply = await runWith('echo "something else"; exit 1');

    expect(reply.stderr.toString()).toBe('something else\n');
  });

  test('passes the server on', () => {
    expect(
      commandsOn(certbot, said(0, 0, 'x.conf'), { ...renewable, server: 'https://acme.lab:14000/dir' })[0],
    ).toContain('--no-random-sleep-on-renew --server https://acme.lab:14000/dir 2>&1');
  });
});

describe('certbot installed', () => {
  const args = { domains: ['a.example.org', 'b.example.org'], email: 'x@example.org', server: 'https://acme/dir' };

  test('issues what is missing', () => {
    const state = { renewal: { bytes: undefined }, live: { bytes: undefined } };

    expect(changesOn(certbot, state, args)).toEqual([
      'certificate a.example.org: absent → a.example.org, b.example.org',
    ]);
    expect(commandsOn(certbot, state, args)).toEqual([
      'certbot certonly --non-interactive --agree-tos --keep-until-expiring --cert-name a.example.org --email x@example.org --nginx --server https://acme/dir -d a.example.org -d b.example.org',
    ]);
  });
});

/** Run the dry run with a certbot that behaves so. */
async function runWith(behaviour: string) {
  using place = folder();
  mkdirSync(place.at('bin'));
  writeFileSync(place.at('bin/certbot'), `#!/bin/sh\n${behaviour}\n`);
  chmodSync(place.at('bin/certbot'), 0o755);
  const [script] = commandsOn(certbot, said(0, 0, 'x.conf'), renewable);
  return await runScript(`PATH=${place.at('bin')}:$PATH; ${script}`);
}
