import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from 'node-sqlite3-wasm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HostFinding } from '../../src/audit/finding.ts';
import { History } from '../../src/audit/history.ts';
import { appendRecord, declaredDigest, type HistoryPlace, historyPlace } from '../../src/audit/journal.ts';
import type { RunRecord } from '../../src/audit/record.ts';
import { must } from '../../src/core/must.ts';

let place: HistoryPlace;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-history-'));
  place = must(historyPlace({ RETRACE_HISTORY: folder }), 'a place');
});
afterEach(() => rmSync(place.folder, { recursive: true, force: true }));

const day = (number: number): number => Date.UTC(2027, 0, number);

const finding: HostFinding = {
  id: 'aaaaaaaaaa',
  kind: 'drift',
  host: 'web1',
  task: { name: 'motd', type: 'copy', file: 'site.yaml', line: 3 },
  changes: [{ what: 'content', from: 'a', to: 'b' }],
  order: [0, 0],
};

let records = 0;

/** The record of an audit on a day; `declares` is what the playbook said then. */
function audit(on: number, is: 'differs' | 'in order', declares = 'one', more: Partial<RunRecord> = {}): RunRecord {
  const status = is === 'differs' ? 'changed' : 'ok';
  return {
    key: `key ${records++}`,
    kind: 'audit',
    startedAt: day(on),
    tookMs: 1,
    user: 'alex',
    version: '1',
    playbooks: ['/etc/site.yaml'],
    exitCode: 2,
    hosts: {},
    findings: is === 'differs' ? [finding] : [],
    judged: [{ host: 'web1', id: finding.id, status, declares }],
    ...more,
  };
}

/** A run that repaired what differed. */
const repair = (on: number, declares = 'one'): RunRecord =>
  audit(on, 'differs', declares, { kind: 'run', exitCode: 0 });

const keep = (...all: RunRecord[]) => {
  using history = new History(place);
  return all.map((record) => history.add(record).get('aaaaaaaaaa web1'));
};

describe('the history of a finding', () => {
  test('it is known since it was first seen, and counted', () => {
    const [, , third] = keep(audit(1, 'differs'), audit(2, 'differs'), audit(3, 'differs'));

    expect(third).toMatchObject({ firstSeen: '2027-01-01T00:00:00.000Z', times: 3 });
  });

  test.each([
    ['what was never in order is new', [audit(1, 'differs')], 'new'],
    ['what changed on the host alone is drift', [audit(1, 'in order'), audit(2, 'differs')], 'drift'],
    ['what the playbook declares anew is intended', [audit(1, 'in order'), audit(2, 'differs', 'two')], 'intended'],
    ['after a run, what changes is drift', [audit(1, 'differs'), repair(2), audit(3, 'differs')], 'drift'],
  ] as const)('%s', (_, all, cause) => {
    expect(keep(...all).at(-1)?.cause).toBe(cause);
  });

  test('what was changed by hand while a declaration was pending is drift once that is taken back', () => {
    const [, pending, , after] = keep(
      audit(1, 'in order'),
      audit(2, 'differs', 'two'),
      audit(3, 'differs', 'two'),
      audit(4, 'differs', 'one'),
    );

    expect([pending?.cause, after?.cause]).toEqual(['intended', 'drift']);
  });

  test('a handler is due for the reason of the task that notifies it', () => {
    const handler = { ...finding, id: 'bbbbbbbbbb', task: { ...finding.task, name: 'handler: reload' } };
    const both = { ...audit(2, 'differs', 'two'), findings: [finding, handler] };
    keep(audit(1, 'in order'));
    using history = new History(place);

    expect(history.add(both).get('bbbbbbbbbb web1')?.cause).toBe('intended');
    history.add(audit(3, 'in order', 'two'));
    expect(history.episodes('web1', false)).toEqual([]);
  });

  test('what a run looked at and did not find is gone', () => {
    const failed = { ...finding, kind: 'failed' as const };
    const run = audit(2, 'in order', 'one', {
      kind: 'run',
      judged: [{ host: 'web1', id: finding.id, status: 'other' }],
    });
    keep({ ...audit(1, 'differs'), findings: [failed] }, run);
    using history = new History(place);

    expect(history.episodes('web1', false)).toEqual([]);
  });

  test('a repair names the run, and what comes back begins anew', () => {
    keep(audit(1, 'differs'), repair(2), audit(3, 'in order'), audit(4, 'differs'));
    using history = new History(place);

    expect(history.episodes(undefined, true)).toMatchObject([{ host: 'web1', ended: { how: 'repaired', run: 2 } }]);
    expect(history.episodes('web1', false)).toMatchObject([{ firstSeen: '2027-01-04T00:00:00.000Z', times: 1 }]);
    expect(history.episodes('web2', false)).toEqual([]);
  });

  test('what someone else put in order is gone, not repaired', () => {
    keep(audit(1, 'differs'), audit(2, 'in order'));
    using history = new History(place);

    expect(history.episodes(undefined, true)).toMatchObject([{ ended: { how: 'gone', run: 2 } }]);
  });

  test('a host that could not be asked is still as it was', () => {
    keep(audit(1, 'differs'), audit(2, 'in order', 'one', { judged: [], findings: [] }));
    using history = new History(place);

    expect(history.episodes('web1', false)).toMatchObject([{ lastSeen: '2027-01-01T00:00:00.000Z' }]);
  });

  test('the numbers of earlier audits are there for a chart', () => {
    keep(audit(1, 'differs'), audit(2, 'in order'), audit(3, 'differs'));
    using history = new History(place);

    expect(history.audits(['/etc/site.yaml'], day(3), 10).map(({ drift }) => drift)).toEqual([1, 0]);
  });
});

