import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fitsTree, type TreeFile, writeFiles } from '../../../src/core/commands/write-files.ts';
import { folder, run } from '../../tasks/local-host.ts';

const bitsOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);
const bytes = (text: string) => new TextEncoder().encode(text);
const file = (path: string, more: Partial<TreeFile> = {}): TreeFile => ({
  path,
  content: bytes(path),
  mode: 0o644,
  replaces: false,
  ...more,
});

describe('writeFiles', () => {
  test('writes any bytes under any names, each with its mode, and leaves nothing else', async () => {
    using dir = folder();
    mkdirSync(dir.at('-s b'));
    const names = ["-a b'$(c)", '*', 'ä\\', 'line\nbreak', '-s b/.hidden', '-s b/x'];
    const content = Buffer.from([0, 1, 255, 39, 10]);

    const reply = await run(
      writeFiles(names.map((name, index) => file(dir.at(name), { content, mode: 0o600 + index }))),
    );

    expect(reply).toMatchObject({ code: 0, stderr: Buffer.alloc(0) });
    expect(names.map((name) => [readFileSync(dir.at(name)), bitsOf(dir.at(name))])).toEqual(
      names.map((_, index) => [content, (0o600 + index).toString(8)]),
    );
    expect(readdirSync(dir.path, { recursive: true })).toHaveLength(names.length + 1);
  });

  test('copies files that are on the host already', async () => {
    using dir = folder();
    mkdirSync(dir.at('from'));
    mkdirSync(dir.at('to'));
    writeFileSync(dir.at('from/a'), 'A', { mode: 0o600 });
    writeFileSync(dir.at('from/b'), 'B');
    const copy = (name: string, mode: number) =>
      file(dir.at(`to/${name}`), { content: { copyOf: dir.at(`from/${name}`) }, mode });

    await run(writeFiles([copy('a', 0o640), copy('b', 0o755), file(dir.at('to/sent'))]));

    expect(['a', 'b', 'sent'].map((name) => bitsOf(dir.at(`to/${name}`)))).toEqual(['640', '755', '644']);
    expect(readFileSync(dir.at('to/b'), 'utf8')).toBe('B');
  });

  test('gives all the owner, or else the group that a new file has in that directory', async () => {
    using dir = folder();
    mkdirSync(dir.at('shared'));
    chownSync(dir.at('shared'), 0, 12);
    chmodSync(dir.at('shared'), 0o2775);

    await run(writeFiles([file(dir.at('shared/a'))]));
    await run(writeFiles([file(dir.at('b'))], '7:9'));

    const [a, b] = [lstatSync(dir.at('shared/a')), lstatSync(dir.at('b'))];
    expect([a.uid, a.gid, b.uid, b.gid]).toEqual([0, 12, 7, 9]);
  });

  test('replaces links, and not what they lead to', async () => {
    using dir = folder();
    mkdirSync(dir.at('elsewhere'));
    writeFileSync(dir.at('target'), 'kept');
    symlinkSync('target', dir.at('link'));
    symlinkSync('elsewhere', dir.at('to a directory'));

    const reply = await run(
      writeFiles(['link', 'to a directory'].map((name) => file(dir.at(name), { replaces: true }))),
    );

    expect(reply.code).toBe(0);
    expect(readFileSync(dir.at('target'), 'utf8')).toBe('kept');
    expect(readdirSync(dir.at('elsewhere'))).toEqual([]);
    expect(['link', 'to a directory'].map((name) => lstatSync(dir.at(name)).isFile())).toEqual([true, true]);
  });

  test('puts none in its place if one cannot be made, and says why', async () => {
    using dir = folder();

    const reply = await run(writeFiles([file(dir.at('a')), file(dir.at('missing/b'))]));

    expect(reply.code).not.toBe(0);
    expect(reply.stderr.toString()).toContain('No such file or directory');
    expect(readdirSync(dir.path)).toEqual([]);
  });

  test('removes what a killed run left, and nothing else', async () => {
    using dir = folder();
    // No process ID is greater than 4194304.
    const names = [`.files.retrace-${process.pid}`, '.files.retrace-4194305', '.files.retrace-old'];
    for (const name of names) mkdirSync(dir.at(`${name}/half`), { recursive: true });

    await run(writeFiles([file(dir.at('f'))]));

    expect(readdirSync(dir.path).toSorted()).toEqual([names[0], names[2], 'f'].toSorted());
  });

  test('takes a name of up to 255 bytes below the root, and no mode that a change of owner would clear', () => {
    const deep = (length: number) => `/${'d'.repeat(99)}/${'f'.repeat(length)}`;

    expect(
      [file(deep(100)), file(deep(101)), file('/a', { mode: 0o4755 }), file('/a', { content: { copyOf: '/b' } })].map(
        fitsTree,
      ),
    ).toEqual([true, false, false, false]);
  });
});
