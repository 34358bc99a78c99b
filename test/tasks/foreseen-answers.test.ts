import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { quote } from '../../src/core/command.ts';
import type { AnyQuestion } from '../../src/core/question.ts';
import { checksum } from '../../src/core/questions/files/checksum.ts';
import { content } from '../../src/core/questions/files/content.ts';
import { namesOf } from '../../src/core/questions/files/entry.ts';
import { exists } from '../../src/core/questions/files/exists.ts';
import { found } from '../../src/core/questions/files/found.ts';
import { fragments } from '../../src/core/questions/files/fragments.ts';
import { listing } from '../../src/core/questions/files/listing.ts';
import { stat } from '../../src/core/questions/files/stat.ts';
import { tree } from '../../src/core/questions/files/tree.ts';
import type { Reply } from '../../src/core/session.ts';
import assemble from '../../tasks/assemble.ts';
import copy from '../../tasks/copy.ts';
import file from '../../tasks/file.ts';
import getUrl from '../../tasks/get_url.ts';
import git from '../../tasks/git.ts';
import lineinfile from '../../tasks/lineinfile.ts';
import unarchive from '../../tasks/unarchive.ts';
import { isThorough } from '../thorough.ts';
import { localTarget, runAllHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';

const dir = folder();
afterAll(() => rmSync(dir.path, { recursive: true, force: true }));

type Play = Parameters<typeof runAllHere>[0];
type Dir = ReturnType<typeof folder>;

/** A directory with a file, a hard link to it, a directory with files, and links of every kind; always at the same path. */
function furnished(): Dir {
  rmSync(dir.path, { recursive: true, force: true });
  mkdirSync(dir.path);
  writeFileSync(dir.at('f'), 'one\n');
  chmodSync(dir.at('f'), 0o644);
  linkSync(dir.at('f'), dir.at('second'));
  mkdirSync(dir.at('d/sub'), { recursive: true });
  writeFileSync(dir.at('d/a'), 'a\n');
  writeFileSync(dir.at('d/sub/b'), 'b\n');
  mkdirSync(dir.at('empty'));
  symlinkSync('f', dir.at('to-f'));
  symlinkSync(dir.at('d'), dir.at('to-d'));
  symlinkSync('to-d', dir.at('to-to-d'));
  symlinkSync('nowhere', dir.at('dangling'));
  symlinkSync('ring', dir.at('ring'));
  return dir;
}

/** The sources to unpack and clone are next to the directory. */
const sources = folder();
afterAll(() => rmSync(sources.path, { recursive: true, force: true }));

/** An archive to unpack into `d`: an existing file, one with a different mode, a new one, a link. */
function packed(name: string, pack: string): string {
  const script = `mkdir -p src/sub && cd src && echo A > a && echo b > sub/b && chmod 600 sub/b && ln -sf a link && echo new > new && ${pack}`;
  execFileSync('sh', ['-c', script], { cwd: sources.path });
  return sources.at(name);
}

/** A repository with a file, and a program in a directory. */
function repository(): string {
  const script =
    'rm -rf repo && git init -q repo && cd repo && mkdir deep && echo x > deep/x && chmod 755 deep/x && echo f > f && git add . && git -c user.name=a -c user.email=a@b commit -qm a';
  execFileSync('sh', ['-c', script], { cwd: sources.path });
  return sources.at('repo');
}

const PATHS = [
  '.', 'f', 'second', 'd', 'd/a', 'd/sub', 'd/sub/b', 'empty', 'to-f', 'to-d', 'to-d/a', 'to-to-d', 'to-to-d/sub/b',
  'dangling', 'nowhere', 'new', 'new/deep', 'new/deep/x', 'd/new', 'to-d/new', 'empty/x',
] as const; // biome-ignore format: a list

const questionsOf = (path: string): readonly AnyQuestion<unknown>[] =>
  [
    stat(path),
    content(path),
    checksum(path),
    checksum(path, 'sha256'),
    exists(path),
    tree({ path }),
    tree({ path, checksums: true }),
    tree({ path, follow: true }),
    found({ path, depth: 1, follow: false }),
    found({ path, follow: false }),
    listing(path),
    fragments(path),
  ] as readonly AnyQuestion<unknown>[];

const CHANGES: readonly [string, (dir: Dir) => Play][] = [
  ['a file is written', (dir) => [[copy, { content: 'two\n', dest: dir.at('f') }]]],
  ['a new file', (dir) => [[copy, { content: 'new\n', dest: dir.at('d/new'), mode: '0600' }]]],
  ['a new file through a link to its directory', (dir) => [[copy, { content: 'new\n', dest: dir.at('to-d/new') }]]],
  ['a file is written through a link', (dir) => [[copy, { content: 'two\n', dest: dir.at('to-f') }]]],
  ['a file through a dangling link', (dir) => [[copy, { content: 'two\n', dest: dir.at('dangling') }]]],
  ['a link is replaced by a file', (dir) => [[copy, { content: 'x\n', dest: dir.at('to-d'), follow: false, force: true }]]],
  ['the mode of a file with two names', (dir) => [[file, { path: dir.at('f'), mode: '0600' }]]],
  ['a third name', (dir) => [[file, { path: dir.at('new'), src: dir.at('f'), state: 'hard' }]]],
  ['a name is removed', (dir) => [[file, { path: dir.at('second'), state: 'absent' }]]],
  ['a directory is removed', (dir) => [[file, { path: dir.at('d'), state: 'absent' }]]],
  ['a link to a directory is removed', (dir) => [[file, { path: dir.at('to-d'), state: 'absent' }]]],
  ['directories are created', (dir) => [[file, { path: dir.at('new/deep'), state: 'directory', mode: '0750' }]]],
  ['the mode of a directory', (dir) => [[file, { path: dir.at('d'), state: 'directory', mode: '0700' }]]],
  ['modes of everything in a directory', (dir) => [[file, { path: dir.at('d'), state: 'directory', mode: 'o=', recurse: true }]]],
  ['a link', (dir) => [[file, { path: dir.at('new'), src: dir.at('d'), state: 'link' }]]],
  ['a link to elsewhere', (dir) => [[file, { path: dir.at('to-d'), src: dir.at('empty'), state: 'link' }]]],
  ['a link in place of an empty directory', (dir) => [[file, { path: dir.at('empty'), src: dir.at('d'), state: 'link', force: true }]]],
  ['a line', (dir) => [[lineinfile, { path: dir.at('to-d/a'), line: 'x' }]]],
  ['an empty file', (dir) => [[file, { path: dir.at('new'), state: 'touch', access_time: 'preserve', modification_time: 'preserve' }]]],
  ['a copy of a file', (dir) => [[copy, { src: dir.at('f'), dest: dir.at('new'), remote_src: true }]]],
  ['a copy of a directory', (dir) => [[copy, { src: `${dir.at('d')}/`, dest: dir.at('new'), remote_src: true }]]],
  ['a file of fragments', (dir) => [[assemble, { src: dir.at('d'), dest: dir.at('new') }]]],
  ['an archive is unpacked', (dir) => [[unarchive, { src: packed('p.tar', 'tar -cf ../p.tar a sub link new'), dest: dir.at('d'), remote_src: true }]]],
  [
    'an archive is unpacked over a written file',
    (dir) => [
      [copy, { content: 'one\n', dest: dir.at('d/new') }],
      [unarchive, { src: packed('p.tgz', 'tar -czf ../p.tgz a sub link new'), dest: dir.at('d'), remote_src: true, owner: 'daemon', mode: 'u+x' }],
    ],
  ],
  [
    'a zip archive is unpacked into a new directory',
    (dir) => [
      [file, { path: dir.at('new'), state: 'directory', mode: '2755' }],
      [unarchive, { src: packed('p.zip', 'zip -qr ../p.zip a sub new'), dest: dir.at('new'), remote_src: true }],
    ],
  ],
  ['a clone', (dir) => [[git, { repo: repository(), dest: dir.at('new') }]]],
  ['a clone below missing directories', (dir) => [[git, { repo: repository(), dest: dir.at('new/deep') }]]],
  ['a download of a file on the host', (dir) => [[getUrl, { url: `file://${dir.at('f')}`, dest: dir.at('d/new'), mode: '0600' }]]],
  [
    'a directory is removed and another created',
    (dir) => [
      [file, { path: dir.at('d'), state: 'absent' }],
      [file, { path: dir.at('d'), state: 'directory' }],
      [copy, { content: 'x\n', dest: dir.at('d/new') }],
    ],
  ],
  [
    'a copy of a foreseen file',
    (dir) => [
      [copy, { content: 'two\n', dest: dir.at('f') }],
      [copy, { src: dir.at('f'), dest: dir.at('d/a'), remote_src: true }],
    ],
  ],
  [
    'a file behind a foreseen link',
    (dir) => [
      [file, { path: dir.at('new'), src: dir.at('empty'), state: 'link' }],
      [copy, { content: 'x\n', dest: dir.at('new/x') }],
      [file, { path: dir.at('new/x'), mode: '0600' }],
    ],
  ],
  ['a link to the directory that it is in', (dir) => [[file, { path: dir.at('d/new'), src: dir.at('d'), state: 'link' }]]],
]; // biome-ignore format: a table

describe('what a check foresees is true afterwards', () => {
  test.for(CHANGES.map((change, at) => [...change, at] as const))('%s', async ([, play, at]) => {
    const dir = furnished();
    const questions = allQuestions(dir).filter((_, index) => isThorough || (index + at) % 3 === 0);
    const tasks = play(dir);
    const checked = localTarget(oneShell());
    await runAllHere(tasks, { check: true, target: checked });
    const foreseen = await answers(checked, dir, questions);
    await runAllHere(tasks);

    const real = await answers(localTarget(oneShell()), dir, questions);
    const known = Object.keys(real).filter((key) => foreseen[key] !== 'unknown');

    expect(Object.fromEntries(known.map((key) => [key, foreseen[key]]))).toEqual(
      Object.fromEntries(known.map((key) => [key, real[key]])),
    );
    // After so few changes nearly everything is known.
    expect(known.length).toBeGreaterThan(0.95 * Object.keys(real).length);
  });
});

/** Every kind of question about every path. Except in the thorough tests, each change is checked with a third of them, in turn. */
const allQuestions = (dir: Dir) => PATHS.flatMap((path) => questionsOf(path === '.' ? dir.path : dir.at(path)));

async function answers(
  target: ReturnType<typeof localTarget>,
  dir: Dir,
  questions: readonly AnyQuestion<unknown>[],
): Promise<Record<string, unknown>> {
  const asked = await target.ask(questions);
  if (!asked.ok) throw new Error(asked.failure.message);
  return Object.fromEntries(
    [...asked.beliefs].map(([key, belief]) => [
      key.replaceAll(dir.path, '@'),
      belief.is === 'unknown' ? 'unknown' : comparable(belief.answer),
    ]),
  );
}

/**
 * A shell that runs, one after the other, all scripts passed to it at the same time: starting a shell for each would take most of the time.
 */
function oneShell(): typeof runScript {
  let waiting: { readonly script: string; readonly done: (said: Reply) => void }[] = [];
  const runAll = async () => {
    const batch = waiting;
    waiting = [];
    using out = folder();
    const parts = batch.map(({ script }, at) => `(eval ${quote(script)}) </dev/null >${at}.out 2>${at}.err; echo $?`);
    const codes = await runScript(`cd ${quote(out.path)} && cat >all && sh all`, parts.join('\n'));
    for (const [at, code] of codes.stdout.toString().split('\n').slice(0, -1).entries())
      batch[at]?.done({
        code: Number(code),
        stdout: readFileSync(out.at(`${at}.out`)),
        stderr: readFileSync(out.at(`${at}.err`)),
      });
  };
  return (script, stdin) => {
    if (stdin !== undefined) return runScript(script, stdin);
    return new Promise((done) => {
      if (waiting.length === 0) setImmediate(() => void runAll());
      waiting.push({ script, done });
    });
  };
}

/** An answer without its unpredictable parts: inode numbers and times, sizes of directories, the order of a listing. */
function comparable(answer: unknown): unknown {
  if (answer instanceof Uint8Array) return Buffer.from(answer).toString();
  if (Array.isArray(answer)) {
    const items = answer.map(comparable);
    return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof answer !== 'object' || answer === null) return answer;
  const { inode: _1, foreseen: _2, may: _3, mtime: _4, id: _5, ...rest } = answer as Record<string, unknown>;
  if (rest['kind'] === 'directory') delete rest['size'];
  if (rest['kind'] === 'file' && 'exists' in rest) rest['names'] = namesOf(answer);
  return Object.fromEntries(
    Object.entries(rest)
      .toSorted()
      .map(([name, value]) => [name, comparable(value)]),
  );
}
