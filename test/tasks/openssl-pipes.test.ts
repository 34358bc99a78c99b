import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import openssl_csr_pipe from '../../tasks/openssl_csr_pipe.ts';
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
