import { describe, expect, test } from 'vitest';
import { chmodMode, computeMode, showMode } from '../../src/core/mode.ts';

describe('computeMode', () => {
  test.for([
    ['0644', 0o777, false, 0o644],
    ['755', 0o600, false, 0o755],
    ['0o640', 0o600, false, 0o640],
    ['u=rw,g=r,o=', 0o777, false, 0o640],
    ['u+x', 0o644, false, 0o744],
    ['a-w', 0o666, false, 0o444],
    ['go=', 0o777, false, 0o700],
    ['u=rwX,g=rX,o=', 0o644, false, 0o640],
    ['u=rwX,g=rX,o=', 0o644, true, 0o750],
    ['a+X', 0o744, false, 0o755],
    ['g=u', 0o740, false, 0o770],
    ['+w', 0o444, false, 0o644],
    ['+x', 0o644, false, 0o755],
    ['u+s,g+s', 0o755, false, 0o6755],
    ['+t', 0o777, true, 0o1777],
    ['g=rwx', 0o2755, true, 0o775],
    ['u=rw-x+X', 0o700, false, 0o700],
  ] as const)('%s of %i (folder: %s)', ([wanted, now, isDirectory, expected]) => {
    expect(computeMode(wanted, now, isDirectory).toString(8)).toBe(expected.toString(8));
  });
});

describe('a mode in text', () => {
  test('is four digits for people, five for chmod', () => {
    expect([showMode(0o644), showMode(0o4755), showMode(0), chmodMode(0o755), chmodMode(0o2755)]).toEqual([
      '0644',
      '4755',
      '0000',
      '00755',
      '02755',
    ]);
  });
});
