import { describe, expect, test } from 'vitest';
import zfsDelegateAdmin from '../../tasks/zfs_delegate_admin.ts';
import zpoolFacts from '../../tasks/zpool_facts.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

/** What OpenZFS 2.1 prints, in the format of zfs-allow(8). */
const ALLOWED = `---- Permissions on tank/a -------------------------------------------
Permission sets:
	@snap snapshot,hold
Create time permissions:
	destroy
Local permissions:
	user tom create
Local+Descendent permissions:
	user ann hold,send,snapshot
	group staff create,mount
	everyone send
---- Permissions on tank ---------------------------------------------
Local+Descendent permissions:
	user root-ish destroy
`;
const told = { code: 0, stdout: ALLOWED, stderr: '', timedOut: false };
const on = (args: object) => [
  changesOn(zfsDelegateAdmin, { told }, { name: 'tank/a', ...args }),
  commandsOn(zfsDelegateAdmin, { told }, { name: 'tank/a', ...args }),
];

describe('zfs_delegate_admin', () => {
  test.each<[string, object, readonly string[], readonly string[]]>([
    ['is in order', { users: ['ann'], permissions: ['send', 'hold'] }, [], []],
    [
      'adds what is missing',
      { users: ['ann'], permissions: ['send', 'receive'] },
      ['permissions of user ann on tank/a: hold,send,snapshot → hold,receive,send,snapshot'],
      ['zfs allow -u ann send,receive tank/a'],
    ],
    [
      'does not take what holds here for what holds below',
      { users: ['tom'], permissions: ['create'] },
      ['permissions of user tom on tank/a: create (only here) → create'],
      ['zfs allow -u tom create tank/a'],
    ],
    ['is content with here, if only that is meant', { users: ['tom'], permissions: ['create'], local: true }, [], []],
    [
      'tells groups and everyone',
      { groups: ['wheel'], everyone: true, permissions: ['send'], descendents: true },
      ['permissions of group wheel on tank/a: absent → send'],
      ['zfs allow -d -g wheel send tank/a'],
    ],
    [
      'does not take what a dataset above delegates for its own',
      { users: ['root-ish'], permissions: ['destroy'] },
      ['permissions of user root-ish on tank/a: absent → destroy'],
      ['zfs allow -u root-ish destroy tank/a'],
    ],
    [
      'takes back some',
      { users: ['ann'], permissions: ['send', 'create'], state: 'absent' },
      ['permissions of user ann on tank/a: hold,send,snapshot → hold,snapshot'],
      ['zfs unallow  -u ann send,create tank/a'],
    ],
    [
      'takes back all',
      { everyone: true, users: ['bob'], state: 'absent' },
      ['permissions of everyone on tank/a: send → absent'],
      ['zfs unallow  -e  tank/a'],
    ],
  ])('%s', (_, args, changes, commands) => {
    expect(on(args)).toEqual([changes, commands]);
  });

  test('looks below with recursive', () => {
    const stdout = `${ALLOWED}---- Permissions on tank/a/b -----------------------------------------
Local+Descendent permissions:
	user bob destroy
`;
    expect(
      commandsOn(
        zfsDelegateAdmin,
        { told: { ...told, stdout } },
        { name: 'tank/a', users: ['bob'], state: 'absent', recursive: true },
      ),
    ).toEqual(['zfs unallow -r -u bob  tank/a']);
  });

  test('says what the program says if there is no such dataset', () => {
    const gone = { ...told, code: 1, stdout: '', stderr: "cannot open 'tank/a': dataset does not exist\n" };
    expect(
      planOn(zfsDelegateAdmin, { told: gone }, { name: 'tank/a', users: ['ann'], permissions: ['send'] }),
    ).toMatchObject({ failed: "cannot open 'tank/a': dataset does not exist" });
  });
});

describe('zpool_facts', () => {
  test('has the properties of each pool', () => {
    const stdout = 'tank\tsize\t1.81T\ntank\thealth\tONLINE\nrpool\tsize\t10G\n';
    expect(planOn(zpoolFacts, { told: { ...told, stdout } }, {})).toMatchObject({
      result: {
        ansible_facts: {
          ansible_zfs_pools: [
            { name: 'tank', size: '1.81T', health: 'ONLINE' },
            { name: 'rpool', size: '10G' },
          ],
        },
      },
    });
  });

  test.each([
    ["cannot open 'tank': no such pool", 1, 'ZFS pool tank does not exist!'],
    ['', 127, 'zpool is missing on the host: install the zfsutils-linux package'],
  ])('%j fails', (stderr, code, failed) => {
    expect(planOn(zpoolFacts, { told: { ...told, stdout: '', stderr, code } }, { name: 'tank' })).toMatchObject({
      failed,
    });
  });
});
