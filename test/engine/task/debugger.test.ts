import { describe, expect, test } from 'vitest';
import { isDebugged } from '../../../src/engine/task/debugger.ts';
import type { Task } from '../../../src/language/model.ts';

describe('the keyword debugger', () => {
  const failed = { status: 'failed', changes: [], result: {} } as const;
  const outcomes = {
    failed,
    ignored: { ...failed, ignored: true },
    unreachable: { ...failed, status: 'unreachable' },
    skipped: { ...failed, status: 'skipped' },
    ok: { ...failed, status: 'ok' },
  } as const;
  const debugged = (keyword: string | undefined, enabled = false, ignoresErrors = true) =>
    Object.entries(outcomes)
      .filter(([, outcome]) => {
        const task = { keywords: { debugger: keyword } } as Task;
        return isDebugged({ task }, outcome, { enabled, ignoresErrors });
      })
      .map(([name]) => name);

  test.for([
    ['always', ['failed', 'ignored', 'unreachable', 'skipped', 'ok']],
    ['on_failed', ['failed']],
    ['on_unreachable', ['unreachable']],
    ['on_skipped', ['skipped']],
    ['never', []],
    [undefined, []],
  ] as const)('%s starts it for %j', ([keyword, names]) => {
    expect(debugged(keyword)).toEqual(names);
  });

  test('is not needed if it is enabled for all tasks that fail, but takes precedence', () => {
    expect(debugged(undefined, true)).toEqual(['failed', 'unreachable']);
    expect(debugged(undefined, true, false)).toEqual(['failed', 'ignored', 'unreachable']);
    expect(debugged('never', true)).toEqual([]);
  });
});
