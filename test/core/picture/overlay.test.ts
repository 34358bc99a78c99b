import { expect, test } from 'vitest';
import type { Becoming } from '../../../src/core/picture/becoming.ts';
import { Overlay } from '../../../src/core/picture/overlay.ts';
import type { Entry, EntryKind } from '../../../src/core/questions/files/entry.ts';

const entry = (kind: EntryKind): Entry => ({
  kind,
  mode: 0o755,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: 1,
});

const link = { place: '/d/it', was: 'link', entry: entry('link'), target: 'there' } as const;

// A new name, or a different entry under an old one, changes the directory's time.
test.each<[string, Becoming, boolean]>([
  ['a new file', { place: '/d/it', was: undefined, entry: entry('file'), holds: { bytes: new Uint8Array() } }, true],
  ['a removed file', { place: '/d/it', was: 'file', entry: undefined }, true],
  ['a replaced file', { place: '/d/it', was: 'file', entry: entry('file'), holds: { bytes: new Uint8Array() } }, true],
  ['a file with another mode', { place: '/d/it', was: 'file', entry: entry('file') }, false],
  ['a link with another target', link, true],
  ['a link with another owner', { ...link, sameTarget: true }, false],
])("%s: whether the directory's timestamps change", (_, becoming, isRelisted) => {
  const files = new Overlay();

  files.become('task', becoming);

  expect(files.isRelisted('/d')).toBe(isRelisted);
});

// What is in a directory of the host may be another name of a file elsewhere.
const made: Becoming = { place: '/d', was: undefined, entry: entry('directory') };
const removed: Becoming = { place: '/d', was: 'directory', entry: undefined };
test.each<[string, readonly Becoming[], boolean]>([
  ['is removed', [removed], true],
  ['is replaced by a link', [{ ...link, place: '/d', was: 'directory' }], true],
  ['only gets another mode', [{ ...removed, entry: entry('directory') }], false],
  ['is removed, but was only to be made', [made, removed], false],
])('a directory that %s: whether files elsewhere may lose names', (_, becomings, isGone) => {
  const files = new Overlay();

  for (const becoming of becomings) files.become('task', becoming);

  expect(files.treeGone !== undefined).toBe(isGone);
});
