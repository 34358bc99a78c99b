import { type DnsReply, defineTask, dns, type Params, type Plan } from '../src/sdk.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The name of the record.' },
  type: {
    type: 'str',
    default: 'A',
    choices: ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'],
    doc: 'The type of the record.',
  },
  values: {
    type: 'list',
    elements: 'str',
    required: true,
    aliases: ['value'],
    doc: 'All values of the record, in any order, as in a zone file; an empty list means that there must be no such record.',
  },
  zone: { type: 'str', doc: 'The zone whose name servers are queried (default: found automatically).' },
  servers: {
    type: 'list',
    elements: 'str',
    doc: "The name servers to query instead of the zone's, by name or address.",
  },
  resolver: {
    type: 'str',
    doc: "The address of the resolver to query in addition to the name servers (default: the controller's own).",
  },
  timeout: { type: 'int', default: 3, doc: 'Seconds to wait for an answer; each query is tried twice.' },
} as const;

type Given = Params<typeof params>;

export default defineTask({
  name: 'dns_record',
  summary: 'Check that a DNS record is exactly as it should be, on every name server for its zone and on a resolver.',
  description:
    'The controller sends the queries. Nothing is changed: the record is maintained elsewhere. If a server gives a different answer, the task fails and names that server.',
  looks: () => true,
  params,
  ask: ({ name, type, zone, servers, resolver, timeout }) => ({
    answer: dns({ name, type, zone, servers, resolver, timeoutMs: timeout * 1000 }),
  }),
  plan: ({ answer }, given): Plan => {
    if ('problem' in answer) return { failed: answer.problem, would: [] };
    const wanted = given.values.map(normal).toSorted();
    const result = {
      servers: answer.replies.map((reply) => ({ server: reply.server, values: 'values' in reply ? reply.values : [] })),
    };
    const wrong = answer.replies.filter((reply) => !sameValues(reply, wanted));
    if (wrong.length === 0) return { changes: [], result };
    const to = wanted.join(', ') || 'absent';
    return {
      failed: `${record(given)} should be ${to}: ${wrong.map((reply) => `${reply.server} ${said(reply)}`).join('; ')}`,
      result,
      would: [],
    };
  },
  returns: { servers: "Each server's answer." },
  examples: [
    {
      title: 'Check that the public name points to the new proxy everywhere',
      yaml: 'dns_record:\n  name: off1-proxy.openfoodfacts.org\n  type: A\n  values: [213.36.253.215]',
      runs: { no: 'queries the real DNS' },
    },
  ],
});

const record = ({ name, type }: Given): string => `${type} ${name}`;

/** A name that does not exist is treated as one without such a record. */
function sameValues(reply: DnsReply, wanted: readonly string[]): boolean {
  if ('failure' in reply) return reply.failure === 'nxdomain' && wanted.length === 0;
  return (
    reply.values.length === wanted.length &&
    reply.values
      .map(normal)
      .toSorted()
      .every((value, index) => value === wanted[index])
  );
}

/** Names are compared without regard to case or a trailing dot. */
const normal = (value: string): string => value.toLowerCase().replace(/\.$/, '');

function said(reply: DnsReply): string {
  if ('values' in reply) return `returns ${reply.values.join(', ') || 'no record'}`;
  const words = {
    nxdomain: 'has no such name (NXDOMAIN)',
    timeout: 'does not answer in time',
    refused: 'refuses to answer',
    servfail: 'fails to answer (SERVFAIL)',
    error: `fails: ${reply.said}`,
  };
  return words[reply.failure];
}
