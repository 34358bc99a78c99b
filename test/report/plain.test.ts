import { describe, expect, test } from 'vitest';
import type { Event, Outcome } from '../../src/core/event.ts';
import { ansible } from '../../src/report/forms/ansible.ts';
import { plainForm } from '../../src/report/forms/plain.ts';
import { finished, runFinished, summaryOf, task, written } from './events.ts';

const play = '\nPLAY [the play] ************************\n';
const heading = '\nTASK [the task] ************************\n';

/** The output below the heading of the task. */
const said = async (...given: Parameters<typeof written>): Promise<string> =>
  // Ansible's stars go one further.
  (await written(...given)).replace(/\n(?:PLAY|TASK) \[the (?:play|task)\] \*{24,25}\n/g, '');

const changes = [{ what: 'mode', from: '0600', to: '0644' }];
const failed: Partial<Outcome> = { status: 'failed', message: 'bad', result: { rc: 3, stderr: 'why' } };

describe('an outcome', () => {
  test.for<[string, Partial<Outcome>, { check?: boolean; verbosity?: number }, string]>([
    ['ok', {}, {}, 'ok: [web1]\n'],
    ['changed', { status: 'changed', changes }, {}, 'changed: [web1]\n    mode: 0600 → 0644\n'],
    [
      'changed in a check',
      { status: 'changed', changes },
      { check: true },
      'would change: [web1]\n    mode: 0600 → 0644\n',
    ],
    [
      'changed in a check, assuming another change',
      { status: 'changed', assuming: ['before'] },
      { check: true },
      'would change, assuming "before": [web1]\n',
    ],
    ['unknown', { status: 'unknown', message: 'who knows' }, { check: true }, 'unknown: [web1] who knows\n'],
    ['skipped', { status: 'skipped', message: 'not wanted' }, {}, 'skipping: [web1]\n'],
    ['failed', failed, {}, 'fatal: [web1]: FAILED! bad\n    exit code: 3\n    stderr: why\n    at play.yaml:3:5\n'],
    [
      'ignored',
      { ...failed, result: {}, ignored: true },
      {},
      'fatal: [web1]: FAILED! bad\n    at play.yaml:3:5\n...ignoring\n',
    ],
    [
      'unreachable',
      {
        status: 'unreachable',
        message: 'no route',
        failure: { reason: 'unreachable', message: '', hint: 'look at it' },
      },
      {},
      'fatal: [web1]: UNREACHABLE! no route\n    look at it\n',
    ],
    ['with a warning', { warnings: ['mind this'] }, {}, 'ok: [web1]\n[WARNING]: mind this\n'],
    [
      'with -vv',
      { result: { a: 1 } },
      { verbosity: 2 },
      'task path: play.yaml:3\nok: [web1]\n    {\n      "a": 1\n    }\n',
    ],
  ])('%s', async ([, outcome, options, text]) => {
    expect(await said(plainForm, [finished(outcome)], options)).toBe(text);
  });

  test("H24: in Ansible's words, the `diff` of a result is printed from -vvv on", async () => {
    const events = [finished({ result: { a: 1, diff: { before: 'x', after: 'y' } } })];

    expect(await said(ansible, events, { verbosity: 1 })).toBe('ok: [web1] => {"a": 1}\n');
    expect(await said(ansible, events, { verbosity: 3 })).toContain('"diff": {"before": "x", "after": "y"}');
  });

  test("in Ansible's words, a change in a check is `changed`, and a failure is one line of JSON", async () => {
    const events = [finished({ status: 'changed', changes }), finished({ ...failed, result: { msg: 'bad', rc: 3 } })];

    expect(await said(ansible, events, { check: true })).toBe(
      'changed: [web1]\nfatal: [web1]: FAILED! => {"msg": "bad", "rc": 3}\n',
    );
  });
});

describe('hosts', () => {
  const hosts = Array.from({ length: 8 }, (_, index) => `h${index}`);
  const all = (outcome: Partial<Outcome>, named = hosts): readonly Event[] => [
    ...named.map((host) => finished(outcome, { host })),
    { kind: 'play-finished', play: 1, rounds: {}, time: 0 },
  ];

  test('with the same outcome are on one line, in the order of the play', async () => {
    expect(await said(plainForm, all({}, ['h2', 'h0', 'h1']), { hosts })).toBe('ok: [h0, h1, h2]\n');
  });

  test('without changes are abbreviated if there are many', async () => {
    expect(await said(plainForm, all({}), { hosts })).toBe('ok: [h0, h1, h2 and 5 more]\n');
  });

  test('with changes are all named', async () => {
    expect(await said(plainForm, all({ status: 'changed' }), { hosts })).toBe(
      'changed: [h0, h1, h2, h3, h4, h5, h6, h7]\n',
    );
  });

  test('are reported one by one with --step', async () => {
    expect(await said(plainForm, [finished({}, { host: 'h1' })], { hosts, atOnce: true })).toBe('ok: [h1]\n');
  });
});

