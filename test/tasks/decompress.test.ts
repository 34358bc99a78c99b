import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import copy from '../../tasks/copy.ts';
import decompress from '../../tasks/decompress.ts';
import { runAllHere, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-decompress-'));
afterAll(() => rmSync(place, { recursive: true }));
const src = join(place, 'file.txt.gz');
const dest = join(place, 'file.txt');
const run = (args: object, check = false) => runHere(decompress, { src, ...args }, { check });

/** Changed, as a check foretells, and then ok for both. */
async function ends(args: object, ...expected: readonly string[]): Promise<void> {
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['ok']);
}

describe('decompress', () => {
  test('writes the file once, and again if it differs', async () => {
    writeFileSync(src, gzipSync('some text\n'));
    await ends({}, `content: absent → 10 bytes, from ${src}`);
    expect(readFileSync(dest, 'utf8')).toBe('some text\n');
    await ends({ mode: '0600' }, 'mode: 0644 → 0600');
    writeFileSync(dest, 'drift');
    await ends({}, `content: 5 bytes → 10 bytes, from ${src}`);
    expect(statSync(dest).mode & 0o777).toBe(0o600);
    expect(await run({})).toMatchObject({ result: { dest, size: 10, mode: '0600', state: 'file' } });
  });

  test('other formats and names, and removal', async () => {
    for (const [format, tool] of [
      ['bz2', 'bzip2'],
      ['xz', 'xz'],
    ] as const) {
      const file = join(place, 'other');
      writeFileSync(file, execFileSync(tool, ['-c'], { input: `for ${format}` }));
      await ends(
        { src: file, format, remove: true },
        `content: ${format === 'bz2' ? 'absent' : '7 bytes'} → ${format === 'bz2' ? 7 : 6} bytes, from ${file}`,
        `${file}: present → absent`,
      );
      expect(readFileSync(`${file}_decompressed`, 'utf8')).toBe(`for ${format}`);
      expect(existsSync(file)).toBe(false);
    }
  });

  test('a check knows what the file will contain', async () => {
    rmSync(dest);
    const play = [
      [decompress, { src }],
      [copy, { src: dest, dest: join(place, 'copied'), remote_src: true }],
    ] as const;
    const foretold = (await runAllHere(play, { check: true })).map((one) => one.status);
    expect(foretold).toEqual(['changed', 'changed']);
    expect((await runAllHere(play)).map((one) => one.status)).toEqual(foretold);
  });

  test('says what is wrong', async () => {
    const failure = async (args: object) => outcomeOf(await run(args, true))[1];
    expect(await failure({ src: join(place, 'none.gz') })).toBe(`Path does not exist: '${place}/none.gz'`);
    expect(await failure({ src: place })).toBe(`Cannot decompress directory '${place}'`);
    expect(await failure({ dest: place })).toBe(`Destination is a directory, cannot decompress: '${place}'`);
    expect(await failure({ dest: join(place, 'no', 'file') })).toBe(`the directory ${place}/no does not exist`);
    writeFileSync(join(place, 'no.gz'), 'nonsense');
    expect(await failure({ src: join(place, 'no.gz') })).toMatch(/not in gzip format/);
  });
});
