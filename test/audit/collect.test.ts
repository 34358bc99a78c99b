import { describe, expect, test } from 'vitest';
import { type Collected, collector } from '../../src/audit/collect.ts';
import { fold } from '../../src/audit/fold.ts';
import type { Event, Outcome, TaskRef } from '../../src/core/event.ts';
import { finished, summaryOf, task } from '../report/events.ts';

const started: Event = {
  time: 0,
  kind: 'run-started',
  version: '1',
  playbooks: ['site.yaml'],
  plays: [1],
  check: true,
  diff: true,
  hosts: [],
};

/** What is collected of a check in which these things happened. */
function collected(events: readonly Omit<Event, 'time'>[]): Collected {
  const { report, end } = collector();
  report(started);
  for (const event of events) report({ time: 1, ...event } as Event);
  const ended = { interrupted: false, exitCode: 2, tookMs: 5, logins: 0, rounds: {} };
  report({ time: 2, kind: 'run-finished', summaries: { web1: summaryOf() }, ...ended });
  return end();
}

const named = (name: string, line = 3): TaskRef => ({ ...task, id: line, name, at: { ...task.at, line } });
const drifted: Partial<Outcome> = { status: 'changed', changes: [{ what: 'mode', from: '0644', to: '0600' }] };

describe('the findings of a check', () => {
  test.each([
    ['a change that a run would make is drift', { status: 'changed' }, 'drift'],
    ['one that an earlier task may make is uncertain', { status: 'unless', would: 'changed' }, 'uncertain'],
    ['what cannot be known is told', { status: 'unknown' }, 'unknown'],
    ['a failure is told', { status: 'failed' }, 'failed'],
    ['a host that cannot be reached is told', { status: 'unreachable' }, 'unreachable'],
    ['a failure that the playbook ignores is none', { status: 'failed', ignored: true }, undefined],
    ['what is in order is none', { status: 'ok' }, undefined],
    ['what is in order unless a task changes it is none', { status: 'unless', would: 'ok' }, undefined],
    ['a task that does not run is none', { status: 'skipped' }, undefined],
  ] as const)('%s', (_, outcome, kind) => {
    const { findings } = collected([finished(outcome as Partial<Outcome>)]);

    expect(findings.map((finding) => finding.kind)).toEqual(kind === undefined ? [] : [kind]);
  });

  test('a failure that a rescue caught is none', () => {
    const events = [finished({ status: 'failed' }), { kind: 'rescued', host: 'web1' } as const];

    expect(collected(events).findings).toEqual([]);
  });

  test('an interrupted task is none', () => {
    const failure = { reason: 'interrupted', message: 'interrupted' } as const;

    expect(collected([finished({ status: 'unreachable', failure })]).findings).toEqual([]);
  });

  test('items that no_log hides are findings of their own', () => {
    const item = (failed: boolean) => ({
      ...finished({ status: failed ? 'failed' : 'ok', censored: true }),
      kind: 'item-finished' as const,
      label: 'None',
    });
    const { findings } = collected([item(true), item(false), item(true)]);

    expect(findings.map(({ item }) => item)).toEqual(['1, hidden', '3, hidden']);
    expect(new Set(findings.map(({ id }) => id)).size).toBe(2);
  });

  test('the files of roles are told from the working directory', () => {
    const at = { ...task.at, file: `${process.cwd()}/roles/web/tasks/main.yaml` };
    const elsewhere = { ...task.at, file: '/usr/share/ansible/roles/web/tasks/main.yaml' };
    const { findings } = collected([
      finished({ status: 'changed' }, { task: { ...task, id: 1, at } }),
      finished({ status: 'changed' }, { task: { ...task, id: 2, at: elsewhere } }),
    ]);

    expect(findings.map((finding) => finding.task.file)).toEqual(['roles/web/tasks/main.yaml', elsewhere.file]);
  });

  test('of a host that never answered, nothing else is told', () => {
    const events = [finished(drifted), finished({ status: 'unreachable' }, { task: named('later', 9) })];

    expect(collected(events).findings.map(({ kind }) => kind)).toEqual(['unreachable']);
  });

  test('that a host cannot be reached is the same finding, whichever task came first', () => {
    const ids = ['a', 'b'].map(
      (name) => collected([finished({ status: 'unreachable' }, { task: named(name) })]).findings[0]?.id,
    );

    expect(ids[0]).toBe(ids[1]);
  });

  test('what could not be looked at is not judged', () => {
    const ok = collected([finished({ status: 'ok' })]);
    const unreachable = collected([finished({ status: 'unreachable' })]);

    expect(ok.judged.map(({ status }) => status)).toEqual(['ok']);
    expect(unreachable.judged).toEqual([]);
  });
});

describe('the ID of a finding', () => {
  const idOf = (ref: TaskRef, ...others: TaskRef[]): string | undefined =>
    collected([ref, ...others].map((one) => finished(drifted, { task: one }))).findings[0]?.id;

  test('stays the same when lines are added above the task', () => {
    expect(idOf(named('motd', 3))).toBe(idOf(named('motd', 30)));
  });

  test('tells tasks of the same name in a file apart', () => {
    const { findings } = collected([3, 9].map((line) => finished(drifted, { task: named('motd', line) })));

    expect(new Set(findings.map(({ id }) => id)).size).toBe(2);
  });

  test('is another one for another name', () => {
    expect(idOf(named('motd'))).not.toBe(idOf(named('issue')));
  });
});

describe('folding', () => {
  const onHosts = (hosts: readonly string[], outcome = drifted) => hosts.map((host) => finished(outcome, { host }));

  test('the same on several hosts is told once, with the hosts as people count', () => {
    const folded = fold(collected(onHosts(['web10', 'web2', 'web1'])).findings);

    expect(folded.map(({ hosts }) => hosts)).toEqual([['web1', 'web2', 'web10']]);
  });

  test('what differs from host to host is told for each', () => {
    const other = { ...drifted, changes: [{ what: 'mode', from: '0777', to: '0600' }] };
    const folded = fold(collected([...onHosts(['web1']), ...onHosts(['web2'], other)]).findings);

    expect(folded.map(({ hosts }) => hosts)).toEqual([['web1'], ['web2']].toSorted());
  });

  test('which host answered first makes no difference', () => {
    const there = fold(collected(onHosts(['web1', 'web2', 'web3'])).findings);
    const back = fold(collected(onHosts(['web3', 'web1', 'web2'])).findings);

    expect(back).toEqual(there);
  });

  test('what is graver comes first, then as the playbook has it', () => {
    const events = [
      finished({ status: 'unknown' }, { task: named('a', 1) }),
      finished(drifted, { task: named('b', 2) }),
      finished(drifted, { task: named('c', 3) }),
      finished({ status: 'failed' }, { task: named('d', 4) }),
    ];

    expect(fold(collected(events).findings).map((finding) => finding.task.name)).toEqual(['d', 'b', 'c', 'a']);
  });
});
