import { describe, expect, test } from 'vitest';
import { auditOf } from '../../src/audit/audit-of.ts';
import type { Collected } from '../../src/audit/collect.ts';
import type { HostFinding } from '../../src/audit/finding.ts';
import { fold } from '../../src/audit/fold.ts';
import { writeMarkdown } from '../../src/audit/forms/markdown.ts';
import { writePrometheus } from '../../src/audit/forms/prometheus.ts';
import { writeSarif } from '../../src/audit/forms/sarif.ts';
import { writeText } from '../../src/audit/forms/text.ts';
import { summaryOf } from '../report/events.ts';

const options = { diff: false, verbose: false, colour: false };

const found = (host: string, number: number, more: Partial<HostFinding> = {}): HostFinding => ({
  id: `${number}`.padStart(10, '0'),
  kind: 'drift',
  host,
  task: { name: `task ${number}`, type: 'copy', file: 'site.yaml', line: number + 1 },
  changes: [{ what: 'mode', from: '0644', to: '0600' }],
  order: [number, 0],
  ...more,
});

function audited(findings: readonly HostFinding[], hosts: readonly string[], more: Partial<Collected> = {}) {
  const collected: Collected = {
    startedAt: 0,
    version: '1',
    check: true,
    playbooks: ['site.yaml'],
    hosts: Object.fromEntries(hosts.map((host) => [host, summaryOf({ ok: 50 })])),
    findings,
    judged: [],
    errors: [],
    interrupted: false,
    exitCode: findings.length > 0 ? 2 : 0,
    tookMs: 1,
    ...more,
  };
  return auditOf(collected, fold(findings), []);
}

describe('a thousand hosts with seven findings', () => {
  const hosts = Array.from({ length: 1000 }, (_, index) => `web${index}`);
  const findings = hosts.flatMap((host) => Array.from({ length: 7 }, (_, number) => found(host, number)));

  test('fill less than a page of text', () => {
    const text = writeText(audited(findings, hosts), options);

    expect(text.split('\n').length).toBeLessThanOrEqual(60);
    expect(text).toContain('7 drifts on 1000 of 1000 hosts');
    expect(text).toContain('web0, web1, web2 and 997 more (1000 hosts)');
  });

  test('are the same text whichever host answered first', () => {
    expect(writeText(audited(findings.toReversed(), hosts.toReversed()), options)).toBe(
      writeText(audited(findings, hosts), options),
    );
  });
});

describe('the forms', () => {
  test('a host that is only in a finding has its line for Prometheus, and what is accepted does not count', () => {
    const accepted = { why: 'waits', until: '2999-01-01', owner: 'alex' };
    const text = writePrometheus(audited([found('a"b', 1), found('web1', 2, { accepted })], ['web1']));

    expect(text).toContain('retrace_audit_findings{host="a\\"b",kind="drift"} 1\n');
    expect(text).toContain('retrace_audit_findings{host="web1",kind="drift"} 0\n');
    expect(text).toContain('retrace_audit_accepted_findings{host="web1"} 1\n');
  });

  test('text of a host is no markup in Markdown', () => {
    const name = '<b>x</b> | [a](http://b) `c`';
    const text = writeMarkdown(
      audited([found('web1', 1, { task: { ...found('web1', 1).task, name } })], ['web1']),
      options,
    );

    expect(text).toContain('\\<b\\>x\\</b\\> \\| \\[a\\](http://b) \\`c\\`');
  });

  test('SARIF has each finding at its task, and the accepted ones suppressed', () => {
    const accepted = { why: 'waits', until: '2999-01-01', owner: 'alex' };
    const { runs } = JSON.parse(writeSarif(audited([found('web1', 1), found('web1', 2, { accepted })], ['web1'])));

    expect(runs[0].results).toMatchObject([
      { ruleId: 'drift', locations: [{ physicalLocation: { region: { startLine: 2 } } }] },
      { suppressions: [{ justification: 'waits' }] },
    ]);
    expect(runs[0].results[0].suppressions).toBeUndefined();
  });

  test('nothing was checked is not the same as no findings', () => {
    expect(writeText(audited([], []), options)).toBe('nothing was checked\n');
  });
});

describe('the exit code', () => {
  const accepted = { why: 'waits', until: '2999-01-01', owner: 'alex' };

  test.each([
    ['what is accepted does not count', [found('a', 1, { accepted })], 0],
    ['what is not accepted does', [found('a', 1, { accepted }), found('a', 2)], 2],
    [
      'a host that cannot be reached counts most',
      [found('a', 1, { accepted }), found('a', 2, { kind: 'unreachable' })],
      4,
    ],
    ['what is unknown stays open', [found('a', 1, { accepted }), found('a', 2, { kind: 'unknown' })], 3],
  ] as const)('%s', (_, findings, code) => {
    expect(audited(findings, ['a']).exitCode).toBe(code);
  });

  test('a task that is in order unless another changes it stays open', () => {
    const hosts = { a: summaryOf({ ok: 1, changed: 1, unless: 1 }) };

    expect(audited([found('a', 1, { accepted })], ['a'], { hosts }).exitCode).toBe(3);
  });
});
