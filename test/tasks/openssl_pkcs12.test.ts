import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import opensslDhparam from '../../tasks/openssl_dhparam.ts';
import opensslPkcs12 from '../../tasks/openssl_pkcs12.ts';
import { runHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const run = (args: object, check = false) => runHere(opensslPkcs12, args as Record<string, unknown>, { check });
const outcome = async (args: object, check = false) => outcomeOf(await run(args, check));

// Made once and never changed.
let place: ReturnType<typeof folder>;
beforeAll(() => {
  place = folder();
  execFileSync('/bin/sh', ['-euc', makeFiles], { cwd: place.path, stdio: 'pipe' });
  return () => place[Symbol.dispose]();
});

const makeFiles = `
new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -subj "/CN=$1" -days 90 -out $1.crt 2>/dev/null; }
new web; new ca; new root; cat ca.crt root.crt >chain.crt
openssl pkey -in web.key -aes256 -passout pass:geheim -out locked.key`;

const given = () => ({
  friendly_name: "the web's key",
  privatekey_path: place.at('web.key'),
  certificate_path: place.at('web.crt'),
  other_certificates: [place.at('chain.crt')],
  passphrase: 'sesame $1',
});

const inside = (path: string, pass = 'sesame $1', ...more: string[]) =>
  execFileSync('openssl', ['pkcs12', '-in', path, '-passin', `pass:${pass}`, '-nodes', ...more], {
    encoding: 'utf8',
    stdio: 'pipe',
  });

describe('openssl_pkcs12', () => {
  test('a key and certificates are exported once, for their owner only', async () => {
    using dir = folder();
    const args = { path: dir.at('p'), ...given(), other_certificates_parse_all: true, return_content: true };
    const change = "PKCS#12 file: absent → the web's key, 3 certificates";

    expect(await outcome(args, true)).toEqual(['changed', change]);
    expect(existsSync(args.path)).toBe(false);
    expect(await run(args)).toMatchObject({
      status: 'changed',
      result: { pkcs12: readFileSync(args.path).toString('base64') },
    });
    expect((statSync(args.path).mode & 0o777).toString(8)).toBe('400');
    const text = inside(args.path);
    expect(text).toContain("friendlyName: the web's key");
    expect(text).toContain(readFileSync(place.at('web.key'), 'utf8'));
    expect(text.match(/BEGIN CERTIFICATE/g)?.length).toBe(3);
    for (const check of [true, false]) expect(await outcome(args, check)).toEqual(['ok']);
  });

  test('a protected key, given as a file or in the task, is exported; no passphrase is told', async () => {
    using dir = folder();
    const scripts: string[] = [];
    const spied = (script: string, stdin?: Uint8Array | string) => {
      scripts.push(script);
      return runScript(script, stdin);
    };
    const keys = [
      { privatekey_path: place.at('locked.key') },
      { privatekey_path: undefined, privatekey_content: readFileSync(place.at('locked.key'), 'utf8') },
    ];
    for (const [index, key] of keys.entries()) {
      const args = {
        path: dir.at(`p${index}`),
        ...given(),
        ...key,
        privatekey_passphrase: 'geheim',
        encryption_level: 'compatibility2022',
        iter_size: 10_000,
      };
      expect((await runHere(opensslPkcs12, args, { sh: spied })).status).toBe('changed');
      expect(inside(args.path)).toContain(readFileSync(place.at('web.key'), 'utf8'));
      expect(
        execFileSync('/bin/sh', [
          '-c',
          `openssl pkcs12 -info -noout -in ${args.path} -passin 'pass:sesame $1' 2>&1`,
        ]).toString(),
      ).toContain('pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 10000');
      expect(await outcome(args)).toEqual(['ok']);
    }
    expect(scripts.join('\n')).not.toMatch(/geheim|sesame/);
  });

  test.for([
    [{ friendly_name: 'other' }, ["name in the PKCS#12 file: the web's key → other"]],
    [
      { privatekey_path: 'ca.key', certificate_path: 'ca.crt' },
      [
        'key in the PKCS#12 file: another key → the given key',
        'certificate in the PKCS#12 file: another one → the given one',
      ],
    ],
    [{ other_certificates_parse_all: true }, ['other certificates in the PKCS#12 file: 1 → 2, as given']],
    [{ passphrase: 'another' }, ["PKCS#12 file: unreadable → the web's key, 2 certificates"]],
  ] as const)('with %o, the file is replaced', async ([more, changes]) => {
    using dir = folder();
    const args = { path: dir.at('p'), ...given() };
    await run(args);
    const other = {
      ...args,
      ...Object.fromEntries(
        Object.entries(more).map(([key, value]) => [key, key.endsWith('_path') ? place.at(String(value)) : value]),
      ),
    };

    for (const check of [true, false]) expect(await outcome(other, check)).toEqual(['changed', ...changes]);
    expect(await outcome(other)).toEqual(['ok']);
  });

  test.for([
    [{ certificate_path: '/nowhere' }, 'There is no certificate in /nowhere'],
    [{ other_certificates: ['/nowhere'] }, 'There is no certificate in /nowhere'],
    [{ privatekey_path: '/nowhere' }, 'The private key /nowhere does not exist'],
  ] as const)('%o fails in a check and in a run', async ([more, why]) => {
    using dir = folder();

    for (const check of [true, false])
      expect(await outcome({ path: dir.at('p'), ...given(), ...more }, check)).toEqual(['failed', why]);
    const mixed = await outcome({ path: dir.at('p'), ...given(), privatekey_path: place.at('ca.key') });
    expect(mixed[1]).toMatch(/^The private key does not belong to the certificate /);
  });

  test('it is removed once', async () => {
    using dir = folder();
    await run({ path: dir.at('p'), ...given() });

    for (const check of [true, false])
      expect(await outcome({ path: dir.at('p'), state: 'absent' }, check)).toEqual([
        'changed',
        'PKCS#12 file: present → absent',
      ]);
    expect(await outcome({ path: dir.at('p'), state: 'absent' })).toEqual(['ok']);
  });
});

describe('openssl_dhparam', () => {
  const dh = async (args: object, check = false) =>
    outcomeOf(await runHere(opensslDhparam, args as Record<string, unknown>, { check }));

  test('parameters are generated once, and again with another size', async () => {
    using dir = folder();
    const args = { path: dir.at('d'), size: 512 };

    for (const check of [true, false])
      expect(await dh(args, check)).toEqual(['changed', 'DH parameters: absent → 512 bits']);
    expect(execFileSync('openssl', ['dhparam', '-in', args.path, '-text', '-noout']).toString()).toContain('(512 bit)');
    for (const check of [true, false]) expect(await dh(args, check)).toEqual(['ok']);
    expect(await dh({ ...args, size: 520 }, true)).toEqual(['changed', 'DH parameters: 512 bits → 520 bits']);
    writeFileSync(args.path, 'nonsense');
    expect(await dh(args)).toEqual(['changed', 'DH parameters: unreadable → 512 bits']);
    const before = readFileSync(args.path, 'utf8');
    expect((await dh({ ...args, force: true }))[0]).toBe('changed');
    expect(readFileSync(args.path, 'utf8')).not.toBe(before);
    expect(await dh({ ...args, size: 100 })).toEqual(['failed', '100 bits are too few: openssl needs at least 512']);
    expect(await dh({ ...args, state: 'absent' })).toEqual(['changed', 'DH parameters: present → absent']);
  });
});
