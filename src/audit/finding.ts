import type { HostSummary, ReportedChange } from '../core/event.ts';
import { hash } from '../core/hash.ts';
import type { Trace } from './traces/trace.ts';

/**
 * What kind of finding it is:
 * - `drift`: a run would change something;
 * - `uncertain`: a run would change something unless an earlier task, which may change anything, does it;
 * - `lint`: something is wrong on the host, whatever the playbooks say;
 * - `orphan`: an earlier run put it there, and no task declares it any more;
 * - `unknown`: it cannot be known before a run, or could not be asked;
 * - `failed`: the task fails;
 * - `unreachable`: the host could not be asked.
 */
export const FINDING_KINDS = ['unreachable', 'failed', 'drift', 'lint', 'orphan', 'uncertain', 'unknown'] as const;
/** One of these kinds. */
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Begins the name of a handler. */
export const HANDLER = 'handler: ';

/** The type of what finds something beyond the tasks of a playbook. */
export const LINT = 'lint';

/** The type of what finds orphans. */
export const ORPHAN = 'orphan';

/**
 * Where a finding comes from: a task; a lint, which has a name and the type `lint`; or, for an orphan, the task that put it there, with
 * the type `orphan` and without a file, because the task need not be there any more.
 */
export interface FoundBy {
  readonly name: string;
  readonly type: string;
  /** The step of the install document. */
  readonly step?: string;
  /** The file of the task, and the line where it begins. */
  readonly file?: string;
  readonly line?: number;
}

/** Something that is not as the playbooks declare it, on one host. */
export interface HostFinding {
  /**
   * The same for the same task and item on all hosts, whatever is found there; it stays the same when the file around the
   * task is edited, so that a finding can be recognized later.
   */
  readonly id: string;
  readonly kind: FindingKind;
  readonly host: string;
  readonly task: FoundBy;
  /** The path, package, unit or other thing that it is about, if the task's result names it. */
  readonly subject?: string;
  /** The label of the loop's item. */
  readonly item?: string;
  readonly changes: readonly ReportedChange[];
  /** Why it failed, could not be reached or is unknown; what a lint found; since which commit an orphan is one. */
  readonly reason?: string;
  /** What to do about a lint or an orphan. */
  readonly remedy?: string;
  /** The tasks whose predicted changes it builds on. */
  readonly assuming?: readonly string[];
  /** The tasks that may change what it is about. */
  readonly unless?: readonly string[];
  /** What has been proven to have caused it. */
  readonly doneBy?: readonly Trace[];
  /** If the team has accepted it, and the time has not ended. */
  readonly accepted?: Acceptance;
  /** If the team had accepted it, and the time has ended. */
  readonly lapsed?: Acceptance;
  /** Its place among all findings: which of the run's tasks, and which item of its loop. */
  readonly order: readonly [task: number, item: number];
}

/** A finding that is the same on several hosts. */
export interface Finding extends Omit<HostFinding, 'host' | 'order' | 'doneBy'> {
  /** Its place among all findings, by which those of several audits are put in order. */
  readonly order?: HostFinding['order'];
  readonly hosts: readonly string[];
  /** What has been proven to have caused it, by host. */
  readonly doneBy?: Readonly<Record<string, readonly Trace[]>>;
  /** What the history knows about it, by host. */
  readonly seen?: Readonly<Record<string, Seen>>;
}

/** What earlier audits know about a finding on a host. Times are ISO 8601 in UTC. */
export interface Seen {
  readonly firstSeen: string;
  /** In how many audits in a row, with this one. */
  readonly times: number;
  /** `intended`: the declaration changed since the host agreed with it; `drift`: only the host did; `new`: it never agreed. */
  readonly cause: 'intended' | 'drift' | 'new';
}

/** A team's decision to leave a finding as it is for a time. */
export interface Acceptance {
  readonly why: string;
  readonly until: string;
  readonly owner: string;
}

/** The result of auditing playbooks. */
export interface Audit {
  readonly startedAt: string;
  readonly version: string;
  readonly playbooks: readonly string[];
  /** Each host with how often each outcome occurred on it. */
  readonly hosts: Readonly<Record<string, HostSummary>>;
  readonly findings: readonly Finding[];
  /** Problems of the audit as a whole: a play that could not be run, an interrupt. */
  readonly errors: readonly string[];
  readonly exitCode: number;
  /** The part of the hosts that was looked at, if not all. */
  readonly shard?: { readonly number: number; readonly of: number };
  /** The last audits before this one, oldest first. */
  readonly history?: readonly PastAudit[];
}

/** What an earlier audit found, in numbers. */
export interface PastAudit {
  readonly startedAt: string;
  readonly drift: number;
  readonly lint: number;
  readonly unknown: number;
  readonly failed: number;
  readonly exitCode: number;
}

/** The parts of a task that make it the same task. `nth`: which of the tasks with the same other parts it is, from 0. */
interface TaskIdentity {
  readonly type: string;
  readonly name: string;
  readonly file: string;
  readonly nth: number;
  readonly item: string | undefined;
}

/** The ten hexadecimal digits by which people refer to a finding. */
export const findingId = ({ type, name, file, nth, item }: TaskIdentity): string =>
  hash('sha256', JSON.stringify([type, name, file, nth, item ?? null])).slice(0, 10);
