import type { Result } from '../core/source.ts';
import { isInShard } from '../language/inventory/shard.ts';
import type { Audit, Finding, HostFinding } from './finding.ts';
import { fold, withSeen } from './fold.ts';

/** An audit as it was read, and from where. */
export interface ReadAudit {
  readonly file: string;
  readonly audit: Audit;
}

/**
 * Makes one audit of several that looked at different hosts, as one program would have told it. Parts that are missing, parts that are
 * there twice, and hosts that two audits looked at are mistakes: a report of a whole fleet that lacks some of it would be a lie.
 */
export function mergeAudits(read: readonly ReadAudit[]): Result<Audit, readonly string[]> {
  const mistakes = mistakesOf(read);
  const [first] = read;
  if (mistakes.length > 0 || first === undefined) return { ok: false, error: mistakes };
  const audits = read.map(({ audit }) => audit);
  const all = audits.flatMap(({ findings }) => findings);
  const seen = new Map(
    all.flatMap(({ id, seen: by = {} }) => Object.entries(by).map(([host, one]) => [`${id} ${host}`, one] as const)),
  );
  const { version, playbooks } = first.audit;
  return {
    ok: true,
    value: {
      startedAt: audits.map(({ startedAt }) => startedAt).sort()[0] ?? '',
      version,
      playbooks,
      hosts: Object.fromEntries(
        audits.flatMap(({ hosts }) => Object.entries(hosts)).sort(([one], [other]) => (one < other ? -1 : 1)),
      ),
      findings: withSeen(fold(all.flatMap(unfolded)), seen),
      errors: read.flatMap(({ file, audit }) => audit.errors.map((error) => `${file}: ${error}`)),
      // A check that looked at nothing cannot claim that there is no drift.
      exitCode: Math.max(worst(audits.map(({ exitCode }) => exitCode)), audits.every(isEmpty) ? 3 : 0),
    },
  };
}

const isEmpty = ({ hosts }: Audit): boolean => Object.keys(hosts).length === 0;

/** A finding on each of its hosts. */
const unfolded = ({ hosts, doneBy = {}, seen: _seen, order = [0, 0], ...finding }: Finding): readonly HostFinding[] =>
  hosts.map((host) => ({
    ...finding,
    host,
    order,
    ...(doneBy[host] !== undefined && { doneBy: doneBy[host] }),
  }));

function mistakesOf(read: readonly ReadAudit[]): readonly string[] {
  const mistakes: string[] = [];
  const [first, ...others] = read;
  for (const { file, audit } of others)
    for (const key of ['playbooks', 'version'] as const)
      if (first !== undefined && String(audit[key]) !== String(first.audit[key]))
        mistakes.push(`${file}: its ${key} differ from those of ${first.file}: ${audit[key]}, not ${first.audit[key]}`);
  const hosts = new Map<string, string>();
  for (const { file, audit } of read)
    for (const host of Object.keys(audit.hosts)) {
      const other = hosts.get(host);
      if (other !== undefined) mistakes.push(`${host} is in ${other} and in ${file}`);
      hosts.set(host, file);
    }
  for (const { file, audit } of read)
    for (const host of Object.keys(audit.hosts))
      if (audit.shard !== undefined && !isInShard(host, audit.shard))
        mistakes.push(`${file}: ${host} is not in shard ${audit.shard.number}/${audit.shard.of}`);
  return [...mistakes, ...shardMistakes(read)];
}

function shardMistakes(read: readonly ReadAudit[]): readonly string[] {
  const shards = read.flatMap(({ file, audit: { shard } }) => (shard === undefined ? [] : [{ file, ...shard }]));
  const [first] = shards;
  if (first === undefined) return [];
  const mistakes = read.filter(({ audit }) => audit.shard === undefined).map(({ file }) => `${file} is of no shard`);
  for (const { file, number, of } of shards)
    if (of !== first.of) mistakes.push(`${file} is shard ${number} of ${of}, and ${first.file} is one of ${first.of}`);
  for (let number = 1; number <= first.of; number++) {
    const files = shards.filter((shard) => shard.number === number).map(({ file }) => file);
    if (files.length === 0) mistakes.push(`shard ${number}/${first.of} is missing`);
    if (files.length > 1)
      mistakes.push(`shard ${number}/${first.of} is there ${files.length} times: ${files.join(', ')}`);
  }
  return mistakes;
}

/** The exit codes of a check, the gravest first; any other means that something could not be run at all. */
const GRAVITY = [4, 2, 3, 0];

const worst = (codes: readonly number[]): number =>
  codes.find((code) => !GRAVITY.includes(code)) ?? GRAVITY.find((code) => codes.includes(code)) ?? 0;

/** Reads the JSON form of an audit; a sentence if it is none. */
export function readAudit(text: string, version: number): Audit | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return 'it is no JSON, or was cut off';
  }
  if (!isReport(data)) return 'it is no report of an audit (`run audit -o json=FILE` writes one)';
  const { schema, summary: _summary, ...audit } = data;
  return schema === version ? audit : `it has version ${String(schema)} of the report; this program reads ${version}`;
}

/** A report is known by some of its members: its version vouches for the rest. */
const isReport = (data: unknown): data is Audit & { readonly schema: unknown; readonly summary: unknown } =>
  typeof data === 'object' && data !== null && 'schema' in data && 'findings' in data && 'hosts' in data;
