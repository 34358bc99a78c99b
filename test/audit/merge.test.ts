import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Audit, HostFinding } from '../../src/audit/finding.ts';
import { fold } from '../../src/audit/fold.ts';
import { SCHEMA_VERSION, writeJson } from '../../src/audit/forms/json.ts';
import { mergeAudits, readAudit } from '../../src/audit/merge.ts';
import { isInShard, parseShard } from '../../src/language/inventory/shard.ts';
import { inOrder } from './sample.ts';

const found = (host: string, nth: number, to: string): HostFinding => ({
  id: String(nth).padStart(10, '0'),
  kind: nth % 3 === 0 ? 'failed' : 'drift',
  host,
  task: { name: `task ${nth}`, type: 'copy', file: 'site.yaml', line: nth + 1 },
  changes: [{ what: 'content', from: 'a', to }],
  order: [nth, 0],
});

const auditOf = (hosts: readonly string[], findings: readonly HostFinding[], more: Partial<Audit> = {}): Audit => ({
  startedAt: '2027-01-31T04:00:00.000Z',
  version: '1',
  playbooks: ['site.yaml'],
  hosts: Object.fromEntries(hosts.toSorted().map((host) => [host, inOrder(3)])),
  findings: fold(findings),
  errors: [],
  exitCode: findings.length > 0 ? 2 : 0,
  ...more,
});

const merged = (...audits: readonly Audit[]) =>
  mergeAudits(
    audits.map((audit, at) => {
      // As it comes from a file.
      const read = readAudit(writeJson(audit), SCHEMA_VERSION);
      if (typeof read === 'string') throw new Error(read);
      return { file: `${at + 1}.json`, audit: read };
    }),
  );
const mistakes = (...audits: readonly Audit[]) => {
  const result = merged(...audits);
  return result.ok ? [] : result.error;
};

const hostName = fc.integer({ min: 1, max: 40 }).map((number) => `web${number}`);

test('every host is in exactly one of the parts', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 40 }), (host, of) => {
      const parts = Array.from({ length: of }, (_, at) => ({ number: at + 1, of }));

      expect(parts.filter((shard) => isInShard(host, shard))).toHaveLength(1);
    }),
  );
});

test.for(['0/3', '4/3', '1/0', '1', '1/x', '-1/2', '01/2', '1/2/3', ''])('%j names no part', (text) => {
  expect(parseShard(text)).toBeUndefined();
});

describe('audits of parts', () => {
  test('are together what one audit of all hosts is', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(hostName, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(11), fc.nat(8), fc.constantFrom('b', 'c')), { maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        (hosts, some, of) => {
          const findings = [
            ...new Map(
              some.map(([at, nth, to]) => {
                const host = hosts[at % hosts.length] ?? '';
                return [`${host} ${nth}`, found(host, nth, to)] as const;
              }),
            ).values(),
          ];
          const parts = Array.from({ length: of }, (_, at) => {
            const shard = { number: at + 1, of };
            const isOwn = (host: string): boolean => isInShard(host, shard);
            return auditOf(
              hosts.filter(isOwn),
              findings.filter(({ host }) => isOwn(host)),
              { shard },
            );
          });

          expect(merged(...parts)).toEqual({ ok: true, value: auditOf(hosts, findings) });
        },
      ),
    );
  });

  test('keep what the history knows of each host', () => {
    const seen = { firstSeen: '2027-01-01T00:00:00.000Z', times: 3, cause: 'drift' } as const;
    const with1 = auditOf(['a'], [found('a', 1, 'b')]);
    const one = { ...with1, findings: with1.findings.map((finding) => ({ ...finding, seen: { a: seen } })) };

    const result = merged(one, auditOf(['b'], [found('b', 1, 'b')]));

    expect(result.ok && result.value.findings).toEqual([
      expect.objectContaining({ hosts: ['a', 'b'], seen: { a: seen } }),
    ]);
  });

  test('that all looked at nothing claim nothing', () => {
    const result = merged(auditOf([], []), auditOf([], []));

    expect(result.ok && result.value.exitCode).toBe(3);
  });

  test.for<[readonly number[], number]>([
    [[0, 0], 0],
    [[0, 3], 3],
    [[3, 2], 2],
    [[2, 4, 0], 4],
    [[4, 1], 1],
    [[0, 250], 250],
  ])('that ended with %j end together with %i', ([codes, code]) => {
    const result = merged(...codes.map((exitCode, at) => auditOf([`h${at}`], [], { exitCode })));

    expect(result.ok && result.value.exitCode).toBe(code);
  });

  const shard = (number: number, of: number) => ({ shard: { number, of } });
  /** A host that is in this part. */
  const hostIn = (number: number, of: number, nth = 0): string =>
    Array.from({ length: 1000 }, (_, at) => `h${at}`).filter((host) => isInShard(host, { number, of }))[nth] ?? '';

  test('are refused if one is missing, twice there, of another division or of none', () => {
    const [one, two, again] = [
      auditOf([hostIn(1, 3)], [], shard(1, 3)),
      auditOf([hostIn(2, 3)], [], shard(2, 3)),
      auditOf([hostIn(2, 3, 1)], [], shard(2, 3)),
    ];

    expect(mistakes(one, two)).toEqual(['shard 3/3 is missing']);
    expect(mistakes(one, two, again)).toEqual(['shard 2/3 is there 2 times: 2.json, 3.json', 'shard 3/3 is missing']);
    expect(mistakes(one, auditOf(['b'], [], shard(2, 2)))).toContain('2.json is shard 2 of 2, and 1.json is one of 3');
    expect(mistakes(one, auditOf(['b'], []))).toContain('2.json is of no shard');
    expect(mistakes(auditOf([hostIn(2, 3)], [], shard(1, 3)))).toContain(`1.json: ${hostIn(2, 3)} is not in shard 1/3`);
  });

  test('are refused if two looked at one host, or at other playbooks', () => {
    expect(mistakes(auditOf(['a'], []), auditOf(['a', 'b'], []))).toEqual(['a is in 1.json and in 2.json']);
    expect(mistakes(auditOf(['a'], []), auditOf(['b'], [], { playbooks: ['other.yaml'] }))).toEqual([
      '2.json: its playbooks differ from those of 1.json: other.yaml, not site.yaml',
    ]);
  });

  test.for<[string, string]>([
    ['{"schema": 2, "hosts"', 'it is no JSON, or was cut off'],
    ['{}', 'it is no report of an audit'],
    ['{"schema": 1, "hosts": {}, "findings": []}', 'it has version 1 of the report; this program reads 2'],
  ])('are not read from %j', ([text, why]) => {
    expect(readAudit(text, SCHEMA_VERSION)).toContain(why);
  });
});
