import { describe, expect, test } from 'vitest';
import { ControllerError } from '../../src/core/task-type.ts';
import assertType from '../../tasks/assert.ts';
import debug from '../../tasks/debug.ts';
import fail from '../../tasks/fail.ts';
import pause from '../../tasks/pause.ts';
import ping from '../../tasks/ping.ts';
import setFact from '../../tasks/set_fact.ts';
import { planOn, runHere } from './harness.ts';

describe('debug', () => {
  test('prints its message', async () => {
    expect(await runHere(debug, { msg: 'hi' })).toMatchObject({ status: 'ok', result: { msg: 'hi' } });
  });

  test('prints a variable under its name', async () => {
    expect(await runHere(debug, { var: 'x' }, { controller: { evaluate: (name) => `${name} is 3` } })).toMatchObject({
      result: { x: 'x is 3' },
    });
  });

  test('says that a variable is not defined', async () => {
    const evaluate = () => {
      throw new ControllerError("'x' is undefined");
    };

    expect(await runHere(debug, { var: 'x' }, { controller: { evaluate } })).toMatchObject({
      status: 'ok',
      result: { x: "VARIABLE IS NOT DEFINED!: 'x' is undefined" },
    });
  });

  test('is skipped below its verbosity', async () => {
    expect(await runHere(debug, { msg: 'hi', verbosity: 2 })).toMatchObject({
      status: 'skipped',
      message: 'Verbosity threshold not met.',
    });
  });
});

describe('assert', () => {
  const holds = (condition: unknown) => condition === 'yes';

  test('is content where all conditions hold', async () => {
    expect(await runHere(assertType, { that: ['yes', 'yes'] }, { controller: { holds } })).toMatchObject({
      status: 'ok',
      result: { msg: 'All assertions passed' },
    });
  });

  test('names the first condition that does not hold', async () => {
    expect(
      await runHere(assertType, { that: ['yes', 'no', 'never'], msg: 'oh no' }, { controller: { holds } }),
    ).toMatchObject({
      status: 'failed',
      message: 'oh no',
      result: { assertion: 'no', evaluated_to: false, msg: 'oh no' },
    });
  });
});

describe('fail', () => {
  test('fails with its message', async () => {
    expect(await runHere(fail, { msg: 'enough' })).toMatchObject({
      status: 'failed',
      message: 'enough',
      result: { msg: 'enough' },
    });
  });
});

describe('set_fact', () => {
  test('gives its parameters as facts, the words yes and no as booleans', () => {
    expect(planOn(setFact, {}, { a: 'yes', b: [1], c: 'False', d: '5' })).toMatchObject({
      changes: [],
      result: { ansible_facts: { a: true, b: [1], c: false, d: '5' }, _ansible_facts_cacheable: false },
    });
  });

  test('refuses what is no name of a variable', () => {
    expect(planOn(setFact, {}, { 'a b': 1 })).toMatchObject({ failed: expect.stringContaining("'a b' is not valid") });
  });

  test('refuses to set nothing', () => {
    expect(planOn(setFact, {}, { cacheable: true })).toHaveProperty('failed');
  });
});

describe('pause', () => {
  test('waits as long as it is told', async () => {
    const started = Date.now();

    const { result } = (await runHere(pause, { seconds: 1 })) as unknown as { result: object };

    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
    expect(result).toMatchObject({ stdout: 'Paused for 1.0 seconds', delta: 1, rc: 0, user_input: '' });
  });

  test('does not wait in a check', async () => {
    expect(await runHere(pause, { minutes: 5 }, { check: true })).toMatchObject({ status: 'ok' });
  });
});

describe('ping', () => {
  test.for([
    [{}, { status: 'ok', result: { ping: 'pong' } }],
    [{ data: 'hi' }, { status: 'ok', result: { ping: 'hi' } }],
    [{ data: 'crash' }, { status: 'failed' }],
  ] as const)('with %j tells %j', async ([args, told]) => {
    expect(await runHere(ping, args)).toMatchObject(told);
  });
});
