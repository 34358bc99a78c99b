import { describe, expect, test } from 'vitest';
import type { DnsReply } from '../../src/core/questions/network/dns.ts';
import dnsRecord from '../../tasks/dns_record.ts';
import { context, planOn } from './harness.ts';

const says = (...values: string[]): DnsReply => ({ server: 'ns1', values });
const args = { name: 'off1-proxy.example.org', values: ['192.0.2.2', '192.0.2.1'] };
const on = (replies: readonly DnsReply[], more = {}, check = false) =>
  planOn(dnsRecord, { answer: { replies } }, { ...args, ...more }, { ...context, check });

describe('dns_record', () => {
  test.for([
    ['the same in another order', [says('192.0.2.1', '192.0.2.2')], {}, true],
    ['one value missing', [says('192.0.2.1')], {}, false],
    ['one value too many', [says('192.0.2.1', '192.0.2.2', '192.0.2.3')], {}, false],
    ['one of two servers', [says('192.0.2.1', '192.0.2.2'), says('192.0.2.9')], {}, false],
    [
      'a name in capitals, with its final dot',
      [says('www.example.org')],
      { type: 'CNAME', values: ['WWW.example.org.'] },
      true,
    ],
    ['no record, and none wanted', [says()], { values: [] }, true],
    ['no such name, and none wanted', [{ server: 'ns1', failure: 'nxdomain', said: '' }], { values: [] }, true],
    ['no such name', [{ server: 'ns1', failure: 'nxdomain', said: '' }], {}, false],
    ['a timeout, and none wanted', [{ server: 'ns1', failure: 'timeout', said: '' }], { values: [] }, false],
  ] as const)('%s', ([, replies, more, holds]) => {
    expect('changes' in on(replies, more)).toBe(holds);
  });

  test('reports which server differs, and how', () => {
    const plan = on([
      says('192.0.2.1', '192.0.2.2'),
      { server: 'ns2', values: ['192.0.2.9'] },
      { server: 'ns3', failure: 'timeout', said: '' },
    ]);

    expect(plan).toMatchObject({
      failed:
        'A off1-proxy.example.org should be 192.0.2.1, 192.0.2.2: ns2 returns 192.0.2.9; ns3 does not answer in time',
    });
  });

  test('M6: a check fails as a run does', () => {
    expect(on([{ server: 'ns1', values: ['9.9.9.9'] }], {}, true)).toMatchObject({
      failed: expect.stringContaining('ns1 returns 9.9.9.9'),
      would: [],
    });
  });

  test('fails if no server could be asked', () => {
    expect(planOn(dnsRecord, { answer: { problem: 'no name servers found for x' } }, args)).toMatchObject({
      failed: 'no name servers found for x',
    });
  });
});
