import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Question } from '../../src/core/question.ts';
import type { ShellAnswer } from '../../src/sdk.ts';
import certbot from '../../tasks/certbot.ts';
import { bind, changesOn, commandsOn, context, planOn } from './harness.ts';
import { folder, runScript } from './local-host.ts';

const day = 86_400;
const now = 100 * day;
const said = (last: number, changed: number, ...names: string[]) => saidOf('', last, changed, ...names);
const saidOf = (others: string, last: number, changed: number, ...names: string[]) => ({
  tested: { code: 0, stdout: [now, last, changed, others, ...names].join('\n'), stderr: '', timedOut: false },
});
const renewable = { state: 'renewable' };

describe('certbot renewable', () => {
  test.for([
    [now - day, now - 2 * day, []],
    [0, now - 2 * day, ['renewal dry run: last never → succeeded']],
    [now - 8 * day, now - 9 * day, ['renewal dry run: last 8 days ago → succeeded']],
    [now - 2 * day, now - day, ['renewal dry run: last before /etc/letsencrypt was changed → succeeded']],
  ] as const)('tested at %i, changed at %i: %j', ([last, changed, changes]) => {
    expect(changesOn(certbot, said(last, changed, 'images.example.org.conf'), renewable)).toEqual(changes);
  });

  test('M minor: a dry run is due if something that it depends on has changed', () => {
    expect(
      changesOn(certbot, saidOf('the hooks, the programs, ', now - day, now - 2 * day, 'x.conf'), renewable),
    ).toEqual(['renewal dry run: last before the hooks, the programs changed → succeeded']);
  });

  test.for([
    ['nothing', ':', []],
    ['a hook', 'echo exit 1 >>renewal-hooks/deploy/reload', ['before the hooks changed']],
    ['a hook that is no longer executable', 'chmod 600 renewal-hooks/deploy/reload', ['before the hooks changed']],
    ['a program that a hook calls', 'echo exit 1 >>hook', ['before the hooks changed']],
  ] as const)('M minor: a dry run is due again once this has changed: %s', async ([, change, due]) => {
    using place = folder();
    const at = (script: string) => `PATH=${place.at('bin')}:$PATH; cd ${place.path}
      ${script.replaceAll('/etc/letsencrypt', place.path).replaceAll('/var/lib/letsencrypt', place.path)}`;
    await runScript(
      at(`mkdir -p bin renewal renewal-hooks/deploy live
      printf '#!/bin/sh\n' | tee bin/certbot hook >renewal-hooks/deploy/reload; chmod +x bin/certbot renewal-hooks/deploy/reload
      echo "renew_hook = ${place.at('hook')} now" >renewal/x.conf`),
    );
    const [dryRun = ''] = commandsOn(certbot, said(0, 0, 'x.conf'), renewable);
    expect((await runScript(at(dryRun))).code).toBe(0);
    await runScript(at(change));

    const asked = certbot.ask?.(bind(certbot, renewable) as never, context) ?? {};
    const { arg } = (asked as { tested: Question<ShellAnswer> }).tested;
    const { stdout } = await runScript(at((arg as { script: string }).script));

    const state = { tested: { code: 0, stdout: stdout.toString(), stderr: '', timedOut: false } };
    expect(changesOn(certbot, state, renewable)).toEqual(due.map((why) => `renewal dry run: last ${why} → succeeded`));
  });

  test('M minor: waits for another certbot process', async () => {
    const reply = await runWith(
      'test -e "$0.began" || { : >"$0.began"; echo "Another instance of Certbot is already running."; exit 1; }; echo "Failed to renew x"; exit 1',
    );

    expect(reply.stderr.toString()).toBe('Failed to renew x\n');
  });

  test('fails if there is nothing to renew', () => {
    expect(planOn(certbot, said(0, 0), renewable)).toEqual({
      failed: 'there is no certificate to renew in /etc/letsencrypt/renewal',
    });
  });

  test('a failed dry run reports the name and the reason', async () => {
    const reply = await runWith(
      'echo "pages of it"; echo "Failed to renew certificate images.example.org with error: Some challenges have failed." >&2; echo "  Detail: 192.0.2.1: Connection refused"; exit 1',
    );

    expect(reply.code).toBe(1);
    expect(reply.stderr.toString()).toBe(
      'Failed to renew certificate images.example.org with error: Some challenges have failed.\n  Detail: 192.0.2.1: Connection refused\n',
    );
  });

  test('an unknown failure is reported in full', async () => {
    const reply = await runWith('echo "something else"; exit 1');

    expect(reply.stderr.toString()).toBe('something else\n');
  });

  test('passes on the server', () => {
    expect(
      commandsOn(certbot, said(0, 0, 'x.conf'), { ...renewable, server: 'https://acme.lab:14000/dir' })[0],
    ).toContain('--no-random-sleep-on-renew --server https://acme.lab:14000/dir 2>&1');
  });
});

describe('certbot installed', () => {
  const args = { domains: ['a.example.org', 'b.example.org'], email: 'x@example.org', server: 'https://acme/dir' };

  test('issues a missing certificate', () => {
    const state = { renewal: { bytes: undefined }, live: { bytes: undefined } };

    expect(changesOn(certbot, state, args)).toEqual([
      'certificate a.example.org: absent → a.example.org, b.example.org',
    ]);
    expect(commandsOn(certbot, state, args)).toEqual([
      expect.stringContaining(
        'until said=$(certbot certonly --non-interactive --agree-tos --keep-until-expiring --cert-name a.example.org --email x@example.org --nginx --server https://acme/dir -d a.example.org -d b.example.org 2>&1)',
      ),
    ]);
  });
});

/** Does the dry run with a certbot that behaves in a given way. */
async function runWith(behaviour: string) {
  using place = folder();
  mkdirSync(place.at('bin'));
  writeFileSync(place.at('bin/certbot'), `#!/bin/sh\n${behaviour}\n`);
  chmodSync(place.at('bin/certbot'), 0o755);
  const [script] = commandsOn(certbot, said(0, 0, 'x.conf'), renewable);
  return await runScript(`PATH=${place.at('bin')}:$PATH; ${script}`);
}
