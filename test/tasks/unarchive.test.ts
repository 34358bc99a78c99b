import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Controller } from '../../src/core/task-type.ts';
import unarchive from '../../tasks/unarchive.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

/** Archives of a small tree, and an empty folder to unpack them in. */
function archives() {
  const dir = folder();
  mkdirSync(dir.at('src/sub'), { recursive: true });
  mkdirSync(dir.at('dest'));
  writeFileSync(dir.at('src/a'), 'A');
  writeFileSync(dir.at("src/sub/b [1] 'x'"), 'B', { mode: 0o640 });
  symlinkSync('a', dir.at('src/l'));
  const members = ['a', 'sub', 'l'];
  execFileSync('tar', ['-C', dir.at('src'), '-cf', dir.at('x.tar'), ...members]);
  execFileSync('tar', ['-C', dir.at('src'), '-czf', dir.at('x.tar.gz'), ...members]);
  execFileSync('tar', ['-C', dir.at('src'), '-cJf', dir.at('x.tar.xz'), ...members]);
  return dir;
}

const controller: Partial<Controller> = {
  find: (_kind, name) => (existsSync(name) ? { ok: true, path: name } : { ok: false, searched: [name] }),
  readFile: (path) => readFileSync(path),
};

describe('unarchive', () => {
  test('XB2: an archive with names outside of its directory is refused, before anything is given away', async () => {
    using dir = archives();
    writeFileSync(dir.at('precious'), 'x', { mode: 0o600 });
    execFileSync('tar', ['-C', dir.at('src'), '-P', '-cf', dir.at('evil.tar'), 'a', '../precious']);

    const ran = await runHere(unarchive, {
      src: dir.at('evil.tar'),
      dest: dir.at('dest'),
      remote_src: true,
      mode: '0666',
    });

    expect(ran).toMatchObject({ status: 'failed', message: expect.stringContaining('outside of the directory') });
    expect(lstatSync(dir.at('precious')).mode & 0o777).toBe(0o600);
  });

  test.for([
    ['x.tar', true],
    ['x.tar.gz', true],
    ['x.tar.xz', true],
    ['x.tar', false],
    ['x.tar.gz', false],
    ['x.tar.xz', false],
  ] as const)('unpacks %s once (on the host: %s)', async ([name, remote_src]) => {
    using dir = archives();
    const args = { src: dir.at(name), dest: dir.at('dest'), remote_src, list_files: true };

    const check = await runHere(unarchive, args, { controller, check: true });
    const untouched = !existsSync(dir.at('dest/a'));
    const ran = await runHere(unarchive, args, { controller });
    const again = await runHere(unarchive, args, { controller });

    expect([check.status, untouched, ran.status, again.status]).toEqual(['changed', true, 'changed', 'ok']);
    expect([readFileSync(dir.at("dest/sub/b [1] 'x'"), 'utf8'), lstatSync(dir.at('dest/l')).isSymbolicLink()]).toEqual([
      'B',
      true,
    ]);
    expect(ran).toMatchObject({
      result: { dest: dir.at('dest'), handler: 'TgzArchive', files: ['a', 'sub/', "sub/b [1] 'x'", 'l'] },
    });
  });

  test('notices a file that was changed, and one whose mode was', async () => {
    using dir = archives();
    const args = { src: dir.at('x.tar.gz'), dest: dir.at('dest'), remote_src: true };
    await runHere(unarchive, args);
    appendFileSync(dir.at('dest/a'), 'more');
    chmodSync(dir.at("dest/sub/b [1] 'x'"), 0o600);

    const check = await runHere(unarchive, args, { check: true });
    await runHere(unarchive, args);

    expect('changes' in check && check.changes[0]!.from).toContain("a: Size differs; sub/b [1] 'x': Mode differs");
    expect(readFileSync(dir.at('dest/a'), 'utf8')).toBe('A');
  });

  test('gives members a mode, and keeps it', async () => {
    using dir = archives();
    const args = { src: dir.at('x.tar'), dest: dir.at('dest'), remote_src: true, mode: 'u=rwX,go=' };

    const ran = await runHere(unarchive, args);
    const again = await runHere(unarchive, args);

    expect([ran.status, again.status, (lstatSync(dir.at('dest/a')).mode & 0o777).toString(8)]).toEqual([
      'changed',
      'ok',
      '600',
    ]);
  });

  test('takes only what is included, and not what is excluded', async () => {
    using dir = archives();
    mkdirSync(dir.at('other'));

    await runHere(unarchive, { src: dir.at('x.tar'), dest: dir.at('dest'), remote_src: true, include: ['a'] });
    await runHere(unarchive, { src: dir.at('x.tar'), dest: dir.at('other'), remote_src: true, exclude: ['sub'] });

    expect(['dest/a', 'dest/l', 'other/a', 'other/sub'].map((path) => existsSync(dir.at(path)))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('does nothing where what it creates is there', async () => {
    using dir = archives();
    writeFileSync(dir.at('dest/marker'), '');

    const ended = await runHere(unarchive, {
      src: dir.at('x.tar'),
      dest: dir.at('dest'),
      remote_src: true,
      creates: dir.at('dest/marker'),
    });

    expect(ended).toMatchObject({ status: 'ok', result: { msg: `skipped, since ${dir.at('dest/marker')} exists` } });
  });

  test.for([
    [{ src: '@/x.tar', dest: '@/missing' }, "dest '@/missing' must be an existing dir"],
    [{ src: '@/nope.tar', dest: '@/dest' }, "Source '@/nope.tar' does not exist"],
  ] as const)('%j: %s', async ([args, message]) => {
    using dir = archives();
    const here = JSON.parse(JSON.stringify(args).replaceAll('@', dir.path)) as object;

    expect(await runHere(unarchive, { ...here, remote_src: true })).toMatchObject({
      status: 'failed',
      message: message.replaceAll('@', dir.path),
    });
  });

  test('says when a file is no archive', async () => {
    using dir = archives();

    expect(await runHere(unarchive, { src: dir.at('src/a'), dest: dir.at('dest'), remote_src: true })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('not look like a tar archive'),
    });
  });

  const zip = (() => {
    try {
      execFileSync('sh', ['-c', 'command -v zip && command -v unzip']);
      return true;
    } catch {
      return false;
    }
  })();

  test.runIf(zip)('unpacks a zip archive of the host once', async () => {
    using dir = archives();
    execFileSync('zip', ['-qr', dir.at('x.zip'), 'a', 'sub'], { cwd: dir.at('src') });
    const args = { src: dir.at('x.zip'), dest: dir.at('dest'), remote_src: true };

    const ran = await runHere(unarchive, args);
    const again = await runHere(unarchive, args);

    expect([ran.status, again.status, readFileSync(dir.at("dest/sub/b [1] 'x'"), 'utf8')]).toEqual([
      'changed',
      'ok',
      'B',
    ]);
    await expect(runHere(unarchive, { ...args, remote_src: false }, { controller })).rejects.toThrow('zip archive');
  });
});
