import { describe, expect, test } from 'vitest';
import { modelHost, runModel } from './model-host.ts';

const play = (tasks: string, more = '') => `
- hosts: all
  gather_facts: false
${more}
  tasks:
${tasks.replace(/^\n/, '').replace(/^/gm, '    ')}
`;

describe('a run', () => {
  test('takes one round on a host without drift, whatever the number of tasks', async () => {
    const host = modelHost({ a: '1', b: '2', c: '3' });

    const { told, rounds, exitCode } = await runModel(
      play(`
- value: {name: a, is: 1}
- value: {name: b, is: 2}
- value: {name: c, is: 3}`),
      { h: host },
    );

    expect(told).toEqual(['h value: ok', 'h value: ok', 'h value: ok']);
    expect(rounds).toEqual({ h: 1 });
    expect(exitCode).toBe(0);
  });

  test('changes what differs, and checks again', async () => {
    const host = modelHost({ a: '0' });

    const { told, rounds } = await runModel(play('- value: {name: a, is: 1}'), { h: host });

    expect(told).toEqual(['h value: changed']);
    expect(host.writes).toEqual(['a=1']);
    expect(rounds).toEqual({ h: 2 });
  });

  test('fails a task whose change had no effect', async () => {
    const { events, exitCode } = await runModel(play('- value: {name: a, is: 1, stuck: true}'), { h: modelHost() });

    const finished = events.find((event) => event.kind === 'task-finished');
    expect(finished).toMatchObject({
      outcome: { status: 'failed', message: expect.stringContaining('did not converge') },
    });
    expect(exitCode).toBe(2);
  });

  test('asks again after a change instead of using an older answer', async () => {
    const host = modelHost({ a: '0', b: '1' });

    const { told } = await runModel(
      play(`
- value: {name: a, is: 1}
- act: {name: b, is: 0}
- value: {name: b, is: 1}`),
      { h: host },
    );

    expect(told.at(-1)).toBe('h value: changed');
    expect(host.writes).toEqual(['a=1', 'b=0', 'b=1']);
  });

  test('keeps the linear order: no host starts the next task before all have finished this one', async () => {
    const { told } = await runModel(
      play(`
- {name: one, value: {name: a, is: 1}}
- {name: two, value: {name: b, is: 1}}`),
      { h1: modelHost(), h2: modelHost() },
    );

    expect(told.map((line) => line.split(' ')[1])).toEqual(['one:', 'one:', 'two:', 'two:']);
  });

  test('takes a second round if a task needs the registered result of an earlier one', async () => {
    const { told, rounds } = await runModel(
      play(`
- {value: {name: a, is: 1}, register: first}
- value: {name: b, is: "{{ first.value }}"}`),
      { h: modelHost({ a: '1', b: '1' }) },
    );

    expect(told).toEqual(['h value: ok', 'h value: ok']);
    expect(rounds).toEqual({ h: 2 });
  });

  test('continues from the actual state when the connection is lost during a change', async () => {
    const before = modelHost({ a: '0' });
    before.lose = 'before';
    const after = modelHost({ a: '0' });
    after.lose = 'after';

    const { told } = await runModel(play('- value: {name: a, is: 1}'), { before, after });

    expect(told.toSorted()).toEqual(['after value: changed', 'before value: changed']);
    expect([...before.writes, ...after.writes]).toEqual(['a=1', 'a=1']);
  });

  test('runs a notified handler once, at the end', async () => {
    const host = modelHost();

    await runModel(
      play(
        `
- {value: {name: a, is: 1}, notify: tell}
- {value: {name: b, is: 1}, notify: tell}
- value: {name: c, is: 1}`,
        `  handlers:
    - {name: tell, act: {name: told, is: 1}}`,
      ),
      { h: host },
    );

    expect(host.writes).toEqual(['a=1', 'b=1', 'c=1', 'told=1']);
  });

  test('rescues a failed block, and always runs the always section', async () => {
    const host = modelHost();

    const { exitCode } = await runModel(
      play(`
- block:
    - fail: {msg: broken}
    - value: {name: never, is: 1}
  rescue:
    - value: {name: rescued, is: "{{ ansible_failed_result.msg }}"}
  always:
    - value: {name: always, is: 1}
- value: {name: after, is: 1}`),
      { h: host },
    );

    expect(host.writes).toEqual(['rescued=broken', 'always=1', 'after=1']);
    expect(exitCode).toBe(0);
  });

  test('a failure continues after an always, to the next enclosing rescue', async () => {
    const host = modelHost();

    await runModel(
      play(`
- block:
    - block:
        - fail: {msg: broken}
      always:
        - value: {name: inner, is: 1}
    - value: {name: never, is: 1}
  rescue:
    - value: {name: outer, is: 1}`),
      { h: host },
    );

    expect(host.writes).toEqual(['inner=1', 'outer=1']);
  });

  test('continues with the other hosts when one fails', async () => {
    const { told, exitCode } = await runModel(
      play(`
- {name: one, fail: {msg: broken}, when: inventory_hostname == 'h1'}
- {name: two, value: {name: a, is: 1}}`),
      { h1: modelHost(), h2: modelHost() },
    );

    expect(told.toSorted()).toEqual(['h1 one: failed', 'h2 one: skipped', 'h2 two: changed']);
    expect(exitCode).toBe(2);
  });

  test('reports a task-finished event for every started task, and the end last', async () => {
    const { events } = await runModel(
      play(`
- fail: {msg: broken}
- value: {name: a, is: 1}`),
      { h1: modelHost(), h2: modelHost() },
    );

    const count = (kind: string) => events.filter((event) => event.kind === kind).length;
    expect(count('task-started')).toBe(count('task-finished'));
    expect(events.at(-1)?.kind).toBe('run-finished');
  });
});

