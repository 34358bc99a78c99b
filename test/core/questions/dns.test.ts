import { describe, expect, test } from 'vitest';
import { type DnsLookup, dns } from '../../../src/core/questions/network/dns.ts';
import { nameServer } from './dns-server.ts';

const ask = (lookup: Partial<DnsLookup>) =>
  dns({ name: 'www.example.org', type: 'A', timeoutMs: 300, ...lookup }).controller(new AbortController().signal);

describe('dns', () => {
  test('returns the reply of each server, the resolver last', async () => {
    await using one = await nameServer({ 'A www.example.org': ['192.0.2.2', '192.0.2.1'] });
    await using two = await nameServer({ 'A www.example.org': ['192.0.2.9'] });

    expect(await ask({ servers: [one.address, two.address], resolver: one.address })).toEqual({
      replies: [
        { server: one.address, values: ['192.0.2.1', '192.0.2.2'] },
        { server: two.address, values: ['192.0.2.9'] },
        { server: one.address, values: ['192.0.2.1', '192.0.2.2'] },
      ],
    });
  });

  test('distinguishes a missing name, a missing record, silence and refusal', async () => {
    await using empty = await nameServer({});
    await using other = await nameServer({ 'TXT www.example.org': ['x'] });
    await using silent = await nameServer({}, { silent: true });
    await using refusing = await nameServer({}, { refuses: true });

    expect(
      await ask({ servers: [other.address, silent.address, refusing.address, '127.0.0.1:1'], resolver: empty.address }),
    ).toMatchObject({
      replies: [
        { values: [] },
        { failure: 'timeout' },
        { failure: 'refused' },
        { failure: 'refused' },
        { failure: 'nxdomain' },
      ],
    });
  });

  test('finds the name servers of the nearest zone above the name', async () => {
    await using server = await nameServer({
      'NS example.org': ['ns1.example.org', 'ns2.example.org'],
      'A ns1.example.org': ['127.0.0.1'],
      'A www.example.org': ['192.0.2.1'],
    });

    const answer = await ask({ resolver: server.address });

    // No server listens on port 53 at the address of ns1 in a test; only the chosen server matters.
    expect('replies' in answer && answer.replies.map((reply) => reply.server)).toEqual([
      'ns1.example.org (127.0.0.1)',
      'ns2.example.org',
      server.address,
    ]);
    expect(answer).toMatchObject({
      replies: [{}, { failure: 'error', said: 'ns2.example.org has no address' }, { values: ['192.0.2.1'] }],
    });
  });

  test('reports that there is no server to ask', async () => {
    await using server = await nameServer({});

    expect(await ask({ resolver: server.address, zone: 'example.org' })).toEqual({
      problem: 'no name servers found for example.org',
    });
  });
});
