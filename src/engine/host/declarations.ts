import type { Change } from '../../core/change.ts';
import type { TaskRef } from '../../core/event.ts';
import type { Thing } from '../../core/thing.ts';
import type { Identity } from './identity.ts';

/** Is told what the tasks of a run or check declare on hosts, for orphans. */
export interface Declarations {
  /** Whether to find out what tasks declare that are skipped or never reached. It costs time, so only audits do. */
  readonly asksUnrun: boolean;
  /** What a task, or an item of its loop, declares. */
  declare(declared: Declared): void;
  /** It is not known what this declares on a host: it was skipped, not reached, or could not be computed. */
  miss(host: string, what: string): void;
}

/** What a task, or an item of its loop, declares on a host. */
export interface Declared {
  readonly host: string;
  readonly task: TaskRef;
  readonly things: readonly Thing[];
  /** What the task changed; of a thing that it made, it was missing before. */
  readonly changes?: readonly Pick<Change, 'what' | 'from'>[];
  /** Who made it so on the host, if a run did, and the task may be told: it removes it, too. */
  readonly appliedAs?: Identity;
}
