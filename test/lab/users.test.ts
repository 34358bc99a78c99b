import { beforeAll, describe, expect, test } from 'vitest';
import group from '../../tasks/group.ts';
import user from '../../tasks/user.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const hash = '$6$salt$9gZOBPSBTgUPJVDvHLBXvKzNsOFYzVFrzBRKyQoPpQLdMhTFQrqLbqqx7bqnSBwUJ2XNwbAeHAAjHH1kqEUmy.';

describe('user and group', () => {
  beforeAll(async () => {
    await upHost();
    await sh('for u in ann bea; do userdel -rf $u; groupdel $u; done; groupdel crew; groupdel team');
  });

  test('a group is created, changes its number, and is removed', async () => {
    expect(outcomeOf(await runThere(group, { name: 'crew' }, { check: true }))).toEqual([
      'changed',
      'group crew: absent → present',
    ]);
    expect(outcomeOf(await runThere(group, { name: 'crew' }))).toEqual(['changed', 'group crew: absent → present']);
    expect(outcomeOf(await runThere(group, { name: 'crew' }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(group, { name: 'crew', gid: 4242 }))).toEqual([
      'changed',
      expect.stringMatching(/^group crew: gid \d+ → gid 4242$/),
    ]);
    expect(await runThere(group, { name: 'crew', gid: 4242 })).toMatchObject({
      status: 'ok',
      result: { gid: 4242, system: false },
    });
    expect(outcomeOf(await runThere(group, { name: 'crew', state: 'absent' }))).toEqual([
      'changed',
      'group crew: present → absent',
    ]);
    expect(outcomeOf(await runThere(group, { name: 'crew', state: 'absent' }))).toEqual(['ok']);
  });

  test('a user is created with all given attributes, once', async () => {
    await runThere(group, { name: 'team' });
    const args = {
      name: 'ann',
      uid: 4444,
      groups: ['team', 'games'],
      comment: "Ann O'Nym",
      shell: '/bin/bash',
      password: hash,
      expires: 4102444800,
      generate_ssh_key: true,
      ssh_key_type: 'ed25519',
    };

    expect(await runThere(user, args)).toMatchObject({
      status: 'changed',
      result: {
        uid: 4444,
        home: '/home/ann',
        ssh_public_key: expect.stringMatching(/^ssh-ed25519 .* ansible-generated on system$/),
        password: 'NOT_LOGGING_PASSWORD',
      },
    });
    expect(outcomeOf(await runThere(user, args))).toEqual(['ok']);
    expect(
      await said('id -Gn ann; stat -c "%U %G %a" /home/ann/.ssh/id_ed25519; getent shadow ann | cut -d: -f2,8'),
    ).toBe(`ann games team\nann ann 600\n${hash}:47482`);
  });

  test('each differing field is a change', async () => {
    const args = { name: 'ann', comment: 'Ann', shell: '/bin/sh', groups: ['games'], expires: -1 };
    const lines = [
      "user ann, comment: Ann O'Nym → Ann",
      'user ann, shell: /bin/bash → /bin/sh',
      'user ann, expires: 2100-01-01 → never',
      'user ann, groups: games, team → games',
    ];

    expect(outcomeOf(await runThere(user, args, { check: true }))).toEqual(['changed', ...lines]);
    expect(outcomeOf(await runThere(user, args))).toEqual(['changed', ...lines]);
    expect(outcomeOf(await runThere(user, { ...args, groups: ['team'], append: true }))).toEqual([
      'changed',
      'user ann, groups: games → games, team',
    ]);
    expect(outcomeOf(await runThere(user, { name: 'ann', groups: [] }))).toEqual([
      'changed',
      'user ann, groups: games, team → none',
    ]);
    expect(outcomeOf(await runThere(user, { name: 'ann' }))).toEqual(['ok']);
  });

  test('a password is set, locked and unlocked, and never shown', async () => {
    const other = hash.replace('salt', 'pepper');
    const ended = await runThere(user, { name: 'ann', password: other });

    expect(outcomeOf(ended)).toEqual(['changed', 'user ann, password: (hidden) → (hidden, different)']);
    expect(
      JSON.stringify(
        ended.status === 'changed' ? ended.changes.map((change) => change.commands.map((one) => one.script)) : [],
      ),
    ).not.toContain('pepper');
    expect(outcomeOf(await runThere(user, { name: 'ann', password: hash, update_password: 'on_create' }))).toEqual([
      'ok',
    ]);
    expect(outcomeOf(await runThere(user, { name: 'ann', password_lock: true }))).toEqual([
      'changed',
      'user ann, password: unlocked → locked',
    ]);
    expect(outcomeOf(await runThere(user, { name: 'ann', password: other }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(user, { name: 'ann', password_lock: false }))).toEqual([
      'changed',
      'user ann, password: locked → unlocked',
    ]);
    expect(outcomeOf(await runThere(user, { name: 'ann', password_expire_max: 90, password_expire_min: 1 }))[0]).toBe(
      'changed',
    );
    expect(outcomeOf(await runThere(user, { name: 'ann', password_expire_max: 90, password_expire_min: 1 }))).toEqual([
      'ok',
    ]);
  });

  test('a home is moved, and created if it is missing', async () => {
    await sh('touch /home/ann/mine');
    expect((await runThere(user, { name: 'ann', home: '/home/anna', move_home: true })).status).toBe('changed');
    expect(await said('ls /home/anna/mine')).toBe('/home/anna/mine');

    await sh('rm -r /home/anna');
    expect(outcomeOf(await runThere(user, { name: 'ann' }))).toEqual([
      'changed',
      'user ann, home /home/anna: absent → created',
    ]);
    expect(
      await said('stat -c "%U %G %a" /home/anna; ls -A /home/anna | head -n 1; stat -c %U /home/anna/.profile'),
    ).toMatch(/^ann ann 7[05][05]\n\.bash_logout\nann$/);
    expect(outcomeOf(await runThere(user, { name: 'ann', create_home: false }))).toEqual(['ok']);
  });

  test('a system user without a home, whose group already exists', async () => {
    await sh('groupadd bea');
    const args = { name: 'bea', system: true, create_home: false, shell: '/usr/sbin/nologin', home: '/nonexistent' };

    expect((await runThere(user, args)).status).toBe('changed');
    expect(outcomeOf(await runThere(user, args))).toEqual(['ok']);
    expect(await said('id -gn bea')).toBe('bea');
  });

  test('a key with a passphrase', async () => {
    const args = {
      name: 'bea',
      create_home: false,
      generate_ssh_key: true,
      ssh_key_type: 'ed25519',
      ssh_key_file: '/root/bea-key',
      ssh_key_passphrase: "it's secret",
      ssh_key_comment: 'for $HOSTNAME and $(id)',
    };

    expect((await runThere(user, args)).status).toBe('changed');
    expect(outcomeOf(await runThere(user, args))).toEqual(['ok']);
    expect(await said(`ssh-keygen -y -P "it's secret" -f /root/bea-key`)).toMatch(
      /^ssh-ed25519 .* for system and \$\(id\)$/,
    );
    await sh('rm -f /root/bea-key*');
  });

  test('a missing group is an error', async () => {
    expect(outcomeOf(await runThere(user, { name: 'ann', groups: ['nosuch'] }))).toEqual([
      'failed',
      'Group nosuch does not exist',
    ]);
  });

  test('a user is removed together with its home', async () => {
    expect(outcomeOf(await runThere(user, { name: 'ann', state: 'absent', remove: true }))).toEqual([
      'changed',
      'user ann: present → absent',
    ]);
    expect(outcomeOf(await runThere(user, { name: 'ann', state: 'absent', remove: true }))).toEqual(['ok']);
    expect(await said('ls -d /home/ann*')).toBe('');
  });
});
