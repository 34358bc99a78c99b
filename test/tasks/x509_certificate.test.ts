import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import type { Converged } from '../../src/engine/host/converge.ts';
import opensslCsr from '../../tasks/openssl_csr.ts';
import opensslPrivatekey from '../../tasks/openssl_privatekey.ts';
import x509Certificate from '../../tasks/x509_certificate.ts';
import x509CertificateInfo from '../../tasks/x509_certificate_info.ts';
import { runAllHere, runHere } from './harness.ts';
import { folder } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const run = (args: object, check = false) => runHere(x509Certificate, args as Record<string, unknown>, { check });
const outcome = async (args: object, check = false) => outcomeOf(await run(args, check));
const resultOf = (ended: Converged) => ('result' in ended ? ended.result : {});
const openssl = (...words: string[]) => execFileSync('openssl', words, { encoding: 'utf8', stdio: 'pipe' });

// One CA, with a passphrase, and requests; made once and never changed.
let place: ReturnType<typeof folder>;
beforeAll(() => {
  place = folder();
  execFileSync('/bin/sh', ['-euc', makeFiles], { cwd: place.path, stdio: 'pipe' });
  return () => place[Symbol.dispose]();
});

const makeFiles = `
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.pem; }
key ca; key web; key other; key plain; openssl genpkey -algorithm ED25519 -out ed.pem; openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa.pem
openssl pkey -in ca.pem -aes256 -passout pass:geheim -out ca-locked.pem
openssl req -x509 -key ca.pem -subj '/O=Test/CN=Root' -days 90 -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign -out ca.crt
openssl req -x509 -key other.pem -subj '/O=Test/CN=Root' -days 90 -out ca2.crt
openssl req -new -key web.pem -subj '/O=Shop/CN=www.example.org' -addext subjectAltName=DNS:www.example.org -addext extendedKeyUsage=serverAuth -out web.csr
openssl req -new -key ed.pem -subj '/CN=ed' -out ed.csr; openssl req -new -key rsa.pem -subj '/CN=rsa' -out rsa.csr`;

const own = () => ({
  provider: 'ownca',
  csr_path: place.at('web.csr'),
  ownca_path: place.at('ca.crt'),
  ownca_privatekey_path: place.at('ca-locked.pem'),
  ownca_privatekey_passphrase: 'geheim',
});
const self = (name = 'web') => ({
  provider: 'selfsigned',
  csr_path: place.at(`${name}.csr`),
  privatekey_path: place.at(`${name}.pem`),
});

