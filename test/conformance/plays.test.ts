import { expect, test } from 'vitest';
import { caseOf } from './plays/case.ts';
import { differencesOf } from './plays/compare.ts';
import { explained } from './plays/explained.ts';
import { type Seen, seenByCallback, seenByEvents } from './plays/seen.ts';

const seen: Seen = {
  exitCode: 0,
  rows: [
    {
      host: 'one',
      at: 'play.yaml:3',
      name: 'a',
      type: 'stat',
      part: 'task',
      status: 'ok',
      result: { stat: { mode: '0644' } },
    },
    {
      host: 'one',
      at: 'play.yaml:4',
      name: 'b',
      type: 'copy',
      part: 'task',
      status: 'changed',
      result: { changed: true },
    },
  ],
  recap: { one: { ok: 2, changed: 1 } },
  files: { 'one/a': '8 644 0:0 abc' },
  output: '',
};

/** The same, with something else in the last outcome. */
const withLast = (other: Partial<Seen['rows'][number]>): Seen => ({
  ...seen,
  rows: seen.rows.map((row, index) => (index === 1 ? { ...row, ...other } : row)),
});

const kinds = (other: Seen): readonly string[] => differencesOf(other, seen).map(({ kind }) => kind);

test('what is equal in two runs differs in nothing', () => {
  expect(differencesOf(seen, structuredClone(seen))).toEqual([]);
});

test('every kind of difference is found, and none of these has an explanation', () => {
  const others: Readonly<Record<string, Seen>> = {
    outcome: withLast({ status: 'ok' }),
    result: { ...seen, rows: seen.rows.map((row) => ({ ...row, result: { ...row.result, stat: { mode: '0600' } } })) },
    file: { ...seen, files: { 'one/a': '8 644 0:0 abd' } },
    recap: { ...seen, recap: { one: { ok: 2, changed: 2 } } },
    exit: { ...seen, exitCode: 2 },
  };

  for (const [kind, other] of Object.entries(others)) {
    expect(kinds(other)).toContain(kind);
    expect(differencesOf(other, seen).map(explained)).toContain(undefined);
  }
});

test('of messages of failures the first lines are compared', () => {
  const failed = (msg: string): Seen => withLast({ status: 'failed', result: { changed: true, msg } });

  expect(differencesOf(failed('no\nhere'), failed('no\nthere'))).toEqual([]);
  expect(differencesOf(failed('no'), failed('not'))).toMatchObject([
    { kind: 'message', ours: '"no"', theirs: '"not"' },
  ]);
});

test('what follows an outcome that differs is its consequence', () => {
  const ours = { ...seen, rows: seen.rows.map((row) => ({ ...row, status: 'failed' })), exitCode: 2 };

  expect(kinds(ours)).toEqual(['outcome']);
});

test('a task that only one of the programs reached is found', () => {
  const ours = { ...seen, rows: seen.rows.slice(0, 1) };

  expect(differencesOf(ours, seen)).toMatchObject([{ kind: 'outcome', ours: 'none', theirs: 'changed' }]);
  expect(differencesOf(seen, ours)).toMatchObject([{ kind: 'outcome', ours: 'changed', theirs: 'none; no error' }]);
});

test('both programs tell the same in their own ways', () => {
  const row = { at: '/p/play.yaml:4', name: 'b', type: 'ansible.builtin.copy', host: 'one' };
  const theirs = { ...row, status: 'ignored', part: 'task', result: { msg: 'no' } };
  const event = {
    kind: 'task-finished',
    host: 'one',
    task: { name: 'b', type: 'ansible.builtin.copy', at: { file: '/p/play.yaml', line: 4 } },
    outcome: { status: 'failed', ignored: true, message: 'in our words', result: { msg: 'no' } },
  };

  expect(seenByEvents(JSON.stringify(event), '/p').rows).toEqual(seenByCallback(JSON.stringify(theirs), '/p').rows);
});

test('a case depends only on its seed and its number', () => {
  expect(caseOf(7, 3)).toEqual(caseOf(7, 3));
  expect(caseOf(7, 3)).not.toEqual(caseOf(7, 4));
  expect(caseOf(7, 3)).not.toEqual(caseOf(8, 3));
});
