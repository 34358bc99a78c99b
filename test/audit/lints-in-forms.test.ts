import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auditOf } from '../../src/audit/audit-of.ts';
import { readBaselines, withAccepted } from '../../src/audit/baseline.ts';
import type { HostFinding } from '../../src/audit/finding.ts';
import { fold } from '../../src/audit/fold.ts';
import { writeHtml } from '../../src/audit/forms/html.ts';
import { writeMarkdown } from '../../src/audit/forms/markdown.ts';
import { writePrometheus } from '../../src/audit/forms/prometheus.ts';
import { writeSarif } from '../../src/audit/forms/sarif.ts';
import { writeText } from '../../src/audit/forms/text.ts';
import { History } from '../../src/audit/history.ts';
import { type HistoryPlace, historyPlace } from '../../src/audit/journal.ts';
import type { RunRecord } from '../../src/audit/record.ts';
import type { Trace } from '../../src/audit/traces/trace.ts';
import { must } from '../../src/core/must.ts';
import { Rig } from '../cli/rig.ts';
import { summaryOf } from '../report/events.ts';

const options = { diff: false, verbose: false, colour: false };

const lint = (host: string, more: Partial<HostFinding> = {}): HostFinding => ({
  id: 'bbbbbbbbbb',
  kind: 'lint',
  host,
  task: { name: 'dangling-link', type: 'lint' },
  subject: '/etc/a',
  changes: [],
  reason: 'leads to nowhere',
  remedy: 'remove the link',
  order: [1_000_000, 0],
  ...more,
});

const byAlex: Trace = { how: 'sudo', at: '2026-11-30T19:59:00.000Z', text: 'alex: sudo vim /etc/b' };

const drift = (host: string, doneBy?: readonly Trace[]): HostFinding => ({
  ...lint(host, { id: 'cccccccccc', kind: 'drift', task: { name: 'b', type: 'copy', file: 'site.yaml', line: 3 } }),
  remedy: 'x',
  ...(doneBy !== undefined && { doneBy }),
});

const audited = (findings: readonly HostFinding[], exitCode: number) =>
  auditOf(
    {
      startedAt: 0,
      version: '1',
      check: true,
      playbooks: ['site.yaml'],
      hosts: { web1: summaryOf({ ok: 3 }), web2: summaryOf({ ok: 3 }) },
      findings,
      judged: [],
      errors: [],
      interrupted: false,
      exitCode,
      tookMs: 1,
    },
    fold(findings),
    [],
  );

describe('a lint', () => {
  const audit = audited([lint('web1'), lint('web2')], 0);

  test.each([
    [
      'text',
      writeText(audit, options),
      /web1, web2: dangling-link \/etc\/a: leads to nowhere\n {4}remedy: remove the link\n/,
    ],
    [
      'markdown',
      writeMarkdown(audit, options),
      /## Lints.*\n\n.*\n.*\n.*leads to nowhere \*\*Remedy:\*\* remove the link/,
    ],
    ['html', writeHtml(audit), /data-k="lint" (?:.|\n)*Remedy: remove the link/],
    ['prometheus', writePrometheus(audit), /retrace_audit_findings\{host="web2",kind="lint"\} 1\n/],
    ['sarif', writeSarif(audit), /"ruleId": "lint"(?:.|\n)*Remedy: remove the link/],
  ])('is told in the form %s, with its remedy, once for all hosts', (_, text, expected) => {
    expect(text).toMatch(expected);
  });

  test('has no line of a playbook in SARIF, but a place, without which forges do not show it', () => {
    expect(JSON.parse(writeSarif(audit)).runs[0].results[0].locations).toEqual([
      { physicalLocation: { artifactLocation: { uri: 'site.yaml' } } },
    ]);
  });

  test.each([
    ['found', [lint('web1')], 0, 2],
    ['found where something is unknown', [lint('web1')], 3, 2],
    ['unknown', [lint('web1', { kind: 'unknown' })], 0, 3],
    ['unknown where something drifted', [drift('web1'), lint('web1', { kind: 'unknown' })], 2, 2],
    ['where a host is unreachable', [lint('web1')], 4, 4],
    ['accepted', [lint('web1', { accepted: { why: 'x', until: '2999-01-01', owner: 'a' } })], 0, 0],
  ])('that is %s: the exit code', (_, findings, ofCheck, expected) => {
    expect(audited(findings, ofCheck).exitCode).toBe(expected);
  });
});