test('hidden outcomes have no heading', async () => {
  const hides = new Set(['skipped' as const]);

  expect(await written(plainForm, [finished({ status: 'skipped' })], { hides })).toBe(play);
});

test('a loop is reported item by item', async () => {
  const item: Event = { ...finished(), kind: 'item-finished', label: 'a', item: 'a' } as Event;

  expect(await said(plainForm, [item, finished({}, { looped: true })])).toBe('ok: [web1] => (item=a)\n');
});

describe('the recap', () => {
  const recap = async (...given: Parameters<typeof written>): Promise<readonly string[]> =>
    ((await written(...given)).split(/PLAY RECAP \*+\n/)[1] ?? '').trimEnd().split('\n');

  test('lists failed hosts first, and omits zero counts', async () => {
    const summaries = { a: summaryOf({ ok: 2 }), b: summaryOf({ ok: 1, failed: 1 }), c: summaryOf({ changed: 10 }) };

    expect(await recap(plainForm, [runFinished(summaries)])).toEqual([
      'b : ok=1 changed=0  failed=1',
      'c : ok=0 changed=10 failed=0',
      'a : ok=2 changed=0  failed=0',
    ]);
  });

  test('repeats each failure once for all hosts with the same failure', async () => {
    const hosts = ['a', 'b'];
    const events = hosts.map((host) => finished(failed, { host }));

    const lines = await recap(
      plainForm,
      [...events, runFinished({ a: summaryOf({ failed: 1 }), b: summaryOf({ failed: 1 }) })],
      {
        hosts,
      },
    );

    expect(lines.slice(-3)).toEqual(['a, b', '  the task (play.yaml:3)', '    bad (exit code 3): why']);
  });

  test('omits a rescued failure', async () => {
    const lines = await recap(plainForm, [finished(failed), runFinished({ web1: summaryOf({ rescued: 1 }) })]);

    expect(lines.join('\n')).not.toContain('the task');
  });

  test('of a check names what its exit code hides: drift on hosts other than the unreachable one', async () => {
    const summaries = { a: summaryOf({ changed: 1 }), b: summaryOf({ unreachable: 1 }) };

    expect(await recap(plainForm, [runFinished(summaries)], { check: true })).toContain(
      'exit code 4: unreachable: b; drift was found on: a',
    );
  });

  test('shows the round trips with -v', async () => {
    expect(await recap(plainForm, [runFinished({})], { verbosity: 1 })).toContain('rounds: web1 2; logins: 1; 2.00 s');
  });

  // As ansible-playbook 2.14 prints it.
  test("in Ansible's words shows all counts, by name", async () => {
    expect(await recap(ansible, [runFinished({ b: summaryOf(), a: summaryOf({ unknown: 1, failed: 1 }) })])).toEqual([
      'a                          : ok=0    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   ',
      'b                          : ok=0    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0',
    ]);
  });

  // As ansible-playbook 2.14 prints it.
  test('is followed by what set_stats recorded, if so configured', async () => {
    const stats = (data: object, more = {}) =>
      finished({ result: { ansible_stats: { data, per_host: false, aggregate: true, ...more } } });
    const events = [
      stats({ n: 10, l: [1], d: { x: 1 } }),
      stats({ n: 15, l: [2], d: { y: 2 } }),
      stats({ n: 'other', m: 1 }),
      stats({ m: 2 }, { aggregate: false }),
      stats({ n: 1 }, { per_host: true }),
      runFinished({}),
    ];
    const told = await written(ansible, events, { customStats: true });

    expect(told.slice(told.indexOf('CUSTOM STATS'))).toMatch(
      /^CUSTOM STATS: \*+\n\tweb1: \{ "n": 1\}\n\n\tRUN: \{ "d": \{ {2}"x": 1, {2}"y": 2 \}, "l": \[ {2}1, {2}2 \], "m": 2, "n": 25\}\n\n$/,
    );
    expect(await written(ansible, events)).not.toContain('CUSTOM');
  });

  test('of an interrupted run reports the interrupt', async () => {
    expect(await recap(plainForm, [{ ...runFinished({}), interrupted: true }])).toContain(
      'interrupted; run it again to continue from the actual state',
    );
  });
});

test('waiting is reported once', async () => {
  const waiting: Event = { kind: 'host-busy', host: 'web1', doing: 'waiting', about: 'the record', time: 0 };

  expect((await written(plainForm, [waiting, waiting])).replace(play, '')).toBe('waiting: [web1] the record\n');
});

test('a task with several outcomes has one heading', async () => {
  const started: Event = { kind: 'task-started', play: 1, task, host: 'web1', time: 0 };

  expect(await written(plainForm, [started, finished()])).toBe(`${play}${heading}ok: [web1]\n`);
});
