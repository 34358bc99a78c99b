import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import type { Event, Outcome } from '../../src/core/event.ts';
import { junit } from '../../src/report/forms/junit.ts';
import { createReporter } from '../../src/report/index.ts';
import { finished as finishedAtAll, summaryOf, task } from './events.ts';
import { casesOf, parseXml } from './parse-xml.ts';

const { at } = task;
const summary = summaryOf();
const time = Date.UTC(2026, 10, 29, 12);

const finished: typeof finishedAtAll = (outcome, more) => finishedAtAll(outcome, { time, ...more });

/** The report of a run with these events. */
async function reportOf(
  happenings: readonly Event[],
  { check = false, exitCode = 0, interrupted = false, summaries = { web1: summary } } = {},
): Promise<string> {
  let text = '';
  const report = await createReporter(junit, {
    stdout: { write: (piece) => (text += piece) },
    chalk: new Chalk({ level: 3 }),
    verbosity: 0,
    env: {},
    cwd: '/',
    formatDiagnostic: ({ message }) => message,
  });
  report({
    kind: 'run-started',
    version: '1',
    playbooks: ['play.yaml'],
    plays: [1],
    check,
    diff: false,
    hosts: [],
    time,
  });
  report({ kind: 'play-started', play: 1, pattern: 'all', name: 'the play', hosts: ['web1'], at, time });
  for (const event of happenings) report(event);
  report({ kind: 'run-finished', summaries, rounds: {}, logins: 1, interrupted, exitCode, tookMs: 2000, time });
  return text;
}

const only = async (...given: Parameters<typeof reportOf>): Promise<string | undefined> =>
  casesOf(parseXml(await reportOf(...given)))[0]?.[2];

const failure = { reason: 'unreachable', message: 'no route to host' } as const;

const outcomes: readonly (readonly [string, Partial<Outcome>, string, string])[] = [
  ['ok', {}, 'passed', 'passed'],
  ['changed', { status: 'changed' }, 'passed', 'failure drift'],
  ['unknown', { status: 'unknown', message: 'who knows' }, 'error unknown', 'error unknown'],
  ['skipped', { status: 'skipped', message: 'not wanted' }, 'skipped', 'skipped'],
  ['failed', { status: 'failed', message: 'bad' }, 'failure failed', 'failure failed'],
  ['failed and ignored', { status: 'failed', message: 'bad', ignored: true }, 'skipped', 'skipped'],
  ['unreachable', { status: 'unreachable', failure }, 'error unreachable', 'error unreachable'],
  ['unreachable and ignored', { status: 'unreachable', failure, ignored: true }, 'skipped', 'skipped'],
  [
    'interrupted',
    { status: 'failed', failure: { reason: 'interrupted', message: '' } },
    'error interrupted',
    'error interrupted',
  ],
];

test.for([
  ['run', false, 2],
  ['check', true, 3],
] as const)('each outcome has its status in a %s', async ([, check, column]) => {
  const events = outcomes.map(([name, outcome]) => finished(outcome, { task: { ...task, name } }));

  const cases = casesOf(parseXml(await reportOf(events, { check, exitCode: 2 })));

  expect(cases.map(([, name, verdict]) => [name, verdict])).toEqual(outcomes.map((row) => [row[0], row[column]]));
});

test('a case has its place and seconds, its suite host, start and counts', async () => {
  const root = parseXml(
    await reportOf([finished({}), finished({ status: 'failed', message: 'bad' })], { exitCode: 2 }),
  );

  const counts = { tests: '2', failures: '1', errors: '0', skipped: '0' };
  expect(root.attributes).toEqual({ name: 'play.yaml', ...counts, time: '2.000' });
  expect(root.children[0]?.attributes).toEqual({
    name: 'the play [web1]',
    hostname: 'web1',
    timestamp: '2026-11-29T11:59:58',
    time: '3.000',
    ...counts,
  });
  expect(root.children[0]?.children[0]?.attributes).toEqual({
    classname: 'the play [web1]',
    name: 'the task',
    file: 'play.yaml',
    line: '3',
    time: '1.500',
  });
});

test('a suite for each play and host', async () => {
  const root = parseXml(
    await reportOf([
      finished({}),
      finished({}, { host: 'web2' }),
      { kind: 'play-started', play: 2, pattern: 'all', name: 'another', hosts: ['web1'], at, time },
      finished({}, { play: 2 }),
    ]),
  );

  expect(root.children.map(({ attributes }) => attributes['name'])).toEqual([
    'the play [web1]',
    'the play [web2]',
    'another [web1]',
  ]);
});

test('the text of the failure contains the differences', async () => {
  const changes = [{ what: 'mode', from: '0600', to: '0644' }];
  const root = parseXml(await reportOf([finished({ status: 'changed', changes })], { check: true, exitCode: 2 }));

  const drift = root.children[0]?.children[0]?.children[0];
  expect(drift?.attributes['message']).toBe('would change: mode');
  expect(drift?.text).toContain('mode: 0600 → 0644');
});

