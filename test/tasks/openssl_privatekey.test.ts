import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Converged } from '../../src/engine/host/converge.ts';
import opensslPrivatekey from '../../tasks/openssl_privatekey.ts';
import { runHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const run = (args: object, check = false) => runHere(opensslPrivatekey, args as Record<string, unknown>, { check });
const outcome = async (args: object, check = false) => outcomeOf(await run(args, check));
const resultOf = (ended: Converged) => ('result' in ended ? ended.result : {});
const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);
const text = (path: string) => readFileSync(path, 'utf8');

describe('openssl_privatekey', () => {
  test.for([
    [{ type: 'RSA', size: 2048 }, 'RSA 2048', 'RSA PRIVATE KEY', { size: 2048 }],
    [{ type: 'DSA', size: 1024 }, 'DSA 1024', 'DSA PRIVATE KEY', { size: 1024 }],
    [{ type: 'ECC', curve: 'secp256r1' }, 'ECC secp256r1', 'EC PRIVATE KEY', { size: 256, curve: 'secp256r1' }],
    [{ type: 'ECC', curve: 'secp192r1' }, 'ECC secp192r1', 'EC PRIVATE KEY', { size: 192, curve: 'secp192r1' }],
    [{ type: 'ECC', curve: 'brainpoolP384r1' }, 'ECC brainpoolP384r1', 'EC PRIVATE KEY', { size: 384 }],
    [{ type: 'Ed25519' }, 'Ed25519', 'PRIVATE KEY', { size: 253 }],
    [{ type: 'X448' }, 'X448', 'PRIVATE KEY', { size: 448 }],
  ] as const)('%o is generated once, for its owner only', async ([given, kind, label, result]) => {
    using dir = folder();
    const args = { path: dir.at('k'), ...given };

    expect(await outcome(args, true)).toEqual(['changed', `private key: absent → ${kind}`]);
    expect(existsSync(args.path)).toBe(false);
    const ran = await run(args);
    expect(outcomeOf(ran)).toEqual(['changed', `private key: absent → ${kind}`]);
    const der = createPublicKey(text(args.path)).export({ type: 'spki', format: 'der' });
    const sha256 = execFileSync('openssl', ['dgst', '-sha256', '-c'], { input: der }).toString().split('= ')[1]?.trim();
    expect(ran).toMatchObject({
      result: { filename: args.path, type: given.type, fingerprint: { sha256 }, ...result },
    });
    expect(text(args.path)).toMatch(new RegExp(`^-----BEGIN ${label}-----\n`));
    expect(mode(args.path)).toBe('600');
    for (const check of [true, false]) expect(await outcome(args, check)).toEqual(['ok']);
  });

  test.for([
    ['Ed25519', 32],
    ['Ed448', 57],
    ['X448', 56],
  ] as const)('a raw %s key has %d bytes, and can be converted', async ([type, length]) => {
    using dir = folder();
    const args = { path: dir.at('k'), type, format: 'raw', return_content: true };

    const made = await run(args);
    const bytes = readFileSync(args.path);
    expect(bytes.length).toBe(length);
    expect(made).toMatchObject({ result: { privatekey: bytes.toString('base64') } });
    expect(await outcome(args)).toEqual(['ok']);
    const other = { ...args, format: 'pkcs8', format_mismatch: 'convert' };
    expect(await outcome(other, true)).toEqual(['changed', 'format: raw → pkcs8']);
    expect(await run(other)).toMatchObject({
      status: 'changed',
      result: { fingerprint: resultOf(made)['fingerprint'] },
    });
    expect(createPrivateKey(text(args.path)).export({ type: 'pkcs8', format: 'der' }).subarray(-length)).toEqual(bytes);
    expect(await outcome({ ...args, format_mismatch: 'convert' })).toEqual(['changed', 'format: pkcs8 → raw']);
    expect(readFileSync(args.path)).toEqual(bytes);
  });

  test('a passphrase protects the key, and is neither in a command nor in a message', async () => {
    using dir = folder();
    const args = { path: dir.at('k'), type: 'ECC', curve: 'secp256r1', passphrase: "it's $ecret \\n" };
    const scripts: string[] = [];
    const spied = (script: string, stdin?: Uint8Array | string) => {
      scripts.push(script);
      return runScript(script, stdin);
    };
    const ended = [await runHere(opensslPrivatekey, args, { sh: spied }), await run(args)];

    expect(ended.map(({ status }) => status)).toEqual(['changed', 'ok']);
    expect(scripts.join('\n')).not.toContain('ecret');
    expect(JSON.stringify(ended.map((one) => ('result' in one ? one.result : one)))).not.toContain('ecret');
    expect(createPrivateKey({ key: text(args.path), passphrase: args.passphrase }).asymmetricKeyType).toBe('ec');
    const again = { ...args, format: 'pkcs8', format_mismatch: 'convert' };
    expect(await outcome(again)).toEqual(['changed', 'format: pkcs1 → pkcs8']);
    expect(text(args.path)).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(createPrivateKey({ key: text(args.path), passphrase: args.passphrase }).asymmetricKeyType).toBe('ec');
    expect(await outcome(again)).toEqual(['ok']);
    expect(readdirSync(dir.path)).toEqual(['k']);
  });

  const cannotRead = expect.stringMatching(/^Unable to read the key\. .*full_idempotence/);
  test.for([
    [
      'another size',
      { size: 2048 },
      'RSA 1024 → RSA 2048',
      /^Key has wrong type and\/or size\..*RSA 1024, not RSA 2048/,
    ],
    ['another type', { type: 'Ed25519' }, 'RSA 1024 → Ed25519', /^Key has wrong type/],
    ['another format', { size: 1024, format: 'pkcs8' }, 'RSA 1024 → RSA 1024', /^Key has wrong format/],
  ] as const)('a key with %s is replaced as `regenerate` says', async ([, other, change, why]) => {
    using dir = folder();
    const path = dir.at('k');
    await run({ path, size: 1024 });
    const before = text(path);

    expect(await outcome({ path, ...other, regenerate: 'never' })).toEqual(['ok']);
    for (const check of [true, false])
      expect(await outcome({ path, ...other, regenerate: 'fail' }, check)).toEqual([
        'failed',
        expect.stringMatching(why),
      ]);
    expect(text(path)).toBe(before);
    for (const regenerate of ['partial_idempotence', 'full_idempotence']) {
      writeFileSync(path, before);
      for (const check of [true, false])
        expect(await outcome({ path, ...other, regenerate }, check)).toEqual(['changed', `private key: ${change}`]);
      expect(text(path)).not.toBe(before);
    }
  });

  test.for([
    ['is broken', (path: string) => writeFileSync(path, 'nonsense'), {}],
    ['has another passphrase', (path: string) => copyFileSync(`${path}.locked`, path), { passphrase: 'wrong' }],
    ['has a passphrase that is not given', (path: string) => copyFileSync(`${path}.locked`, path), {}],
    ['lacks a passphrase that is given', (path: string) => copyFileSync(`${path}.open`, path), { passphrase: 'good' }],
  ] as const)('a key that %s is replaced only with full_idempotence', async ([, spoil, more]) => {
    using dir = folder();
    const path = dir.at('k');
    await run({ path: `${path}.locked`, size: 1024, passphrase: 'good' });
    await run({ path: `${path}.open`, size: 1024 });
    spoil(path);

    for (const regenerate of ['never', 'fail', 'partial_idempotence'])
      expect(await outcome({ path, size: 1024, regenerate, ...more })).toEqual(['failed', cannotRead]);
    for (const check of [true, false]) expect((await outcome({ path, size: 1024, ...more }, check))[0]).toBe('changed');
    expect(await outcome({ path, size: 1024, ...more })).toEqual(['ok']);
  });

  test('a forced key is another one each time; a backup keeps the old one', async () => {
    using dir = folder();
    const args = { path: dir.at('k'), type: 'Ed25519' };
    await run(args);
    const first = text(args.path);
    const forced = await run({ ...args, force: true, backup: true });

    expect(forced).toMatchObject({ status: 'changed', result: { backup_file: expect.stringMatching(/\/k\..*~$/) } });
    const kept = String(resultOf(forced)['backup_file']);
    expect([text(kept), mode(kept)]).toEqual([first, '600']);
    expect(text(args.path)).not.toBe(first);
    expect((await run({ ...args, regenerate: 'always' })).status).toBe('changed');
  });

  test('mode, and drift of the mode, are corrected without another key', async () => {
    using dir = folder();
    const args = { path: dir.at('k'), type: 'Ed25519', mode: '0640' };
    await run(args);
    const before = text(args.path);
    chmodSync(args.path, 0o644);

    for (const check of [true, false]) expect(await outcome(args, check)).toEqual(['changed', 'mode: 0644 → 0640']);
    expect([text(args.path), mode(args.path)]).toEqual([before, '640']);
  });

  test('a key is removed once', async () => {
    using dir = folder();
    const args = { path: dir.at('k'), state: 'absent' };
    await run({ path: args.path, type: 'Ed25519' });

    for (const check of [true, false])
      expect(await outcome(args, check)).toEqual(['changed', 'private key: present → absent']);
    expect(await outcome(args)).toEqual(['ok']);
  });

  test.for([
    [{ format: 'raw' }, 'format: raw is not possible for a key of type RSA'],
    [{ type: 'Ed25519', format: 'raw', passphrase: 'x' }, 'format: raw is not possible with a passphrase'],
    [{ passphrase: 'a\nb' }, 'a passphrase must be one line'],
    [{ cipher: 'rot 13', passphrase: 'x' }, 'there is no cipher "rot 13"'],
    [{ path: '/nowhere/k' }, 'The directory /nowhere does not exist or the file is not a directory'],
  ] as const)('%o fails', async ([more, why]) => {
    using dir = folder();

    for (const check of [true, false])
      expect(await outcome({ path: dir.at('k'), ...more }, check)).toEqual(['failed', why]);
  });

  test('without openssl, the message says what to install', async () => {
    using dir = folder();
    const without = (script: string, stdin?: Uint8Array | string) =>
      runScript(`command() { [ "$2" != openssl ]; }\n${script}`, stdin);
    const ended = await runHere(opensslPrivatekey, { path: dir.at('k') }, { check: true, sh: without });

    expect(outcomeOf(ended)).toEqual(['failed', 'openssl is missing on the host: install the openssl package']);
  });
});
