import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import openssl_csr_pipe from '../../tasks/openssl_csr_pipe.ts';
import openssl_privatekey_pipe from '../../tasks/openssl_privatekey_pipe.ts';
import x509_certificate_pipe from '../../tasks/x509_certificate_pipe.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-pipes-'));
const at = (name: string): string => join(place, name);

beforeAll(() => {
  for (const name of ['one.key', 'ca.key'])
    execFileSync('openssl', ['genpkey', '-algorithm', 'ED25519', '-out', at(name)], { stdio: 'ignore' });
  const self = ['req', '-x509', '-key', at('ca.key'), '-subj', '/CN=ca', '-days', '9', '-out', at('ca.crt')];
  execFileSync('openssl', self, { stdio: 'ignore' });
});
afterAll(() => rmSync(place, { recursive: true }));

/** What a task returns under a name. */
async function made(type: AnyTaskType, args: object, name: string): Promise<string> {
  const ended = await runHere(type, args as Record<string, unknown>);
  if (!('result' in ended) || ended.status !== 'changed') throw new Error(outcomeOf(ended).join(' '));
  return String(ended.result[name]);
}

const csr = { privatekey_path: at('one.key'), common_name: 'www.example.org' };
const request = (args: object = csr) => made(openssl_csr_pipe, args, 'csr');
const outcome = async (type: AnyTaskType, args: object, check = false) =>
  outcomeOf(await runHere(type, args as Record<string, unknown>, { check }));

describe('openssl_csr_pipe', () => {
  test('returns a request, and says whether the given one is right', async () => {
    const text = await request();
    writeFileSync(at('csr'), text);
    expect(
      execFileSync('openssl', ['req', '-in', at('csr'), '-noout', '-subject', '-verify'], {
        encoding: 'utf8',
        stdio: 'pipe',
      }),
    ).toMatch(/www\.example\.org/);
    expect(await runHere(openssl_csr_pipe, { ...csr, content: text })).toMatchObject({
      status: 'ok',
      result: { csr: text, subject: [['commonName', 'www.example.org']], subjectAltName: ['DNS:www.example.org'] },
    });
    for (const check of [true, false])
      expect(
        await outcome(openssl_csr_pipe, { ...csr, content: text, common_name: 'other.example.org' }, check),
      ).toEqual([
        'changed',
        'subject: CN=www.example.org → CN=other.example.org',
        'subject_alt_name: DNS:www.example.org → DNS:other.example.org',
      ]);
    expect(await outcome(openssl_csr_pipe, csr, true)).toEqual([
      'changed',
      'certificate request: absent → CN=www.example.org',
    ]);
  });

  test('takes a key that is in no file', async () => {
    const { privatekey_path, ...rest } = csr;
    expect(await request({ ...rest, privatekey_content: readFileSync(privatekey_path, 'utf8') })).toMatch(
      /^-----BEGIN CERTIFICATE REQUEST/,
    );
  });

  test('says what is wrong, also in a check', async () => {
    for (const check of [true, false])
      expect(await outcome(openssl_csr_pipe, { ...csr, privatekey_path: at('none') }, check)).toEqual([
        'failed',
        `The private key ${at('none')} does not exist`,
      ]);
  });
});

describe('x509_certificate_pipe', () => {
  const own = () => ({ provider: 'ownca', ownca_path: at('ca.crt'), ownca_privatekey_path: at('ca.key') });

  test('a CA signs a request, once', async () => {
    const args = { ...own(), csr_content: await request() };
    const text = await made(x509_certificate_pipe, args, 'certificate');
    writeFileSync(at('crt'), text);
    expect(execFileSync('openssl', ['verify', '-CAfile', at('ca.crt'), at('crt')], { encoding: 'utf8' })).toMatch(/OK/);
    expect(await runHere(x509_certificate_pipe, { ...args, content: text })).toMatchObject({
      status: 'ok',
      result: { certificate: text },
    });
    for (const check of [true, false])
      expect(await outcome(x509_certificate_pipe, { ...args, content: text, force: true }, check)).toEqual([
        'changed',
        'certificate: present → CN=www.example.org, signed by CN=ca',
      ]);
  });

  test('a certificate of another request is replaced', async () => {
    const content = readFileSync(at('ca.crt'), 'utf8');
    const [status, ...changes] = await outcome(
      x509_certificate_pipe,
      { ...own(), csr_content: await request(), content },
      true,
    );
    expect([status, changes[0]]).toEqual(['changed', 'key of the certificate: another key → the given key']);
  });

  test('signs with its own key', async () => {
    const args = { provider: 'selfsigned', privatekey_path: at('one.key') };
    expect(await made(x509_certificate_pipe, args, 'certificate')).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });
});

