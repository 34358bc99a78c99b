import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import tlsCertificate from '../../tasks/tls_certificate.ts';
import { context, planOn, runHere } from './harness.ts';
import { folder } from './local-host.ts';

// One CA with an intermediate signs them all; created once, never changed.
let place: ReturnType<typeof folder>;
beforeAll(() => {
  place = folder();
  execFileSync('/bin/sh', ['-euc', makeCertificates], { cwd: place.path, stdio: 'pipe' });
  return () => place[Symbol.dispose]();
});

const makeCertificates = `
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -subj "/CN=$2" -out $1.csr 2>/dev/null; }
sign() { printf '%s\\n' "$3" >$1.ext; openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days $4 -extfile $1.ext -out $1.pem 2>/dev/null; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -subj '/O=Test/CN=Root' -days 90 -out ca.pem 2>/dev/null
new middle Middle; sign middle ca basicConstraints=CA:TRUE 90
new site images.example.org; sign site middle subjectAltName=DNS:images.example.org,DNS:*.static.example.org,IP:192.0.2.1 30
new other other.example.org; sign other middle subjectAltName=DNS:other.example.org 30
cat site.pem middle.pem >fullchain.pem; cat site.pem other.pem >wrong.pem; echo nonsense >broken.pem`;

const good = () => ({
  path: place.at('fullchain.pem'),
  key: place.at('site.key'),
  names: ['images.example.org', 'a.static.example.org', '192.0.2.1'],
  issuer: 'Middle',
  days_left: 14,
});

describe('tls_certificate', () => {
  test('a valid certificate is ok, and returned', async () => {
    expect(await runHere(tlsCertificate, good())).toMatchObject({
      status: 'ok',
      result: {
        subject: 'CN=images.example.org',
        issuer: 'CN=Middle',
        days_left: 29,
        names: ['images.example.org', '*.static.example.org', '192.0.2.1'],
      },
    });
  });

  test.for([
    [{ days_left: 60 }, 'days left is 29, should be at least 60'],
    [
      { names: ['images.example.org', 'www.example.org', 'a.b.static.example.org'] },
      'should be also www.example.org, a.b.static.example.org',
    ],
    [{ issuer: "Let's Encrypt" }, "issuer is CN=Middle, should be Let's Encrypt"],
    [{ key: 'other.key' }, "is for another certificate, should be the certificate's key"],
    [{ key: 'site.pem' }, "is unreadable, should be the certificate's key"],
    [{ key: 'nowhere.key' }, "is absent, should be the certificate's key"],
    [{ path: 'wrong.pem' }, 'certificate 2 in the chain is CN=other.example.org, should be CN=Middle'],
    [{ path: 'broken.pem' }, 'is unreadable, should be a certificate'],
    [{ path: 'nowhere.pem' }, 'is absent, should be a certificate'],
  ])('%j: %s', async ([more, message]) => {
    const files = Object.fromEntries(
      Object.entries(more as object).map(([name, value]) => [
        name,
        name === 'path' || name === 'key' ? place.at(value as string) : value,
      ]),
    );

    expect(await runHere(tlsCertificate, { ...good(), ...files })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining(message as string),
    });
  });

  describe('M1: the served certificate', () => {
    /** A server that presents a certificate for the duration of the test. */
    async function serving(name: string) {
      const server = createServer({
        cert: readFileSync(place.at(`${name}.pem`)),
        key: readFileSync(place.at(`${name}.key`)),
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      return { served_at: `127.0.0.1:${port}`, [Symbol.dispose]: () => server.close() };
    }

    test('is the certificate of the file', async () => {
      using server = await serving('site');

      expect(await runHere(tlsCertificate, { ...good(), served_at: server.served_at })).toMatchObject({ status: 'ok' });
    });

    test('is another one, which is reported by its serial number', async () => {
      using server = await serving('other');

      expect(await runHere(tlsCertificate, { ...good(), served_at: server.served_at })).toMatchObject({
        status: 'failed',
        message: expect.stringMatching(
          /served for images\.example\.org at 127\.0\.0\.1:\d+ is serial [0-9A-F]+, until \S+, should be serial [0-9A-F]+, until /,
        ),
      });
    });

    test('is missing without a listener', async () => {
      expect(await runHere(tlsCertificate, { ...good(), served_at: '127.0.0.1:1' }, { check: true })).toMatchObject({
        status: 'failed',
        message: expect.stringMatching(/is nothing \(.*refused/),
      });
    });
  });

  test('reports all problems at once', async () => {
    const ended = await runHere(tlsCertificate, { ...good(), days_left: 60, issuer: 'X', key: place.at('other.key') });

    expect(ended).toMatchObject({ status: 'failed', message: expect.stringMatching(/days left.*; issuer.*; key/) });
  });

  test('fails when it has expired, whatever `days_left` is', () => {
    const file = { bytes: readFileSync(place.at('site.pem')), resolved: undefined };
    const later = { ...context, now: new Date(Date.now() + 40 * 86_400_000) };

    expect(planOn(tlsCertificate, { file }, { path: '/c.pem' }, later)).toMatchObject({
      failed: expect.stringContaining('days left is -11'),
    });
  });

  test('M6: fails in a check, too', async () => {
    expect(await runHere(tlsCertificate, { ...good(), days_left: 60 }, { check: true })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('days left is 29, should be at least 60'),
    });
  });

  test('the key is a secret', () => {
    const questions = tlsCertificate.ask!({ path: '/c', key: '/k' } as never, context) as Record<
      string,
      { secret?: boolean }
    >;

    expect([questions['file']?.secret, questions['key']?.secret]).toEqual([undefined, true]);
  });
});
