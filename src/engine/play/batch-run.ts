import type { Throttle } from '../host/throttle.ts';
import type { Includes } from '../task/includes.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { Handlers } from './handlers.ts';
import type { PlayHost } from './play-host.ts';

/** What the steps of one play share. */
export interface BatchRun {
  readonly play: PlayContext;
  readonly handlers: Handlers;
  readonly includes: Includes;
  /** What `throttle` of tasks counts: with the strategy `free`, hosts come to a task one by one. */
  readonly throttle: Throttle;
  /** All hosts of the batch, those that are out included. */
  readonly hosts: readonly PlayHost[];
  /** Whether the play has anything that an interrupted run may have left. */
  readonly mayHaveLeft: boolean;
  /** More failed hosts than this share of the batch end the play. */
  readonly maxFailPercentage: number | undefined;
  /** Tasks before this name are passed over. */
  startAt: string | undefined;
  /** Set by `any_errors_fatal`, `end_play` and the like: no host goes on. */
  stop: 'no' | 'fatal' | 'end' | 'end-batch' | { readonly error: string };
  stepping: boolean;
}
