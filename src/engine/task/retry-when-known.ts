import { userAccount } from '../../core/questions/accounts/account.ts';
import type { SessionFailure } from '../../core/session.ts';
import { asTemplateError, isUndefinedError, TemplateError } from '../../template/index.ts';
import type { Ahead } from '../host/host-link.ts';
import { HomeNotKnownYet, NotKnownYet } from '../host/not-known-yet.ts';
import type { HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';
import { learnFacts } from './facts.ts';

/** The result of computing something. Each caller handles every case separately. */
export type Computation<T> =
  | { readonly is: 'value'; readonly value: T }
  /** In a check: the result depends on something that is unknown because of this task. */
  | { readonly is: 'unknown'; readonly because: string }
  | { readonly is: 'mistaken'; readonly error: TemplateError }
  | { readonly is: 'unreachable'; readonly failure: SessionFailure };

/** Where something is computed, and what may be asked in the same round. */
interface Computing {
  readonly play: PlayContext;
  /** The host whose variables are used; without it, doubts about them are not known. */
  readonly state?: HostState;
  readonly ahead?: () => Promise<readonly Ahead[]>;
}

/**
 * Compute something that evaluates templates, asking for what is missing (facts, a session's home) until it is
 * available. The only place in a run that catches `NotKnownYet`: everything that evaluates goes through it, so that an
 * unknown value becomes an unknown outcome wherever it is read. `act` may be called several times: it only computes,
 * or has not begun to act when it throws.
 */
export async function retryWhenKnown<T>(by: Computing, act: () => T | Promise<T>): Promise<Computation<T>> {
  for (;;) {
    try {
      return { is: 'value', value: await act() };
    } catch (error) {
      const settled = await meaningOf(by, error);
      if (settled !== undefined) return settled;
    }
  }
}

/** The result that an error amounts to; undefined if the missing value is now available. */
async function meaningOf(
  by: Computing,
  error: unknown,
): Promise<Exclude<Computation<never>, { is: 'value' }> | undefined> {
  const mistake = asTemplateError(error);
  if (mistake instanceof TemplateError) {
    const doubt = doubtOf(by.play, by.state, mistake);
    return doubt === undefined ? { is: 'mistaken', error: mistake } : { is: 'unknown', because: doubt };
  }
  if (!(error instanceof NotKnownYet)) throw error;
  if (error.what === 'unknown') return { is: 'unknown', because: error.because };
  return satisfy(by, error);
}

/** In a check: the task that may have set the variable that an error reports as undefined. */
export const doubtOf = (play: PlayContext, state: HostState | undefined, error: TemplateError): string | undefined =>
  play.run.options.check && isUndefinedError(error) ? state?.doubt : undefined;

/** Ask for what was missing: facts, or a session that reveals its home. */
async function satisfy(
  { play, ahead = async () => [] }: Computing,
  touched: NotKnownYet,
): Promise<Exclude<Computation<never>, { is: 'value' }> | undefined> {
  const { what, host } = touched;
  if (touched instanceof HomeNotKnownYet) return learnHome(touched, ahead);
  const state = play.stateOf(host);
  if (state === undefined || what === 'pending')
    return { is: 'mistaken', error: new TemplateError(`a value for ${host} is not known yet`, 'pending') };
  const identity = identityBeforeFacts(play, state, host);
  if ('is' in identity) return identity;
  return learnFacts(play, state, identity, ahead);
}

/** A user's own home is known once that user has a session; another user's must be asked. */
async function learnHome({ link, identity, user }: HomeNotKnownYet, ahead: () => Promise<readonly Ahead[]>) {
  const known = user === undefined ? await link.open(identity) : await link.ask(identity, [userAccount(user)], ahead);
  if (known.ok) return undefined;
  const because = link.excused(identity, known.failure);
  return because === undefined
    ? ({ is: 'unreachable', failure: known.failure } as const)
    : ({ is: 'unknown', because } as const);
}

/** How to reach a host must not depend on what only the host can answer. */
function identityBeforeFacts(play: PlayContext, state: HostState, host: string) {
  try {
    return play.mainIdentity(state);
  } catch (error) {
    if (error instanceof TemplateError) return { is: 'mistaken', error } as const;
    if (!(error instanceof NotKnownYet)) throw error;
    if (error.what === 'unknown') return { is: 'unknown', because: error.because } as const;
    const message = `how to connect to ${host} depends on facts, which are not known until there is a connection`;
    return { is: 'mistaken', error: new TemplateError(message, 'pending') } as const;
  }
}

/** A value, or undefined if it cannot be computed now: only for reporting or asking ahead, never for decisions. */
export function ifKnown<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TemplateError || error instanceof NotKnownYet) return undefined;
    throw error;
  }
}
