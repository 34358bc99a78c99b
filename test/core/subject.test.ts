import { expect, test } from 'vitest';
import { wrongSubject } from '../../src/core/subject.ts';

test.for([
  'path:/etc/nginx',
  'entry:/etc',
  'unit:nginx.service',
  'package:nginx*',
  'dataset:tank/a',
  'network:',
  'ct:100',
])('%s is a subject', (text) => {
  expect(wrongSubject(text)).toBeUndefined();
});

test.for([
  ['pth:/etc', { expected: expect.stringContaining('a subject'), hint: 'did you mean `path:`?' }],
  ['packages:nginx', { expected: expect.stringContaining('a subject'), hint: 'did you mean `package:`?' }],
  ['/etc/nginx', { expected: expect.stringContaining('a subject') }],
  ['nginx', { expected: expect.stringContaining('a subject') }],
  ['path:etc/nginx', { expected: 'an absolute path after `path:`', hint: 'write `path:/etc/nginx`' }],
  ['unit:', { expected: 'a unit, with its suffix after `unit:`' }],
] as const)('%s is none', ([text, wrong]) => {
  expect(wrongSubject(text)).toEqual(wrong);
});
