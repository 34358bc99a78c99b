import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import javaKeystore from '../../tasks/java_keystore.ts';
import { isThorough } from '../thorough.ts';
import { runHere } from './harness.ts';
import { runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

// On a busy machine, Java takes seconds to start.
const PATIENCE = 240_000;

const place = mkdtempSync(join(tmpdir(), 'retrace-keystore-'));
const at = (name: string): string => join(place, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const dest = at('store');
const password = "open 'sesame'";
const one = { name: 'Web', dest, password, certificate_path: at('one.crt'), private_key_path: at('one.key') };
const two = { ...one, certificate_path: at('two.crt'), private_key_path: at('two.key') };

const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { stdio: 'ignore' });

// Java compiles for a longer life than that of these programs.
const quick = '#!/bin/sh\nexec /usr/bin/keytool -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC "$@"\n';
const quickly: typeof runScript = (script, stdin) => runScript(`PATH=${place}:$PATH\n${script}`, stdin);

describe('java_keystore', { timeout: PATIENCE }, () => {
  beforeAll(() => {
    writeFileSync(at('keytool'), quick, { mode: 0o755 });
    for (const name of ['one', 'two'])
      openssl(
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '9'],
        ...['-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)],
      );
    openssl('pkey', '-in', at('one.key'), '-aes256', '-passout', 'pass:s3 same', '-out', at('locked.key'));
  });
  afterAll(() => rmSync(place, { recursive: true }));

  const keytool = (...words: readonly string[]): string =>
    execFileSync(at('keytool'), [...words, '-keystore', dest, '-storepass', password], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const run = (args: object, check = false) =>
    runHere(javaKeystore, args as Record<string, unknown>, { check, sh: quickly });

  test('a keystore is made once, and anew if its certificate is another one', async () => {
    const ends = async (args: object, ...expected: readonly string[]) => {
      for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
    };
    await ends({ ...one, mode: '0640' }, `keystore ${dest}: absent → Web, 1 certificate`);
    expect(outcomeOf(await run({ ...one, mode: '0640' }))).toEqual(['ok']);
    expect(keytool('-list')).toMatch(/PKCS12[\s\S]*web, .*PrivateKeyEntry/);
    expect(readdirSync(place)).not.toContain('key');

    await ends(
      { ...two, mode: '0600' },
      `certificate of Web in ${dest}: another one → the given one`,
      'mode: 0640 → 0600',
    );
  });

  test.runIf(isThorough)('another name, password or type makes it anew, too', async () => {
    await run(two);
    expect(outcomeOf(await run({ ...two, name: 'other' }))).toEqual(['changed', `other in ${dest}: absent → present`]);
    expect(outcomeOf(await run({ ...two, name: 'other', keystore_type: 'jks' }))).toEqual([
      'changed',
      `type of ${dest}: pkcs12 → jks`,
    ]);
    expect(outcomeOf(await run({ ...two, name: 'other' }, true))).toEqual(['ok']);
    const [, opened] = outcomeOf(await run({ ...one, password: 'another one' }, true));
    expect(opened).toMatch(
      /^keystore .*: cannot be opened: Keystore was tampered with, or password was incorrect → Web$/,
    );
  });

  test('the key and the passwords are in no list of processes', async () => {
    rmSync(dest, { force: true });
    const scripts: string[] = [];
    const noting: typeof runScript = (script, stdin) => {
      scripts.push(script);
      return quickly(script, stdin);
    };
    const { private_key_path, certificate_path, ...rest } = one;
    const given = {
      ...rest,
      certificate: text('one.crt'),
      private_key: text('locked.key'),
      private_key_passphrase: 's3 same',
    };
    expect(outcomeOf(await runHere(javaKeystore, given, { sh: noting }))[0]).toBe('changed');
    expect(scripts.join('\n')).not.toMatch(/sesame|s3 same|PRIVATE KEY-----\n/);
    expect(keytool('-list')).toMatch(/web, .*PrivateKeyEntry/);
  });

  test('says what is wrong, also in a check', async () => {
    for (const [args, why] of [
      [{ ...one, private_key_path: at('two.key') }, 'The private key does not belong to the certificate'],
      [{ ...one, private_key_path: at('none') }, `The private key ${at('none')} does not exist`],
      [{ ...one, certificate_path: at('one.key') }, `There is no certificate in ${at('one.key')}`],
      [{ ...one, password: 'short' }, 'the password of a keystore needs at least 6 characters'],
      [{ ...one, dest: at('none/store') }, `The directory ${at('none')} does not exist or the file is not a directory`],
    ] as const)
      expect(outcomeOf(await run(args, true))).toEqual(['failed', why]);
  });
});
