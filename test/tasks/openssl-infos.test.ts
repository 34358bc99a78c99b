import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import opensslCsrInfo from '../../tasks/openssl_csr_info.ts';
import opensslPrivatekeyInfo from '../../tasks/openssl_privatekey_info.ts';
import opensslPublickeyInfo from '../../tasks/openssl_publickey_info.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const run = (type: AnyTaskType, args: object) => runHere(type, args as Record<string, unknown>);

let place: ReturnType<typeof folder>;
beforeAll(() => {
  place = folder();
  execFileSync('/bin/sh', ['-euc', makeAll], { cwd: place.path, stdio: 'pipe' });
  return () => place[Symbol.dispose]();
});

const makeAll = `
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:geheim -out locked.pem
openssl pkey -in rsa.pem -pubout -out rsa.pub
openssl req -new -key rsa.pem -subj /C=DE/CN=www.example.org -addext subjectAltName=DNS:www.example.org -addext nameConstraints=permitted\\;DNS:example.org -out web.csr
echo nonsense >nonsense.pem`;

const at = (name: string) => `${place.path}/${name}`;
const textOf = (name: string) => readFileSync(at(name), 'utf8');

/** The SHA-256 of a public key, as openssl computes it. */
const sumOf = () =>
  execFileSync('/bin/sh', ['-c', 'openssl pkey -in rsa.pem -pubout -outform DER | sha256sum'], { cwd: place.path })
    .toString()
    .slice(0, 64)
    .replace(/..(?=.)/g, '$&:');

test('openssl_privatekey_info tells the public half of a key', async () => {
  const told = {
    can_load_key: true,
    can_parse_key: true,
    type: 'RSA',
    public_key: textOf('rsa.pub'),
    public_key_fingerprints: { sha256: sumOf() },
    public_data: { size: 2048, exponent: 65537 },
  };
  expect(await run(opensslPrivatekeyInfo, { path: at('rsa.pem') })).toMatchObject({ status: 'ok', result: told });
  expect(await run(opensslPrivatekeyInfo, { content: textOf('rsa.pem'), check_consistency: true })).toMatchObject({
    status: 'ok',
    result: { ...told, key_is_consistent: true },
  });
  expect(
    await run(opensslPrivatekeyInfo, { path: at('locked.pem'), passphrase: 'geheim', check_consistency: true }),
  ).toMatchObject({ status: 'ok', result: { type: 'ECC', key_is_consistent: true } });
});

test('what openssl_privatekey_info cannot read is a failure', async () => {
  expect(await run(opensslPrivatekeyInfo, { path: at('locked.pem'), passphrase: 'wrong' })).toMatchObject({
    status: 'failed',
    result: { can_load_key: true, can_parse_key: false },
  });
  expect(await run(opensslPrivatekeyInfo, { path: at('none.pem') })).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('does not exist'),
    result: { can_load_key: false },
  });
  expect((await run(opensslPrivatekeyInfo, { path: at('nonsense.pem') })).status).toBe('failed');
});

test('openssl_publickey_info', async () => {
  for (const args of [{ path: at('rsa.pub') }, { content: textOf('rsa.pub') }])
    expect(await run(opensslPublickeyInfo, args)).toMatchObject({
      status: 'ok',
      result: { type: 'RSA', fingerprints: { sha256: sumOf() }, public_data: { size: 2048 } },
    });
  expect(outcomeOf(await run(opensslPublickeyInfo, { path: at('none') })).at(-1)).toContain('does not exist');
  expect(outcomeOf(await run(opensslPublickeyInfo, { path: at('rsa.pem') })).at(-1)).toContain(
    'contains no public key',
  );
});

test('openssl_csr_info', async () => {
  expect(await run(opensslCsrInfo, { path: at('web.csr') })).toMatchObject({
    status: 'ok',
    result: {
      signature_valid: true,
      subject: { countryName: 'DE', commonName: 'www.example.org' },
      subject_alt_name: ['DNS:www.example.org'],
      public_key: textOf('rsa.pub'),
      public_key_type: 'RSA',
      key_usage: null,
      name_constraints_permitted: ['DNS:example.org'],
      name_constraints_excluded: null,
    },
  });
  // Another name, under the same signature.
  const der = execFileSync('openssl', ['req', '-in', at('web.csr'), '-outform', 'DER']);
  der.write('wxw', der.indexOf('www'));
  writeFileSync(
    at('bad.csr'),
    `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
  );
  expect(await run(opensslCsrInfo, { path: at('bad.csr') })).toMatchObject({
    status: 'failed',
    result: { signature_valid: false },
  });
  expect(outcomeOf(await run(opensslCsrInfo, { content: 'nonsense' })).at(-1)).toContain(
    'contains no certificate signing',
  );
});
