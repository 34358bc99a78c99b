import { describe, expect, test } from 'vitest';
import lvol from '../../tasks/lvol.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

// The kernel that runs the tests has no device mapper, so that LVM makes neither snapshots nor thin volumes here: these
// are plans for a state that is written as lvs prints it.
const answer = (stdout: string) => ({ code: 0, stderr: '', timedOut: false, stdout });
const MIB = 2 ** 20;
const state = {
  lvm: answer(`group|shop|${4 * MIB}|100|50
device|/dev/sdb|shop|${400 * MIB}|${401 * MIB}|${MIB}|100|50
volume|shop|goods|${80 * MIB}|owi-aos---||
volume|shop|saved|${8 * MIB}|swi-a-s---|goods|
volume|shop|pool|${80 * MIB}|twi-aotz--||
volume|shop|[pool_tdata]|${80 * MIB}|Twi-ao----||
volume|shop|thin|${400 * MIB}|Vwi-a-tz--||pool
volume|shop|off|${8 * MIB}|-wi-------||
`),
  device: answer('kind device\n'),
};
const shop = (args: object) => ({ vg: 'shop', ...args });

describe('lvol, planned', () => {
  test.for([
    [
      { lv: 'goods', snapshot: 'again', size: '10%ORIGIN' },
      'logical volume shop/again: absent → 8 MiB',
      'lvcreate --yes -l 10%ORIGIN -s -n again shop/goods',
    ],
    [
      { thinpool: 'more', size: '40m' },
      'logical volume shop/more: absent → 40 MiB',
      'lvcreate --yes -L 40m -T shop/more',
    ],
    [
      { lv: 'new', thinpool: 'pool', size: '9g', opts: '--discards passdown' },
      'logical volume shop/new: absent → 9 GiB',
      'lvcreate --yes --discards passdown -n new -V 9g -T shop/pool',
    ],
    [
      { lv: 'thin', snapshot: 'kept' },
      'logical volume shop/kept: absent → present',
      'lvcreate --yes -s -n kept shop/thin',
    ],
    [
      { lv: 'thin', thinpool: 'pool', size: '500m', resizefs: true },
      'size of logical volume shop/thin: 400 MiB → 500 MiB',
      'lvextend --resizefs -l 125 shop/thin',
    ],
    [{ lv: 'off' }, 'logical volume shop/off: inactive → active', 'lvchange -ay shop/off'],
    [{ lv: 'goods', active: false }, 'logical volume shop/goods: active → inactive', 'lvchange -an shop/goods'],
    [
      { lv: 'goods', snapshot: 'saved', state: 'absent', force: true },
      'logical volume shop/saved: 8 MiB → absent',
      'lvremove --force shop/saved',
    ],
  ] as const)('%o', ([args, change, command]) => {
    expect(changesOn(lvol, state, shop(args))).toEqual([change]);
    expect(commandsOn(lvol, state, shop(args)).map((one) => one.trim().replace(/ +/g, ' '))).toEqual([command]);
  });

  test.for([
    { lv: 'goods', snapshot: 'saved', size: '10%ORIGIN' },
    { lv: 'goods', snapshot: 'saved', size: '8m' },
    { thinpool: 'pool', size: '80m' },
    { lv: 'thin', thinpool: 'pool', size: '400m' },
  ])('%o is there already', (args) => {
    expect(changesOn(lvol, state, shop(args))).toEqual([]);
  });

  test.for([
    [{ lv: 'pool', snapshot: 'x', size: '8m' }, 'Snapshots of thin pool LVs are not supported.'],
    [{ lv: 'x', thinpool: 'pool', size: '10%VG' }, 'Thin volume sizing with percentage not supported.'],
    [{ lv: 'goods', snapshot: 'x' }, 'No size given.'],
  ] as const)('%o fails', ([args, failed]) => {
    expect(planOn(lvol, state, shop(args))).toEqual({ failed });
  });

  test('a volume in use is not removed', () => {
    const used = { ...state, device: answer('kind device\nTYPE ext4\nused is mounted at /srv\n') };
    expect(planOn(lvol, used, shop({ lv: 'goods', state: 'absent', force: true }))).toEqual({
      failed: '/dev/shop/goods is mounted at /srv: unmount it first',
    });
  });
});
