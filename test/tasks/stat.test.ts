import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import file from '../../tasks/file.ts';
import stat from '../../tasks/stat.ts';
import { runAllHere, runHere } from './harness.ts';
import { folder } from './local-host.ts';

describe('stat', () => {
  test('returns everything that Ansible returns for a file', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'hello\n');
    chmodSync(dir.at('f'), 0o4751);

    const ended = await runHere(stat, { path: dir.at('f') });

    expect(ended).toMatchObject({
      status: 'ok',
      result: {
        stat: {
          exists: true,
          path: dir.at('f'),
          mode: '4751',
          isreg: true,
          isdir: false,
          islnk: false,
          isuid: true,
          isgid: false,
          xoth: true,
          roth: false,
          size: 6,
          nlink: 1,
          readable: true,
          checksum: 'f572d396fae9206628714fb2ce00f72e94f2258f',
          mtime: expect.any(Number),
          block_size: expect.any(Number),
        },
      },
    });
  });

  test.each([
    ['a link that is redirected', 'l', { src: 'empty', dest: 'l', state: 'link' }, true],
    ['a link whose target is removed', 'l', { path: 'f', state: 'absent' }, false],
  ])('in a check, does not return the present content type of %s', async (_, path, args, follow) => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'hello\n');
    writeFileSync(dir.at('empty'), '');
    symlinkSync(dir.at('f'), dir.at('l'));
    const there = Object.fromEntries(
      Object.entries(args).map(([key, value]) => [key, key === 'state' ? value : dir.at(value)]),
    );
    const play = [[file, there] as const, [stat, { path: dir.at(path), follow }] as const];
    const typeIn = ([, ended]: Awaited<ReturnType<typeof runAllHere>>) =>
      ended !== undefined && 'result' in ended
        ? (ended.result['stat'] as { mimetype?: string } | undefined)?.mimetype
        : undefined;

    const foreseen = typeIn(await runAllHere(play, { check: true }));
    const found = typeIn(await runAllHere(play));

    expect([undefined, found]).toContain(foreseen);
  });

  test('returns the target of a link', async () => {
    using dir = folder();
    symlinkSync('f', dir.at('l'));

    const ended = await runHere(stat, { path: dir.at('l') });

    expect(ended).toMatchObject({ result: { stat: { islnk: true, lnk_target: 'f', lnk_source: dir.at('f') } } });
    expect(await runHere(stat, { path: dir.at('l'), follow: true })).toMatchObject({
      result: { stat: { exists: false } },
    });
  });

  test('reports that nothing is there', async () => {
    expect(await runHere(stat, { path: '/missing' })).toMatchObject({
      status: 'ok',
      result: { stat: { exists: false } },
    });
  });
});
