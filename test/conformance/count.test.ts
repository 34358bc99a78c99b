import { describe, expect, test } from 'vitest';
import { checksHeld, compare, failuresOf, heldByCallback, heldByEvents, neverFailed } from './count.ts';

const event = (kind: string, line: number, status: string, looped?: boolean) =>
  JSON.stringify({
    kind,
    looped,
    task: { type: 'ansible.builtin.assert', at: { file: 'tasks/main.yml', line } },
    outcome: { status },
  });

describe('what held', () => {
  test('is counted once for each host and item, and not again for the loop', () => {
    const events = [
      event('task-finished', 3, 'ok'),
      event('task-finished', 3, 'failed'),
      event('item-finished', 9, 'ok'),
      event('item-finished', 9, 'ok'),
      event('task-finished', 9, 'ok', true),
    ];

    expect([...heldByEvents(events.join('\n'))]).toEqual([
      ['main.yml:3', 1],
      ['main.yml:9', 2],
    ]);
  });

  test('in a script is every check except the one at which it stopped', () => {
    const trace = "+ set -e\n+ ansible-playbook a.yml\n++ grep x\n+ '[' 1 = 1 ']'\n+ grep -q y\n";

    expect(checksHeld(trace, 0)).toBe(3);
    expect(checksHeld(trace, 1)).toBe(2);
  });

  test('in a script that continued is every check except those that it noted', () => {
    expect(checksHeld('+ grep x\n+ grep y\n- failed\n+ grep z\n', 0)).toBe(2);
  });

  test('is counted by conditions, up to the number that hold with Ansible', () => {
    const theirs = heldByCallback(
      '{"at": "/x/main.yml:3", "conditions": 2}\n{"at": "/x/main.yml:9", "conditions": 1}\n',
    );
    const ours = {
      held: new Map([
        ['main.yml:3', 5],
        ['other.yml:1', 1],
      ]),
      checks: 7,
    };

    expect(compare(ours, { ...theirs, checks: 4 })).toEqual({ held: 4 + 2, of: 4 + 2 + 1 });
  });

  test('is distinguished from what failed even once', () => {
    const noted = [
      { at: '/t/a/main.yml:3', conditions: 1 },
      { at: '/t/a/main.yml:9', conditions: 1 },
      { at: '/t/a/main.yml:9', conditions: 1, failed: true },
    ]
      .map((one) => JSON.stringify(one))
      .join('\n');

    expect(neverFailed(noted)).toEqual(new Map([['/t/a/main.yml', new Set([3])]]));
    expect([...heldByCallback(noted).held]).toEqual([
      ['main.yml:3', 1],
      ['main.yml:9', 1],
    ]);
  });
});

test('failures are reported with their place, and with whether the run continued', () => {
  const failed = (line: number, ignored?: boolean) =>
    JSON.stringify({
      kind: 'task-finished',
      task: { type: 'assert', at: { file: 'main.yml', line } },
      outcome: { status: 'failed', message: 'no', ignored },
    });

  expect(failuresOf(`${failed(3, true)}\n${failed(4)}`)).toEqual([
    'passed over main.yml:3 assert: no',
    'failed main.yml:4 assert: no',
  ]);
});