describe('the journal', () => {
  test('what runs leave is taken over once, in the order of time', () => {
    appendRecord(place, repair(2));
    appendRecord(place, audit(1, 'differs'));
    {
      using history = new History(place);
      expect(history.takeJournal()).toBe(0);
    }
    using history = new History(place);

    expect(history.takeJournal()).toBe(0);
    expect(history.runs(10).map(({ kind }) => kind)).toEqual(['run', 'audit']);
    expect(history.episodes(undefined, true)).toMatchObject([{ ended: { how: 'repaired' } }]);
  });

  test('a line that a killed run left half written loses no other', () => {
    appendFileSync(place.journal, '{"key":"half');
    appendRecord(place, audit(1, 'differs'));
    using history = new History(place);

    expect(history.takeJournal()).toBe(1);
    expect(history.runs(10)).toHaveLength(1);
  });

  test('a record that was taken twice is kept once', () => {
    const record = audit(1, 'differs');
    keep(record, record);
    using history = new History(place);

    expect(history.runs(10)).toHaveLength(1);
    expect(history.episodes(undefined, false)).toMatchObject([{ times: 1 }]);
  });
});

describe.runIf(process.getuid?.() === 0)('on a full disk', () => {
  beforeEach(() => void execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=320k', 'history', place.folder]));
  afterEach(() => void execFileSync('umount', [place.folder]));

  const fill = (): void => void spawnSync('dd', ['if=/dev/zero', `of=${join(place.folder, 'filler')}`, 'bs=1k']);
  const free = (): void => rmSync(join(place.folder, 'filler'));

  test('earlier entries stay, and what could not be kept is told', () => {
    keep(audit(1, 'differs'), audit(2, 'differs'));
    fill();
    const later = Array.from({ length: 60 }, (_, at) => audit(3 + at, 'differs'));
    expect(() => keep(...later)).toThrow(/disk|full|I\/O/i);
    free();

    using history = new History(place);
    expect(history.runs(100).length).toBeGreaterThanOrEqual(2);
    expect(history.episodes(undefined, false)).toMatchObject([{ times: history.runs(100).length }]);
  });

  test('what runs have left in the journal is kept once there is room', () => {
    keep(audit(1, 'differs'));
    appendRecord(place, audit(2, 'differs'));
    fill();
    const long = audit(3, 'differs', 'x'.repeat(100_000));
    expect(() => appendRecord(place, long)).toThrow(/ENOSPC/);
    free();
    appendRecord(place, audit(4, 'differs'));

    using history = new History(place);
    expect(history.takeJournal()).toBe(1); // half of a line
    expect(history.runs(100).map(({ startedAt }) => startedAt.slice(0, 10))).toEqual([
      '2027-01-04',
      '2027-01-02',
      '2027-01-01',
    ]);
  });
});

describe('the files of the history', () => {
  test('a place that cannot be made is told at once', () => {
    const nowhere = must(historyPlace({ RETRACE_HISTORY: '/proc/retrace/history' }), 'a place');

    expect(() => new History(nowhere)).toThrow(/ENOENT/);
    expect(() => appendRecord(nowhere, audit(1, 'differs'))).toThrow(/ENOENT/);
  });

  test('are for their owner only', () => {
    appendRecord(place, audit(1, 'differs'));
    declaredDigest(place);
    keep(audit(2, 'differs'));

    const modes = readdirSync(place.folder).map((name) => [name, statSync(join(place.folder, name)).mode & 0o077]);
    expect(modes).toEqual(modes.map(([name]) => [name, 0]));
    expect(modes.length).toBeGreaterThan(2);
  });

  test('the lock of a program that was killed does not hold forever', () => {
    keep(audit(1, 'differs'));
    mkdirSync(`${place.database}.lock`);
    const longAgo = (Date.now() - 120_000) / 1000;
    utimesSync(`${place.database}.lock`, longAgo, longAgo);

    expect(keep(audit(2, 'differs'))[0]?.times).toBe(2);
  });

  test('a reader waits for the program that is writing', () => {
    keep(audit(1, 'differs'));
    using history = new History(place);
    const lock = `${place.database}.lock`;
    spawn('sh', ['-c', 'mkdir "$1" && : >"$1.held" && sleep 0.5; rmdir "$1"', 'sh', lock]);
    while (!existsSync(`${lock}.held`)) execFileSync('sleep', ['0.02']);

    expect(history.runs(10)).toHaveLength(1);
    expect(existsSync(lock)).toBe(false);
  });

  test('a digest tells that content changed, and is another one with another key', () => {
    const digest = declaredDigest(place);
    const content = (text: string) => ({ content: Buffer.from(text) });

    expect(digest(content('a'))).toBe(declaredDigest(place)(content('a')));
    expect(digest(content('a'))).not.toBe(digest(content('b')));
    rmSync(place.key);
    expect(declaredDigest(place)(content('a'))).not.toBe(digest(content('a')));
  });
});

test('a history of a version that knew no plans, and kept no number of its tables, is brought up', () => {
  keep(audit(1, 'differs'));
  const older = new Database(place.database);
  older.exec('alter table runs drop column plan; pragma user_version = 0');
  older.close();

  using history = new History(place);
  history.add(audit(2, 'differs', 'one', { plan: 'abc' }));

  expect(history.runs(5).map(({ plan }) => plan)).toEqual(['abc', undefined]);
});
