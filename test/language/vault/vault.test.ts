import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Vaulted } from '../../../src/core/value.ts';
import { isEnvelope, parseEnvelope } from '../../../src/language/vault/envelope.ts';
import { decryptVault, encryptVault, type VaultSecret, vaultOpener } from '../../../src/language/vault/vault.ts';

const secret = (password: string, label = 'default'): VaultSecret => ({
  label,
  password: Buffer.from(password),
  from: 'test',
});
const right = secret('correct horse');

// Written by ansible-vault 2.14 with the password `correct horse`.
const plaintext = 'db_password: päss {{ x }}\nport: 5432\n';
const version11 = `$ANSIBLE_VAULT;1.1;AES256
62633132636464636561643664376536663832306532626531613032393564643036376238316138
3039313630313634373530383666656137363535666435660a316239396533626239313836393435
38323334353135303133343265323432613936646130323838326638663539356566623066376136
3338326537333239300a363437343364383836336437656137343066346335623530393434396366
31303034666236663866656661376633306537396361653934393636306534663064306137663830
6232626230353162623838373639636563343166623364313032
`;
const version12 = `$ANSIBLE_VAULT;1.2;AES256;prod
30353135313732393433366338353161356139333163643439353035336464343365326665366261
3635633034343139303733616531313432343639343637370a653938376564353632636164623834
66366230393066636537363438313139636664333437373662383362383139323233663934373661
6266663865306539310a636637303964353032643035653763643234343766383065646564313437
66316534396366306631396539303965666539636330623561656539323834306639323863663665
3063353535306331643364356261306562343438633535623032
`;

describe('decryptVault', () => {
  test.for([
    ['1.1', version11],
    ['1.2', version12],
  ] as const)('reads a file from ansible-vault, version %s', ([, envelope]) => {
    const decrypted = decryptVault(envelope, [right]);

    expect(decrypted.ok && decrypted.value.toString()).toBe(plaintext);
  });

  test('reads an indented envelope, as in inline values', () => {
    const decrypted = decryptVault(version11.replaceAll('\n', '\n    '), [right]);

    expect(decrypted.ok && decrypted.value.toString()).toBe(plaintext);
  });

  test('tries all secrets, with the label as a hint', () => {
    expect(decryptVault(version12, [secret('wrong', 'prod'), right]).ok).toBe(true);
  });

  test('names the file and the tried secrets if no password matches', () => {
    const at = { file: 'group_vars/all/vault.yml', line: 1, column: 1 };

    expect(decryptVault(version12, [secret('wrong', 'dev')], at)).toEqual({
      ok: false,
      error: [
        {
          severity: 'error',
          code: 'vault-wrong-password',
          message: 'Decryption failed (no vault secrets were found that could decrypt) on group_vars/all/vault.yml',
          hint: 'it was encrypted for the vault id "prod"; tried: dev@test',
          at,
        },
      ],
    });
  });

  test('explains how to give a password if there is none', () => {
    expect(decryptVault(version11, [])).toMatchObject({
      error: [{ code: 'vault-no-password', hint: expect.stringContaining('--vault-password-file') }],
    });
  });

  test.for([
    ['not an envelope', 'plain: text', 'input is not vault encrypted data'],
    ['another version', version11.replace('1.1', '9.9'), 'unknown vault format 9.9; expected 1.1 or 1.2'],
    ['another cipher', version11.replace('AES256', 'AES'), 'unknown vault cipher AES; expected AES256'],
    ['a truncated line', version11.slice(0, -100), 'the vault envelope is damaged'],
    ['no body', '$ANSIBLE_VAULT;1.1;AES256\n', 'the vault envelope is damaged'],
  ] as const)('refuses %s', ([, text, message]) => {
    expect(decryptVault(text, [right])).toMatchObject({ ok: false, error: [{ message }] });
  });

  test('notices a single flipped bit', () => {
    const lines = version11.split('\n');
    const flipped = [
      ...lines.slice(0, -2),
      lines.at(-2)!.replace(/.$/, (digit) => (digit === '2' ? '3' : '2')),
      '',
    ].join('\n');

    expect(decryptVault(flipped, [right]).ok).toBe(false);
  });
});

describe('encryptVault', () => {
  test('any bytes are restored unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.string({ minLength: 1 }), (bytes, password) => {
        const decrypted = decryptVault(encryptVault(bytes, secret(password)), [secret(password)]);

        expect(decrypted.ok && [...decrypted.value]).toEqual([...bytes]);
      }),
      { numRuns: 15 },
    );
  });

  test('writes the label into the header, and none for the default', () => {
    expect(encryptVault('x', secret('p', 'prod'))).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
    expect(encryptVault('x', secret('p'))).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n[0-9a-f]{80}\n/);
  });

  test('never writes the same envelope twice', () => {
    expect(encryptVault('x', right)).not.toBe(encryptVault('x', right));
    // The result of Ansible's filter `vault`.
    expect(encryptVault('secret', secret('pw', 'filter_default'), Buffer.from('1234'))).toBe(
      `$ANSIBLE_VAULT;1.2;AES256;filter_default
33313332333333340a30306330346238336163393930366562616462316136353636653966653230
3435646436333961653034316330643464393331356531626466653162643135300a666436616361
6435363265653636313934373465626530303133356264366162
`,
    );
  });
});

describe('vaultOpener', () => {
  test('decrypts inline values', () => {
    const open = vaultOpener([right]);

    expect(open(new Vaulted(version11))).toEqual({ ok: true, value: plaintext });
    expect(open(new Vaulted(version11))).toBe(open(new Vaulted(version11)));
  });
});

describe('isEnvelope', () => {
  test.for([
    [version11, true],
    [`  ${version12}`, true],
    ['a: b', false],
    ['$ANSIBLE_VAULT', false],
  ] as const)('%j → %j', ([text, expected]) => {
    expect(isEnvelope(text)).toBe(expected);
  });

  test('an envelope can be parsed', () => {
    expect(parseEnvelope(version12)).toMatchObject({ ok: true, value: { label: 'prod', version: '1.2' } });
  });
});

const hasAnsible = spawnSync('ansible-vault', ['--version']).status === 0;

describe.skipIf(!hasAnsible)('with the real ansible-vault (skipped if it is not installed)', () => {
  test("each reads the other's output", { timeout: 60_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'retrace-vault-'));
    try {
      const password = join(folder, 'password');
      const file = join(folder, 'file');
      writeFileSync(password, 'correct horse\n');
      writeFileSync(file, encryptVault(plaintext, right));

      const viewed = execFileSync('ansible-vault', ['view', '--vault-password-file', password, file], {
        encoding: 'utf8',
      });
      execFileSync('ansible-vault', [
        'rekey',
        '--vault-password-file',
        password,
        '--new-vault-password-file',
        password,
        file,
      ]);
      const back = decryptVault(readFileSync(file, 'utf8'), [right]);

      expect(viewed).toBe(plaintext);
      expect(back.ok && back.value.toString()).toBe(plaintext);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
