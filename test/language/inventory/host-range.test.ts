import { describe, expect, test } from 'vitest';
import { expandRanges, splitPort } from '../../../src/language/inventory/host-range.ts';

describe('expandRanges', () => {
  test.for([
    ['web', ['web']],
    ['www[01:05:2].example.org', ['www01.example.org', 'www03.example.org', 'www05.example.org']],
    ['w[8:11]', ['w8', 'w9', 'w10', 'w11']],
    ['w[:2]', ['w0', 'w1', 'w2']],
    ['db-[a:c]', ['db-a', 'db-b', 'db-c']],
    ['r[1:2]-[a:b]', ['r1-a', 'r1-b', 'r2-a', 'r2-b']],
    ['a[3:3]', ['a3']],
  ] as const)('%s', ([pattern, names]) => {
    expect(expandRanges(pattern)).toEqual(names);
  });

  test.for(['w[2:1]', 'w[a:2]', 'w[01:100]', 'w[1:]', 'w[1:2:0]', 'w[1:2:3:4]'])('%s is rejected', (pattern) => {
    expect(expandRanges(pattern)).toHaveProperty('problem');
  });
});

describe('splitPort', () => {
  test.for([
    ['web', { name: 'web' }],
    ['web:22', { name: 'web', port: 22 }],
    ['web[1:2]:22', { name: 'web[1:2]', port: 22 }],
    ['web[1:2]', { name: 'web[1:2]' }],
    ['10.1.0.1:2222', { name: '10.1.0.1', port: 2222 }],
    ['[2001:db8::1]:22', { name: '2001:db8::1', port: 22 }],
    ['[2001:db8::1]', { name: '2001:db8::1' }],
    ['2001:db8::1', { name: '2001:db8::1' }],
  ] as const)('%s', ([written, parts]) => {
    expect(splitPort(written)).toEqual(parts);
  });
});
