import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { callCommand } from '../../../src/cli/command.ts';
import { vault } from '../../../src/cli/commands/vault.ts';
import { loadVaultSecrets, parseVaultId } from '../../../src/language/vault/secrets.ts';
import { decryptVault, encryptVault } from '../../../src/language/vault/vault.ts';
import { worldWith } from '../../cli/world.ts';
import { keepingIo } from '../inventory/command-io.ts';
import { folderWith } from '../inventory/folder.ts';

const secret = { label: 'default', password: Buffer.from('old pw'), from: 'test' };
const TEXT = 'password: hunter2\n';

const files = () => ({ plain: TEXT, sealed: encryptVault(TEXT, secret), pw: 'old pw\n', pw2: 'new pw\n' });

type Options = Omit<Parameters<typeof keepingIo>[0], 'cwd'>;

async function run(folder: { path: string }, argv: readonly string[], options: Options = {}) {
  const { io, written } = keepingIo({ cwd: folder.path, ...options });
  const code = await callCommand(vault, argv, worldWith({ ...io, asAnsible: true }));
  return { code, ...written };
}

const opened = (text: string, password = 'old pw') => {
  const result = decryptVault(text, [{ ...secret, password: Buffer.from(password) }]);
  return result.ok ? result.value.toString() : result.error[0]?.message;
};
const PW = ['--vault-password-file', 'pw'];

describe('vault encrypt and decrypt', () => {
  test('replace a file, and restore its content, readable only by its owner', async () => {
    using folder = folderWith(files());
    chmodSync(folder.at('plain'), 0o640);

    await run(folder, ['encrypt', ...PW, 'plain']);
    const sealed = readFileSync(folder.at('plain'), 'utf8');
    await run(folder, ['decrypt', ...PW, 'plain']);

    expect(opened(sealed)).toBe(TEXT);
    expect(readFileSync(folder.at('plain'), 'utf8')).toBe(TEXT);
    expect(statSync(folder.at('plain')).mode & 0o777).toBe(0o600);
  });

  test('write elsewhere with --output, readable only by the owner', async () => {
    using folder = folderWith(files());

    const { code } = await run(folder, ['decrypt', ...PW, '--output', 'out', 'sealed']);

    expect(code).toBe(0);
    expect(readFileSync(folder.at('out'), 'utf8')).toBe(TEXT);
    expect(statSync(folder.at('out')).mode & 0o777).toBe(0o600);
  });

  test('keep a link as a link', async () => {
    using folder = folderWith(files());
    symlinkSync('plain', folder.at('link'));

    await run(folder, ['encrypt', ...PW, 'link']);

    expect(lstatSync(folder.at('link')).isSymbolicLink()).toBe(true);
    expect(opened(readFileSync(folder.at('plain'), 'utf8'))).toBe(TEXT);
  });

  test('work as a pipe', async () => {
    using folder = folderWith(files());

    const sealed = await run(folder, ['encrypt', ...PW], { stdin: TEXT });
    const plain = await run(folder, ['decrypt', ...PW, '--output', '-'], { stdin: sealed.stdout });

    expect(opened(sealed.stdout)).toBe(TEXT);
    expect(plain.stdout).toBe(TEXT);
  });

  test.for([
    [['encrypt', ...PW, 'sealed'], 1, 'ERROR! input is already encrypted'],
    [['decrypt', ...PW, 'plain'], 1, 'ERROR! input is not vault encrypted data.'],
    [
      ['decrypt', '--vault-password-file', 'pw2', 'sealed'],
      1,
      'Decryption failed (no vault secrets were found that could decrypt)',
    ],
    [['view', ...PW, 'nothing'], 1, 'ERROR! Unable to read source file'],
    [['view', '--vault-password-file', 'nothing', 'sealed'], 1, 'nothing was not found'],
    [['view', '--vault-password-file', 'empty', 'sealed'], 1, 'it is empty'],
    [['create', ...PW, 'plain'], 1, "plain exists, please use 'edit' instead"],
    [
      ['encrypt', ...PW, 'plain', 'pw', '--output', 'x'],
      5,
      'At most one input file may be used with the --output option',
    ],
    [
      ['encrypt', '--vault-id', 'a@pw', '--vault-id', 'b@pw2', 'plain'],
      5,
      'The vault-ids a,b are available to encrypt.',
    ],
    [['encrypt', ...PW, '--encrypt-vault-id', 'x', 'plain'], 5, 'Did not find a match for --encrypt-vault-id=x'],
    [['bogus'], 5, "invalid choice: 'bogus'"],
    [[], 2, 'the following arguments are required: action'],
  ] as const)('%j → exit %i', async ([argv, exit, message]) => {
    using folder = folderWith({ ...files(), empty: '' });

    const { code, stderr } = await run(folder, argv);

    expect(stderr).toContain(message);
    expect(code).toBe(exit);
    expect(readFileSync(folder.at('plain'), 'utf8')).toBe(TEXT);
  });
});

