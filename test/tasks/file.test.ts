import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import file from '../../tasks/file.ts';
import { runHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';

type Dir = ReturnType<typeof folder>;
type Case = readonly [string, (dir: Dir) => void, (dir: Dir) => Record<string, unknown>, string[] | string];

const bitsOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);
const aFile = (dir: Dir) => writeFileSync(dir.at('f'), 'x', { mode: 0o644 });
const nothing = () => {};

/** The messages of the task, with the directory's name removed. */
const tellings = (dir: Dir, ended: Awaited<ReturnType<typeof runHere>>): string[] | string =>
  'changes' in ended && ended.status !== 'failed'
    ? ended.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`.replaceAll(dir.path, ''))
    : 'message' in ended
      ? ended.message.replaceAll(dir.path, '')
      : ended.status;

const cases: readonly Case[] = [
  ['a file that is as it should be', aFile, (dir) => ({ path: dir.at('f'), mode: '0644' }), []],
  ['another mode', aFile, (dir) => ({ path: dir.at('f'), mode: '0600' }), ['mode: 0644 → 0600']],
  ['a symbolic mode', aFile, (dir) => ({ path: dir.at('f'), mode: 'u+x,go-r' }), ['mode: 0644 → 0700']],
  ['a missing file', nothing, (dir) => ({ path: dir.at('f'), state: 'file' }), 'file (/f) is absent, cannot continue'],
  [
    'a missing user',
    aFile,
    (dir) => ({ path: dir.at('f'), owner: 'nobody-like-him' }),
    'chown failed: failed to look up user nobody-like-him',
  ],
  [
    'folders',
    nothing,
    (dir) => ({ path: dir.at('a/b'), state: 'directory', mode: '0750' }),
    ['directory /a: null → 0750', 'directory /a/b: null → 0750'],
  ],
  [
    'a directory in place of a file',
    aFile,
    (dir) => ({ path: dir.at('f'), state: 'directory' }),
    '/f already exists as a file',
  ],
  [
    'setgid removed from a directory',
    (dir) => {
      mkdirSync(dir.at('d'));
      chmodSync(dir.at('d'), 0o2755);
    },
    (dir) => ({ path: dir.at('d'), mode: '0755' }),
    ['mode: 2755 → 0755'],
  ],
  ['a link', aFile, (dir) => ({ src: dir.at('f'), dest: dir.at('l'), state: 'link' }), ['link: null → → /f']],
  [
    'a correct link to a directory',
    (dir) => {
      mkdirSync(dir.at('d'));
      symlinkSync('d', dir.at('l'));
    },
    (dir) => ({ src: 'd', dest: dir.at('l'), state: 'link' }),
    [],
  ],
  [
    'a link to a directory that points elsewhere',
    (dir) => {
      mkdirSync(dir.at('d'));
      mkdirSync(dir.at('e'));
      symlinkSync('e', dir.at('l'));
    },
    (dir) => ({ src: 'd', dest: dir.at('l'), state: 'link' }),
    ['link: → e → → d'],
  ],
  [
    'a link to nothing',
    nothing,
    (dir) => ({ src: 'd', dest: dir.at('l'), state: 'link' }),
    'src file does not exist, use "force=yes" if you really want to create the link: /d',
  ],
  [
    'a link to nothing, forced',
    nothing,
    (dir) => ({ src: 'd', dest: dir.at('l'), state: 'link', force: true }),
    ['link: null → → d'],
  ],
  [
    'a link in place of a file',
    (dir) => {
      aFile(dir);
      writeFileSync(dir.at('l'), '');
    },
    (dir) => ({ src: 'f', dest: dir.at('l'), state: 'link' }),
    'refusing to convert from file to symlink for /l',
  ],
  [
    'a link in place of a file, forced',
    (dir) => {
      aFile(dir);
      writeFileSync(dir.at('l'), '');
    },
    (dir) => ({ src: 'f', dest: dir.at('l'), state: 'link', force: true }),
    ['link: file → → f'],
  ],
  [
    'a link in place of a directory',
    (dir) => {
      aFile(dir);
      mkdirSync(dir.at('l'));
    },
    (dir) => ({ src: dir.at('f'), dest: dir.at('l'), state: 'link' }),
    'refusing to convert from directory to symlink for /l',
  ],
  [
    'a link in place of an empty directory, forced',
    (dir) => {
      aFile(dir);
      mkdirSync(dir.at('l'));
    },
    (dir) => ({ src: dir.at('f'), dest: dir.at('l'), state: 'link', force: true }),
    ['link: directory → → /f'],
  ],
  [
    'a link in place of a non-empty directory, forced',
    (dir) => {
      aFile(dir);
      mkdirSync(dir.at('l/x'), { recursive: true });
    },
    (dir) => ({ src: dir.at('f'), dest: dir.at('l'), state: 'link', force: true }),
    'the directory /l is not empty, refusing to convert it',
  ],
  [
    "the mode of a link's target",
    (dir) => {
      aFile(dir);
      symlinkSync('f', dir.at('l'));
    },
    (dir) => ({ path: dir.at('l'), state: 'file', mode: '0600' }),
    ['mode: 0644 → 0600'],
  ],
  ['a hard link', aFile, (dir) => ({ src: dir.at('f'), dest: dir.at('l'), state: 'hard' }), ['hard link: null → /f']],
  [
    'an existing hard link',
    (dir) => {
      aFile(dir);
      linkSync(dir.at('f'), dir.at('l'));
    },
    (dir) => ({ src: dir.at('f'), dest: dir.at('l'), state: 'hard' }),
    [],
  ],
  [
    "a hard link to a link's target",
    (dir) => {
      aFile(dir);
      symlinkSync('f', dir.at('s'));
    },
    (dir) => ({ src: dir.at('s'), dest: dir.at('l'), state: 'hard' }),
    ['hard link: null → /s'],
  ],
  [
    'a hard link in a directory that a link leads to',
    (dir) => {
      aFile(dir);
      mkdirSync(dir.at('d'));
      symlinkSync('d', dir.at('l'));
    },
    (dir) => ({ src: dir.at('f'), dest: dir.at('l'), state: 'hard' }),
    ['hard link: null → /f'],
  ],
  [
    'a new file with touch',
    nothing,
    (dir) => ({ path: dir.at('f'), state: 'touch', mode: '0600' }),
    ['file: null → empty'],
  ],
  [
    'touch: a link into a missing directory',
    (dir) => symlinkSync('missing/f', dir.at('l')),
    (dir) => ({ path: dir.at('l'), state: 'touch' }),
    'Error, could not touch target: the parent directory of /missing/f does not exist',
  ],
  [
    'times that are already right',
    aFile,
    (dir) => ({ path: dir.at('f'), state: 'touch', access_time: 'preserve', modification_time: 'preserve' }),
    [],
  ],
  [
    'absent: a tree',
    (dir) => mkdirSync(dir.at('a/b'), { recursive: true }),
    (dir) => ({ path: dir.at('a'), state: 'absent' }),
    ['directory: present → null'],
  ],
  [
    'absent: a link, not its target',
    (dir) => symlinkSync('f', dir.at('l')),
    (dir) => ({ path: dir.at('l'), state: 'absent' }),
    ['link: → f → null'],
  ],
  ['absent: nothing', nothing, (dir) => ({ path: dir.at('a'), state: 'absent' }), []],
  [
    'everything below a directory',
    (dir) => {
      mkdirSync(dir.at('d/e'), { recursive: true });
      writeFileSync(dir.at('d/f'), '');
      chmodSync(dir.at('d/f'), 0o666);
    },
    (dir) => ({ path: dir.at('d'), recurse: true, mode: 'u=rwX,g=rX,o=' }),
    ['mode: 0755 → 0750', 'mode of e: 0755 → 0750', 'mode of f: 0666 → 0640'],
  ],
  [
    'P22: everything below a directory that contains links to themselves and upwards',
    (dir) => {
      mkdirSync(dir.at('d/e'), { recursive: true });
      symlinkSync('self', dir.at('d/e/self'));
      symlinkSync('..', dir.at('d/e/up'));
    },
    (dir) => ({ path: dir.at('d'), recurse: true, mode: '0700' }),
    ['mode: 0755 → 0700', 'mode of e: 0755 → 0700'],
  ],
];

describe('file', () => {
  test.for(cases)('%s', async ([, prepare, args, expected]) => {
    using dir = folder();
    prepare(dir);

    const check = await runHere(file, args(dir), { check: true });
    const ran = await runHere(file, args(dir));
    const again = await runHere(file, args(dir));

    expect(sorted(tellings(dir, ran))).toEqual(sorted(expected));
    expect(tellings(dir, check)).toEqual(tellings(dir, ran));
    if (ran.status !== 'failed' && (args(dir).state !== 'touch' || args(dir).access_time === 'preserve'))
      expect(again.status).toBe('ok');
  });

  test('a link is never followed when it is removed', async () => {
    using dir = folder();
    mkdirSync(dir.at('d'));
    symlinkSync('d', dir.at('l'));

    await runHere(file, { path: dir.at('l'), state: 'absent' });

    expect([existsSync(dir.at('d')), existsSync(dir.at('l'))]).toEqual([true, false]);
  });

  test('retargets a link to a directory instead of linking inside it', async () => {
    using dir = folder();
    mkdirSync(dir.at('d'));
    mkdirSync(dir.at('e'));
    symlinkSync('e', dir.at('l'));

    await runHere(file, { src: 'd', dest: dir.at('l'), state: 'link' });

    expect([readlinkSync(dir.at('l')), existsSync(dir.at('e/d'))]).toEqual(['d', false]);
  });

  test('returns the same result as Ansible', async () => {
    using dir = folder();

    const made = await runHere(file, { path: dir.at('d'), state: 'directory', mode: '0700' });

    expect(made).toMatchObject({
      status: 'changed',
      result: {
        path: dir.at('d'),
        state: 'directory',
        mode: '0700',
        uid: process.getuid!(),
        gid: process.getgid!(),
        size: expect.any(Number),
      },
    });
    expect(bitsOf(dir.at('d'))).toBe('700');
  });

  test('H24: returns the changes in `diff`, whether requested or not', async () => {
    using dir = folder();
    aFile(dir);
    symlinkSync('f', dir.at('l'));
    const path = dir.at('f');
    const diffOf = async (args: Record<string, unknown>) => {
      const ended = await runHere(file, args);
      return 'result' in ended ? ended.result['diff'] : ended.status;
    };

    expect(await diffOf({ path, mode: '0600' })).toEqual({
      before: { path, mode: '0644' },
      after: { path, mode: '0600' },
    });
    expect(await diffOf({ path, mode: '0600' })).toEqual({ before: { path }, after: { path } });
    expect(await diffOf({ path, modification_time: '202001010000.00' })).toEqual({
      before: { path, mtime: expect.any(Number) },
      after: { path, mtime: expect.any(Number) },
    });
    expect(await diffOf({ path: dir.at('l'), src: 'g', state: 'link', force: true })).toEqual({
      before: { path: dir.at('l'), src: 'f' },
      after: { path: dir.at('l'), src: 'g' },
    });
    expect(await diffOf({ path, state: 'absent' })).toEqual({
      before: { path, state: 'file' },
      after: { path, state: 'absent' },
    });
    expect(await diffOf({ path, state: 'absent' })).toBeUndefined();
  });

  test('a symbolic link has no mode of its own', async () => {
    using dir = folder();
    aFile(dir);
    symlinkSync('f', dir.at('l'));

    const ended = await runHere(file, { src: 'f', dest: dir.at('l'), state: 'link', mode: '0600', follow: false });

    expect([ended.status, bitsOf(dir.at('f'))]).toEqual(['ok', '644']);
  });

  test('minor of X: a directory that another run creates at the same moment still gets its mode', async () => {
    using dir = folder();
    const path = dir.at('d');
    const sh: typeof runScript = (script, stdin) => {
      if (script.startsWith('mkdir')) mkdirSync(path, { mode: 0o755 });
      return runScript(script, stdin);
    };

    expect(await runHere(file, { path, state: 'directory', mode: '0700' }, { sh })).toMatchObject({
      status: 'changed',
    });
    expect(lstatSync(path).mode & 0o777).toBe(0o700);
  });
});

const sorted = (told: string[] | string) => (Array.isArray(told) ? told.toSorted() : told);
