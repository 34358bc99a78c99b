import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { differences, manifestOf } from './manifest.ts';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'retrace-manifest-'));
  mkdirSync(join(top, 'd'));
  writeFileSync(join(top, 'd/f'), 'one');
  symlinkSync('f', join(top, 'd/l'));
});
afterEach(() => rmSync(top, { recursive: true }));

test.for<[string, () => void, readonly string[]]>([
  ['nothing', () => {}, []],
  ['the same content, written again', () => writeFileSync(join(top, 'd/f'), 'one'), ['/d/f']],
  ['a mode', () => chmodSync(join(top, 'd/f'), 0o600), ['/d/f']],
  ['a new file', () => writeFileSync(join(top, 'd/g'), ''), ['/d', '/d/g']],
  ['a removed link', () => unlinkSync(join(top, 'd/l')), ['/d', '/d/l']],
])('a manifest shows %s', ([, alter, expected]) => {
  const before = manifestOf(top);
  alter();

  expect(differences(before, manifestOf(top))).toEqual(expected);
});
