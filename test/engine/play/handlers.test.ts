import { describe, expect, test } from 'vitest';
import { modelHost, runModel } from '../model-host.ts';

// Which handlers run, when, and how often.

const handlers = `
  handlers:
    - {name: first, act: {name: f, is: 1}}
    - {name: second, listen: both, act: {name: s, is: 1}}
    - {name: third, listen: both, act: {name: t, is: 1}}
`;

/** The handlers that ran on a host whose value `a` is 1, in order. */
async function ran(tasks: string, options = {}, more = handlers): Promise<readonly string[]> {
  const text = `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.trim().replace(/^/gm, '    ')}\n${more}`;
  const { events } = await runModel(text, { h: modelHost({ a: '1' }) }, options);
  return events.flatMap((event) => (event.kind === 'task-finished' && event.task.handler ? [event.task.name] : []));
}

const changes = (name: string) => `value: {name: ${name}, is: 2}`;

describe('a handler', () => {
  test.for([
    ['does not run if no task notified it', `- {${changes('a')}}`, []],
    ['does not run if the notifying task changed nothing', '- {value: {name: a, is: 1}, notify: first}', []],
    ['runs if it changed something', `- {${changes('a')}, notify: first}`, ['first']],
    [
      'runs once, however often it is notified',
      `- {${changes('a')}, notify: first}\n- {${changes('b')}, notify: first}`,
      ['first'],
    ],
    [
      'runs in the order of the handlers, not of the tasks',
      `- {${changes('a')}, notify: [third, first]}`,
      ['first', 'third'],
    ],
    ['runs if it listens to the notified topic', `- {${changes('a')}, notify: both}`, ['second', 'third']],
    ['runs by a templated name', `- {${changes('a')}, notify: "{{ 'fi' ~ 'rst' }}"}`, ['first']],
    ['does not run if changed_when is false', `- {${changes('a')}, changed_when: false, notify: first}`, []],
    ['does not run after a failure', `- {${changes('a')}, notify: first}\n- fail: {msg: no}`, []],
    [
      'runs at a flush, and again if it is notified again',
      `- {${changes('a')}, notify: first}\n- meta: flush_handlers\n- {${changes('b')}, notify: first}`,
      ['first', 'first'],
    ],
  ] as const)('%s', async ([_, tasks, names]) => {
    expect(await ran(tasks)).toEqual(names);
  });

  test('runs after a failure if forced', async () => {
    const tasks = `- {${changes('a')}, notify: first}\n- fail: {msg: no}`;

    expect(await ran(tasks, { forceHandlers: true })).toEqual(['first']);
  });

  test('is foreseen in a check', async () => {
    expect(await ran(`- {${changes('a')}, notify: first}`, { check: true })).toEqual(['first']);
  });

  test('notified by a handler runs in the same flush if it comes later', async () => {
    const chain = `
  handlers:
    - {name: first, act: {name: f, is: 1}, notify: last}
    - {name: last, act: {name: l, is: 1}}
`;
    expect(await ran(`- {${changes('a')}, notify: first}`, {}, chain)).toEqual(['first', 'last']);
  });
});
