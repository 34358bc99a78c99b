import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import archive from '../../tasks/archive.ts';
import file from '../../tasks/file.ts';
import { runAllHere, runHere } from './harness.ts';

describe('archive', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'retrace-archive-'));
    mkdirSync(at('src/sub dir'), { recursive: true });
    writeFileSync(at('src/one'), 'one\n');
    writeFileSync(at("src/sub dir/it's [é]"), 'two\n');
    writeFileSync(at('src/-x'), 'dash\n');
    symlinkSync('one', at('src/link'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (args: object, check = false) => runHere(archive, { ...args } as Record<string, unknown>, { check });
  const said = (ended: object) =>
    'changes' in ended
      ? (ended.changes as { what: string; from: string | null; to: string | null }[]).map(
          ({ what, from, to }) => `${what.replaceAll(folder, '')}: ${from} → ${to}`,
        )
      : ended;
  const inTar = (name: string) =>
    execFileSync('tar', ['-tf', at(name)], { encoding: 'utf8' })
      .trim()
      .split('\n');

  for (const format of ['gz', 'bz2', 'xz', 'tar', 'zip', 'zstd'])
    test(`a directory as ${format}: a check predicts the run, a second run finds nothing, drift is found`, async () => {
      const args = { path: [at('src')], dest: at('a'), format, mode: '0640' };

      const check = await run(args, true);
      expect(said(check)).toEqual(['/a: null → 5 entries'.replace('/a', 'archive /a')]);
      expect(existsSync(at('a'))).toBe(false);
      const ran = await run(args);
      expect(ran).toMatchObject({
        status: 'changed',
        result: { state: 'archive', arcroot: `${folder}/`, missing: [], dest: at('a'), mode: '0640' },
      });
      expect(said(ran)).toEqual(said(check));
      expect(ran).toMatchObject({ result: { archived: expect.arrayContaining([at("src/sub dir/it's [é]")]) } });
      expect(await run(args)).toMatchObject({ status: 'ok', result: { state: 'archive' } });
      expect(readdirSync(folder).sort()).toEqual(['a', 'src']);

      writeFileSync(at("src/sub dir/it's [é]"), 'TWO\n');
      rmSync(at('src/-x'));
      const [line] = said(await run(args, true)) as string[];
      expect(line).toMatch(/^archive \/a: differs: src\/-x; .*differ.* → 4 entries$/);
      expect(await run(args)).toMatchObject({ status: 'changed' });
      expect(statSync(at('a')).mode & 0o777).toBe(0o640);
      expect(await run(args)).toMatchObject({ status: 'ok' });
    });

  test('a single file is only compressed, and gets a name', async () => {
    const args = { path: [at('src/one')] };

    expect(await run(args)).toMatchObject({
      status: 'changed',
      result: { state: 'compress', dest: at('src/one.gz'), archived: [at('src/one')] },
    });
    expect(execFileSync('gzip', ['-dc', at('src/one.gz')], { encoding: 'utf8' })).toBe('one\n');
    expect(await run(args)).toMatchObject({ status: 'ok', result: { state: 'compress' } });
    writeFileSync(at('src/one'), 'ONE\n');
    expect(said(await run(args))).toEqual(['archive /src/one.gz: differs: content → 1 entry']);
    expect(await run({ ...args, force_archive: true, dest: at('one.tar.gz') })).toMatchObject({
      result: { state: 'archive' },
    });
    expect(inTar('one.tar.gz')).toEqual(['one']);
  });

  test('patterns, what is left out, and what is missing', async () => {
    const args = {
      path: [at('src/*'), at('gone')],
      exclude_path: [at('src/-*')],
      exclusion_patterns: ['*/it*'],
      dest: at('src/out.tar.gz'),
    };

    expect(await run(args)).toMatchObject({
      status: 'changed',
      result: { state: 'incomplete', missing: [at('gone')], expanded_exclude_paths: [at('src/-x')] },
    });
    expect(inTar('src/out.tar.gz')).toEqual(['src/link', 'src/one']);
    expect(await run(args)).toMatchObject({ status: 'ok' });
  });

  test('removes what it archived', async () => {
    const args = { path: [at('src/*')], dest: at('a.tgz'), remove: true };

    expect(said(await run(args, true))).toHaveLength(5);
    expect(await run(args)).toMatchObject({ status: 'changed', result: { state: 'archive' } });
    expect(readdirSync(at('src'))).toEqual([]);
    expect(inTar('a.tgz').sort()).toEqual(['-x', 'link', 'one', "sub dir/it's [é]"]);
    expect(await run({ ...args, path: [at('src/one')] })).toMatchObject({
      status: 'ok',
      result: { missing: [at('src/one')] },
    });
  });

  test('refuses what cannot be right', async () => {
    expect(await run({ path: [at('src')] })).toMatchObject({
      status: 'failed',
      message: 'Error, must specify "dest" when archiving multiple files or trees',
    });
    expect(await run({ path: [at('none*')], dest: at('a') })).toMatchObject({
      status: 'failed',
      message: 'Error, no source paths were found',
    });
    expect(await run({ path: [at('src')], dest: at('src/a.tgz'), remove: true })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('created archive can not be contained in source paths when remove=true'),
    });
    expect(await run({ path: [at('src')], dest: at('no/a.tgz') })).toMatchObject({
      status: 'failed',
      message: `${at('no')} does not exist`,
    });
    writeFileSync(at('src/line\nbreak'), '');
    expect(await run({ path: [at('src')], dest: at('a') })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('line break'),
    });
  });

  test('an existing archive keeps its mode, and a file that is something else is replaced', async () => {
    writeFileSync(at('a.tgz'), 'no archive');
    chmodSync(at('a.tgz'), 0o600);

    expect(said(await run({ path: [at('src')], dest: at('a.tgz') }))).toEqual([
      'archive /a.tgz: differs: not such an archive → 5 entries',
    ]);
    expect(statSync(at('a.tgz')).mode & 0o777).toBe(0o600);
  });

  test('what an earlier task would change is not known', async () => {
    const [, ended] = await runAllHere(
      [
        [file, { path: at('src/new'), state: 'touch' }],
        [archive, { path: [at('src')], dest: at('a') }],
      ],
      { check: true },
    );

    expect(ended?.status).toBe('unknown');
  });
});
