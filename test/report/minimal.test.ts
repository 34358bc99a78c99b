import { expect, test } from 'vitest';
import type { Outcome } from '../../src/core/event.ts';
import { json } from '../../src/report/forms/json.ts';
import { minimal } from '../../src/report/forms/minimal.ts';
import { oneline } from '../../src/report/forms/oneline.ts';
import { finished, task, written } from './events.ts';

test.for<[string, Partial<Outcome>, string, string]>([
  [
    'a command with its output',
    { status: 'changed', result: { rc: 0, stdout: 'out', stderr: 'err' } },
    'command',
    'web1 | CHANGED | rc=0 >>\nout\nerr\n',
  ],
  [
    'a command that failed with its reason',
    { status: 'failed', result: { rc: 3, stdout: '', stderr: '', msg: 'non-zero return code' } },
    'ansible.builtin.shell',
    'web1 | FAILED | rc=3 >>\nnon-zero return code\n',
  ],
  [
    'another type as JSON, keys sorted',
    { result: { b: 1, a: 2 } },
    'ping',
    'web1 | SUCCESS => {\n    "a": 2,\n    "b": 1\n}\n',
  ],
  ['a failure', { status: 'failed', result: { msg: 'bad' } }, 'ping', 'web1 | FAILED! => {\n    "msg": "bad"\n}\n'],
  ['an unknown outcome', { status: 'unknown' }, 'ping', 'web1 | UNKNOWN => {}\n'],
  ['an unreachable host', { status: 'unreachable' }, 'ping', 'web1 | UNREACHABLE! => {}\n'],
])('minimal: %s', async ([, outcome, type, text]) => {
  expect(await written(minimal, [finished(outcome, { task: { ...task, type } })])).toBe(text);
});

test.for<[string, Partial<Outcome>, string, string]>([
  [
    'a command with its output',
    { status: 'changed', result: { rc: 0, stdout: 'a\nb', stderr: 'err' } },
    'command',
    'web1 | CHANGED | rc=0 | (stdout) a\\nb (stderr) err\n',
  ],
  ['a command without errors', { result: { rc: 0, stdout: 'a' } }, 'raw', 'web1 | SUCCESS | rc=0 | (stdout) a\n'],
  [
    'a command that failed as JSON',
    { status: 'failed', result: { rc: 3, msg: 'a\nb' } },
    'shell',
    'web1 | FAILED! => {"msg": "a\\nb","rc": 3}\n',
  ],
  [
    'another type as JSON, keys sorted',
    { result: { b: [1], a: {} } },
    'ping',
    'web1 | SUCCESS => {"a": {},"b": [1]}\n',
  ],
  ['a skipped task', { status: 'skipped' }, 'ping', 'web1 | SKIPPED\n'],
  ['an unreachable host', { status: 'unreachable', result: { msg: 'no' } }, 'ping', 'web1 | UNREACHABLE!: no\n'],
])('oneline: %s', async ([, outcome, type, text]) => {
  expect(await written(oneline, [finished(outcome, { task: { ...task, type } })])).toBe(text);
});

test('json: each event is a line, unchanged', async () => {
  const event = finished({ message: 'a\nb\x1b' });

  expect(JSON.parse((await written(json, [event])).trimEnd().split('\n').at(-1) ?? '')).toEqual(event);
});