describe('who did it', () => {
  test.each([
    ['text', (audit: ReturnType<typeof audited>) => writeText(audit, options)],
    ['markdown', (audit: ReturnType<typeof audited>) => writeMarkdown(audit, options)],
    ['html', (audit: ReturnType<typeof audited>) => writeHtml(audit)],
  ])('is told in the form %s', (_, write) => {
    expect(write(audited([drift('web1', [byAlex])], 2))).toMatch(
      /[Bb]y:? 2026-11-30 19:59 UTC, alex: sudo vim \/etc\/b/,
    );
    expect(write(audited([drift('web1')], 2))).not.toMatch(/\b[Bb]y:? \d{4}-/);
  });

  test('a finding is told once, whoever did it on which host', () => {
    const [one, ...others] = fold([drift('web1', [byAlex]), drift('web2')]);

    expect(others).toEqual([]);
    expect(one).toMatchObject({ hosts: ['web1', 'web2'], doneBy: { web1: [byAlex] } });
    expect(writeText(audited([drift('web1', [byAlex]), drift('web2')], 2), options)).toContain(
      '    by: web1: 2026-11-30',
    );
  });
});

test('a lint is accepted by its ID, and told so', async () => {
  using rig = new Rig().write({ 'site.yaml': '[]\n' });
  const place = must(historyPlace({ RETRACE_HISTORY: join(rig.folder, 'history') }), 'a place');
  {
    using history = new History(place);
    history.add(record(1000, [lint('web1')], {}, join(rig.folder, 'site.yaml')));
  }
  const words = ['accept', 'bbbb', '--until', '2999-01-01', '--why', 'meant', '--owner', 'alex'];
  const { stdout } = await rig.run(words, { env: { RETRACE_HISTORY: place.folder } });
  const baseline = must(readBaselines([rig.folder]), 'it reads');

  expect(stdout).toContain('bbbbbbbbbb dangling-link /etc/a is accepted on all hosts');
  expect(baseline.ok && withAccepted([lint('web1')], baseline.value, '2026-01-01')).toMatchObject([
    { accepted: { why: 'meant', owner: 'alex' } },
  ]);
});

const record = (
  startedAt: number,
  findings: readonly HostFinding[],
  linted?: RunRecord['linted'],
  playbook = '/site.yaml',
): RunRecord => ({
  key: String(startedAt),
  kind: 'audit',
  startedAt,
  tookMs: 1,
  user: 'alex',
  version: '1',
  playbooks: [playbook],
  exitCode: 0,
  hosts: { web1: summaryOf({ ok: 1 }) },
  findings,
  judged: [],
  ...(linted !== undefined && { linted }),
});

describe('the history', () => {
  let place: HistoryPlace;

  beforeEach(() => {
    place = must(historyPlace({ RETRACE_HISTORY: mkdtempSync(join(tmpdir(), 'retrace-history-')) }), 'a place');
  });
  afterEach(() => rmSync(place.folder, { recursive: true, force: true }));

  test.each([
    ['ends when its lint has looked and not found it', { web1: ['dangling-link'] }, 0],
    ['stays if its lint could not look at everything', { web1: ['failed-unit'] }, 1],
    ['stays if lints were not asked for', undefined, 1],
    ['stays if another host was looked at', { web2: ['dangling-link'] }, 1],
  ])('keeps a lint, which %s', (_, linted, open) => {
    using history = new History(place);
    history.add(record(1000, [lint('web1')], { web1: [] }));
    history.add(record(2000, [], linted));

    expect(history.episodes('web1', false)).toHaveLength(open);
    expect(history.audits(['/site.yaml'], 3000, 9)).toMatchObject([{ lint: 1 }, { lint: 0 }]);
  });

  test('keeps who did it as long as the same differs', () => {
    using history = new History(place);
    const other = { changes: [{ what: 'mode', from: '0600', to: '0644' }] };
    history.add(record(1000, [drift('web1', [byAlex])]));
    history.add(record(2000, [drift('web1')]));
    expect(history.episodes('web1', false)).toMatchObject([{ doneBy: [byAlex] }]);
    history.add(record(3000, [{ ...drift('web1'), ...other }]));
    expect(history.episodes('web1', false)[0]?.doneBy).toBeUndefined();
  });

  test('tells in advance why a finding differs, and keeps who did it', () => {
    using history = new History(place);
    const judged = (declares: string, status: 'ok' | 'changed') => [
      { host: 'web1', id: 'cccccccccc', status, declares },
    ];
    history.add({ ...record(1000, []), judged: judged('one', 'ok') });
    const causes = (declares: string) => [
      ...history.causes({ findings: [drift('web1')], judged: judged(declares, 'changed') }),
    ];

    expect(causes('one')).toEqual([['cccccccccc web1', 'drift']]);
    expect(causes('two')).toEqual([['cccccccccc web1', 'intended']]);
    history.add({ ...record(2000, [drift('web1', [byAlex])]), judged: judged('one', 'changed') });
    expect(history.run(2)?.findings).toMatchObject([{ doneBy: [byAlex] }]);
  });
});