test('a loop is a single case with the text of its items', async () => {
  const item = (label: string, outcome: Partial<Outcome>): Event => ({
    kind: 'item-finished',
    play: 1,
    task,
    host: 'web1',
    label,
    item: label,
    outcome: finished(outcome).outcome,
    time,
  });
  const root = parseXml(
    await reportOf(
      [
        item('a', {}),
        item('b', { status: 'failed', message: 'bad' }),
        finished({ status: 'failed' }, { looped: true }),
      ],
      { exitCode: 2 },
    ),
  );

  expect(casesOf(root)).toEqual([['the play [web1]', 'the task', 'failure failed']]);
  const { text } = root.children[0]?.children[0]?.children[0] ?? { text: '' };
  expect(text).toContain('ok: [web1] => (item=a)\nfatal: [web1] => (item=b): FAILED! bad');
});

test('the name contains handler, step and delegation', async () => {
  const named = { ...task, handler: true, step: 'S01' };

  const root = parseXml(await reportOf([finished({}, { task: named, delegatedTo: 'db1' })]));

  expect(casesOf(root)[0]?.[1]).toBe('S01 handler: the task (delegated to db1)');
});

describe('a rescued failure is not a failure', () => {
  const bad = (id: number) =>
    finished({ status: 'failed', message: 'bad' }, { task: { ...task, id, name: `task ${id}` } });
  const rescued: Event = { kind: 'rescued', host: 'web1', time };

  test.for<[string, readonly Event[], readonly string[]]>([
    ['alone', [bad(1), rescued], ['skipped']],
    ['before one that was not rescued', [bad(1), rescued, bad(2)], ['skipped', 'failure failed']],
    ['after one that was not rescued, in a check', [bad(1), bad(2), rescued], ['failure failed', 'skipped']],
    ['of another host', [bad(1), { ...rescued, host: 'web2' }], ['failure failed']],
  ])('%s', async ([, events, verdicts]) => {
    const isFailed = verdicts.includes('failure failed');
    const cases = casesOf(parseXml(await reportOf(events, { exitCode: isFailed ? 2 : 0 })));

    expect(cases.map(([, , verdict]) => verdict)).toEqual(verdicts);
  });
});

describe('every run with a non-zero exit code has a failure or an error in the report', () => {
  test('a mistake outside tasks', async () => {
    const diagnostic = { severity: 'error', code: 'no-task', message: 'no task is named `x`' } as const;

    const cases = casesOf(parseXml(await reportOf([{ kind: 'warning', diagnostic, time }], { exitCode: 1 })));

    expect(cases).toEqual([['run', 'no task is named `x`', 'error no-task']]);
  });

  test('an exit code without a failed task', async () => {
    const cases = casesOf(parseXml(await reportOf([finished({})], { exitCode: 3 })));

    expect(cases.at(-1)).toEqual(['run', 'the run ended with exit code 3', 'error exit-code']);
  });

  test('an interruption', async () => {
    const cases = casesOf(parseXml(await reportOf([finished({})], { exitCode: 130, interrupted: true })));

    expect(cases.at(-1)).toEqual(['run', 'the run was interrupted', 'error interrupted']);
  });
});

test('a play without hosts is reported as skipped, not omitted', async () => {
  expect(await only([{ kind: 'no-hosts', play: 1, pattern: 'db', time }])).toBe('skipped');
});

test('warnings are in system-err', async () => {
  const diagnostic = { severity: 'warning', code: 'x', message: 'mind <this>' } as const;

  const root = parseXml(await reportOf([{ kind: 'warning', diagnostic, time }]));

  expect(root.children[0]?.children).toEqual([
    { tag: 'system-err', attributes: {}, text: 'mind <this>', children: [] },
  ]);
});

/** All control characters of ASCII and C1, XML's own syntax characters, a lone surrogate, and what no document may contain. */
const hostile = `${String.fromCharCode(...Array(32).keys())}\x7f\x80\x9b<b a='1'>&amp;]]>"\ud800x\udc00\ufffe\uffff</testcase>😀`;

const places: readonly Event[] = [
  finished({}, { task: { ...task, name: hostile } }),
  finished({}, { host: hostile }),
  finished({ status: 'failed', message: hostile }),
  finished({ status: 'failed', result: { stdout: hostile, stderr: hostile, rc: 1 } }),
  finished({ status: 'changed', changes: [{ what: hostile, from: hostile, to: hostile }] }),
  finished({}, { task: { ...task, at: { ...at, file: hostile } } }),
];

test('text from a host or a file cannot forge anything, and the document stays well-formed', async () => {
  const text = await reportOf(places, { check: true, exitCode: 2 });

  const root = parseXml(text);
  expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/);
  expect(casesOf(root)).toHaveLength(places.length);
  expect(JSON.stringify(root).split(`<b a='1'>&amp;]]>\\"`).length).toBeGreaterThan(places.length);
  expect(JSON.stringify(root)).toContain('😀');
});
