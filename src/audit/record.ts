import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { HostSummary } from '../core/event.ts';
import type { Collected, Judged } from './collect.ts';
import type { HostFinding } from './finding.ts';
import type { AppliedThing, Missed } from './orphans/watch.ts';
import { revisionOf } from './revision.ts';

/** What is kept of a run, a check or an audit: plain data, a line of JSON in the journal. */
export interface RunRecord {
  /** Random: a record that is read twice is kept once. */
  readonly key: string;
  readonly kind: 'run' | 'check' | 'audit';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly tookMs: number;
  /** Who ran it, on the controller. */
  readonly user: string;
  readonly version: string;
  /** Absolute paths. */
  readonly playbooks: readonly string[];
  /** The commit of the first playbook's repository. */
  readonly revision?: string;
  readonly exitCode: number;
  readonly hosts: Readonly<Record<string, HostSummary>>;
  /** In a run, `drift` is what it changed. */
  readonly findings: readonly HostFinding[];
  readonly judged: readonly Judged[];
  /** The lints that looked at everything that they are about, by host. */
  readonly linted?: Readonly<Record<string, readonly string[]>>;
  /** The approval hash of the plan that it applied. */
  readonly plan?: string;
  /** What a run put on hosts, or found there as declared. */
  readonly things?: readonly AppliedThing[];
  /** What it did not look at; undefined if it was to look at a part only. */
  readonly missed?: readonly Missed[];
  /** Things that nobody declares and that are not there any more. */
  readonly retired?: readonly { readonly host: string; readonly name: string }[];
}

/** The record of what has been collected. Diffs are left out: the history is to tell that something differed, not what files contain. */
export function recordOf(collected: Collected, kind: RunRecord['kind'], plan?: string): RunRecord {
  const { startedAt, tookMs, version, playbooks, exitCode, hosts, findings, judged } = collected;
  const [first] = playbooks;
  const revision = first === undefined ? undefined : revisionOf(first);
  return {
    key: randomBytes(8).toString('hex'),
    kind,
    startedAt,
    tookMs: Math.round(tookMs),
    user: userName(),
    version,
    playbooks: playbooks.map((file) => resolve(file)),
    ...(revision !== undefined && { revision }),
    exitCode,
    hosts,
    findings: findings.map((finding) => ({
      ...finding,
      changes: finding.changes.map(({ what, from, to }) => ({ what, from, to })),
    })),
    judged,
    ...(plan !== undefined && { plan }),
  };
}

/** Who is at work: behind sudo, who called it. */
export function userName(): string {
  const sudoer = process.env['SUDO_USER'];
  if (sudoer !== undefined && sudoer !== '') return sudoer;
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? ''); // a UID without an account
  }
}
