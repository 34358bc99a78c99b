import { chmodSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stat } from '../../../src/core/questions/files/stat.ts';
import { touches } from '../../../src/core/touches.ts';
import { ask, askAll, folder } from '../../tasks/local-host.ts';

describe('stat', () => {
  test('returns kind, bits, ids, names, size and inode of a file', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'hello');
    chmodSync(dir.at('f'), 0o4711);
    const real = lstatSync(dir.at('f'));

    const state = await ask(stat(dir.at('f')));

    expect(state).toMatchObject({
      exists: true,
      kind: 'file',
      mode: 0o4711,
      uid: process.getuid!(),
      size: 5,
      resolved: dir.at('f'),
    });
    expect(state).toMatchObject({
      inode: { ino: real.ino, nlink: 1, dev: real.dev, blockSize: real.blksize },
      may: { read: true },
    });
    expect(state.exists && state.inode!.mtime).toBeCloseTo(real.mtimeMs / 1000, 3);
  });

  test('returns the target of a link and the entry at its end', async () => {
    using dir = folder();
    mkdirSync(dir.at('d'));
    symlinkSync('d', dir.at('to-d'));
    symlinkSync('nowhere', dir.at('dangling'));
    symlinkSync('ring', dir.at('ring'));
    symlinkSync('/', dir.at("o'dd\n name"));

    const answers = await askAll(['to-d', 'd', 'dangling', 'ring', "o'dd\n name"].map((name) => stat(dir.at(name))));

    expect(answers).toMatchObject([
      { ok: true, value: { kind: 'link', link: { target: 'd', to: { kind: 'directory' } }, resolved: dir.at('d') } },
      { ok: true, value: { kind: 'directory' } },
      { ok: true, value: { kind: 'link', link: { target: 'nowhere', to: undefined }, resolved: dir.at('nowhere') } },
      { ok: true, value: { kind: 'link', link: { target: 'ring', to: undefined } } },
      { ok: true, value: { kind: 'link', link: { target: '/', to: { kind: 'directory' } }, resolved: '/' } },
    ]);
  });

  test('ends for a link that leads below itself, which realpath follows forever', async () => {
    using dir = folder();
    symlinkSync('below/x', dir.at('below'));

    const answers = await askAll([stat(dir.at('below')), stat(dir.at('below/y')), stat(dir.path)]);

    expect(answers).toMatchObject([
      { value: { kind: 'link', link: { target: 'below/x', to: undefined } } },
      { value: { exists: false } },
      { value: { kind: 'directory', resolved: dir.path } },
    ]);
  });

  test('reports that nothing is there, even below a regular file', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), '');

    const answers = await askAll([stat(dir.at('missing')), stat(dir.at('f/x')), stat(dir.at('f'))]);

    expect(answers).toMatchObject([
      { value: { exists: false, resolved: dir.at('missing') } },
      { value: { exists: false } },
      { value: { exists: true } },
    ]);
  });

  test('resolves a path through a linked directory', async () => {
    using dir = folder();
    mkdirSync(dir.at('real'));
    symlinkSync('real', dir.at('link'));
    const question = stat(dir.at('link/x'));

    const state = await ask(question);

    expect(question.kind.about!(question.arg, state)).toContain(`inode:${dir.at('real/x')}`);
  });

  test('is one script for a thousand paths, in their order', async () => {
    const paths = Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? '/' : `/missing-${index}`));

    const answers = await askAll(paths.map((path) => stat(path)));

    expect(answers.map((answer) => answer.ok && answer.value.exists)).toEqual(paths.map((path) => path === '/'));
    expect(stat('/').kind.scripts(paths)).toHaveLength(2);
  });
});

describe('touches', () => {
  test.for([
    ['entry:/a', 'entry:/a', true],
    ['entry:/a', 'entry:/a/b', false],
    ['path:/a', 'entry:/a/b', true],
    ['path:/a', 'entry:/ab', false],
    ['path:*', 'entry:/a', true],
    ['path:/etc/*', 'entry:/etc/a', true],
    ['path:/', 'entry:/a', true],
    ['entry:/a/b', 'path:/a', true],
    ['entry:/a', 'path:/a/b', false],
    ['unit:*', 'entry:/a', false],
    ['entry:/a', 'data:/a', true],
    ['inode:/a', 'data:/a', false],
    ['inode:/a', 'entry:/a', true],
    ['inode:/a', 'entry:/a/b', false],
    ['entry:/etc/*', 'data:/etc/a', true],
    ['path:/a', 'data:/a/b', true],
    ['data:/a', 'data:/a', true],
    ['listed:/etc*', 'path:/etc/a', true],
    ['listed:/etc*', 'entry:/etc/a', true],
    ['listed:/etc*', 'inode:/etc/a', false],
    ['listed:/etc*', 'path:/', true],
    ['listed:/etc*', 'path:/opt/a', false],
  ] as const)('%s and %s: %s', ([changed, asked, expected]) => {
    expect(touches(changed, asked)).toBe(expected);
  });
});
