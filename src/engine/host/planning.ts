import type { TaskRef } from '../../core/event.ts';

/** How a run has to do with a plan: as a check that makes one, or as a run that applies one. */
export interface Planning {
  /** A keyed digest of plain data. */
  readonly digest: (told: unknown) => string;
  readonly guard?: Guard;
}

/** Lets only a plan's commands pass, on each host in their order. */
export interface Guard {
  /** Why a task's commands, told by their digests, must not be sent; undefined if they are the next ones of the host's plan. */
  refuses(task: GuardedTask, digests: readonly string[]): string | undefined;
  /** Whether what is planned for a host ends before this task, and why; `isNew` only once for a host. */
  endsBefore(host: string, task: TaskRef): { readonly why: string; readonly isNew: boolean } | undefined;
}

/** A task that is about to send commands. */
export interface GuardedTask {
  /** The host for which it runs, even if it is delegated to another. */
  readonly host: string;
  readonly task: TaskRef;
  /** It has sent them before, and tries again (`until`, `retries`). */
  readonly again: boolean;
}