describe('vault passwords', () => {
  test.for([
    ['ANSIBLE_VAULT_PASSWORD_FILE', ['view', 'sealed'], { env: { ANSIBLE_VAULT_PASSWORD_FILE: 'pw' } }],
    ['ansible.cfg', ['view', 'sealed'], { env: { ANSIBLE_CONFIG: 'my.cfg' } }],
    ['a prompt if nothing is given', ['view', 'sealed'], { typed: ['old pw'] }],
    ['--ask-vault-pass', ['view', '--ask-vault-pass', 'sealed'], { typed: ['old pw'] }],
    ['--vault-id with a prompt', ['view', '--vault-id', 'x@prompt', 'sealed'], { typed: ['old pw'] }],
    ['a script', ['view', '--vault-password-file', 'script', 'sealed'], {}],
    ['a script that receives the vault id', ['view', '--vault-id', 'x@keys-client.sh', 'sealed'], {}],
  ] as const)('come from %s', async ([, argv, options]) => {
    using folder = folderWith({
      ...files(),
      'my.cfg': '[defaults]\nvault_password_file = pw\n',
      script: '#!/bin/sh\necho "old pw"\n',
      'keys-client.sh': '#!/bin/sh\n[ "$1 $2" = "--vault-id x" ] && echo "old pw"\n',
    });

    expect(await run(folder, argv, options as Options)).toMatchObject({ code: 0, stdout: TEXT });
  });

  test('are asked for twice if they are new', async () => {
    using folder = folderWith(files());

    expect(await run(folder, ['encrypt', 'plain'], { typed: ['a', 'b'] })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Passwords do not match'),
    });
    expect(await run(folder, ['encrypt', 'plain'], { typed: ['a', 'a'] })).toMatchObject({ code: 0 });
    expect(opened(readFileSync(folder.at('plain'), 'utf8'), 'a')).toBe(TEXT);
  });

  test('from a failing script are rejected', async () => {
    using folder = folderWith({ ...files(), script: '#!/bin/sh\nexit 3\n' });
    const { io } = keepingIo({ cwd: folder.path });

    expect(await loadVaultSecrets({ passwordFiles: ['script'] }, io)).toMatchObject({
      error: [{ message: expect.stringMatching(/script returned non-zero \(3\)/) }],
    });
  });

  test.for([
    ['pw', { label: 'default', source: 'pw' }],
    ['prod@pw', { label: 'prod', source: 'pw' }],
    ['prod@a@b', { label: 'prod', source: 'a@b' }],
    ['@pw', { label: 'default', source: 'pw' }],
  ] as const)('a vault id %s', ([written, parts]) => {
    expect(parseVaultId(written)).toEqual(parts);
  });
});

test('vault rekey changes the password', async () => {
  using folder = folderWith(files());

  const { stderr } = await run(folder, ['rekey', ...PW, '--new-vault-id', 'prod@pw2', 'sealed']);

  const sealed = readFileSync(folder.at('sealed'), 'utf8');
  expect(stderr).toBe('Rekey successful\n');
  expect(opened(sealed, 'new pw')).toBe(TEXT);
  expect(sealed).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
});

