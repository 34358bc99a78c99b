import type { HostLink } from './host-link.ts';
import type { Identity } from './identity.ts';

/**
 * Thrown when a template reads a value that cannot be known yet. It is not an error: the caller decides whether to
 * wait (pending, facts, home) or to report unknown.
 */
export class NotKnownYet {
  readonly what: 'pending' | 'facts' | 'home' | 'unknown';
  /** For unknown: the task whose predicted change or skipped command the value depends on. */
  readonly because: string;
  readonly host: string;
  constructor(what: NotKnownYet['what'], host: string, because = '') {
    this.what = what;
    this.host = host;
    this.because = because;
  }
}

/** A home directory on a host, read before it is known. */
export class HomeNotKnownYet extends NotKnownYet {
  readonly link: HostLink;
  readonly identity: Identity;
  /** The user, if it is not the identity's own. */
  readonly user: string | undefined;
  constructor(link: HostLink, identity: Identity, user?: string) {
    super('home', link.name);
    this.link = link;
    this.identity = identity;
    this.user = user;
  }
}

/** A property descriptor that throws when the value is read. */
export const entryNotKnownYet = (touched: NotKnownYet): { readonly value: never } => ({
  get value(): never {
    throw touched;
  },
});
