import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { tolerant } from './tolerant.ts';

const tasks = `# tasks
- name: holds
  assert:
    that:
      - a == 'x:y'
      - b
- debug: msg=hello

- block:
  - assert: {that: c}
    when: d is defined
- assert:
    that: e
`;

test('tasks at the given lines continue after a failure, and no line moves', () => {
  const edited = tolerant(tasks, new Set([2, 10]));

  expect(parse(edited)).toEqual([
    { name: 'holds', assert: { that: ["a == 'x:y'", 'b'] }, ignore_errors: true },
    { debug: 'msg=hello' },
    { block: [{ assert: { that: 'c' }, when: 'd is defined', ignore_errors: true }] },
    { assert: { that: 'e' } },
  ]);
  const lineOf = (text: string, what: string) => text.slice(0, text.indexOf(what)).split('\n').length;
  for (const what of ['debug', 'block', 'that: e']) expect(lineOf(edited, what)).toBe(lineOf(tasks, what));
});

test('a play, and what follows a comment below a task, is left unchanged', () => {
  const play = '- hosts: all\n  tasks:\n    - assert: {that: a}\n      # comment\n\n    - debug:\n';

  expect(parse(tolerant(play, new Set([1, 3])))).toEqual([
    { hosts: 'all', tasks: [{ assert: { that: 'a' }, ignore_errors: true }, { debug: null }] },
  ]);
});

test('a task within a block at one of the lines is written once', () => {
  expect(parse(tolerant('- block:\n  - debug: msg=hello\n', new Set([1, 2])))).toEqual([
    { block: [{ debug: 'msg=hello' }], ignore_errors: true },
  ]);
});

test('a file that is not YAML, or has no task at the given lines, is left unchanged', () => {
  expect(tolerant('- a: [', new Set([1]))).toBe('- a: [');
  expect(tolerant(tasks, new Set([3]))).toBe(tasks);
});
