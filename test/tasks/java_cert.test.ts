import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import javaCert from '../../tasks/java_cert.ts';
import { runAllHere, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

// On a busy machine, Java takes seconds to start.
const PATIENCE = 240_000;

const place = mkdtempSync(join(tmpdir(), 'retrace-java-'));
const at = (name: string): string => join(place, name);
const keystore = { keystore_path: at('store'), keystore_pass: "open 'sesame'", executable: at('keytool') };

// Java compiles for a longer life than that of these programs.
const quick = '#!/bin/sh\nexec keytool -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC "$@"\n';

describe('java_cert', () => {
  beforeAll(() => {
    writeFileSync(keystore.executable, quick, { mode: 0o755 });
    for (const name of ['one', 'two'])
      execFileSync(
        'openssl',
        `req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=${name} -keyout ${at(`${name}.key`)} -out ${at(`${name}.crt`)}`.split(
          ' ',
        ),
        { stdio: 'ignore' },
      );
    execFileSync('openssl', [
      ...['pkcs12', '-export', '-name', 'inner', '-in', at('one.crt'), '-inkey', at('one.key')],
      ...['-out', at('one.p12'), '-passout', 'pass:s3same'],
    ]);
  });
  afterAll(() => rmSync(place, { recursive: true }));

  test('certificates are imported, replaced and removed once, as a check foretells', {
    timeout: PATIENCE,
  }, async () => {
    const create = { ...keystore, keystore_create: true, cert_alias: 'shop' };
    const [one, two] = [at('one.crt'), at('two.crt')];
    const ends = async (args: object, ...changes: readonly unknown[]) => {
      for (const check of [true, false])
        expect(outcomeOf(await runHere(javaCert, { ...create, ...args }, { check }))).toEqual(['changed', ...changes]);
      expect(outcomeOf(await runHere(javaCert, { ...create, ...args }))).toEqual(['ok']);
    };
    await ends({ cert_path: one }, expect.stringMatching(/^certificate shop in .*store: absent → \S+ \(\d+ bytes\)$/));
    await ends(
      { cert_path: two },
      expect.stringMatching(/^certificate shop in .*: \S+ \(\d+ bytes\) → \S+ \(\d+ bytes\)$/),
    );
    await ends(
      { cert_alias: 'pair', pkcs12_path: at('one.p12'), pkcs12_password: 's3same' },
      expect.stringMatching(/^certificate pair in .*: absent → /),
    );
    const list = execFileSync(
      'keytool',
      ['-list', '-keystore', keystore.keystore_path, '-storepass', keystore.keystore_pass],
      {
        encoding: 'utf8',
      },
    );
    expect(list).toMatch(/pair, .*PrivateKeyEntry/);
    expect(list).toMatch(/shop, .*trustedCertEntry/);
    await ends({ state: 'absent' }, expect.stringMatching(/^certificate shop in .*: present → absent$/));
  });

  test('a check foretells what follows', { timeout: PATIENCE }, async () => {
    const args = { ...keystore, cert_alias: 'other', cert_path: at('two.crt') };
    const ended = await runAllHere(
      [args, args, { ...args, cert_path: undefined, state: 'absent' }].map((one) => [javaCert, one] as const),
      { check: true },
    );
    expect(ended.map(({ status }) => status)).toEqual(['changed', 'ok', 'changed']);
  });

  test('a certificate that a host shows is the one that is imported', { timeout: PATIENCE }, async () => {
    const server = createServer({ cert: readFileSync(at('two.crt')), key: readFileSync(at('two.key')) });
    await new Promise<void>((done) => server.listen(0, done));
    const { port } = server.address() as AddressInfo;
    const shown = { ...keystore, keystore_create: true, cert_url: 'localhost', cert_port: port };
    expect((await runHere(javaCert, shown)).status).toBe('changed');
    expect(
      outcomeOf(
        await runHere(javaCert, { ...shown, cert_url: undefined, cert_alias: 'localhost', cert_path: at('two.crt') }),
      ),
    ).toEqual(['ok']);
    await new Promise((done) => server.close(done));
    expect((await runHere(javaCert, { ...shown, cert_alias: 'later' }, { check: true })).status).toBe('failed');
  });

  test('says what is wrong, also in a check, and tells no password', { timeout: PATIENCE }, async () => {
    const failure = async (args: object) => {
      const ended = await runHere(
        javaCert,
        { ...keystore, cert_alias: 'a', cert_path: at('one.crt'), ...args },
        { check: true },
      );
      expect(JSON.stringify(ended)).not.toMatch(/s[e3]same/);
      return outcomeOf(ended).at(-1);
    };
    expect(await failure({ keystore_pass: 'closed sesame' })).toMatch(/password was incorrect/);
    expect(await failure({ keystore_path: at('none') })).toMatch(
      /^there is no keystore .*none: set `keystore_create: true`/,
    );
    expect(await failure({ cert_path: at('one.key') })).toMatch(/^there is no certificate in .*one.key$/);
    expect(await failure({ cert_alias: undefined })).toMatch(/^cert_alias is required/);
    expect(await failure({ executable: '/opt/none' })).toBe(
      '/opt/none is missing on the host: install the default-jre-headless package',
    );
    expect(await failure({ cert_path: undefined, pkcs12_path: at('one.p12'), pkcs12_password: 'no sesame' })).toMatch(
      /password was incorrect/,
    );
  });
});
