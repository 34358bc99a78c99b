import { describe, expect, test } from 'vitest';
import file from '../../tasks/file.ts';
import { flagsAfter } from '../../tasks/shared/files/flags.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

test.for([
  ['Ae', '+i', 'Aei'],
  ['Ae', '+A', 'Ae'],
  ['Aei', '-A', 'ei'],
  ['Ae', '-i', 'Ae'],
  ['Aei', '=d', 'ed'],
  ['Ae', 'A', 'eA'],
  ['Ae', '', 'e'],
] as const)('flags %s with attributes: %j become %s', ([letters, wanted, after]) => {
  expect(flagsAfter(letters, wanted)).toBe(after);
});

describe('attributes of a file', () => {
  const entry = { kind: 'directory', mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root', size: 0 };
  const state = {
    before: { exists: true, ...entry, resolved: '/d', place: '/d' },
    parent: { exists: true, ...entry, resolved: '/', place: '/' },
    self: { user: 'root', uid: 0, gid: 0, group: 'root' },
  };
  const given = { path: '/d', state: 'directory' };

  test.for([
    ['Ae', '+i', ['attributes: Ae → Aei'], [/^chattr \+i -- \/d$/]],
    ['Ae', '=i', ['attributes: Ae → ei'], [/^chattr -A \+i -- \/d$/]],
    ['e', '+e', [], []],
    [undefined, '-i', [], []],
    [undefined, '+i', ['attributes: none → i'], [/^chattr \+i -- \/d$/]],
  ] as const)('that has %s with attributes: %s', ([letters, attributes, changes, commands]) => {
    const known = { ...state, flags: { letters } };
    expect(changesOn(file, known, { ...given, attributes })).toEqual(changes);
    expect(commandsOn(file, known, { ...given, attributes })).toEqual(
      commands.map((one) => expect.stringMatching(one)),
    );
  });

  test('are removed before anything else is changed, and set after it', () => {
    const known = { ...state, flags: { letters: 'i' } };
    const names = (attributes: string) =>
      changesOn(file, known, { ...given, mode: '0700', attributes }).map((change) => change.split(':')[0]);

    expect(names('-i')).toEqual(['attributes', 'mode']);
    expect(names('+A')).toEqual(['mode', 'attributes']);
  });

  test('of links and of everything in a directory are refused', () => {
    for (const more of [{ recurse: true }, { state: 'link', src: '/x' }])
      expect(planOn(file, state, { ...given, ...more, attributes: '+i' })).toHaveProperty('failed');
  });
});
