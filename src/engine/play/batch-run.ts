import type { Position } from '../../core/source.ts';
import type { Throttle } from '../host/throttle.ts';
import type { Includes } from '../task/includes.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { Handlers } from './handlers.ts';
import type { PlayHost } from './play-host.ts';

/** Why a run ends before its end. */
export interface RunError {
  readonly error: string;
  readonly at?: Position | undefined;
  /** Something is not written as it should be. */
  readonly miswritten?: true;
}

/** The state that the steps of one play share. */
export interface BatchRun {
  readonly play: PlayContext;
  readonly handlers: Handlers;
  readonly includes: Includes;
  /** Counts for the `throttle` of tasks: with the strategy `free`, hosts reach a task one by one. */
  readonly throttle: Throttle;
  /** Whether the play's strategy is `debug`: tasks that fail are debugged. */
  readonly debugs: boolean;
  /** All hosts of the batch, including those that are out. */
  readonly hosts: readonly PlayHost[];
  /** Whether the play has anything that an interrupted run may have left. */
  readonly mayHaveLeft: boolean;
  /** If more than this fraction of the batch has failed, the play ends. */
  readonly maxFailPercentage: number | undefined;
  /** Tasks before the one with this name are skipped. */
  startAt: string | undefined;
  /** Set by `any_errors_fatal`, `end_play` and the like: no host continues. */
  stop: 'no' | 'fatal' | 'end' | 'end-batch' | RunError;
  stepping: boolean;
}