describe('x509_certificate', () => {
  test('a CA with a passphrase signs a certificate once, which openssl verifies', async () => {
    using dir = folder();
    const args = { path: dir.at('c'), ...own(), ownca_not_after: '+30d', return_content: true };
    const change = 'certificate: absent → O=Shop, CN=www.example.org, signed by O=Test, CN=Root';

    expect(await outcome(args, true)).toEqual(['changed', change]);
    expect(existsSync(args.path)).toBe(false);
    const ran = await run(args);
    expect(outcomeOf(ran)).toEqual(['changed', change]);
    expect(
      openssl('verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', place.at('ca.crt'), args.path),
    ).toContain(': OK');
    const made = new X509Certificate(readFileSync(args.path));
    expect([made.subject, made.subjectAltName]).toEqual(['O=Shop\nCN=www.example.org', 'DNS:www.example.org']);
    expect(new Date(made.validTo).getTime() - new Date(made.validFrom).getTime()).toBe(30 * 86_400_000);
    expect(resultOf(ran)['certificate']).toBe(readFileSync(args.path, 'utf8'));
    expect(
      BigInt(String(resultOf(ran)['serial_number']))
        .toString(16)
        .toUpperCase(),
    ).toBe(made.serialNumber.replace(/^0+/, ''));
    expect(JSON.stringify(outcomeOf(ran))).not.toContain('geheim');
    for (const check of [true, false]) expect(await outcome(args, check)).toEqual(['ok']);
    const text = openssl('x509', '-in', args.path, '-noout', '-text').replace(/\s+/g, ' ');
    const caIdentifier = /Subject Key Identifier: (\S+)/.exec(
      openssl('x509', '-in', place.at('ca.crt'), '-noout', '-text').replace(/\s+/g, ' '),
    )?.[1];
    expect(text).toContain(`Authority Key Identifier: ${caIdentifier}`);
  });

  test.for(['web', 'ed', 'rsa'])('%s signs its own certificate', async (name) => {
    using dir = folder();
    const args = { path: dir.at('c'), ...self(name), selfsigned_digest: 'sha512' };

    expect((await outcome(args))[1]).toMatch(/^certificate: absent → .*, self-signed$/);
    expect(openssl('verify', '-check_ss_sig', '-CAfile', args.path, args.path)).toContain(': OK');
    for (const check of [true, false]) expect(await outcome(args, check)).toEqual(['ok']);
  });

  test('without a request, a self-signed certificate has no subject', async () => {
    using dir = folder();
    const args = { path: dir.at('c'), provider: 'selfsigned', privatekey_path: place.at('plain.pem') };

    expect(await outcome(args)).toEqual(['changed', 'certificate: absent → without a subject, self-signed']);
    expect(openssl('x509', '-in', args.path, '-noout', '-subject').trim()).toBe('subject=');
    expect(await outcome(args)).toEqual(['ok']);
  });

  test.for([
    [{ ownca_create_authority_key_identifier: false }, /^authority_key_identifier: .* → absent$/],
    [{ ownca_create_subject_key_identifier: 'never_create' }, /^subject_key_identifier: .* → absent$/],
    [{ ownca_path: 'ca2.crt', ownca_privatekey_path: 'other.pem' }, /^signature: by another key → by the CA$/],
    [{ csr_path: 'ed.csr' }, /^key of the certificate: another key → the given key$/],
    [
      { ignore_timestamps: false, ownca_not_after: '20400101000000Z', ownca_not_before: '20200101000000Z' },
      /^not before: \d{14}Z → 20200101000000Z$/,
    ],
  ] as const)('with %o, a certificate is replaced', async ([more, change]) => {
    using dir = folder();
    const args = { path: dir.at('c'), ...own() };
    await run(args);
    const files = Object.fromEntries(
      Object.entries(more).map(([key, value]) => [key, key.endsWith('_path') ? place.at(String(value)) : value]),
    );
    const other = { ...args, ...files };

    for (const check of [true, false])
      expect(await outcome(other, check)).toEqual(expect.arrayContaining(['changed', expect.stringMatching(change)]));
    expect(await outcome(other)).toEqual(['ok']);
  });

  test('dates after 2049 are written as such', async () => {
    using dir = folder();
    const args = {
      path: dir.at('c'),
      ...self(),
      selfsigned_not_after: '20991231235959Z',
      ignore_timestamps: false,
      selfsigned_not_before: '20240101000000Z',
    };

    await run(args);
    expect(new Date(new X509Certificate(readFileSync(args.path)).validTo).toISOString()).toBe(
      '2099-12-31T23:59:59.000Z',
    );
    expect(await outcome(args)).toEqual(['ok']);
  });

  test('an expired certificate is kept, with a warning; relative times renew it each time if they count', async () => {
    using dir = folder();
    const args = { path: dir.at('c'), ...self(), selfsigned_not_before: '-2d', selfsigned_not_after: '-1d' };
    await run(args);

    expect(await run(args)).toMatchObject({
      status: 'ok',
      warnings: [expect.stringMatching(/expired at .*; `force: true` replaces it$/)],
    });
    const relative = { ...args, selfsigned_not_after: '+1d', ignore_timestamps: false };
    expect((await run(relative)).status).toBe('changed');
    // A certificate's dates have no fractions of a second.
    await new Promise((done) => setTimeout(done, 1100));
    expect((await run(relative)).status).toBe('changed');
    expect((await run({ ...args, force: true })).status).toBe('changed');
  });

  test('drift is found: another file, nonsense, another mode', async () => {
    using dir = folder();
    const args = { path: dir.at('c'), ...own(), mode: '0640' };
    await run(args);
    copyFileSync(place.at('ca.crt'), args.path);
    expect((await outcome(args)).length).toBeGreaterThan(3);
    writeFileSync(args.path, 'nonsense');
    expect((await outcome(args))[1]).toMatch(/^certificate: unreadable → /);
    chmodSync(args.path, 0o600);
    expect(await outcome(args)).toEqual(['changed', 'mode: 0600 → 0640']);
    expect(await outcome({ path: args.path, state: 'absent' })).toEqual(['changed', 'certificate: present → absent']);
  });

  test('a check predicts a key, a request, a CA and certificates', async () => {
    using dir = folder();
    const [key, csr, ca] = [dir.at('k'), dir.at('r'), dir.at('ca')];
    const tasks = [
      [opensslPrivatekey, { path: key, type: 'ECC', curve: 'secp256r1' }],
      [
        opensslCsr,
        {
          path: csr,
          privatekey_path: key,
          common_name: 'a',
          basic_constraints: ['CA:TRUE'],
          use_common_name_for_san: false,
        },
      ],
      [x509Certificate, { path: ca, privatekey_path: key, csr_path: csr, provider: 'selfsigned' }],
      [
        x509Certificate,
        {
          path: dir.at('c'),
          ...own(),
          ownca_path: ca,
          ownca_privatekey_path: key,
          ownca_privatekey_passphrase: undefined,
        },
      ],
    ] as readonly (readonly [AnyTaskType, Record<string, unknown>])[];
    const outcomes = async (check: boolean) => (await runAllHere(tasks, { check })).map(outcomeOf);
    const foretold = await outcomes(true);

    expect(foretold).toEqual([
      ['changed', 'private key: absent → ECC secp256r1'],
      ['changed', 'certificate request: absent → CN=a'],
      ['changed', 'certificate: absent → CN=a, self-signed'],
      ['changed', 'certificate: absent → O=Shop, CN=www.example.org, signed by CN=a'],
    ]);
    expect(await outcomes(false)).toEqual(foretold);
    expect((await outcomes(true)).flat()).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(openssl('verify', '-CAfile', ca, dir.at('c'))).toContain(': OK');
  });

  test.for([
    [{ csr_path: '/nowhere' }, 'The certificate signing request /nowhere does not exist'],
    [{ ownca_path: '/nowhere' }, 'The CA certificate /nowhere does not exist'],
    [{ ownca_privatekey_path: '/nowhere' }, 'The CA private key /nowhere does not exist'],
    [{ ownca_privatekey_passphrase: 'wrong' }, /^Unable to load the CA private key /],
    [{ ownca_path: 'ca2.crt' }, /^The CA private key does not belong to the CA certificate /],
    [{ privatekey_path: 'other.pem' }, /^The private key does not belong to the certificate signing request /],
    [{ csr_path: 'ca.crt' }, /^Unable to read the certificate signing request /],
    [{ ownca_digest: 'rot13' }, 'a ECC key cannot sign with the digest "rot13"'],
  ] as const)('%o fails in a check and in a run', async ([more, why]) => {
    using dir = folder();
    const files = Object.fromEntries(
      Object.entries(more).map(([key, value]) => [
        key,
        key.endsWith('_path') && !value.startsWith('/') ? place.at(value) : value,
      ]),
    );

    for (const check of [true, false])
      expect(await outcome({ path: dir.at('c'), ...own(), ...files }, check)).toEqual([
        'failed',
        typeof why === 'string' ? why : expect.stringMatching(why),
      ]);
  });

  test('a wrong time is refused', async () => {
    await expect(run({ path: '/c', ...self(), selfsigned_not_after: 'tomorrow' })).rejects.toThrow(
      'The time spec "tomorrow"',
    );
  });
});

