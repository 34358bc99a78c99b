import { expect, test } from 'vitest';
import type { Finding } from '../../src/audit/finding.ts';
import { newsOf } from '../../src/audit/news.ts';
import { calm, finding } from './sample.ts';

const accepted = { why: 'waits', until: '2999-01-01', owner: 'alex' };
const history = [{ startedAt: '2026-11-29T04:00:00.000Z', drift: 0, lint: 0, unknown: 0, failed: 0, exitCode: 0 }];
const seen = (times: number) => ({ firstSeen: '2026-11-01T04:00:00.000Z', times, cause: 'drift' as const });

const hostsOf = (more: Partial<Finding>): readonly string[] | undefined =>
  newsOf(calm({ history, findings: [finding('drift', 'a', { hosts: ['off1', 'off2'], ...more })] }))?.findings[0]
    ?.hosts;

test.each([
  ['what is seen for the first time', { seen: { off1: seen(1), off2: seen(1) } }, ['off1', 'off2']],
  ['only the hosts on which it is new', { seen: { off1: seen(4), off2: seen(1) } }, ['off2']],
  ['without a history, everything', {}, ['off1', 'off2']],
  ['nothing that was there before', { seen: { off1: seen(2), off2: seen(9) } }, undefined],
  ['nothing that is accepted', { accepted }, undefined],
  [
    'what was still accepted in the last audit',
    { seen: { off1: seen(4), off2: seen(4) }, lapsed: { ...accepted, until: '2026-11-29' } },
    ['off1', 'off2'],
  ],
  [
    'not again what has long been accepted no more',
    { seen: { off1: seen(4), off2: seen(4) }, lapsed: { ...accepted, until: '2026-11-28' } },
    undefined,
  ],
])('news: %s', (_, more, expected) => {
  expect(hostsOf(more)).toEqual(expected);
});

test('an audit with errors is news', () => {
  expect(newsOf(calm())).toBeUndefined();
  expect(newsOf(calm({ errors: ['it broke'] }))).toMatchObject({ errors: ['it broke'], findings: [] });
});
