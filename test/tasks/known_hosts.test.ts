import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lackingOf } from '../../src/core/lacking.ts';
import known_hosts from '../../tasks/known_hosts.ts';
import openssh_keypair from '../../tasks/openssh_keypair.ts';
import { hideHost, isHost, putHostKeys, readHostKey } from '../../tasks/shared/network/known-host-lines.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

const wish = { host: 'h', keys: [readHostKey('h ssh-ed25519 NEW')!], state: 'present', hashed: false } as const;

describe('putHostKeys', () => {
  test.for([
    ['', wish, 'h ssh-ed25519 NEW\n'],
    ['# c\nh ssh-ed25519 OLD\nh ssh-rsa R\n', wish, '# c\nh ssh-rsa R\nh ssh-ed25519 NEW\n'],
    ['h,10.0.0.1 ssh-ed25519 OLD\n', wish, '10.0.0.1 ssh-ed25519 OLD\nh ssh-ed25519 NEW\n'],
    ['h,10.0.0.1 ssh-ed25519 NEW c\n', wish, 'h,10.0.0.1 ssh-ed25519 NEW c\n'],
    ['h ssh-ed25519 A\nh ssh-rsa B\nx ssh-rsa C\n', { ...wish, keys: [], state: 'absent' }, 'x ssh-rsa C\n'],
    ['h ssh-ed25519 NEW\nh ssh-rsa B\n', { ...wish, state: 'absent' }, 'h ssh-rsa B\n'],
    ['@cert-authority h ssh-ed25519 CA\n', wish, '@cert-authority h ssh-ed25519 CA\nh ssh-ed25519 NEW\n'],
    [
      '@cert-authority h ssh-ed25519 CA\n',
      { ...wish, keys: [readHostKey('@cert-authority h ssh-ed25519 NEW')!] },
      '@cert-authority h ssh-ed25519 CA\n@cert-authority h ssh-ed25519 NEW\n',
    ],
    [`${hideHost('h', 'NEW')} ssh-ed25519 NEW\n`, wish, 'h ssh-ed25519 NEW\n'],
  ] as const)('%j: %j', ([text, wanted, expected]) => {
    expect(putHostKeys(text, wanted)).toBe(expected);
    expect(putHostKeys(expected, wanted)).toBe(expected);
  });

  test('hashes a name so that ssh-keygen finds it', () => {
    using dir = folder();
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', dir.at('k')]);
    const key = readFileSync(dir.at('k.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    writeFileSync(dir.at('known'), putHostKeys('', { ...wish, keys: [readHostKey(`h ${key}`)!], hashed: true }));

    const found = execFileSync('ssh-keygen', ['-F', 'h', '-f', dir.at('known')], { encoding: 'utf8' });

    expect(found).toContain(key);
    expect(readFileSync(dir.at('known'), 'utf8')).toMatch(/^\|1\|/);
    expect([isHost(hideHost('h', 'x'), 'h'), isHost(hideHost('h', 'x'), 'g')]).toEqual([true, false]);
  });
});

describe('known_hosts', () => {
  test('adds a host once, in a file that it creates', async () => {
    using dir = folder();
    const args = { name: 'h', key: 'h ssh-ed25519 AAAA', path: dir.at('.ssh/known_hosts') };

    const ran = await runHere(known_hosts, args);
    const again = await runHere(known_hosts, args);

    expect([ran.status, again.status, (lstatSync(dir.at('.ssh')).mode & 0o777).toString(8)]).toEqual([
      'changed',
      'ok',
      '700',
    ]);
    expect(readFileSync(dir.at('.ssh/known_hosts'), 'utf8')).toBe('h ssh-ed25519 AAAA\n');
  });

  test('H24: returns the text before and after in `diff`', async () => {
    using dir = folder();
    const path = dir.at('known');
    const key = 'h ssh-ed25519 AAAA';

    const made = await runHere(known_hosts, { name: 'h', key, path });
    const gone = await runHere(known_hosts, { name: 'h', state: 'absent', path });

    expect(made).toMatchObject({
      result: { diff: { before: '', after: `${key}\n`, before_header: '/dev/null', after_header: path } },
    });
    expect(gone).toMatchObject({
      result: { diff: { before: `${key}\n`, after: '', before_header: path, after_header: path } },
    });
  });

  test.for([
    [{ name: 'h' }, 'No key specified when adding a host.'],
    [
      { name: 'h,g', key: 'h ssh-rsa AAAA' },
      'Comma separated list of names is not supported. Please pass a single name to lookup in the known_hosts file.',
    ],
    [
      { name: 'h', key: 'g ssh-rsa AAAA' },
      'Host parameter does not match hashed host field in supplied key: g ssh-rsa AAAA',
    ],
  ])('refuses %j', async ([args, message]) => {
    expect(await runHere(known_hosts, { ...(args as object), path: '/missing/known_hosts' })).toMatchObject({
      status: 'failed',
      message,
    });
  });
});

describe('openssh_keypair', () => {
  test('creates a key pair once, and never again', async () => {
    using dir = folder();
    const args = { path: dir.at('id'), type: 'ed25519', comment: 'me@here', regenerate: 'fail' };

    const check = await runHere(openssh_keypair, args, { check: true });
    const before = existsSync(dir.at('id'));
    const ran = await runHere(openssh_keypair, args);
    const key = readFileSync(dir.at('id'), 'utf8');
    const again = await runHere(openssh_keypair, args);

    expect([check.status, before, ran.status, again.status]).toEqual(['changed', false, 'changed', 'ok']);
    expect(readFileSync(dir.at('id'), 'utf8')).toBe(key);
    expect(check).toMatchObject({ result: { type: 'ed25519', comment: 'me@here' } });
    expect([...(lackingOf('result' in check ? check.result : {}) ?? [])]).toEqual([
      'fingerprint',
      'public_key',
      'size',
    ]);
    expect((lstatSync(dir.at('id')).mode & 0o777).toString(8)).toBe('600');
    expect(ran).toMatchObject({
      result: {
        type: 'ed25519',
        size: 256,
        comment: 'me@here',
        fingerprint: expect.stringMatching(/^SHA256:/),
        public_key: expect.stringMatching(/^ssh-ed25519 AAAA/),
      },
    });
  });

  test('fails or regenerates the key if it has another type, as requested', async () => {
    using dir = folder();
    await runHere(openssh_keypair, { path: dir.at('id'), type: 'ed25519' });

    const failed = await runHere(openssh_keypair, { path: dir.at('id'), type: 'ecdsa', regenerate: 'fail' });
    const kept = await runHere(openssh_keypair, { path: dir.at('id'), type: 'ecdsa', regenerate: 'never' });
    const anew = await runHere(openssh_keypair, { path: dir.at('id'), type: 'ecdsa' });

    expect([failed.status, kept.status, anew.status]).toEqual(['failed', 'ok', 'changed']);
    expect(anew).toMatchObject({ result: { type: 'ecdsa' } });
  });

  test('repairs the mode of the private key and a wrong public key', async () => {
    using dir = folder();
    await runHere(openssh_keypair, { path: dir.at('id'), type: 'ed25519', comment: 'c' });
    writeFileSync(dir.at('id.pub'), 'ssh-ed25519 AAAA other\n');
    execFileSync('chmod', ['0640', dir.at('id')]);

    const ran = await runHere(openssh_keypair, { path: dir.at('id'), type: 'ed25519', comment: 'c' });

    expect('changes' in ran ? ran.changes.map(({ what }) => what) : ran).toEqual(['mode', 'public key']);
  });
});