describe('openssl_privatekey_pipe', () => {
  const ec = { type: 'ECC', curve: 'secp256r1' };
  const key = (args: object) => made(openssl_privatekey_pipe, args, 'privatekey');

  test('returns a key, and keeps the given one if it is of the wanted kind', async () => {
    const content = await key(ec);
    expect(createPrivateKey(content).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    const kept = await runHere(openssl_privatekey_pipe, { ...ec, content });
    expect(kept).toMatchObject({ status: 'ok', result: { type: 'ECC', size: 256, curve: 'secp256r1' } });
    expect('result' in kept && 'privatekey' in kept.result).toBe(false);
    const base64 = Buffer.from(content).toString('base64');
    expect(
      await runHere(openssl_privatekey_pipe, {
        ...ec,
        content: base64,
        content_base64: true,
        return_current_key: true,
      }),
    ).toMatchObject({ status: 'ok', result: { privatekey: content } });
    for (const check of [true, false])
      expect(await outcome(openssl_privatekey_pipe, { type: 'Ed25519', content }, check)).toEqual([
        'changed',
        'private key: ECC secp256r1 → Ed25519',
      ]);
    expect(
      (await outcome(openssl_privatekey_pipe, { type: 'Ed25519', content, regenerate: 'fail' }, true)).at(-1),
    ).toMatch(/^Key has wrong type and\/or size/);
  });

  test('the fingerprint of a new key is that of the key', async () => {
    const ended = await runHere(openssl_privatekey_pipe, ec);
    const result = 'result' in ended ? ended.result : {};
    const der = createPublicKey(String(result['privatekey'])).export({ type: 'spki', format: 'der' });
    const digest = createHash('sha256').update(der).digest('hex').match(/../g)?.join(':');
    expect(result['fingerprint']).toMatchObject({ sha256: digest });
  });

  test('a key is converted, protected by a passphrase, or raw', async () => {
    const content = await key(ec);
    expect(content).toMatch(/BEGIN EC PRIVATE KEY/);
    const convert = { ...ec, content, format: 'pkcs8', format_mismatch: 'convert' };
    const converted = await key(convert);
    expect(createPrivateKey(converted).export({ type: 'sec1', format: 'pem' })).toBe(content);
    expect(await outcome(openssl_privatekey_pipe, { ...convert, content: converted })).toEqual(['ok']);
    const locked = await key({ ...ec, passphrase: 's3same' });
    expect(createPrivateKey({ key: locked, passphrase: 's3same' }).asymmetricKeyType).toBe('ec');
    expect(await outcome(openssl_privatekey_pipe, { ...ec, content: locked, passphrase: 's3same' }, true)).toEqual([
      'ok',
    ]);
    expect((await outcome(openssl_privatekey_pipe, { ...ec, content: locked }, true))[1]).toBe(
      'private key: unreadable → ECC secp256r1',
    );
    expect(Buffer.from(await key({ type: 'X25519', format: 'raw' }), 'base64')).toHaveLength(32);
  });

  test('says what is wrong, also in a check', async () => {
    expect(await outcome(openssl_privatekey_pipe, { type: 'RSA', format: 'raw' }, true)).toEqual([
      'failed',
      'format: raw is not possible for a key of type RSA',
    ]);
  });
});
