import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFiles } from '../../src/language/files.ts';

/** A directory with a file, a subdirectory, and links to both and to nothing. */
function folder() {
  const path = mkdtempSync(join(tmpdir(), 'files-'));
  writeFileSync(join(path, 'file'), 'text');
  mkdirSync(join(path, 'sub'));
  symlinkSync('file', join(path, 'to-file'));
  symlinkSync('sub', join(path, 'to-sub'));
  symlinkSync('nowhere', join(path, 'dangling'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe('createFiles', () => {
  test.for<[string, boolean, boolean]>([
    ['file', true, false],
    ['sub', false, true],
    ['to-file', true, false],
    ['to-sub', false, true],
    ['dangling', false, false],
    ['nothing', false, false],
    ['nothing/below', false, false],
    ['file/below', false, false],
    ['sub/../file', true, false],
    ['.', false, true],
  ])('knows what %s is', ([name, isFile, isDirectory]) => {
    using temporary = folder();
    const files = createFiles();
    const path = `${temporary.path}/${name}`;

    expect([files.isFile(path), files.isDirectory(path)]).toEqual([isFile, isDirectory]);
  });

  test('finds the root directory', () => {
    expect(createFiles().isDirectory('/')).toBe(true);
  });

  test('lists names in order, and reads text files', () => {
    using temporary = folder();
    const files = createFiles();

    expect(files.list(temporary.path)).toEqual(['dangling', 'file', 'sub', 'to-file', 'to-sub']);
    expect(files.list(join(temporary.path, 'nothing'))).toEqual([]);
    expect([files.readText(join(temporary.path, 'file')), files.readText(temporary.path)]).toEqual(['text', undefined]);
  });
});
