import { describe, expect, test } from 'vitest';
import user from '../../tasks/user.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

const ann = {
  exists: true,
  uid: 1000,
  gid: 1000,
  group: 'ann',
  comment: '',
  home: '/home/ann',
  shell: '/bin/sh',
  groups: ['games'],
  homeExists: true,
  shadow: { password: '$6$old', minDays: 0, maxDays: 99999, warnDays: 7 },
};
const groups = { 'group games': { exists: true }, 'group team': { exists: true } };
const nobody = { ...ann, exists: false };

const told = (now: object, args: object) => changesOn(user, { user: now, ...groups }, { name: 'ann', ...args });
const commands = (now: object, args: object) => commandsOn(user, { user: now, ...groups }, { name: 'ann', ...args });

describe('user', () => {
  test.for([
    ['!', '$6$new', 'ann:$6$new\n'],
    ['!', '*', 'ann:*\n'],
    ['!$6$old', '$6$new', 'ann:$6$new\n'],
    ['*', '$6$new', 'ann:$6$new\n'],
  ])('P5: an account with %s in /etc/shadow, given %s, gets exactly that', ([was, password, stdin]) => {
    const plan = planOn(user, { user: { ...ann, shadow: { password: was } } }, { name: 'ann', password });

    expect('changes' in plan && plan.changes.flatMap((change) => change.commands)).toMatchObject([{ stdin }]);
  });

  test('P16: if the old home is missing, there is nothing to move', () => {
    expect(commands({ ...ann, homeExists: false }, { home: '/srv/ann', move_home: true })).toEqual([
      'usermod -d /srv/ann -- ann',
      expect.stringContaining('mkdir -p -- /srv/ann'),
    ]);
  });

  test('H18: groups may be given by number', () => {
    const state = { user: ann, 'group 60': { exists: false, byNumber: 'games' } };

    expect(commandsOn(user, state, { name: 'ann', groups: ['60'] })).toEqual([]);
  });

  test.for([
    [{}, []],
    [{ uid: 1001 }, ['usermod -u 1001 -- ann']],
    [{ uid: 1001, non_unique: true }, ['usermod -u 1001 -o -- ann']],
    [{ group: '1000' }, []],
    [{ group: 'games' }, ['usermod -g games -- ann']],
    [{ comment: "Ann O'Nym" }, ["usermod -c 'Ann O'\\''Nym' -- ann"]],
    [{ home: '/home/ann/' }, []],
    [{ home: '/srv/ann', move_home: true }, ['usermod -d /srv/ann -m -- ann']],
    [{ home: '/srv/ann', create_home: false }, ['usermod -d /srv/ann -- ann']],
    // P16: a new home is created in the same run.
    [{ home: '/srv/ann' }, ['usermod -d /srv/ann -- ann', expect.stringMatching(/mkdir -p -- \/srv\/ann/)]],
    [{ shell: '/bin/bash' }, ['usermod -s /bin/bash -- ann']],
    [{ expires: -1 }, []],
    [{ expires: 4102444800 }, ['usermod -e 2100-01-01 -- ann']],
    [{ groups: ['team'] }, ['usermod -G team -- ann']],
    [{ groups: ['team'], append: true }, ['usermod -a -G team -- ann']],
    [{ groups: [] }, ["usermod -G '' -- ann"]],
    [{ password_expire_max: 90 }, ['chage -M 90 -- ann']],
    [{ password_expire_account_disable: 15 }, ['usermod -f 15 -- ann']],
    [{ uid_min: 1500 }, []],
    [{ password: '$6$old' }, []],
    [{ password: '$6$new' }, ['chpasswd -e']],
    [{ password: '$6$new', update_password: 'on_create' }, []],
    [{ password_lock: true }, ['usermod -L -- ann']],
    [{ state: 'absent', remove: true, force: true }, ['userdel -f -r -- ann']],
  ] as const)('an existing one, given %j: %j', ([args, wanted]) => {
    expect(commands(ann, args)).toEqual(wanted);
  });

  test('one without an entry in /etc/shadow gets it with its expiry', () => {
    const now = { ...ann, shadow: { password: '', isMissing: true } };

    expect(commands(now, { expires: -1 })).toEqual(["usermod -e '' -- ann"]);
  });

  test.for([
    [{ umask: '077' }, "'umask' can not be used with 'local'"],
    [{ uid_min: 1500 }, "'uid_min' can not be used with 'local'"],
    [{ uid_max: 1500 }, "'uid_max' can not be used with 'local'"],
  ])('refuses %j with `local`', ([args, failed]) => {
    expect(planOn(user, { user: ann }, { name: 'ann', local: true, ...(args as object) })).toEqual({ failed });
  });

  test('warns about `append` without groups', () => {
    const planned = (args: object) => planOn(user, { user: ann }, { name: 'ann', append: true, ...args });

    expect(planned({})).toMatchObject({ warnings: [expect.stringContaining("'append' is set")] });
    expect(planned({ groups: [] })).toMatchObject({ warnings: [] });
  });

  test('P5: a locked one can log in once its password is set', () => {
    const plan = planOn(
      user,
      { user: { ...ann, shadow: { password: '!$6$old' } } },
      { name: 'ann', password: '$6$new' },
    );

    expect('changes' in plan && plan.changes.flatMap((change) => change.commands)).toMatchObject([
      { stdin: 'ann:$6$new\n' },
    ]);
  });

  test('a missing one is created with all attributes at once, and its password set on stdin', () => {
    expect(
      commands(nobody, { uid: 5, groups: ['team'], shell: '/bin/bash', create_home: false, password: '$6$x' }),
    ).toEqual([expect.stringMatching(/useradd -u 5 -G team -s \/bin\/bash -M -- ann; fi$/), 'chpasswd -e']);
    expect(commands(nobody, { uid_min: 1500, uid_max: 1501, password_expire_account_disable: 3 })).toEqual([
      expect.stringMatching(/useradd -f 3 -K 'UID_MIN=1500' -K 'UID_MAX=1501' -m -- ann; fi$/),
    ]);
    expect(commands(nobody, { state: 'absent' })).toEqual([]);
  });

  test('XM1: a name is a single shell word, whatever it contains', () => {
    const name = 'x"; touch /tmp/PWNED; "y';
    const plan = planOn(user, { user: nobody }, { name });
    const scripts =
      'changes' in plan ? plan.changes.flatMap(({ commands }) => commands).map(({ script }) => script) : [];

    expect(scripts.join('\n').replaceAll(`'${name}'`, '')).not.toContain('touch');
    expect(scripts.join('\n')).toContain(`-- '${name}'`);
  });

  test('a missing home is copied from the skeleton', () => {
    expect(told({ ...ann, homeExists: false }, {})).toEqual(['user ann, home /home/ann: absent → created']);
    expect(told({ ...ann, homeExists: false }, { create_home: false })).toEqual([]);
  });

  test('a password that is not a hash causes a warning, and is never shown', () => {
    const plan = planOn(user, { user: ann }, { name: 'ann', password: 'secret' });

    expect(plan).toMatchObject({ warnings: [expect.stringContaining('not to have been hashed')] });
    expect(JSON.stringify(told(ann, { password: 'secret' }))).not.toContain('secret');
    const wrong = planOn(user, { user: ann }, { name: 'ann', password: `$6$salt$${'a'.repeat(80)}++++++` });
    expect(wrong).toMatchObject({ warnings: [expect.stringContaining('not to have been hashed')] });
  });
});
