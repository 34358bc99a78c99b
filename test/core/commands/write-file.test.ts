import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeFile } from '../../../src/core/commands/write-file.ts';
import { folder, run } from '../../tasks/local-host.ts';

const bitsOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);

describe('writeFile', () => {
  test('writes any bytes under any name with the requested mode, and leaves no other file', async () => {
    using dir = folder();
    const bytes = Buffer.from([0, 1, 255, 39, 10]);
    const path = dir.at("-a b'$(c)");

    const reply = await run(writeFile({ path, content: bytes, mode: 0o640 }));

    expect(reply).toMatchObject({ code: 0, stderr: Buffer.alloc(0) });
    expect(readFileSync(path)).toEqual(bytes);
    expect(bitsOf(path)).toBe('640');
    expect(readdirSync(dir.path)).toHaveLength(1);
  });

  test('without a mode keeps that of the replaced file, or applies the umask', async () => {
    using dir = folder();
    writeFileSync(dir.at('old'), 'x');
    chmodSync(dir.at('old'), 0o751);

    await run(writeFile({ path: dir.at('old'), content: 'y' }));
    await run(writeFile({ path: dir.at('new'), content: 'y' }));

    expect([bitsOf(dir.at('old')), bitsOf(dir.at('new'))]).toEqual(['751', (0o666 & ~process.umask()).toString(8)]);
  });

  test('minor of X: removes the temporary file that a killed run left, and nothing else', async () => {
    using dir = folder();
    const names = [
      `.f.retrace-${process.pid}-abcdef`,
      '.f.backup',
      '.f.retrace-old-abcdef',
      '.g.retrace-4194305-abcdef',
    ];
    // No process ID is greater than 4194304.
    for (const name of [...names, '.f.retrace-4194305-abcdef']) writeFileSync(dir.at(name), 'half', { mode: 0o600 });

    await run(writeFile({ path: dir.at('f'), content: 'whole' }));

    expect(readdirSync(dir.path).toSorted()).toEqual([...names, 'f'].toSorted());
  });

  test('has its final mode when it is validated', async () => {
    using dir = folder();

    const seen = await run(
      writeFile({ path: dir.at('key'), content: 'x', mode: 0o600, validate: "sh -c 'stat -c %%a $0; false' %s" }),
    );

    expect(seen.stderr.toString()).toBe('failed to validate: rc:1 error:600\n');
  });

  test('replaces nothing if validation fails, and reports the output', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'old');

    const reply = await run(writeFile({ path: dir.at('f'), content: 'new', validate: "grep -q 'a b' %s" }));

    expect(reply.code).toBe(1);
    expect(reply.stderr.toString()).toBe('failed to validate: rc:1 error:\n');
    expect(readFileSync(dir.at('f'), 'utf8')).toBe('old');
    expect(readdirSync(dir.path)).toEqual(['f']);
  });

  test('keeps the replaced file next to it, and reports its name', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'old');

    const backup = (await run(writeFile({ path: dir.at('f'), content: 'new', backup: true }))).stdout.toString();

    expect(backup).toMatch(/f\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/);
    expect(readFileSync(backup, 'utf8')).toBe('old');
    expect((await run(writeFile({ path: dir.at('g'), content: 'new', backup: true }))).stdout.toString()).toBe('');
  });

  test('fails if the directory is missing, or the destination is a directory', async () => {
    using dir = folder();
    mkdirSync(dir.at('d'));

    expect((await run(writeFile({ path: dir.at('missing/f'), content: '' }))).code).not.toBe(0);
    expect((await run(writeFile({ path: dir.at('d'), content: '' }))).code).not.toBe(0);
    expect(readdirSync(dir.path)).toEqual(['d']);
  });
});
