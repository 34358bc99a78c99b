import { describe, expect, it, test } from 'vitest';
import type { ReportedChange, Status, ToldOutcome } from '../../src/core/event.ts';
import type { TaskResult } from '../../src/core/task-type.ts';
import { compare } from './compare.ts';
import type { Story, Told } from './told.ts';

const outcome = (status: Status, more: Partial<ToldOutcome> = {}): ToldOutcome => ({
  status,
  changes: [],
  result: {} as TaskResult,
  ...more,
});

const told = (name: string, is: ToldOutcome, more: Partial<Told> = {}): Told => ({
  key: name,
  taskKey: name,
  host: 'h',
  name,
  type: 'copy',
  handler: false,
  outcome: is,
  looped: false,
  ...more,
});

const story = (tasks: readonly Told[], exitCode = 0): Story => ({ told: tasks, exitCode });

const one = (before: ToldOutcome, after: ToldOutcome): readonly string[] =>
  compare(story([told('a', before)]), story([told('a', after)])).map(({ worth }) => worth);

const mode = (from: string, to: string): ReportedChange => ({ what: 'mode', from, to });

describe('the verdict on a prediction', () => {
  test.for<[Status, Status, string]>([
    ['ok', 'ok', 'true'],
    ['skipped', 'skipped', 'true'],
    ['changed', 'changed', 'true'],
    ['failed', 'failed', 'true'],
    ['unknown', 'changed', 'unknown'],
    ['ok', 'changed', 'lie'],
    ['ok', 'failed', 'lie'],
    ['ok', 'skipped', 'lie'],
    ['skipped', 'ok', 'lie'],
    ['skipped', 'changed', 'lie'],
    ['changed', 'ok', 'lie'],
    ['changed', 'skipped', 'lie'],
    ['changed', 'failed', 'failure not foreseen'],
    ['failed', 'changed', 'failed in the check only'],
    ['failed', 'skipped', 'failed in the check only'],
  ])('%s, then %s: %s', ([before, after, worth]) => {
    expect(one(outcome(before), outcome(after))).toEqual([worth]);
  });

  test.for<[NonNullable<ToldOutcome['would']>, Status, string, string]>([
    ['ok', 'ok', './deploy', 'true, unless'],
    ['ok', 'changed', './deploy', 'altered'],
    ['ok', 'changed', 'true', 'lie'],
    ['changed', 'changed', './deploy', 'true, unless'],
    ['changed', 'failed', './deploy', 'altered'],
    ['failed', 'failed', './deploy', 'true, unless'],
    ['failed', 'ok', 'test', 'failed in the check only'],
  ])('%s unless a command changes it, then %s after %s: %s', ([would, after, cmd, worth]) => {
    const command = told('command', outcome('changed', { result: { cmd: [cmd] } as TaskResult }));
    const before = outcome('unless', { would, unless: ['command'] });

    expect(compare(story([told('a', before)]), story([command, told('a', outcome(after))]))).toMatchObject([
      { worth: 'lie', detail: 'not told → changed' },
      { worth },
    ]);
  });

  it('is a lie if the change is from or to something else', () => {
    const before = outcome('changed', { changes: [mode('0644', '0600')] });

    expect(one(before, outcome('changed', { changes: [mode('0640', '0600')] }))).toEqual(['other from → to']);
    expect(one(before, outcome('changed', { changes: [mode('0644', '0600')] }))).toEqual(['true']);
  });

  it('is a lie if the diff differs', () => {
    const diff = (after: string) =>
      outcome('changed', { changes: [{ ...mode('a', 'b'), diff: { before: 'x', after } }] });

    expect(one(diff('y'), diff('z'))).toEqual(['other diff']);
  });

  it('is a lie if something else is registered, but not if the run registers more', () => {
    const result = (values: Readonly<Record<string, unknown>>) => outcome('ok', { result: values as TaskResult });

    expect(one(result({ stat: { size: 3 } }), result({ stat: { size: 4 } }))).toEqual(['other result']);
    expect(one(result({ stat: {} }), result({ stat: { size: 4 }, changed: false }))).toEqual(['true']);
  });
});

describe('what only the check or only the run reports', () => {
  const ok = told('a', outcome('ok'));
  const worths = (check: Story, run: Story) => compare(check, run).map(({ worth }) => worth);

  it('is a lie if the run did what the check had not reported', () => {
    expect(worths(story([ok]), story([ok, told('b', outcome('changed'))]))).toEqual(['true', 'lie']);
  });

  it('is a lie if the check reported what a completed run did not do', () => {
    expect(worths(story([ok, told('b', outcome('changed'))]), story([ok]))).toEqual(['true', 'lie']);
  });

  it('is not reached if the run failed before', () => {
    const failed = story([told('a', outcome('failed'))], 2);

    expect(worths(story([told('a', outcome('failed')), told('b', outcome('changed'))]), failed)).toEqual([
      'true',
      'not reached',
    ]);
  });

  it('is unknown in place of an unknown include', () => {
    const include = told('i', outcome('unknown'), { type: 'ansible.builtin.include_tasks' });

    expect(worths(story([include]), story([told('b', outcome('changed'))]))).toEqual(['unknown', 'unknown']);
  });

  it('is unknown after an unknown failure, which a rescue may follow', () => {
    const check = story([told('a', outcome('unknown'))]);

    expect(worths(check, story([told('a', outcome('failed')), told('rescue', outcome('ok'))]))).toEqual([
      'unknown',
      'unknown',
    ]);
  });
});

describe('items', () => {
  it('are compared one by one, instead of their task', () => {
    const item = (at: number, status: Status) => told(`a [${at}]`, outcome(status), { taskKey: 'a' });
    const whole = told('a', outcome('changed'), { looped: true });

    expect(
      compare(
        story([item(0, 'ok'), item(1, 'changed'), whole]),
        story([item(0, 'changed'), item(1, 'changed'), whole]),
      ).map(({ worth }) => worth),
    ).toEqual(['lie', 'true']);
  });

  it('are unknown if the items of the loop were unknown', () => {
    const items = [0, 1].map((at) => told(`a [${at}]`, outcome('changed'), { taskKey: 'a' }));

    expect(
      compare(
        story([told('a', outcome('unknown'))]),
        story([...items, told('a', outcome('changed'), { looped: true })]),
      ),
    ).toMatchObject([{ worth: 'unknown' }, { worth: 'unknown' }]);
  });
});

it('a mistake after another one is marked, since it may be a consequence', () => {
  const tasks = (...statuses: Status[]) => story(statuses.map((status, at) => told(`t${at}`, outcome(status))));

  expect(compare(tasks('ok', 'ok'), tasks('changed', 'changed')).map(({ follows }) => follows)).toEqual([false, true]);
});

it('the reason for unknown is reported without names, with the types of the tasks that it depends on', () => {
  const cause = told('1 copy', outcome('changed'), { type: 'ansible.builtin.copy' });
  const unknown = outcome('unknown', { message: 'depends on "1 copy"; now: ok', assuming: ['1 copy'] });
  const tasks = story([cause, told('2', unknown)]);

  expect(compare(tasks, tasks)[1]).toMatchObject({ causes: ['copy'], reason: 'depends on "…"' });
});
