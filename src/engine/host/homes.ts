import { type Account, userAccount } from '../../core/questions/accounts/account.ts';
import { ControllerError } from '../../core/task-type.ts';
import type { HostLink } from './host-link.ts';
import type { Identity } from './identity.ts';
import { HomeNotKnownYet, NotKnownYet } from './not-known-yet.ts';

/** The home of a host's user; throws `HomeNotKnownYet` before there is a session. */
export function homeOf(link: HostLink, identity: Identity): string {
  const home = link.home(identity);
  if (home === undefined) throw new HomeNotKnownYet(link, identity);
  return home;
}

/**
 * The home of another user on a host, undefined if there is no such user; throws `HomeNotKnownYet` before it is asked.
 */
export function homeOfUser(link: HostLink, identity: Identity, user: string): string | undefined {
  const belief = link.beliefs.of(userAccount(user), identity.key);
  if (belief.is === 'asks') throw new HomeNotKnownYet(link, identity, user);
  if (belief.is === 'unknown') throw new NotKnownYet('unknown', link.name, belief.because);
  if (!belief.answer.ok) throw new ControllerError(`the home of ${user}: ${belief.answer.why}`);
  const account = belief.answer.value as Account;
  if (account.exists && account.home === undefined) throw new NotKnownYet('unknown', link.name, belief.assuming);
  return account.home;
}
