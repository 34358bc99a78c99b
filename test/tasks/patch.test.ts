import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import patch from '../../tasks/patch.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-patch-'));
afterAll(() => rmSync(place, { recursive: true }));
const file = join(place, 'www', 'one');

const one = `--- a/one
+++ b/one
@@ -1,3 +1,3 @@
 a
-b
+B
 c
`;
const fresh = `--- /dev/null
+++ b/sub/two
@@ -0,0 +1 @@
+new
`;

const run = (args: object, { check = false, text = one } = {}) =>
  runHere(
    patch,
    { src: 'x.patch', ...args },
    {
      check,
      controller: { find: () => ({ ok: true, path: 'x.patch' }), readFile: () => Buffer.from(text) },
    },
  );

/** Changed, as a check foretells, and then ok for both. */
async function ends(args: object, text: string, ...expected: readonly string[]): Promise<void> {
  for (const check of [true, false])
    expect(outcomeOf(await run(args, { check, text }))).toEqual(['changed', ...expected]);
  for (const check of [true, false]) expect(outcomeOf(await run(args, { check, text }))).toEqual(['ok']);
}

describe('patch', () => {
  beforeEach(() => {
    rmSync(join(place, 'www'), { recursive: true, force: true });
    mkdirSync(join(place, 'www'));
    writeFileSync(file, 'a\nb\nc\n');
  });

  test('is applied once and taken back once, as a check foretells', async () => {
    await ends({ dest: file }, one, `patch x.patch: not applied → applied: ${file}`);
    expect(readFileSync(file, 'utf8')).toBe('a\nB\nc\n');
    await ends({ dest: file, state: 'absent' }, one, `patch x.patch: applied → not applied: ${file}`);
    expect(readFileSync(file, 'utf8')).toBe('a\nb\nc\n');
    expect(readdirSync(join(place, 'www'))).toEqual(['one']);
  });

  test('several files below a directory, with copies of the previous ones', async () => {
    const args = { basedir: join(place, 'www'), strip: 1, backup: true };
    await ends(args, one + fresh, 'patch x.patch: not applied → applied: one, sub/two');
    expect(readFileSync(join(place, 'www', 'sub', 'two'), 'utf8')).toBe('new\n');
    expect(readFileSync(`${file}.~1~`, 'utf8')).toBe('a\nb\nc\n');
  });

  test('a patch on the host', async () => {
    const src = join(place, 'host.patch');
    writeFileSync(src, one);
    await ends({ src, remote_src: true, dest: file }, '', `patch ${src}: not applied → applied: ${file}`);
    expect(outcomeOf(await run({ src: join(place, 'none'), remote_src: true, dest: file }, { check: true }))).toEqual([
      'failed',
      `src ${place}/none doesn't exist or not readable`,
    ]);
  });

  test('says what is wrong, and changes nothing', async () => {
    const failure = async (args: object) => {
      const outcomes = [outcomeOf(await run(args, { check: true })), outcomeOf(await run(args))];
      expect(outcomes[0]).toEqual(outcomes[1]);
      return outcomes[0]?.[1];
    };
    expect(await failure({ dest: join(place, 'none') })).toBe(`dest ${place}/none doesn't exist or not writable`);
    expect(await failure({ basedir: join(place, 'no') })).toBe(`basedir ${place}/no doesn't exist`);
    writeFileSync(file, 'something else\n');
    expect(await failure({ dest: file })).toMatch(/Hunk #1 FAILED/);
    expect(readFileSync(file, 'utf8')).toBe('something else\n');
    expect(readdirSync(join(place, 'www'))).toEqual(['one']);
  });
});
