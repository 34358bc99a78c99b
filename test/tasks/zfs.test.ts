import { describe, expect, test } from 'vitest';
import { zfs as question } from '../../src/core/questions/storage/zfs.ts';
import { sameProperty } from '../../tasks/shared/storage/zfs-values.ts';
import zfs from '../../tasks/zfs.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

const dataset = (properties: Record<string, string>) =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, { value, source: 'local' }]));
const present = { name: 'tank/a', state: 'present' };

describe('zfs', () => {
  test.for([
    [undefined, {}, ['zfs create -p  tank/a']],
    [undefined, { quota: '10G' }, ["zfs create -p -o 'quota=10G' tank/a"]],
    [undefined, { volsize: '1G', compression: true }, ["zfs create -p -V 1G -o 'compression=on' tank/a"]],
    [{ quota: '10737418240' }, { quota: '10G' }, []],
    [{ quota: '0' }, { quota: 'none' }, []],
    [{ compression: 'on' }, { compression: true }, []],
    [
      { compression: 'on', atime: 'on' },
      { compression: 'lz4', atime: false },
      ["zfs set 'compression=lz4' tank/a", "zfs set 'atime=off' tank/a"],
    ],
  ] as const)('%j and %j: %j', ([now, extra_zfs_properties, commands]) => {
    const state = { 'tank/a': now === undefined ? undefined : dataset(now), tank: dataset({ mountpoint: '/tank' }) };

    expect(commandsOn(zfs, state, { ...present, extra_zfs_properties })).toEqual(commands);
  });

  test('reports the old and new value of each property', () => {
    expect(
      changesOn(
        zfs,
        { 'tank/a': dataset({ quota: '5', atime: 'on' }) },
        { ...present, extra_zfs_properties: { quota: 7, atime: true } },
      ),
    ).toEqual(['quota of tank/a: 5 → 7']);
  });

  test('destroys a dataset with state absent, once', () => {
    expect(commandsOn(zfs, { 'tank/a': dataset({}) }, { name: 'tank/a', state: 'absent' })).toEqual([
      'zfs destroy -R tank/a',
    ]);
    expect(commandsOn(zfs, { 'tank/a': undefined }, { name: 'tank/a', state: 'absent' })).toEqual([]);
  });

  test('foresees an answer that leaves nothing to do', () => {
    const args = { ...present, extra_zfs_properties: { quota: '10G', atime: false } };
    for (const now of [undefined, dataset({ quota: '0', atime: 'on' })]) {
      const plan = planOn(zfs, { 'tank/a': now }, args);
      const effects = 'changes' in plan ? plan.changes.flatMap((change) => change.effects ?? []) : [];
      for (const effect of effects)
        if ('predicts' in effect) expect(planOn(zfs, { 'tank/a': effect.answer }, args)).toEqual({ changes: [] });
      expect(effects.some((effect) => 'predicts' in effect)).toBe(true);
    }
  });

  test('a size is the same in any notation', () => {
    expect([
      sameProperty('1610612736', '1.5G'),
      sameProperty('1024', '1K'),
      sameProperty('1024', '2K'),
      sameProperty('lz4', 'LZ4'),
    ]).toEqual([true, true, false, false]);
  });

  test('reads several datasets from one process; a missing one does not hide the others', () => {
    const { kind } = question('tank/a');
    const reply = {
      code: 1,
      stdout: Buffer.from('tank/a\tquota\t0\tdefault\ntank/a\tmountpoint\t/a b\tlocal\n'),
      stderr: Buffer.from("cannot open 'tank/nope': dataset does not exist\n"),
    };

    expect(kind.scripts(['tank/a', 'tank/nope'])).toHaveLength(1);
    expect(kind.read([reply], ['tank/a', 'tank/nope'])).toEqual([
      { ok: true, value: { quota: { value: '0', source: 'default' }, mountpoint: { value: '/a b', source: 'local' } } },
      { ok: true, value: undefined },
    ]);
  });

  test('reports that zfs is missing', () => {
    const { kind } = question('tank/a');

    expect(
      kind.read([{ code: 127, stdout: Buffer.of(), stderr: Buffer.from('sh: 1: zfs: not found\n') }], ['tank/a']),
    ).toEqual([{ ok: false, why: 'zfs is not installed on this host' }]);
  });
});
