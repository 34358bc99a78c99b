import type { Change } from './change.ts';
import type { SessionFailure } from './session.ts';
import type { Diagnostic, Position } from './source.ts';
import type { TaskResult } from './task-type.ts';

/** How a task ended on a host. `unknown` occurs only in a check. */
export type Ending = 'ok' | 'changed' | 'unknown' | 'skipped' | 'failed' | 'unreachable';

/**
 * The ending as reported. `unless` occurs only in a check: the task ends this way unless an earlier task, which may
 * change anything, alters what it is about.
 */
export type Status = Ending | 'unless';

/** A change as reported to people: without its commands. */
export type ReportedChange = Pick<Change, 'what' | 'from' | 'to' | 'diff'>;

/** How a task, or one item of its loop, ended. */
export interface Outcome {
  readonly status: Ending;
  readonly changes: readonly ReportedChange[];
  /** Ansible's return values, as `register` stores them. */
  readonly result: TaskResult;
  /** For failed, unknown and skipped: the reason, in one sentence. */
  readonly message?: string;
  /** In a check: the tasks whose predicted changes this one builds on (`would change, assuming …`). */
  readonly assuming?: readonly string[];
  /**
   * In a check: earlier tasks that may or may not change what this one is about; this outcome holds if they do not. If
   * the task would fail in that case, the status is `unknown`.
   */
  readonly unless?: readonly string[];
  /** Failed, but with `ignore_errors`. */
  readonly ignored?: boolean;
  /** `no_log`: the result and changes are for the engine only and are never shown. */
  readonly censored?: boolean;
  /** The result is the task's purpose: like Ansible, print it without `-v`. */
  readonly shown?: boolean;
  readonly warnings?: readonly string[];
  readonly failure?: SessionFailure;
  /** A digest of what the task declares (its parameters and files), if the run was told to make one. */
  readonly declares?: string;
  /** In a check that makes a plan: what a run would send for this task or item. */
  readonly planned?: PlannedWork;
}

/** What a run would send to hosts for a task or an item of its loop. */
export interface PlannedWork {
  readonly commands: readonly PlannedCommand[];
  /** The hosts' own answers from which the commands follow. */
  readonly answers: readonly PlannedAnswer[];
  /** Why a plan cannot hold it although the commands are known. */
  readonly unplannable?: string;
  /** With `until` or `retries`: how often the commands may be sent. */
  readonly tries?: number;
  /** It was really sent, because the task runs in a check, too. */
  readonly evenInCheck?: true;
}

/** A command as it would be sent. With `no_log`, the script is hidden. */
export interface PlannedCommand {
  readonly host: string;
  /** The user who runs it, if that is not the one of the connection's own choice. */
  readonly user?: string;
  /** The whole text that the host's shell gets. */
  readonly script: string;
  /** Its stdin: so many bytes, or what a command on another host prints. */
  readonly stdin?: { readonly bytes: number } | { readonly from: string; readonly script: string };
  /** A keyed digest of the text, its stdin, and where and as whom it runs. */
  readonly digest: string;
}

/** What a host answered. With `no_log`, the question is hidden. */
export interface PlannedAnswer {
  readonly question: string;
  /** Only if it is short and nothing secret is involved. */
  readonly answer?: string;
  /** A keyed digest of question and answer. */
  readonly digest: string;
}

/** An outcome as reported. */
export interface ToldOutcome extends Omit<Outcome, 'status'> {
  readonly status: Status;
  /** If the status is `unless`: how the task will end if the tasks listed in `unless` leave its subjects alone. */
  readonly would?: 'ok' | 'changed' | 'skipped' | 'failed';
}

/** How events refer to a task. */
export interface TaskRef {
  readonly id: number;
  /** Rendered; the type's name if the task has none. Includes the role: `nginx : install`. */
  readonly name: string;
  readonly type: string;
  readonly at: Position;
  readonly step?: string;
  readonly handler: boolean;
  readonly tags: readonly string[];
}

/** How often each outcome occurred on a host. */
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

/** A fact about the run, as plain data. Reporters see nothing else. `time` is in milliseconds since the epoch. */
export type Event = { readonly time: number } & (
  | {
      readonly kind: 'run-started';
      readonly version: string;
      readonly playbooks: readonly string[];
      /** The number of plays in each playbook. */
      readonly plays: readonly number[];
      readonly check: boolean;
      readonly diff: boolean;
      readonly hosts: readonly string[];
    }
  | {
      readonly kind: 'play-started';
      readonly play: number;
      readonly name: string;
      /** As written: `hosts: web:!off1`. */
      readonly pattern: string;
      readonly hosts: readonly string[];
      readonly at: Position;
    }
  /** With `serial`, a play goes through its hosts in batches, numbered from 0; otherwise there is one. */
  | {
      readonly kind: 'batch-started';
      readonly play: number;
      readonly name: string;
      readonly batch: number;
      readonly hosts: readonly string[];
      /** Whether hosts go on without waiting for each other. */
      readonly free: boolean;
    }
  /** A failure that counts for all hosts has ended the play. */
  | { readonly kind: 'no-hosts-left'; readonly play: number }
  | { readonly kind: 'no-hosts'; readonly play: number; readonly pattern: string }
  /** A session is being opened or answers are pending; the live view shows this between tasks. */
  | {
      readonly kind: 'host-busy';
      readonly host: string;
      readonly doing: 'connecting' | 'asking' | 'changing' | 'waiting' | 'idle';
      readonly about?: string;
    }
  | { readonly kind: 'task-started'; readonly play: number; readonly task: TaskRef; readonly host: string }
  /** One item of a loop finished; the task's own `task-finished` follows. */
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
  /** A task with `async` that waits for its commands: it goes on, or it has ended. */
  | {
      readonly kind: 'job';
      readonly host: string;
      readonly id: string;
      readonly is: 'running' | 'ok' | 'failed';
    }
  | {
      readonly kind: 'output';
      readonly task: TaskRef;
      readonly host: string;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  /** A rescue caught this host's last failure, so it does not count against the host. */
  | { readonly kind: 'rescued'; readonly host: string }
  | {
      readonly kind: 'included';
      readonly task: TaskRef;
      readonly host: string;
      readonly what: string;
      /** Of a loop: which item. */
      readonly label?: string;
    }
  | { readonly kind: 'notified'; readonly task: TaskRef; readonly host: string; readonly handler: string }
  /** A meta task did what it is for; `task` unless the engine itself added it. */
  | { readonly kind: 'meta'; readonly text: string; readonly host?: string; readonly task?: TaskRef }
  /** Hosts that could not be reached can be by now: what was told of them before is outdated, and they are played on again. */
  | { readonly kind: 'hosts-back'; readonly hosts: readonly string[] }
  | { readonly kind: 'host-unreachable'; readonly host: string; readonly failure: SessionFailure }
  | { readonly kind: 'warning'; readonly diagnostic: Diagnostic; readonly host?: string }
  /** With `-vvv`: what was sent to a host. */
  | {
      readonly kind: 'sent';
      readonly host: string;
      readonly user: string;
      /** How the user was become, unless it is the login user. */
      readonly by?: string;
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

/** An event before it is timestamped. */
export type EventData = WithoutTime<Event>;

/** Receives each event of a run, in order. */
export type Reporter = (event: Event) => void;
