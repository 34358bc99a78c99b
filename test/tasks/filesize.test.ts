import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import filesize from '../../tasks/filesize.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-size-'));
afterAll(() => rmSync(place, { recursive: true }));
const path = join(place, 'swap');
const run = (args: object, check = false) => runHere(filesize, { path, ...args }, { check });

/** A task that changes something, as a check foretells, and is ok when it runs again. */
async function ends(args: object, ...expected: readonly string[]): Promise<void> {
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['ok']);
}

describe('filesize', () => {
  test('creates a file, lets it grow and cuts it, and keeps what it contains', async () => {
    await ends({ size: '10K', mode: '0600' }, 'size: absent → 10240');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, 'some text');
    await ends({ size: '5.5k' }, 'size: 9 → 5632');
    expect(readFileSync(path, 'latin1')).toBe('some text'.padEnd(5632, '\0'));
    await ends({ size: '5.5k', mode: '0640' }, 'mode: 0600 → 0640');
    await ends({ size: '4B' }, 'size: 5632 → 4');
    writeFileSync(join(place, 'more'), 'abcdefgh');
    await ends({ size: 6, blocksize: 1, source: join(place, 'more') }, 'size: 4 → 6');
    expect(readFileSync(path, 'utf8')).toBe('someab');
    await ends({ size: '1MB', sparse: true }, 'size: 6 → 1000000');
    expect(statSync(path).blocks).toBeLessThan(100);
    await ends({ size: 0 }, 'size: 1000000 → 0');
  });

  test('force writes it anew each time', async () => {
    writeFileSync(path, 'x'.repeat(1024));
    for (const check of [true, false, false])
      expect(outcomeOf(await run({ size: '1k', force: true }, check))).toEqual([
        'changed',
        'size:  → 1024, written anew',
      ]);
    expect(readFileSync(path, 'latin1')).toBe('\0'.repeat(1024));
  });

  test('reports sizes as Ansible does, and follows links', async () => {
    const link = join(place, 'link');
    symlinkSync(path, link);
    writeFileSync(path, '');
    expect(await run({ path: link, size: '1000kB' })).toMatchObject({
      status: 'changed',
      result: {
        path,
        size_diff: 1_000_000,
        size: 1_000_000,
        filesize: { blocks: 1000, blocksize: 1000, bytes: 1_000_000, iec: '976.56 KiB', si: '1.0 MB' },
      },
    });
    const told = async (args: object) => (await run(args)) as { result?: { filesize: object } };
    expect((await told({ size: '5.5k' })).result?.filesize).toMatchObject({
      blocks: 11,
      blocksize: 512,
      iec: '5.5 KiB',
    });
    expect((await told({ size: 3, blocksize: '1k' })).result?.filesize).toMatchObject({ blocks: 3, blocksize: 1024 });
    expect((await told({ size: '0' })).result?.filesize).toMatchObject({ blocks: 0, iec: '0 B', si: '0 B' });
  });

  test('says what is wrong', async () => {
    const failure = async (args: object) => {
      const [first, second] = await Promise.all([run(args), run(args, true)]);
      expect(outcomeOf(first!)).toEqual(outcomeOf(second!));
      return outcomeOf(first!)[1];
    };
    expect(await failure({ size: '1mib' })).toMatch(/^invalid size unit \(mib\): unit must be one of B, kB, KB, KiB/);
    expect(await failure({ size: 'K' })).toBe('invalid size (K): it must be a number, with or without a unit');
    expect(await failure({ size: 1, blocksize: '1.5' })).toBe(
      'invalid blocksize value: bytes require an integer value',
    );
    expect(await failure({ size: 1, path: place })).toBe(`${place} exists but is not a regular file`);
    expect(await failure({ size: 1, path: join(place, 'no', 'file') })).toBe(
      'parent directory of the file must exist prior to run this module',
    );
    expect(await failure({ size: 1, force: true, sparse: true })).toMatch(/mutually exclusive/);
    const outcome = outcomeOf(await run({ size: '2M', source: join(place, 'none') }));
    expect(outcome.at(-1)).toMatch(/none.*No such file/);
  });
});
