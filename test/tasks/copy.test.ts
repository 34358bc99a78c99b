import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Controller } from '../../src/core/task-type.ts';
import copy from '../../tasks/copy.ts';
import template from '../../tasks/template.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

const bitsOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);
const files: Record<string, string> = { 'src/f': 'hello\n', 'tree/a': 'A', 'tree/sub/b': 'B' };
const bytes = (text: string) => new TextEncoder().encode(text);

/** A controller with a few files in memory. */
const controller: Partial<Controller> = {
  find: (_kind, name) =>
    name in files || name === 'tree' ? { ok: true, path: name } : { ok: false, searched: [`files/${name}`] },
  isDirectory: (path) => path === 'tree',
  content: (path) => bytes(files[path]!),
  modeOf: () => 0o751,
  readTree: () => [
    { path: 'a', kind: 'file', mode: 0o640, content: bytes('A') },
    { path: 'sub', kind: 'directory', mode: 0o700 },
    { path: 'sub/b', kind: 'file', mode: 0o755, content: bytes('B') },
  ],
  render: () => 'rendered\n',
};

const told = (ended: Awaited<ReturnType<typeof runHere>>) =>
  'changes' in ended ? ended.changes.map(({ what, to }) => `${what} → ${to}`) : [];

describe('copy', () => {
  test('writes a new file with its attributes from the first byte, in one change', async () => {
    using dir = folder();
    const args = { content: 'x\n', dest: dir.at('f'), mode: '0600' };

    const check = await runHere(copy, args, { check: true });
    const ran = await runHere(copy, args);
    const again = await runHere(copy, args);

    expect(existsSync(dir.at('f')) && readFileSync(dir.at('f'), 'utf8')).toBe('x\n');
    expect([told(check), bitsOf(dir.at('f')), again.status]).toEqual([['file → 2 bytes'], '600', 'ok']);
    expect(ran).toMatchObject({
      status: 'changed',
      result: {
        dest: dir.at('f'),
        mode: '0600',
        state: 'file',
        size: 2,
        checksum: '6fcf9dfbd479ed82697fee719b9f8c610a11ff2a',
      },
    });
  });

  test('neither reads a large file as a whole nor asks for the content it replaces', async () => {
    using dir = folder();
    const big = { local: dir.at('big'), length: 9_000_000 };
    writeFileSync(big.local, Buffer.alloc(big.length, 'retrace\n'));
    writeFileSync(dir.at('f'), 'old\n');
    const args = { src: 'src/f', dest: dir.at('f') };
    const large = { ...controller, content: () => big };

    const ran = await runHere(copy, args, { controller: large, diff: true });
    const again = await runHere(copy, args, { controller: large, diff: true });

    expect(readFileSync(dir.at('f')).equals(readFileSync(big.local))).toBe(true);
    expect([ran.status, again.status]).toEqual(['changed', 'ok']);
    expect(JSON.stringify(ran)).toMatch(/\(large, 9000000 bytes, sha1 [0-9a-f]{40}\)/);
    expect(JSON.stringify(ran)).not.toContain('old\\n');
  });

  test('a check writes nothing', async () => {
    using dir = folder();

    await runHere(copy, { content: 'x', dest: dir.at('f') }, { check: true });

    expect(existsSync(dir.at('f'))).toBe(false);
  });

  test.for([
    ['into a directory that ends in a slash', (dir: string) => ({ src: 'src/f', dest: `${dir}/new/` }), 'new/f'],
    ['into an existing directory', (dir: string) => ({ src: 'src/f', dest: dir }), 'f'],
    ['as a file', (dir: string) => ({ src: 'src/f', dest: `${dir}/g` }), 'g'],
    ['a directory itself', (dir: string) => ({ src: 'tree', dest: dir }), 'tree/sub/b'],
    ['the content of a directory', (dir: string) => ({ src: 'tree/', dest: dir }), 'sub/b'],
  ] as const)('copies %s', async ([, args, expected]) => {
    using dir = folder();

    const ran = await runHere(copy, args(dir.path), { controller });
    const again = await runHere(copy, args(dir.path), { controller });

    expect([ran.status, again.status, existsSync(dir.at(expected))]).toEqual(['changed', 'ok', true]);
  });

  test('tells of the file if a tree contains only one, as Ansible does', async () => {
    using dir = folder();
    const readTree = () => [
      { path: 'sub', kind: 'directory' as const, mode: 0o700 },
      { path: 'sub/b', kind: 'file' as const, mode: 0o755, content: bytes('B') },
    ];

    const one = await runHere(copy, { src: 'tree/', dest: dir.at('one') }, { controller: { ...controller, readTree } });
    const many = await runHere(copy, { src: 'tree/', dest: dir.at('many') }, { controller });

    expect(one).toMatchObject({ result: { dest: dir.at('one/sub/b'), state: 'file', size: 1 } });
    expect(many).toMatchObject({ result: { dest: `${dir.at('many')}/`, state: 'directory' } });
  });

  test('sets the modes of directories and files in a tree', async () => {
    using dir = folder();

    await runHere(copy, { src: 'tree/', dest: dir.path, mode: '0640', directory_mode: '0750' }, { controller });

    expect(['sub', 'sub/b', 'a'].map((name) => bitsOf(dir.at(name)))).toEqual(['750', '640', '640']);
  });

  test.for([
    [{ src: 'src/f' }, '751'],
    [{ content: 'x' }, '600'],
  ])('with %j, preserves the mode %s', async ([from, mode]) => {
    using dir = folder();

    await runHere(copy, { ...(from as object), dest: dir.at('f'), mode: 'preserve' }, { controller });

    expect(bitsOf(dir.at('f'))).toBe(mode);
  });

  test('replaces a link, unless follow is set', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'old');
    symlinkSync('f', dir.at('l'));
    symlinkSync('f', dir.at('m'));

    await runHere(copy, { content: 'new', dest: dir.at('l') });
    await runHere(copy, { content: 'new', dest: dir.at('m'), follow: true });

    expect([
      lstatSync(dir.at('l')).isFile(),
      lstatSync(dir.at('m')).isSymbolicLink(),
      readFileSync(dir.at('f'), 'utf8'),
    ]).toEqual([true, true, 'new']);
  });

  test('leaves an existing file alone without force', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'old', { mode: 0o644 });

    const ended = await runHere(copy, { content: 'new', dest: dir.at('f'), force: false, mode: '0600' });

    expect([ended.status, readFileSync(dir.at('f'), 'utf8'), bitsOf(dir.at('f'))]).toEqual(['ok', 'old', '644']);
  });

  test('keeps a backup of the replaced file, and reports its name', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'old');

    const ended = await runHere(copy, { content: 'new', dest: dir.at('f'), backup: true });

    const backup = 'result' in ended ? String(ended.result.backup_file) : '';
    expect([dirname(backup), readFileSync(backup, 'utf8')]).toEqual([dir.path, 'old']);
  });

  test.for([
    [{ content: 'x', dest: '@/missing/f' }, 'Destination directory @/missing does not exist'],
    [{ content: 'x', dest: '@' }, 'can not use content with a dir as dest'],
    [
      { src: 'src/f', dest: '@/f', checksum: 'beef' },
      'Copied file does not match the expected checksum. Transfer failed.',
    ],
    [{ content: 'x', dest: '@/f', owner: 'nobody-like-him' }, 'chown failed: failed to look up user nobody-like-him'],
  ] as const)('%j fails in a check, too: %s', async ([args, message]) => {
    using dir = folder();
    const here = JSON.parse(JSON.stringify(args).replaceAll('@', dir.path)) as Record<string, unknown>;

    const ended = await runHere(copy, here, { check: true, controller });

    expect(ended).toMatchObject({ status: 'failed', message: message.replaceAll('@', dir.path) });
  });

  test('on the host, follows links with local_follow, and otherwise sets their owner', async () => {
    using dir = folder();
    mkdirSync(dir.at('s'));
    writeFileSync(dir.at('s/f'), 'hello\n');
    symlinkSync('f', dir.at('s/l'));
    const args = { src: `${dir.at('s')}/`, remote_src: true };

    await runHere(copy, { ...args, dest: dir.at('followed'), local_follow: true });
    await runHere(copy, { ...args, dest: dir.at('kept') });
    const again = await runHere(copy, { ...args, dest: dir.at('kept') });
    const owned = await runHere(copy, { ...args, dest: dir.at('kept'), owner: '12' }, { check: true });

    expect(lstatSync(dir.at('followed/l')).isFile()).toBe(true);
    expect(lstatSync(dir.at('kept/l')).isSymbolicLink()).toBe(true);
    expect(again.status).toBe('ok');
    expect(told(owned)).toContain('owner of l → 12');
  });

  test('on the host, rejects anything but a file', async () => {
    using dir = folder();

    const ended = await runHere(copy, { src: '/dev/null', dest: dir.at('x'), remote_src: true });

    expect(ended).toMatchObject({ status: 'failed', message: "Cannot copy invalid source '/dev/null': not a file" });
  });

  test('on the host, `mode` is that of the directory, and what is in it keeps its own', async () => {
    using dir = folder();
    mkdirSync(dir.at('s/sub'), { recursive: true, mode: 0o711 });
    writeFileSync(dir.at('s/sub/f'), 'x', { mode: 0o600 });
    mkdirSync(dir.at('there'));
    const args = { src: `${dir.at('s')}/`, remote_src: true, mode: '0750' };

    const made = await runHere(copy, { ...args, dest: dir.at('made') });
    const set = await runHere(copy, { ...args, dest: dir.at('there') });
    const again = await runHere(copy, { ...args, dest: dir.at('there') });
    await runHere(copy, { ...args, src: dir.at('s'), dest: dir.at('in') });

    expect([made.status, set.status, again.status]).toEqual(['changed', 'changed', 'ok']);
    expect(['made', 'made/sub', 'made/sub/f', 'there', 'in/s', 'in/s/sub'].map((path) => bitsOf(dir.at(path)))).toEqual(
      ['750', '711', '600', '750', '750', '711'],
    );
  });

  test('on the host, does not touch a directory that exists, with `force: false`', async () => {
    using dir = folder();
    mkdirSync(dir.at('s'));
    writeFileSync(dir.at('s/f'), 'x');
    mkdirSync(dir.at('there'));
    const args = { src: `${dir.at('s')}/`, remote_src: true, force: false };

    const kept = await runHere(copy, { ...args, dest: dir.at('there') });
    const made = await runHere(copy, { ...args, dest: dir.at('new') });

    expect(kept).toMatchObject({ status: 'ok', result: { msg: 'file already exists' } });
    expect(existsSync(dir.at('there/f'))).toBe(false);
    expect([made.status, existsSync(dir.at('new/f'))]).toEqual(['changed', true]);
  });

  test('on the host, copies a directory into one that exists, with `force: false`, until it is there', async () => {
    using dir = folder();
    mkdirSync(dir.at('s'));
    writeFileSync(dir.at('s/f'), 'x');
    mkdirSync(dir.at('into'));
    const args = { src: dir.at('s'), dest: `${dir.at('into')}/`, remote_src: true, force: false };

    const made = await runHere(copy, args);
    writeFileSync(dir.at('into/s/f'), 'edited');
    const kept = await runHere(copy, args);

    expect([made.status, kept.status]).toEqual(['changed', 'ok']);
    expect(readFileSync(dir.at('into/s/f'), 'utf8')).toBe('edited');
  });

  test('copies a tree on the host, with links as links', async () => {
    using dir = folder();
    mkdirSync(dir.at('s/sub'), { recursive: true });
    writeFileSync(dir.at('s/sub/f'), 'x', { mode: 0o600 });
    symlinkSync('sub/f', dir.at('s/l'));

    const ran = await runHere(copy, { src: dir.at('s'), dest: dir.at('d'), remote_src: true });
    const again = await runHere(copy, { src: dir.at('s'), dest: dir.at('d'), remote_src: true });

    expect([
      ran.status,
      again.status,
      bitsOf(dir.at('d/s/sub/f')),
      lstatSync(dir.at('d/s/l')).isSymbolicLink(),
    ]).toEqual(['changed', 'ok', '600', true]);
  });
});

describe('template', () => {
  test('writes the rendered template, once', async () => {
    using dir = folder();
    const args = { src: 'src/f', dest: dir.at('f'), mode: '0640' };

    const ran = await runHere(template, args, { controller });
    const again = await runHere(template, args, { controller });

    expect([ran.status, again.status, readFileSync(dir.at('f'), 'utf8'), bitsOf(dir.at('f'))]).toEqual([
      'changed',
      'ok',
      'rendered\n',
      '640',
    ]);
  });

  test('reports where it looked for a missing template', async () => {
    await expect(runHere(template, { src: 'missing', dest: '/f' }, { controller })).rejects.toThrow(
      "Could not find or access 'missing'; searched: files/missing",
    );
  });
});
