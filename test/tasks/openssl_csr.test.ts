import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import opensslCsr from '../../tasks/openssl_csr.ts';
import opensslPrivatekey from '../../tasks/openssl_privatekey.ts';
import { runAllHere, runHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const run = (args: object, check = false) => runHere(opensslCsr, args as Record<string, unknown>, { check });
const outcome = async (args: object, check = false) => outcomeOf(await run(args, check));
const openssl = (...words: string[]) => execFileSync('openssl', words, { encoding: 'utf8', stdio: 'pipe' });
const printed = (path: string) =>
  openssl('req', '-in', path, '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus_space,esc_ctrl');

// The keys are made once and never changed.
let place: ReturnType<typeof folder>;
beforeAll(() => {
  place = folder();
  execFileSync('/bin/sh', ['-euc', makeKeys], { cwd: place.path, stdio: 'pipe' });
  return () => place[Symbol.dispose]();
});

const makeKeys = `
for t in ED25519 ED448 X25519; do openssl genpkey -algorithm $t -out $t.pem; done
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out RSA.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out EC.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out EC521.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:geheim -out locked.pem`;

const full = {
  country_name: 'DE',
  organization_name: 'Bäcker, "Müller" & $öhne',
  common_name: 'www.example.org',
  email_address: 'me@example.org',
  subject: { OU: ['one', 'two'], '2.5.4.5': '42' },
  subject_alt_name: [
    'DNS:www.example.org',
    'DNS:*.bücher.example',
    'IP:192.0.2.1',
    'IP:2001:db8::1',
    'email:a@b.c',
    'URI:https://x.y/z',
    'RID:1.2.3.4',
    'dirName:C=DE,O=Other',
    'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:bob@example.org',
  ],
  key_usage: ['digitalSignature', 'Key Encipherment', 'decipherOnly'],
  key_usage_critical: true,
  extended_key_usage: ['serverAuth', 'clientAuth', '1.2.3.4.5'],
  basic_constraints: ['CA:TRUE', 'pathlen:0'],
  basic_constraints_critical: true,
  ocsp_must_staple: true,
  name_constraints_permitted: ['DNS:example.org', 'IP:10.0.0.0/8'],
  name_constraints_excluded: ['IP:2001:db8::/32'],
  create_subject_key_identifier: true,
  authority_key_identifier: '00:11:22',
  authority_cert_issuer: ['dirName:CN=Root'],
  authority_cert_serial_number: 12345678901,
  crl_distribution_points: [
    { full_name: ['URI:https://ca.example.org/crl'], reasons: ['key_compromise', 'aa_compromise'] },
    { relative_name: ['CN=Revoked'], crl_issuer: ['dirName:CN=Root'] },
  ],
};

describe('openssl_csr', () => {
  test.for(['RSA', 'EC', 'EC521', 'ED25519', 'ED448'])(
    'a request is signed with a key of type %s, once',
    async (type) => {
      using dir = folder();
      const args = { path: dir.at('r'), privatekey_path: place.at(`${type}.pem`), common_name: 'www.example.org' };

      expect(await outcome(args, true)).toEqual(['changed', 'certificate request: absent → CN=www.example.org']);
      expect(existsSync(args.path)).toBe(false);
      expect(await outcome(args)).toEqual(['changed', 'certificate request: absent → CN=www.example.org']);
      expect(openssl('req', '-in', args.path, '-verify', '-noout', '-subject')).toBe('subject=CN = www.example.org\n');
      expect(printed(args.path)).toContain('DNS:www.example.org');
      for (const check of [true, false]) expect(await outcome(args, check)).toEqual(['ok']);
    },
  );

  test('everything that is requested is in it, as openssl reads it', async () => {
    using dir = folder();
    const args = { path: dir.at('r'), privatekey_path: place.at('RSA.pem'), digest: 'sha512', ...full };
    expect(await run(args)).toMatchObject({ status: 'changed', result: { filename: args.path } });
    const text = printed(args.path);

    for (const part of [
      'Subject: C=DE, O=Bäcker, "Müller" & $öhne, CN=www.example.org, emailAddress=me@example.org, OU=one, OU=two, serialNumber=42',
      'Signature Algorithm: sha512WithRSAEncryption',
      'DNS:www.example.org, DNS:*.xn--bcher-kva.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, email:a@b.c, URI:https://x.y/z, Registered ID:1.2.3.4, DirName:/C=DE/O=Other, othername: UPN::bob@example.org',
      'Key Usage: critical Digital Signature, Key Encipherment, Decipher Only',
      'TLS Web Server Authentication, TLS Web Client Authentication, 1.2.3.4.5',
      'Basic Constraints: critical CA:TRUE, pathlen:0',
      'TLS Feature: status_request',
      'Permitted: DNS:example.org IP:10.0.0.0/255.0.0.0 Excluded: IP:2001:DB8:0:0:0:0:0:0/FFFF:FFFF:0:0:0:0:0:0',
      'keyid:00:11:22 DirName:/CN=Root serial:02:DF:DC:1C:35',
      'Full Name: URI:https://ca.example.org/crl Reasons: Key Compromise, AA Compromise',
      'Relative Name: CN = Revoked CRL Issuer: DirName:CN = Root',
    ])
      expect(text.replace(/\s+/g, ' ')).toContain(part);
    const identifier = /Subject Key Identifier: \n\s+(\S+)/.exec(text)?.[1]?.toLowerCase();
    openssl('req', '-x509', '-key', place.at('RSA.pem'), '-subj', '/CN=x', '-out', dir.at('c'));
    expect(openssl('x509', '-in', dir.at('c'), '-noout', '-ext', 'subjectKeyIdentifier').toLowerCase()).toContain(
      identifier,
    );
    expect(await outcome(args)).toEqual(['ok']);
    const other = {
      ...args,
      subject_alt_name: args.subject_alt_name.toReversed(),
      extended_key_usage: args.extended_key_usage.toReversed(),
    };
    expect(await outcome(other)).toEqual(['ok']);
  });

  test.for([
    [{ common_name: 'b' }, ['subject: CN=a → CN=b', 'subject_alt_name: DNS:a → DNS:b']],
    [{ organization_name: 'O' }, ['subject: CN=a → O=O, CN=a']],
    [{ subject_alt_name: ['DNS:a', 'IP:::1'] }, ['subject_alt_name: DNS:a → DNS:a, IP:::1']],
    [{ use_common_name_for_san: false }, ['subject_alt_name: DNS:a → absent']],
    [{ subject_alt_name_critical: true }, ['subject_alt_name: DNS:a → DNS:a (critical)']],
    [{ key_usage: ['keyAgreement'] }, ['key_usage: absent → Key Agreement']],
    [{ extended_key_usage: ['codeSigning'] }, ['extended_key_usage: absent → Code Signing']],
    [{ basic_constraints: ['CA:FALSE'] }, ['basic_constraints: absent → CA:FALSE']],
    [{ ocsp_must_staple: true }, ['ocsp_must_staple: absent → yes']],
    [{ subject_key_identifier: '0a:0b' }, ['subject_key_identifier: absent → 0a:0b']],
    [{ name_constraints_excluded: ['email:.b.c'] }, ['name_constraints: absent → excluded email:.b.c']],
    [{ privatekey_path: 'EC521.pem' }, [expect.stringMatching(/^key of the request: another key → .*EC521\.pem$/)]],
  ] as const)('with %o, an existing request is replaced', async ([more, changes]) => {
    using dir = folder();
    const args = { path: dir.at('r'), privatekey_path: place.at('EC.pem'), common_name: 'a' };
    await run(args);
    const other = {
      ...args,
      ...more,
      ...('privatekey_path' in more && { privatekey_path: place.at(more.privatekey_path) }),
    };

    for (const check of [true, false]) expect(await outcome(other, check)).toEqual(['changed', ...changes]);
    expect(await outcome(other)).toEqual(['ok']);
  });

  test('the order of the subject matters only in subject_ordered', async () => {
    using dir = folder();
    const args = { path: dir.at('r'), privatekey_path: place.at('EC.pem'), use_common_name_for_san: false };
    await run({ ...args, subject_ordered: [{ CN: 'a' }, { O: 'b' }] });

    expect(await outcome({ ...args, organization_name: 'b', common_name: 'a' })).toEqual(['ok']);
    expect(await outcome({ ...args, subject_ordered: [{ O: 'b' }, { CN: 'a' }] })).toEqual([
      'changed',
      'subject: CN=a, O=b → O=b, CN=a',
    ]);
  });

  test('a spoilt request is replaced, and a mode corrected', async () => {
    using dir = folder();
    const args = { path: dir.at('r'), privatekey_path: place.at('EC.pem'), common_name: 'a', mode: '0640' };
    await run(args);
    expect((statSync(args.path).mode & 0o777).toString(8)).toBe('640');
    const lines = readFileSync(args.path, 'utf8').split('\n');
    // The last bytes are part of the signature.
    const spoilt = lines.map((line, index) =>
      index === lines.length - 3 ? `${line.slice(0, 8)}${line[8] === 'A' ? 'B' : 'A'}${line.slice(9)}` : line,
    );
    writeFileSync(args.path, spoilt.join('\n'));
    expect(await outcome(args)).toEqual(['changed', 'signature of the request: wrong → right']);
    chmodSync(args.path, 0o600);
    expect(await outcome(args)).toEqual(['changed', 'mode: 0600 → 0640']);
    writeFileSync(args.path, 'nonsense');
    expect(await outcome(args)).toEqual(['changed', 'certificate request: unreadable → CN=a']);
    expect(await outcome({ ...args, state: 'absent' })).toEqual(['changed', 'certificate request: present → absent']);
    expect(await outcome({ ...args, state: 'absent' })).toEqual(['ok']);
  });

  test('a key and its passphrase can be given in the task, which tells neither', async () => {
    using dir = folder();
    const locked = readFileSync(place.at('locked.pem'), 'utf8');
    const scripts: string[] = [];
    const spied = (script: string, stdin?: Uint8Array | string) => {
      scripts.push(script);
      return runScript(script, stdin);
    };
    const keys = [
      { privatekey_content: locked, privatekey_passphrase: 'geheim' },
      { privatekey_path: place.at('locked.pem'), privatekey_passphrase: 'geheim' },
      { privatekey_content: readFileSync(place.at('ED25519.pem'), 'utf8') },
    ];
    for (const [index, key] of keys.entries()) {
      const args = { path: dir.at(`r${index}`), common_name: 'a', return_content: true, ...key };
      const ended = await runHere(opensslCsr, args, { sh: spied });
      expect(ended).toMatchObject({ status: 'changed', result: { csr: readFileSync(args.path, 'utf8') } });
      expect(await outcome(args)).toEqual(['ok']);
    }
    expect(scripts.join('\n')).not.toMatch(new RegExp(`geheim|${locked.split('\n')[3]}`));
  });

  test('a check predicts a key and a request for it', async () => {
    using dir = folder();
    const tasks = [
      [opensslPrivatekey, { path: dir.at('k'), type: 'Ed25519' }],
      [opensslCsr, { path: dir.at('r'), privatekey_path: dir.at('k'), common_name: 'a' }],
    ] as readonly (readonly [AnyTaskType, Record<string, unknown>])[];
    const outcomes = async (check: boolean) => (await runAllHere(tasks, { check })).map(outcomeOf);
    const foretold = await outcomes(true);

    expect(foretold).toEqual([
      ['changed', 'private key: absent → Ed25519'],
      ['changed', 'certificate request: absent → CN=a'],
    ]);
    expect(await outcomes(false)).toEqual(foretold);
    expect((await outcomes(true)).flat()).toEqual(['ok', 'ok']);
    tasks[0]![1]['force'] = true;
    expect((await outcomes(true))[1]).toEqual(['changed', `key of the request: another key → ${dir.at('k')}`]);
  });

  test.for([
    [{ privatekey_path: '/nowhere' }, 'The private key /nowhere does not exist'],
    [{ privatekey_path: 'locked.pem' }, /^Unable to load the private key .*locked\.pem: /],
    [{ privatekey_path: 'X25519.pem' }, 'a X25519 key cannot sign with the digest "sha256"'],
    [{ digest: 'sha3' }, 'a ECC key cannot sign with the digest "sha3"'],
    [{ path: '/nowhere/r' }, 'The directory /nowhere does not exist or the file is not a directory'],
  ] as const)('%o fails in a check and in a run', async ([more, why]) => {
    using dir = folder();
    const at = (path: string) => (path.startsWith('/') ? path : place.at(path));
    const args = { path: dir.at('r'), common_name: 'a', ...more };
    const given = { ...args, privatekey_path: at('privatekey_path' in args ? args.privatekey_path : 'EC.pem') };

    for (const check of [true, false])
      expect(await outcome(given, check)).toEqual([
        'failed',
        typeof why === 'string' ? why : expect.stringMatching(why),
      ]);
  });

  test.for([
    [{ subject_alt_name: ['www.example.org'] }, /Cannot parse Subject Alternative Name "www\.example\.org"/],
    [{ subject_alt_name: ['IP:192.0.2'] }, /Cannot parse/],
    [{ key_usage: ['everything'] }, 'there is no key usage "everything"'],
    [{ extended_key_usage: ['everything'] }, 'there is no extended key usage "everything"'],
    [{ basic_constraints: ['CA:PERHAPS'] }, 'there is no basic constraint "CA:PERHAPS"'],
    [{ subject: { XYZ: 'a' } }, 'Cannot find OID "XYZ"'],
    [{ subject_ordered: [{ O: 'a' }] }, 'subject_ordered cannot be combined'],
    [{ name_constraints_permitted: ['IP:10.0.0.0'] }, /Cannot parse name constraint/],
  ] as const)('%o is refused before the host is asked', async ([more, why]) => {
    await expect(run({ path: '/r', privatekey_path: '/k', common_name: 'a', ...more })).rejects.toThrow(why);
  });
});
