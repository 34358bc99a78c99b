import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import type { Event, Outcome } from '../../src/core/event.ts';
import { formatDiagnostic } from '../../src/language/format-diagnostic.ts';
import type { ReportForm } from '../../src/report/form.ts';
import { ANSIBLE_FORMS, OUTPUT_FORMS } from '../../src/report/forms/index.ts';
import { json } from '../../src/report/forms/json.ts';
import { plainForm } from '../../src/report/forms/plain.ts';
import { createReporter } from '../../src/report/index.ts';

// XM7: whatever a host prints, a terminal shows it and does not obey it.

/** Sets the title, clears the screen, the same with C1 characters, backspace, DEL, carriage return, and reverses the writing direction. */
const hostile = 'a\x1b]0;t\x07\x1b[2J\x9b2J\x08\x7f\rok: [h]\u202eb\u2066c\u200f\0';
const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const at = { file: `${hostile}.yaml`, line: 1, column: 1 };
const task = { id: 1, name: 'a task', type: 'command', at, handler: false, tags: [] };
const plainOutcome: Outcome = { status: 'ok', changes: [], result: {} };
const finished = (outcome: Partial<Outcome>, named = task): Event => ({
  kind: 'task-finished',
  play: 1,
  task: named,
  host: 'h',
  tookMs: 1,
  outcome: { ...plainOutcome, ...outcome },
  time: 0,
});
const warning = (severity: 'error' | 'warning'): Event => ({
  kind: 'warning',
  time: 0,
  diagnostic: { severity, code: 'x', message: hostile, hint: hostile, at },
});

/** Every field of an event that may contain a host's text. */
const places: Readonly<Record<string, Event>> = {
  'target of a link': finished({ status: 'changed', changes: [{ what: 'link', from: hostile, to: hostile }] }),
  'what changes': finished({ status: 'changed', changes: [{ what: hostile, from: null, to: 'x' }] }),
  diff: finished({
    status: 'changed',
    changes: [
      {
        what: 'content',
        from: 'a',
        to: 'b',
        diff: { before: `${hostile}\n`, after: 'x\n', beforeHeader: hostile, afterHeader: hostile },
      },
    ],
  }),
  'message of a failure': finished({ status: 'failed', message: hostile, result: { msg: hostile, failed: true } }),
  'hint of a failure': finished({ status: 'failed', failure: { reason: 'lost', message: hostile, hint: hostile } }),
  'output of a failure': finished({ status: 'failed', result: { stdout: hostile, stderr: hostile, rc: 1 } }),
  'message of an unreachable host': finished({
    status: 'unreachable',
    message: hostile,
    result: { msg: hostile, unreachable: true },
    failure: { reason: 'unreachable', message: hostile, hint: hostile },
  }),
  'reason of an unknown outcome': finished({ status: 'unknown', message: hostile }),
  'assumed task': finished({ status: 'changed', assuming: [hostile] }),
  result: finished({ result: { [hostile]: [hostile] }, shown: true }),
  'output of debug': finished({ result: { msg: hostile } }, { ...task, type: 'ansible.builtin.debug' }),
  'warning of a task': finished({ warnings: [hostile] }),
  'name of a task': finished({}, { ...task, id: 2, name: hostile }),
  'name of a host': { ...finished({ status: 'failed' }), host: hostile } as Event,
  'label of an item': {
    kind: 'item-finished',
    play: 1,
    task,
    host: 'h',
    label: hostile,
    item: hostile,
    outcome: plainOutcome,
    time: 0,
  },
  'task that starts': {
    kind: 'task-started',
    play: 1,
    task: { ...task, name: hostile, step: hostile },
    host: 'h',
    time: 0,
  },
  'reason for waiting': { kind: 'host-busy', host: 'h', doing: 'waiting', about: hostile, time: 0 },
  output: { kind: 'output', task, host: 'h', stream: 'stdout', text: hostile, time: 0 },
  'included file': { kind: 'included', task: { ...task, name: hostile }, host: 'h', what: hostile, time: 0 },
  'name of a retried task': {
    kind: 'retrying',
    play: 1,
    task: { ...task, name: hostile },
    host: 'h',
    left: 1,
    outcome: plainOutcome,
    time: 0,
  },
  meta: { kind: 'meta', text: `META: ending ${hostile}`, time: 0 },
  warning: warning('warning'),
  error: warning('error'),
  script: { kind: 'sent', host: 'h', user: hostile, parts: 1, script: hostile, time: 0 },
};

/** Everything that a form writes for a run with this event, leaving out the live view's own cursor movements and erasing. */
async function written(form: ReportForm, event: Event): Promise<string> {
  let text = '';
  const report = await createReporter(form, {
    stdout: { write: (piece) => (text += piece), rows: 24, columns: 200 },
    chalk: new Chalk({ level: 0 }),
    verbosity: 4,
    env: {},
    cwd: '/',
    formatDiagnostic: (diagnostic) => formatDiagnostic(diagnostic, () => `${hostile}: ${hostile}`),
  });
  const time = Date.now() - 10_000;
  report({ kind: 'play-started', play: 1, pattern: 'all', name: hostile, hosts: ['h'], at, time });
  report({ kind: 'task-started', play: 1, task, host: 'h', time });
  report(event);
  if (form.name === 'live') await new Promise((resolve) => setTimeout(resolve, 200)); // it repaints only from time to time
  report({ kind: 'play-finished', play: 1, rounds: {}, time });
  const none = {
    ok: 1,
    changed: 0,
    unreachable: 0,
    failed: 1,
    skipped: 0,
    rescued: 0,
    ignored: 0,
    unknown: 0,
    unless: 0,
  };
  report({
    kind: 'run-finished',
    summaries: { h: none, [hostile]: none },
    rounds: { h: 1 },
    logins: 1,
    interrupted: false,
    exitCode: 2,
    tookMs: 1,
    time,
  });
  return text.replace(/\x1b\[\d+A\x1b\[0J/g, '');
}

const forms: readonly ReportForm[] = [...OUTPUT_FORMS, ...Object.values(ANSIBLE_FORMS)];

describe.concurrent.each(forms.filter(({ forPeople }) => forPeople))('XM7: as $name', (form) => {
  test.for(Object.entries(places))('%s: no control character', async ([, event]) => {
    const text = await written(form, event);

    expect(text.split('\n').filter((line) => control.test(line))).toEqual([]);
  });
});

test('XM7: control characters are shown readably', async () => {
  expect(await written(plainForm, places['message of a failure']!)).toContain(
    'FAILED! a␛]0;t␇␛[2J<U+009B>2J␈␡␍ok: [h]<U+202E>b<U+2066>c<U+200F>␀\n',
  );
});

test('XM7: programs get every character unchanged', async () => {
  const lines = (await written(json, places['message of a failure']!)).trimEnd().split('\n');

  expect(lines.map((line) => JSON.parse(line).outcome?.message)).toContain(hostile);
});

test.for(['label of an item', 'name of a task'])('XM7: %s stays one line', async (place) => {
  const forged = JSON.stringify(places[place]).replaceAll(JSON.stringify(hostile), '"a\\nok: [forged]"');

  const text = await written(plainForm, JSON.parse(forged) as Event);

  expect(text).toContain('a␊ok: [forged]');
  expect(text).not.toContain('\nok: [forged]');
});
