import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import blockinfile from '../../tasks/blockinfile.ts';
import copy from '../../tasks/copy.ts';
import file from '../../tasks/file.ts';
import git from '../../tasks/git.ts';
import lineinfile from '../../tasks/lineinfile.ts';
import replace from '../../tasks/replace.ts';
import stat from '../../tasks/stat.ts';
import { runAllHere } from './harness.ts';
import { folder } from './local-host.ts';

type Play = Parameters<typeof runAllHere>[0];
type Dir = ReturnType<typeof folder>;

const told = (ended: Awaited<ReturnType<typeof runAllHere>>) =>
  ended.map((one) => [
    one.status,
    ...('changes' in one ? one.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`) : []),
  ]);

describe('a check of several file tasks', () => {
  test.for<[string, (dir: Dir) => Play]>([
    [
      'a directory, a file in it, a line in that file, its mode',
      (dir) => [
        [file, { path: dir.at('a/b'), state: 'directory', mode: '0750' }],
        [copy, { content: 'x\n', dest: dir.at('a/b/f') }],
        [lineinfile, { path: dir.at('a/b/f'), line: 'y' }],
        [file, { path: dir.at('a/b/f'), mode: '0600' }],
        [copy, { content: 'x\ny\n', dest: dir.at('a/b/f'), mode: '0600' }],
      ],
    ],
    [
      'an existing file is edited three times',
      (dir) => {
        writeFileSync(dir.at('f'), 'one\ntwo\n');
        return [
          [replace, { path: dir.at('f'), regexp: 'two', replace: '2' }],
          [blockinfile, { path: dir.at('f'), block: 'x' }],
          [lineinfile, { path: dir.at('f'), regexp: '^2', line: 'two' }],
          [lineinfile, { path: dir.at('f'), line: 'one' }],
        ];
      },
    ],
    [
      'a file is removed, another created',
      (dir) => {
        writeFileSync(dir.at('f'), 'one\n');
        return [
          [file, { path: dir.at('f'), state: 'absent' }],
          [copy, { content: 'x', dest: dir.at('f') }],
          [file, { path: dir.at('f'), state: 'file' }],
        ];
      },
    ],
    [
      'a link to a file that is created first',
      (dir) => [
        [copy, { content: 'x', dest: dir.at('f') }],
        [file, { src: dir.at('f'), dest: dir.at('l'), state: 'link' }],
        [file, { src: dir.at('f'), dest: dir.at('l'), state: 'link' }],
      ],
    ],
  ])('foresees what the run does: %s', async ([, prepare]) => {
    using dir = folder();
    const play = prepare(dir);

    const check = await runAllHere(play, { check: true });
    const ran = await runAllHere(play);
    const again = await runAllHere(play.slice(-1), { check: true });

    expect(told(check)).toEqual(told(ran));
    expect(again.map((one) => one.status)).toEqual(['ok']);
  });

  test('knows the content behind a link that will point elsewhere', async () => {
    using dir = folder();
    mkdirSync(dir.at('old'));
    mkdirSync(dir.at('new'));
    symlinkSync('old', dir.at('l'));

    const check = await runAllHere(
      [
        [file, { src: 'new', dest: dir.at('l'), state: 'link' }],
        [stat, { path: dir.at('l/f') }],
      ],
      { check: true },
    );

    expect(check.map((one) => one.status)).toEqual(['changed', 'ok']);
    expect(check.at(-1)).toMatchObject({ result: { stat: { exists: false } } });
  });

  test('knows the entries next to a bare clone', async () => {
    using dir = folder();
    mkdirSync(dir.at('d'));
    writeFileSync(dir.at('d/f'), 'x\n');
    commitIn(dir.at('repo'));

    const check = await runAllHere(
      [
        [git, { repo: dir.at('repo'), dest: dir.at('d/new.git'), bare: true }],
        [stat, { path: dir.at('d/f') }],
      ],
      { check: true },
    );

    expect(check.map((one) => one.status)).toEqual(['changed', 'ok']);
  });

  test('sees a foreseen change through another name of the same file', async () => {
    using dir = folder();
    mkdirSync(dir.at('real'));
    symlinkSync('real', dir.at('l'));
    writeFileSync(dir.at('real/f'), 'old');

    const check = await runAllHere(
      [
        [copy, { content: 'new', dest: dir.at('real/f') }],
        [copy, { content: 'old', dest: dir.at('l/f') }],
      ],
      { check: true },
    );

    expect(check.map((one) => one.status)).toEqual(['changed', 'changed']);
    expect(existsSync(dir.at('l/f'))).toBe(true);
  });
});

describe('impossible changes are foreseen, and fail in the run as well', () => {
  test.for<[string, (dir: Dir) => Play[number]]>([
    ['a hard link to a directory', (dir) => [file, { path: dir.at('new'), src: dir.at('d'), state: 'hard' }]],
    ['a hard link below a file', (dir) => [file, { path: dir.at('f/new'), src: dir.at('f'), state: 'hard' }]],
    ['a link to itself', (dir) => [file, { path: dir.at('new'), src: 'new', state: 'link', force: true }]],
    [
      'a link to itself by another path',
      (dir) => [file, { path: dir.at('new'), src: dir.at('to-d/../new'), state: 'link', force: true }],
    ],
    ['a hard link of a link to itself', (dir) => [file, { path: dir.at('to-f'), src: dir.at('to-f'), state: 'hard' }]],
    ['a clone to a dangling link', (dir) => [git, { repo: dir.at('repo'), dest: dir.at('dangling') }]],
    [
      'a new file with a line below a dangling link',
      (dir) => [lineinfile, { path: dir.at('dangling/new'), line: 'x', create: true }],
    ],
    ['a clone below a dangling link', (dir) => [git, { repo: dir.at('repo'), dest: dir.at('dangling/new') }]],
    ['a clone below a file', (dir) => [git, { repo: dir.at('repo'), dest: dir.at('f/new/repo') }]],
    ['a copy below a file', (dir) => [copy, { src: dir.at('f'), dest: dir.at('f/new'), remote_src: true }]],
    ['a file below a file', (dir) => [copy, { content: 'x', dest: dir.at('f/new') }]],
    ['a file over a directory', (dir) => [copy, { src: dir.at('f'), dest: `${dir.at('d')}/`, remote_src: true }]],
  ])('%s', async ([, task]) => {
    using dir = folder();
    mkdirSync(dir.at('d/f'), { recursive: true });
    writeFileSync(dir.at('f'), 'x\n');
    symlinkSync('nowhere', dir.at('dangling'));
    symlinkSync('f', dir.at('to-f'));
    symlinkSync('d', dir.at('to-d'));
    commitIn(dir.at('repo'));

    const [foreseen] = await runAllHere([task(dir)], { check: true });
    const [done] = await runAllHere([task(dir)]);

    expect(foreseen).toMatchObject({ status: 'failed' });
    expect(done).toMatchObject({ status: 'failed', didChange: false });
  });
});

/** Makes a repository with an empty commit. */
function commitIn(path: string): void {
  const script = 'git init -q "$1" && cd "$1" && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m a';
  execFileSync('sh', ['-c', script, 'sh', path]);
}