describe('vault encrypt_string', () => {
  test.for([
    [['-n', 'a', 'one'], {}, [['a', 'one']]],
    [
      ['--name', 'a', '--name', 'b', 'one', 'two'],
      {},
      [
        ['a', 'one'],
        ['b', 'two'],
      ],
    ],
    [['--stdin-name', 'z'], { stdin: 'piped' }, [['z', 'piped']]],
    [[], { stdin: 'piped' }, [['', 'piped']]],
    [['--name', 'a'], { stdin: 'piped' }, [['a', 'piped']]],
    [['--name', 'a', '-'], { stdin: 'piped' }, [['a', 'piped']]],
    [['-p', '-n', 'x'], { typed: ['typed'] }, [['x', 'typed']]],
  ] as const)('%j', async ([argv, options, expected]) => {
    using folder = folderWith(files());

    const { stdout, code } = await run(folder, ['encrypt_string', ...PW, ...argv], options as Options);

    const values = stdout.split(/^(?=\S)/m).map((block) => {
      const [, name = '', envelope = ''] = /^(?:(\w+): )?!vault \|\n((?: {10}.*\n)+)$/.exec(block) ?? [];
      return [name, opened(envelope)];
    });
    expect(code).toBe(0);
    expect(values).toEqual(expected);
  });
});

describe('vault edit', () => {
  // Records where the secret is stored and how it is protected, then changes it.
  const editor =
    '#!/bin/sh\n{ echo "$1"; stat -c %a "$1"; stat -c %a "$(dirname "$1")"; cat "$1"; } > "$NOTES"\ncp "$1" "$1.swp"\necho changed > "$1"\n';

  async function edit(file: string, script = editor) {
    const folder = folderWith({ ...files(), editor: script });
    const result = await run(folder, ['edit', ...PW, file], {
      env: { EDITOR: folder.at('editor'), NOTES: folder.at('notes') },
    });
    return { folder, ...result };
  }

  test('encrypts the edited text, which nobody else can read, and which is deleted afterwards', async () => {
    const { folder, code } = await edit('sealed');
    using _ = folder;

    const [path = '', fileMode, folderMode, ...content] = readFileSync(folder.at('notes'), 'utf8').split('\n');
    expect(code).toBe(0);
    expect([fileMode, folderMode, content.join('\n')]).toEqual(['600', '700', TEXT]);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(path.replace(/\/[^/]*$/, ''))).toBe(false);
    expect(opened(readFileSync(folder.at('sealed'), 'utf8'))).toBe('changed\n');
  });

  test('leaves the file alone if nothing was changed', async () => {
    const { folder } = await edit('sealed', '#!/bin/sh\ntrue\n');
    using _ = folder;

    expect(opened(readFileSync(folder.at('sealed'), 'utf8'))).toBe(TEXT);
  });

  test('leaves the file alone if the editor fails', async () => {
    const { folder, code, stderr } = await edit('sealed', '#!/bin/sh\necho lost > "$1"; exit 4\n');
    using _ = folder;

    expect(code).toBe(1);
    expect(stderr).toContain('exit code 4; nothing was changed');
    expect(opened(readFileSync(folder.at('sealed'), 'utf8'))).toBe(TEXT);
  });

  test('creates a file and its directories', async () => {
    using folder = folderWith({ ...files(), editor });

    await run(folder, ['create', ...PW, 'group_vars/all/fresh.yml'], {
      env: { EDITOR: folder.at('editor'), NOTES: folder.at('notes') },
    });

    expect(opened(readFileSync(folder.at('group_vars/all/fresh.yml'), 'utf8'))).toBe('changed\n');
    expect(statSync(folder.at('group_vars/all/fresh.yml')).mode & 0o777).toBe(0o600);
  });
});

const hasAnsible = spawnSync('ansible-vault', ['--version']).status === 0;

describe.skipIf(!hasAnsible)('with the real ansible-vault (skipped if it is not installed)', () => {
  test("each reads the other's inline values", { timeout: 60_000 }, async () => {
    using folder = folderWith(files());
    const { stdout } = await run(folder, ['encrypt_string', ...PW, '--name', 'a', 'from us']);
    const theirs = execFileSync('ansible-vault', ['encrypt_string', ...PW, '--name', 'b', 'from them'], {
      cwd: folder.path,
      encoding: 'utf8',
    });

    using both = folderWith({
      'h.yaml': `all:\n  vars:\n${`${stdout}${theirs}\n`.replace(/^/gm, '    ')}\n`,
      pw: 'old pw',
    });
    const shown = spawnSync(
      'ansible',
      ['localhost', '-i', 'h.yaml', ...PW, '-m', 'debug', '-a', 'msg="{{ a }} {{ b }}"'],
      { cwd: both.path, encoding: 'utf8' },
    );

    expect(opened(theirs.replace(/^.*\n/, ''))).toBe('from them');
    expect(shown.stdout).toContain('from us from them');
  });
});