describe('a check', () => {
  test('reports what a run would change, and writes nothing', async () => {
    const host = modelHost({ a: '0', b: '1' });

    const { told, exitCode } = await runModel(
      play(`
- value: {name: a, is: 1}
- value: {name: b, is: 1}`),
      { h: host },
      { check: true },
    );

    expect(told).toEqual(['h value: changed', 'h value: ok']);
    expect(host.writes).toEqual([]);
    expect(exitCode).toBe(2);
  });

  test('bases its predictions for later tasks on the changes it foresees', async () => {
    const { told } = await runModel(
      play(`
- {name: first, value: {name: a, is: 1}}
- {name: second, value: {name: a, is: 2}}
- {name: third, value: {name: a, is: 2}}`),
      { h: modelHost() },
      { check: true },
    );

    expect(told).toEqual(['h first: changed', 'h second: changed (first)', 'h third: ok (second)']);
  });

  test('reports as unknown what a foreseen change makes unknown', async () => {
    const { told, exitCode } = await runModel(
      play(`
- {name: first, value: {name: a, is: 1, blurs: b}}
- {name: second, value: {name: b, is: 1}}
- {name: third, value: {name: c, is: 1}}`),
      { h: modelHost({ a: '0', b: '1', c: '1' }) },
      { check: true },
    );

    expect(told).toEqual(['h first: changed', 'h second: unknown (first)', 'h third: ok']);
    expect(exitCode).toBe(2);
  });

  test('reports as unknown what depends on a command that it does not run', async () => {
    const { told, exitCode } = await runModel(
      play(`
- {name: first, act: {name: a, is: 1}, register: r, changed_when: false}
- {name: second, value: {name: b, is: 1}, when: r.rc == 0}
- {name: third, set_fact: {x: "{{ r.rc }}"}}
- {name: fourth, value: {name: c, is: "{{ x }}"}}`),
      { h: modelHost({ b: '1', c: '1' }) },
      { check: true },
    );

    expect(told.map((line) => line.replace(/ \(.*/, ''))).toEqual([
      'h first: skipped',
      'h second: unknown',
      'h third: unless',
      'h fourth: unknown',
    ]);
    expect(exitCode).toBe(3);
  });

  test('reports what would fail, unless a foreseen change repairs it', async () => {
    const tasks = play(`
- {name: first, value: {name: a, is: 1}}
- {name: proof, value: {name: c, is: 1, broken: true}}`);

    const { told } = await runModel(tasks, { h: modelHost() }, { check: true });

    expect(told).toEqual(['h first: changed', 'h proof: unless (first)']);
  });
});