describe('x509_certificate_info', () => {
  test('everything in a certificate is returned, as openssl reads it', async () => {
    using dir = folder();
    const path = dir.at('c');
    await run({ path, ...own(), ownca_not_after: '+30d' });
    const ended = await runHere(x509CertificateInfo, { path, valid_at: { soon: '+29d', late: '+31d', early: '-1d' } });
    const read = new X509Certificate(readFileSync(path));

    expect(ended).toMatchObject({
      status: 'ok',
      result: {
        version: 3,
        serial_number: String(BigInt(`0x${read.serialNumber}`)),
        subject: { organizationName: 'Shop', commonName: 'www.example.org' },
        issuer_ordered: [
          ['organizationName', 'Test'],
          ['commonName', 'Root'],
        ],
        not_after: expect.stringMatching(/^20\d{12}Z$/),
        expired: false,
        valid_at: { soon: true, late: false, early: false },
        signature_algorithm: 'ecdsa-with-SHA256',
        public_key: read.publicKey.export({ type: 'spki', format: 'pem' }),
        public_key_type: 'ECC',
        public_key_data: { curve: 'secp256r1', exponent_size: 256 },
        subject_alt_name: ['DNS:www.example.org'],
        extended_key_usage: ['TLS Web Server Authentication'],
        key_usage: null,
        basic_constraints: null,
        authority_key_identifier: expect.stringMatching(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/),
        fingerprints: { sha256: read.fingerprint256.toLowerCase(), sha1: read.fingerprint.toLowerCase() },
      },
    });
    expect(await runHere(x509CertificateInfo, { content: readFileSync(place.at('ca.crt'), 'utf8') })).toMatchObject({
      result: { key_usage: ['Certificate Sign'], basic_constraints: ['CA:TRUE'], basic_constraints_critical: true },
    });
  });

  test.for([
    [{ path: '/nowhere' }, '/nowhere does not exist or is empty'],
    [{ content: 'nonsense' }, 'the content contains no certificate in PEM format'],
  ] as const)('%o fails', async ([args, why]) => {
    expect(outcomeOf(await runHere(x509CertificateInfo, args))).toEqual(['failed', why]);
  });
});
