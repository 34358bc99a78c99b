import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../../core/change.ts';
import type { Command } from '../../core/command.ts';
import { hidden } from '../../core/question.ts';
import type { Target } from './converge.ts';
import type { Ahead, HostLink } from './host-link.ts';
import type { Identity } from './identity.ts';

/** The options of a task's target: the host's link, the identity, and additional questions and reports. */
interface TargetOptions {
  readonly link: HostLink;
  readonly identity: Identity;
  /** In a check: called with what the task would change. */
  readonly foresee: (changes: readonly Change[]) => void;
  readonly signal: AbortSignal;
  /** Questions of upcoming tasks, asked in the same round. */
  readonly ahead?: () => Promise<readonly Ahead[]>;
  /**
   * Commands to run before a change, in the same round: saving what a validating block may roll back, recording
   * handlers.
   */
  readonly beforeChange?: (changes: readonly Change[]) => Promise<readonly Command[]>;
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly onWait?: (shown: string | undefined) => void;
  readonly deadlineMs?: number;
  /** In a check, the task sees the current host, not the host as earlier tasks would have left it, as with Ansible. */
  readonly blind?: boolean;
  /** `no_log`: show neither its commands nor their output. */
  readonly censored?: boolean;
}

const nothing = async (): Promise<readonly Ahead[]> => [];

/** A host as one task sees it. */
export const createTarget = ({
  link,
  identity,
  foresee,
  signal,
  ahead = nothing,
  beforeChange,
  onOutput,
  onWait,
  deadlineMs,
  censored,
  blind = false,
}: TargetOptions): Target => ({
  ask: (questions) =>
    link.ask(identity, censored === true ? questions.map(hidden) : questions, ahead, { foreseen: !blind, deadlineMs }),
  act: async (commands, changes, after) =>
    link.act(identity, commands, {
      before: (await beforeChange?.(changes)) ?? [],
      onOutput: onOutput ?? (() => {}),
      after: censored === true ? after.map(hidden) : after,
      ahead,
      deadlineMs,
      censored,
    }),
  foresee,
  blind,
  afterwards: (changes) =>
    link.beliefs.afterwards(
      changes.map(({ effects }) => effects),
      identity.key,
    ),
  async wait(ms, questions, shown) {
    onWait?.(shown);
    await sleep(ms, undefined, { signal }).catch(() => {}); // interrupted: the next exchange reports it
    for (const question of questions) link.beliefs.drop(question, identity.key);
    link.beliefs.forget();
  },
});
