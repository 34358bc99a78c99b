import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import type { Controller } from '../../src/core/task-type.ts';
import unarchive from '../../tasks/unarchive.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

/** Archives of a small tree, and an empty directory to unpack them in. */
function archives() {
  const dir = folder();
  cpSync(made.path, dir.path, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return dir;
}

const made = makeArchives();
afterAll(() => made[Symbol.dispose]());

function makeArchives() {
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
  test('XB2: an archive with names outside its directory is rejected before any chown', async () => {
    using dir = archives();
    writeFileSync(dir.at('precious'), 'x', { mode: 0o600 });
    execFileSync('tar', ['-C', dir.at('src'), '-P', '-cf', dir.at('evil.tar'), 'a', '../precious']);

    const ran = await runHere(unarchive, {
      src: dir.at('evil.tar'),
      dest: dir.at('dest'),
      remote_src: true,
      mode: '0666',
    });

    expect(ran).toMatchObject({ status: 'failed', message: expect.stringContaining('outside the directory') });
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

  test('notices a changed file, and a changed mode', async () => {
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

  test('sets the mode of members, and keeps it', async () => {
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

  test('unpacks only included members, and no excluded ones', async () => {
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

  test('does nothing if the path of `creates` exists', async () => {
    using dir = archives();
    writeFileSync(dir.at('dest/marker'), '');

    const ended = await runHere(unarchive, {
      src: dir.at('x.tar'),
      dest: dir.at('dest'),
      remote_src: true,
      creates: dir.at('dest/marker'),
    });

    expect(ended).toMatchObject({
      status: 'skipped',
      result: { msg: `skipped, since ${dir.at('dest/marker')} exists` },
    });
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

  test('reports a file that is not an archive', async () => {
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
  });

  // P11, H8: tar gets the same arguments for comparing as for unpacking.
  test.for([
    [['--strip-components=1'], 'b', 'sub/c'],
    [['--transform=s/^top/other/'], 'other/b', 'other/sub/c'],
    [['--one-top-level=in'], 'in/top/b', 'in/top/sub/c'],
    [['--no-same-owner'], 'top/b', 'top/sub/c'],
    [['--no-same-permissions', '--touch'], 'top/b', 'top/sub/c'],
  ] as const)('P11: unpacks with %j once, and notices changes', async ([extra_opts, name, other]) => {
    using dir = topped();
    const args = { src: dir.at('t.tgz'), dest: dir.at('dest'), remote_src: true, extra_opts, mode: 'u+rwX' };

    const ran = await runHere(unarchive, args);
    const again = await runHere(unarchive, args);
    appendFileSync(dir.at(`dest/${name}`), 'more');
    const altered = await runHere(unarchive, args, { check: true });

    expect([ran, again, altered].map((one) => [one.status, 'message' in one && one.message])).toEqual([
      ['changed', false],
      ['ok', false],
      ['changed', false],
    ]);
    expect(existsSync(dir.at(`dest/${other}`))).toBe(true);
  });

  test('P11: members may be selected by pattern', async () => {
    using dir = topped();
    const args = {
      src: dir.at('t.tgz'),
      dest: dir.at('dest'),
      remote_src: true,
      extra_opts: ['--wildcards'],
      include: ['top/s*'],
    };

    const ran = await runHere(unarchive, args);
    const again = await runHere(unarchive, args);

    expect([ran.status, again.status, existsSync(dir.at('dest/top/b'))]).toEqual(['changed', 'ok', false]);
  });

  test('P11: keep_newer keeps newer files, and replaces older ones', async () => {
    using dir = topped();
    const args = { src: dir.at('t.tgz'), dest: dir.at('dest'), remote_src: true, keep_newer: true };
    await runHere(unarchive, args);
    writeFileSync(dir.at('dest/top/b'), 'newer');
    writeFileSync(dir.at('dest/top/sub/c'), 'older');
    utimesSync(dir.at('dest/top/b'), new Date(), new Date(Date.now() + 60_000));
    utimesSync(dir.at('dest/top/sub/c'), 1, 1);

    const ran = await runHere(unarchive, args);
    const again = await runHere(unarchive, args);

    expect([ran.status, again.status]).toEqual(['changed', 'ok']);
    expect(['b', 'sub/c'].map((name) => readFileSync(dir.at(`dest/top/${name}`), 'utf8'))).toEqual(['newer', 'C']);
  });

  test('P11: names that are not ASCII, with a backslash or a newline, and a dangling link, with a mode', async () => {
    using dir = topped();
    const names = ['é', 'back\\slash', 'two\nlines', 'octal\\134', '100% $x'];
    for (const name of names) writeFileSync(dir.at(`src/top/${name}`), 'x');
    symlinkSync('nowhere', dir.at('src/top/dangling'));
    execFileSync('tar', ['-C', dir.at('src'), '-czf', dir.at('t.tgz'), 'top']);
    const args = { src: dir.at('t.tgz'), dest: dir.at('dest'), remote_src: true, mode: '0700', list_files: true };

    const ran = await runHere(unarchive, args);
    const again = await runHere(unarchive, args);

    expect([ran, again]).toMatchObject([{ status: 'changed' }, { status: 'ok' }]);
    expect(names.map((name) => lstatSync(dir.at(`dest/top/${name}`)).mode & 0o777)).toEqual(names.map(() => 0o700));
    expect(ran).toMatchObject({
      result: { files: expect.arrayContaining(names.map((name) => `top/${name}`)) as unknown },
    });
  });

  test.runIf(zip).for([true, false])(
    'P11: unpacks a zip archive with names that are not ASCII (on the host: %s)',
    async (remote_src) => {
      using dir = topped();
      writeFileSync(dir.at('src/top/é'), 'x');
      execFileSync('zip', ['-qr', dir.at('x.zip'), 'top'], { cwd: dir.at('src') });
      const args = { src: dir.at('x.zip'), dest: dir.at('dest'), remote_src, mode: 'u+rwX' };

      const ran = await runHere(unarchive, args, { controller });
      const again = await runHere(unarchive, args, { controller });

      expect([ran, again]).toMatchObject([{ status: 'changed' }, { status: 'ok' }]);
      expect(readFileSync(dir.at('dest/top/é'), 'utf8')).toBe('x');
    },
  );

  test.runIf(zip)(
    'XB2: an absolute name in a zip archive refers to the unpacked file, and nothing else is chowned',
    async () => {
      using dir = archives();
      writeFileSync(dir.at('precious'), 'x', { mode: 0o600 });
      execFileSync('python3', [
        '-c',
        "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z: z.writestr(sys.argv[2], 'A'); z.writestr('p', 'P')",
        dir.at('evil.zip'),
        dir.at('precious'),
      ]);
      const args = { src: dir.at('evil.zip'), dest: dir.at('dest'), remote_src: true, mode: '0666' };

      const ran = await runHere(unarchive, args);
      const again = await runHere(unarchive, args);

      expect([ran, again]).toMatchObject([{ status: 'changed' }, { status: 'ok' }]);
      expect(lstatSync(dir.at('precious')).mode & 0o777).toBe(0o600);
      expect(lstatSync(`${dir.at('dest')}${dir.at('precious')}`).mode & 0o777).toBe(0o666);
    },
  );

  test.runIf(zip)('P11: unzip may ignore the directories', async () => {
    using dir = topped();
    execFileSync('zip', ['-qr', dir.at('x.zip'), 'top'], { cwd: dir.at('src') });
    const args = { src: dir.at('x.zip'), dest: dir.at('dest'), remote_src: true, extra_opts: ['-j'] };

    const ran = await runHere(unarchive, args);
    const again = await runHere(unarchive, args);

    expect([ran, again]).toMatchObject([{ status: 'changed' }, { status: 'ok' }]);
    expect(existsSync(dir.at('dest/c'))).toBe(true);
  });

  test('H8: the host fetches an archive from a URL, and keeps no copy of it', async () => {
    using dir = topped();
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('tmp.')).length;
    const args = {
      src: `file://${dir.at('t.tgz')}`,
      dest: dir.at('dest'),
      remote_src: true,
      extra_opts: ['--strip-components=1'],
    };

    const ran = await runHere(unarchive, args);
    const again = await runHere(unarchive, args);
    const missing = await runHere(unarchive, { ...args, src: `file://${dir.at('none')}` });

    expect([ran, again]).toMatchObject([{ status: 'changed' }, { status: 'ok' }]);
    expect(missing).toMatchObject({ status: 'failed', message: expect.stringContaining(`cannot download file://`) });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('tmp.')).length).toBe(before);
  });

  test('H8: a URL is fetched by the host only', async () => {
    await expect(
      runHere(unarchive, { src: 'https://u:secret@example.org/x.tgz', dest: '/' }, { controller }),
    ).rejects.toThrow('src is a URL (https://example.org/x.tgz): set remote_src: true to let the host fetch it');
  });
});

/** An archive with all members in one directory, like a release. */
function topped() {
  const dir = folder();
  mkdirSync(dir.at('src/top/sub'), { recursive: true });
  mkdirSync(dir.at('dest'));
  writeFileSync(dir.at('src/top/b'), 'B');
  writeFileSync(dir.at('src/top/sub/c'), 'C');
  execFileSync('tar', ['-C', dir.at('src'), '-czf', dir.at('t.tgz'), 'top']);
  return dir;
}
