import type { Change } from './change.ts';
import type { SessionFailure } from './session.ts';
import type { Diagnostic, Position } from './source.ts';
import type { TaskResult } from './task-type.ts';

/** How a task ended on a host. `unknown` only in a check. */
export type Ending = 'ok' | 'changed' | 'unknown' | 'skipped' | 'failed' | 'unreachable';

/** The same as it is told. `unless`, only in a check: so it would end if a task before, which may change anything, leaves alone what it is about. */
export type Status = Ending | 'unless';

/** A change as told to people: without its commands. */
export type ReportedChange = Pick<Change, 'what' | 'from' | 'to' | 'diff'>;

/** How a task, or one item of its loop, ended. */
export interface Outcome {
  readonly status: Ending;
  readonly changes: readonly ReportedChange[];
  /** Ansible's return values, as `register` gets them. */
  readonly result: TaskResult;
  /** For failed, unknown, skipped: why, in one sentence. */
  readonly message?: string;
  /** In a check: the tasks whose foreseen changes this one builds on (`would change, assuming …`). */
  readonly assuming?: readonly string[];
  /** In a check: tasks before this one that may change what it is about, nobody knows; it would end so if they do not. Where it would fail, the status is `unknown`. */
  readonly unless?: readonly string[];
  /** Failed, but `ignore_errors`. */
  readonly ignored?: boolean;
  /** `no_log`: result and changes are for the engine, never for people. */
  readonly censored?: boolean;
  /** Its result is what the task is for: Ansible prints it without being asked for more. */
  readonly shown?: boolean;
  readonly warnings?: readonly string[];
  readonly failure?: SessionFailure;
}

/** An outcome as it is told. */
export interface ToldOutcome extends Omit<Outcome, 'status'> {
  readonly status: Status;
  /** With `unless`: how the task would end if those tasks leave alone what it is about. */
  readonly would?: 'ok' | 'changed' | 'skipped' | 'failed';
}

/** A task as events name it. */
export interface TaskRef {
  readonly id: number;
  /** Templated; the type's name where none was written. With its role: `nginx : install`. */
  readonly name: string;
  readonly type: string;
  readonly at: Position;
  readonly step?: string;
  readonly handler: boolean;
  readonly tags: readonly string[];
}

/** How often each outcome happened on a host. */
export interface HostSummary {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly skipped: number;
  readonly rescued: number;
  readonly ignored: number;
  readonly unknown: number;
  readonly unless: number;
}

/** A fact about the run, as plain data. Reporters see nothing else. `time` is milliseconds since the epoch. */
export type Event = { readonly time: number } & (
  | {
      readonly kind: 'run-started';
      readonly version: string;
      readonly playbooks: readonly string[];
      /** How many plays each of them has. */
      readonly plays: readonly number[];
      readonly check: boolean;
      readonly diff: boolean;
      readonly hosts: readonly string[];
    }
  | {
      readonly kind: 'play-started';
      readonly play: number;
      readonly name: string;
      readonly hosts: readonly string[];
      readonly at: Position;
    }
  | { readonly kind: 'no-hosts'; readonly play: number; readonly pattern: string }
  /** A session is being opened, or answers are awaited: what the live view shows between tasks. */
  | {
      readonly kind: 'host-busy';
      readonly host: string;
      readonly doing: 'connecting' | 'asking' | 'changing' | 'waiting' | 'idle';
      readonly about?: string;
    }
  | { readonly kind: 'task-started'; readonly play: number; readonly task: TaskRef; readonly host: string }
  /** One item of a loop; the task's own `task-finished` follows. */
  | {
      readonly kind: 'item-finished';
      readonly play: number;
      readonly task: TaskRef;
      readonly host: string;
      readonly label: string;
      readonly item: unknown;
      readonly outcome: ToldOutcome;
      readonly delegatedTo?: string;
    }
  | {
      readonly kind: 'task-finished';
      readonly play: number;
      readonly task: TaskRef;
      readonly host: string;
      readonly outcome: ToldOutcome;
      readonly tookMs: number;
      readonly delegatedTo?: string;
      readonly looped?: boolean;
    }
  | {
      readonly kind: 'retrying';
      readonly play: number;
      readonly task: TaskRef;
      readonly host: string;
      readonly left: number;
      readonly outcome: ToldOutcome;
    }
  | {
      readonly kind: 'output';
      readonly task: TaskRef;
      readonly host: string;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  /** The last failure of this host was caught by a rescue: it is none of the host's. */
  | { readonly kind: 'rescued'; readonly host: string }
  | { readonly kind: 'included'; readonly task: TaskRef; readonly host: string; readonly what: string }
  | { readonly kind: 'notified'; readonly task: TaskRef; readonly host: string; readonly handler: string }
  | { readonly kind: 'meta'; readonly text: string; readonly host?: string }
  | { readonly kind: 'host-unreachable'; readonly host: string; readonly failure: SessionFailure }
  | { readonly kind: 'warning'; readonly diagnostic: Diagnostic; readonly host?: string }
  /** `-vvv`: what was sent to a host. */
  | {
      readonly kind: 'sent';
      readonly host: string;
      readonly user: string;
      readonly parts: number;
      readonly script: string;
    }
  | { readonly kind: 'play-finished'; readonly play: number; readonly rounds: Readonly<Record<string, number>> }
  | {
      readonly kind: 'run-finished';
      readonly summaries: Readonly<Record<string, HostSummary>>;
      readonly rounds: Readonly<Record<string, number>>;
      readonly logins: number;
      readonly interrupted: boolean;
      readonly exitCode: number;
      readonly tookMs: number;
    }
);

type WithoutTime<E> = E extends unknown ? Omit<E, 'time'> : never;

/** An event before it got its time. */
export type EventData = WithoutTime<Event>;

/** Told each event of a run, in order. */
export type Reporter = (event: Event) => void;
