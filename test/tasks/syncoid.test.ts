import { describe, expect, test } from 'vitest';
import { exists } from '../../src/core/questions/files/exists.ts';
import { snapshots } from '../../src/core/questions/storage/snapshots.ts';
import syncoid from '../../tasks/syncoid.ts';
import { bind, changesOn, commandsOn, context, planOn } from './harness.ts';

const snap = (name: string, guid = name) => ({ name, guid, creation: Number(name.replace(/\D/g, '')) });
const args = {
  source: 'op@192.0.2.2:tank/a',
  target: 'pool/b',
  recursive: true,
  no_sync_snap: true,
  no_privilege_elevation: true,
};
const holding = (...snapshots: ReturnType<typeof snap>[]) => ({ mountpoint: '/somewhere', snapshots });
const source = {
  'tank/a': holding(snap('s1'), snap('s2')),
  'tank/a/images': holding(snap('s1', 'i1'), snap('s2', 'i2')),
};
const pool = { pool: holding() };
const inSync = { 'pool/b': source['tank/a'], 'pool/b/images': source['tank/a/images'] };

describe('syncoid', () => {
  test('is in order when the newest snapshot of each dataset is on the target', () => {
    expect(changesOn(syncoid, { source, target: inSync }, args)).toEqual([]);
    expect(
      changesOn(syncoid, { source, target: { ...inSync, 'pool/b': holding(snap('s2'), snap('own9')) } }, args),
    ).toEqual([]);
  });

  test.for([
    [undefined, ['snapshots of pool/b: absent → s2', 'snapshots of pool/b/images: absent → s2']],
    [{ ...inSync, 'pool/b/images': holding(snap('s1', 'i1')) }, ['snapshots of pool/b/images: s1 → s2']],
    [{ 'pool/b': source['tank/a'] }, ['snapshots of pool/b/images: absent → s2']],
    // A snapshot with the same name but a different guid is a different snapshot.
    [{ ...inSync, 'pool/b': holding(snap('s1'), snap('s2', 'other')) }, ['snapshots of pool/b: s1 → s2']],
  ])('%j: %j', ([target, changes]) => {
    expect(changesOn(syncoid, { source, target, parent: pool }, args)).toEqual(changes);
  });

  describe('P25: what syncoid refuses fails in a check, too', () => {
    const diverged = { ...inSync, 'pool/b': holding(snap('x1')) };
    const own = { ...inSync, 'pool/b': holding(snap('s1'), snap('own9')) };

    test.each([
      [
        'a target without a snapshot in common',
        diverged,
        {},
        'pool/b exists and has no snapshot in common with tank/a',
      ],
      ['a target that was created by hand', { ...inSync, 'pool/b': holding() }, {}, 'no snapshot in common'],
      ['a snapshot of its own', own, { no_rollback: true }, 'own9 after s1'],
      ['no parent', undefined, { target: 'pool/x/b' }, 'there is no dataset pool/x to create pool/x/b in'],
      ['no pool', undefined, { target: 'pool' }, 'there is no pool pool'],
      ['no target of skip_parent', undefined, { target: 'pool/x/b', skip_parent: true }, 'there is no dataset pool/x '],
    ])('%s', (_, target, more, message) => {
      const state = { source, target, parent: undefined };
      expect(planOn(syncoid, state, { ...args, ...more })).toMatchObject({ failed: expect.stringContaining(message) });
    });

    test.each([
      ['a snapshot of its own is rolled back', source, own],
      ['a bookmark is in common', { ...source, 'tank/a': { ...source['tank/a'], bookmarks: ['x1'] } }, diverged],
    ])('but not if %s', (_, from, target) => {
      expect(changesOn(syncoid, { source: from, target }, args)).toHaveLength(1);
    });

    test('asks whether the parent exists only if the target does not', () => {
      const params = bind(syncoid, args) as never;
      const asked = (target: object | undefined) => syncoid.thenAsk!({ source, target } as never, params, context);

      expect(asked(undefined)).toEqual({ parent: snapshots({ dataset: 'pool', recursive: false }) });
      expect(asked(inSync)).not.toEqual(asked(undefined));
    });
  });

  test('a bookmark is not a dataset', () => {
    const { kind, arg } = snapshots({ dataset: 'tank/a', recursive: true });
    const stdout = Buffer.from('tank/a\tguid\t1\ntank/a\tmountpoint\t/a\ntank/a#old\tguid\t77\n');

    expect(kind.read([{ code: 0, stdout, stderr: Buffer.of() }], [arg])[0]).toEqual({
      ok: true,
      value: { 'tank/a': { mountpoint: '/a', snapshots: [], bookmarks: ['77'] } },
    });
  });

  test('one call sends everything that is out of date', () => {
    expect(commandsOn(syncoid, { source, target: undefined, parent: pool }, args)).toEqual([
      'syncoid --recursive --no-sync-snap --no-privilege-elevation op@192.0.2.2:tank/a pool/b </dev/null',
    ]);
  });

  test('passes the options on', () => {
    const more = {
      exclude: ['tmp$'],
      compress: 'none',
      sshkey: '/k',
      sshoption: ['StrictHostKeyChecking=yes'],
      source_bwlimit: '10M',
    };

    expect(commandsOn(syncoid, { source, target: undefined, parent: pool }, { ...args, ...more })[0]).toBe(
      "syncoid --recursive --no-sync-snap --no-privilege-elevation '--exclude=tmp$' '--compress=none' '--source-bwlimit=10M' '--sshkey=/k' '--sshoption=StrictHostKeyChecking=yes' op@192.0.2.2:tank/a pool/b </dev/null",
    );
  });

  test('excluded datasets do not count', () => {
    expect(
      changesOn(syncoid, { source, target: { 'pool/b': source['tank/a'] } }, { ...args, exclude: ['/images$'] }),
    ).toEqual([]);
    expect(
      changesOn(
        syncoid,
        { source, target: { 'pool/b/images': source['tank/a/images'] } },
        { ...args, skip_parent: true },
      ),
    ).toEqual([]);
  });

  test('fails if there is nothing to send', () => {
    expect(planOn(syncoid, { source: undefined, target: undefined }, args)).toEqual({
      failed: 'there is no dataset op@192.0.2.2:tank/a',
    });
    expect(planOn(syncoid, { source: { 'tank/a': holding() }, target: undefined }, args)).toMatchObject({
      failed: expect.stringContaining('no snapshot to send'),
    });
  });

  test('foresees the answer that leaves nothing to do', () => {
    const plan = planOn(syncoid, { source, target: undefined, parent: pool }, args);
    const predicted = 'changes' in plan ? plan.changes[0]!.effects!.find((effect) => 'predicts' in effect) : undefined;

    expect(
      planOn(
        syncoid,
        { source, target: predicted !== undefined && 'predicts' in predicted ? predicted.answer : undefined },
        args,
      ),
    ).toMatchObject({ changes: [] });
    expect(predicted !== undefined && 'predicts' in predicted && predicted.predicts.key).toBe(
      (syncoid.ask!(bind(syncoid, args) as never, context) as { target: { key: string } }).target.key,
    );
  });

  test('foresees that mounted datasets stay where they are', () => {
    const plan = planOn(
      syncoid,
      {
        source,
        target: {
          'pool/b': { mountpoint: '/b', snapshots: [snap('s1')] },
          'pool/b/images': { mountpoint: '/b/images', snapshots: [snap('s1', 'i1')] },
        },
      },
      args,
    );
    const effects = 'changes' in plan ? plan.changes.flatMap((change) => change.effects ?? []) : [];

    expect(effects.flatMap((effect) => ('blurs' in effect ? effect.blurs : []))).toEqual([
      'path:/b/*',
      'path:/b/images/*',
    ]);
    expect(
      effects.some(
        (effect) => 'predicts' in effect && effect.predicts.key === exists('/b/images').key && effect.answer === true,
      ),
    ).toBe(true);
  });

  test('asks the other machine through ssh, which never prompts', () => {
    const { kind, arg } = snapshots({ dataset: "tank/it's", recursive: true, ssh: ['-i', '/k', 'op@192.0.2.2'] });

    expect(kind.scripts([arg])[0]!.script).toContain(
      "ssh -o BatchMode=yes -i /k op@192.0.2.2 'LC_ALL=C zfs get -H -p -r -o name,property,value guid,creation,mountpoint '\\''tank/it'\\''\\'\\'''\\''s'\\'''",
    );
  });

  test('reads snapshots by dataset, oldest first', () => {
    const { kind, arg } = snapshots({ dataset: 'tank/a', recursive: true });
    const stdout = Buffer.from(
      [
        'tank/a\tguid\t1',
        'tank/a\tcreation\t10',
        'tank/a@new\tguid\t3',
        'tank/a@new\tcreation\t30',
        'tank/a@old\tguid\t2',
        'tank/a@old\tcreation\t20',
        'tank/a/b\tguid\t4',
        'tank/a\tmountpoint\t/a b',
        'tank/a/b\tmountpoint\tnone',
        '',
      ].join('\n'),
    );

    expect(kind.read([{ code: 0, stdout, stderr: Buffer.of() }], [arg])[0]).toEqual({
      ok: true,
      value: {
        'tank/a': {
          mountpoint: '/a b',
          snapshots: [
            { name: 'old', guid: '2', creation: 20 },
            { name: 'new', guid: '3', creation: 30 },
          ],
        },
        'tank/a/b': { mountpoint: 'none', snapshots: [] },
      },
    });
  });

  test.for([
    [1, "cannot open 'tank/a': dataset does not exist", { ok: true, value: undefined }],
    [
      255,
      'op@192.0.2.2: Permission denied (publickey).',
      { ok: false, why: 'op@192.0.2.2: op@192.0.2.2: Permission denied (publickey).' },
    ],
    [127, 'sh: zfs: not found', { ok: false, why: 'op@192.0.2.2: zfs is not installed' }],
  ] as const)('exit code %i, %s', ([code, stderr, answer]) => {
    const { kind, arg } = snapshots({ dataset: 'tank/a', recursive: true, ssh: ['op@192.0.2.2'] });

    expect(kind.read([{ code, stdout: Buffer.of(), stderr: Buffer.from(stderr) }], [arg])[0]).toEqual(answer);
  });

  test('does not wait for a snapshot that is made while it sends, only for earlier ones', () => {
    const before = { source, target: undefined };
    const params = bind(syncoid, args) as never;
    const grown = { ...source, 'tank/a': holding(snap('s1'), snap('s2'), snap('s3')) };

    expect(syncoid.reached!(before, { source: grown, target: inSync }, params)).toBe(true);
    expect(
      syncoid.reached!(before, { source: grown, target: { ...inSync, 'pool/b': holding(snap('s1')) } }, params),
    ).toBe(false);
  });

  test('if there was no snapshot, one has to arrive', () => {
    const before = { source: { 'tank/a': holding() }, target: undefined };
    const now = { 'tank/a': holding(snap('s1'), snap('s2')) };
    const params = bind(syncoid, { ...args, no_sync_snap: false }) as never;

    expect(syncoid.reached!(before, { source: now, target: { 'pool/b': holding(snap('s1')) } }, params)).toBe(true);
    expect(syncoid.reached!(before, { source: now, target: undefined }, params)).toBe(false);
  });
});
