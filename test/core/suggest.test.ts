import { expect, test } from 'vitest';
import { suggest } from '../../src/core/suggest.ts';

test.for([
  ['upercase', ['upper', 'lower', 'title'], 'upper'],
  ['dir', ['file', 'directory', 'link'], 'directory'],
  ['src_file', ['src', 'dest', 'mode'], undefined],
  ['stat', ['started', 'state', 'static'], 'state'],
  ['di', ['directory'], undefined],
  ['quite', ['other', 'words'], undefined],
] as const)('%s among %s: %s', ([word, candidates, expected]) => {
  expect(suggest(word, candidates)).toBe(expected);
});
