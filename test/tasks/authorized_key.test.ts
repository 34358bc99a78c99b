import { describe, expect, test } from 'vitest';
import authorized_key from '../../tasks/authorized_key.ts';
import { putKeys, readAuthorizedKey } from '../../tasks/shared/accounts/authorized-keys.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

const key = (body: string, comment = 'me', options = '') => ({ type: 'ssh-ed25519', key: body, comment, options });
const file = (text: string | undefined, more = {}) => ({
  file: {
    path: '/home/bob/.ssh/authorized_keys',
    uid: 1000,
    gid: 1000,
    resolved: '/home/bob/.ssh/authorized_keys',
    bytes: text === undefined ? undefined : new TextEncoder().encode(text),
    file: text === undefined ? undefined : { uid: 1000, gid: 1000, mode: 0o600 },
    folder: { uid: 1000, gid: 1000, mode: 0o700 },
    ...more,
  },
});
const bob = { user: 'bob', key: 'ssh-ed25519 AAAA me' };

describe('putKeys', () => {
  test.for([
    ['', [key('A')], 'present', false, 'ssh-ed25519 A me\n'],
    ['# c\nssh-rsa B b\n', [key('A')], 'present', false, '# c\nssh-rsa B b\nssh-ed25519 A me\n'],
    ['ssh-ed25519 A other\n', [key('A')], 'present', false, 'ssh-ed25519 A me\n'],
    [
      'no-pty,command="a b, c" ssh-ed25519 A me\n',
      [key('A', 'me', 'command="a b, c",no-pty')],
      'present',
      false,
      'no-pty,command="a b, c" ssh-ed25519 A me\n',
    ],
    ['no-pty ssh-ed25519 A me\n', [key('A')], 'present', false, 'ssh-ed25519 A me\n'],
    ['# c\nssh-rsa B b\nssh-ed25519 A me\n', [key('A')], 'present', true, 'ssh-ed25519 A me\n'],
    ['# c\nssh-rsa B b\nssh-ed25519 A x\n', [key('A')], 'absent', false, '# c\nssh-rsa B b\n'],
    ['ssh-ed25519 A me\nssh-ed25519 A me\n', [key('A')], 'present', false, 'ssh-ed25519 A me\n'],
  ] as const)('%j with %j, %s, exclusive %s', ([text, keys, state, exclusive, expected]) => {
    expect(putKeys(text, keys, state, exclusive)).toBe(expected);
    expect(putKeys(expected, keys, state, exclusive)).toBe(expected);
  });

  test('reads options with spaces, and skips comment lines', () => {
    expect(readAuthorizedKey('command="x y \\"z\\"",no-pty ssh-rsa AAAA a comment')).toEqual({
      options: 'command="x y \\"z\\"",no-pty',
      type: 'ssh-rsa',
      key: 'AAAA',
      comment: 'a comment',
    });
    expect([readAuthorizedKey('# ssh-rsa AAAA'), readAuthorizedKey(''), readAuthorizedKey('nonsense')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('authorized_key', () => {
  test('has nothing to do if key, owner and modes are right', () => {
    expect(changesOn(authorized_key, file('ssh-ed25519 AAAA me\n'), bob)).toEqual([]);
  });

  test('reports whose key is added', () => {
    expect(changesOn(authorized_key, file('ssh-rsa B b\n'), bob)).toEqual(['authorized keys: 1 keys → me']);
  });

  test('creates the directory, and the file belongs to its user from the first byte', () => {
    const commands = commandsOn(authorized_key, file(undefined, { folder: undefined }), bob);

    expect(commands[0]).toMatch(/^mkdir -m 0700 -- \/home\/bob\/\.ssh \|\|/);
    expect(commands[2]).toContain('chown -- 1000:1000 "$t"');
    expect(commands[2]).toContain('chmod 0600 -- "$t"');
  });

  test('notices a file that others may read', () => {
    expect(
      changesOn(authorized_key, file('ssh-ed25519 AAAA me\n', { file: { uid: 0, gid: 0, mode: 0o644 } }), bob),
    ).toEqual(['owner: 0:0 → 1000:1000', 'mode: 0644 → 0600']);
  });

  test.for([
    [{ ...bob, key: 'nonsense' }, 'invalid key specified: nonsense'],
    [
      { ...bob, key: 'https://example.org/keys' },
      'keys are not fetched from URLs (https://example.org/keys): use get_url or a lookup',
    ],
  ])('refuses %j', ([args, failed]) => {
    expect(planOn(authorized_key, file(''), args as never)).toEqual({ failed });
  });

  test('fails for a missing user', () => {
    expect(planOn(authorized_key, file(undefined, { path: undefined }), bob)).toEqual({
      failed: 'Failed to lookup user bob',
    });
  });
});
