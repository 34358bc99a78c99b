import type { HostLink } from './host-link.ts';
import type { Identity } from './identity.ts';

/**
 * Thrown when a template touches a value that cannot be known yet. It is no error: the one who computes decides
 * whether to wait (pending, facts, home) or to say so (unknown).
 */
export class NotKnownYet {
  readonly what: 'pending' | 'facts' | 'home' | 'unknown';
  /** For unknown: the task whose foreseen change, or whose skipped command, the value depends on. */
  readonly because: string;
  readonly host: string;
  constructor(what: NotKnownYet['what'], host: string, because = '') {
    this.what = what;
    this.host = host;
    this.because = because;
  }
}

/** The home of somebody on a host, touched before it is known. */
export class HomeNotKnownYet extends NotKnownYet {
  readonly link: HostLink;
  readonly identity: Identity;
  /** Whose it is, where not the identity's own. */
  readonly user: string | undefined;
  constructor(link: HostLink, identity: Identity, user?: string) {
    super('home', link.name);
    this.link = link;
    this.identity = identity;
    this.user = user;
  }
}

/** A variable's entry that throws when its value is read. */
export const entryNotKnownYet = (touched: NotKnownYet): { readonly value: never } => ({
  get value(): never {
    throw touched;
  },
});
