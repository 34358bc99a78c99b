import { describe, expect, test } from 'vitest';
import type { ToldOutcome } from '../../../src/core/event.ts';
import { modelHost, runModel } from '../model-host.ts';

// The outcome of a task after failed_when, changed_when and the like are applied.

/** The outcome of one task on a host whose value `a` is 1. */
async function outcome(task: string, options: { check?: boolean; diff?: boolean } = {}): Promise<ToldOutcome> {
  const text = `- hosts: all\n  gather_facts: false\n  tasks: [{${task}}]\n`;
  const { events } = await runModel(text, { h: modelHost({ a: '1' }) }, options);
  const finished = events.find((event) => event.kind === 'task-finished');
  if (finished === undefined) throw new Error('no task has finished');
  return finished.outcome;
}

const inOrder = 'value: {name: a, is: 1}, register: r';
const differs = 'value: {name: a, is: 2}, register: r';
const broken = 'value: {name: a, is: 2, broken: true}, register: r';

describe('the status', () => {
  test.for([
    ['nothing to do', inOrder, 'ok'],
    ['something done', differs, 'changed'],
    ['something wrong', broken, 'failed'],
    ['failed_when that holds', `${inOrder}, failed_when: "r.value == '1'"`, 'failed'],
    ['failed_when that does not', `${inOrder}, failed_when: "r.value == '2'"`, 'ok'],
    ['failed_when that forgives', `${broken}, failed_when: false`, 'ok'],
    ['several failed_when conditions, one of which does not hold', `${inOrder}, failed_when: [true, false]`, 'ok'],
    ['changed_when that does not hold', `${differs}, changed_when: false`, 'ok'],
    ['changed_when that holds', `${inOrder}, changed_when: r is success`, 'changed'],
    ['when that does not hold', `${differs}, when: false`, 'skipped'],
    ['a condition that cannot be computed', `${inOrder}, failed_when: nobody.x`, 'failed'],
    ['a change without effect', 'value: {name: a, is: 2, stuck: true}', 'failed'],
  ] as const)('%s', async ([_, task, status]) => {
    expect((await outcome(task)).status).toBe(status);
  });

  test.for([
    ['nothing to do', inOrder, 'ok'],
    ['a change that would be made', differs, 'changed'],
    ['a type that acts each time', 'act: {name: a, is: 2}', 'changed'],
    ['the same with changed_when: false', 'act: {name: a, is: 2}, changed_when: false', 'skipped'],
    ['the same, depending on its result', 'act: {name: a, is: 2}, register: r, changed_when: r.rc == 1', 'unknown'],
  ] as const)('in a check: %s', async ([_, task, status]) => {
    expect((await outcome(task, { check: true })).status).toBe(status);
  });
});

describe('the message', () => {
  test.for([
    ['of a failure', broken, 'broken'],
    ['of failed_when: its condition', `${inOrder}, failed_when: "r.value == '1'"`, "failed_when: r.value == '1'"],
    [
      'of a condition that cannot be computed: its place',
      `${inOrder}, failed_when: nobody.x`,
      /^\/play\.yaml:3:\d+: failed_when: nobody\.x: .*nobody/,
    ],
    ['of when: the condition', `${differs}, when: false`, 'Conditional result was False: False'],
  ] as const)('%s', async ([_, task, message]) => {
    expect((await outcome(task)).message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });
});

describe('the registered result', () => {
  test.for([
    ['of nothing to do', inOrder, { changed: false, failed: false, value: '1' }],
    ['of something done', differs, { changed: true, failed: false, value: '2' }],
    ['of a failure', `${broken}, ignore_errors: true`, { failed: true, msg: 'broken' }],
    [
      'of failed_when',
      `${inOrder}, failed_when: true, ignore_errors: true`,
      { failed: true, failed_when_result: true },
    ],
    ['of when', `${differs}, when: false`, { changed: false, skipped: true }],
    [
      'of failed_when that cannot be computed',
      `${inOrder}, failed_when: nobody.x, ignore_errors: true`,
      { failed: true, failed_when_result: expect.stringMatching(/nobody/) },
    ],
  ] as const)('%s', async ([_, task, result]) => {
    expect((await outcome(task)).result).toMatchObject(result);
  });
});

test('the error of a condition is not registered as the message of its task, as in Ansible', async () => {
  const { result } = await outcome(`${inOrder}, changed_when: nobody.x, ignore_errors: true`);

  expect(result).not.toHaveProperty('msg');
});

test('a failure after a change reports the change', async () => {
  expect(await outcome(`${differs}, failed_when: true`)).toMatchObject({
    status: 'failed',
    changes: [{ what: 'a', from: '1', to: '2' }],
  });
});

test('no_log censors the outcome, whatever it is', async () => {
  for (const task of [inOrder, differs, broken, `${differs}, when: false`])
    expect(await outcome(`${task}, no_log: true`)).toMatchObject({ censored: true });
});
