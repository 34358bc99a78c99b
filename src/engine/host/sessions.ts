import type { EventData } from '../../core/event.ts';
import {
  type Connector,
  type Endpoint,
  type Exchanged,
  isSameMachine,
  type Part,
  type Session,
  type SessionFailure,
} from '../../core/session.ts';
import type { Identity } from './identity.ts';

/** How long to wait for a host that has answered before. */
const reconnectMs = 5000;

/** The options that a host's sessions get from the run. */
export interface SessionsOptions {
  readonly name: string;
  readonly connector: Connector;
  readonly emit: (event: EventData) => void;
  readonly signal: AbortSignal;
}

/** A session, or why there is none. */
export type Opened = { ok: true; session: Session } | { ok: false; failure: SessionFailure };

/** The sessions of one host, one for each identity: opens them and exchanges data over them. */
export class Sessions {
  /** Exchanges so far, regardless of the number of parts in each. */
  rounds = 0;
  readonly #options: SessionsOptions;
  readonly #homes = new Map<string, string>();
  readonly #endpoints = new Map<string, Endpoint>();
  /**
   * Identities for which becoming the user failed. They are not retried for upcoming tasks alone, since each attempt
   * with a wrong password counts.
   */
  readonly #refused = new Set<string>();
  #greeted: Session | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** The home directory of an identity's user, once there is a session. */
  home(identity: Identity): string | undefined {
    return this.#homes.get(identity.key);
  }

  /** Whether the last attempt to become that user failed. */
  isRefused(identity: Identity): boolean {
    return this.#refused.has(identity.key);
  }

  /** The session of an identity, opened if necessary; with a limit in milliseconds, in one attempt. */
  async open(identity: Identity, withinMs?: number): Promise<Opened> {
    if (this.#greeted === undefined)
      this.#options.emit({ kind: 'host-busy', host: this.#options.name, doing: 'connecting' });
    const opened = await (withinMs === undefined ? this.#reopen(identity) : this.#openWithin(identity, withinMs));
    if (!opened.ok && opened.failure.reason === 'become') this.#refused.add(identity.key);
    if (opened.ok) {
      this.#refused.delete(identity.key);
      this.#endpoints.set(identity.key, identity.endpoint);
      this.#greeted = opened.session;
      this.#homes.set(identity.key, opened.session.greeting.home);
    }
    return opened;
  }

  /** Whether some session was opened on the machine of this endpoint. */
  reaches(endpoint: Endpoint): boolean {
    return [...this.#endpoints.values()].some((one) => isSameMachine(one, endpoint));
  }

  /** Close all sessions, so that the next one logs in again. */
  async reset(): Promise<void> {
    await Promise.all([...this.#endpoints.values()].map((endpoint) => this.#options.connector.reset(endpoint)));
    this.#endpoints.clear();
  }

  /** A host that answered earlier in this run and now does not may just be restarting its sshd. */
  async #reopen({ endpoint }: Identity): ReturnType<Connector['open']> {
    const { connector, signal } = this.#options;
    const deadline = Date.now() + reconnectMs;
    for (;;) {
      const opened = await connector.open(endpoint, signal);
      const hopeful = this.#greeted !== undefined && !opened.ok && opened.failure.reason === 'unreachable';
      if (!hopeful || signal.aborted || Date.now() > deadline) return opened;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  async #openWithin({ endpoint }: Identity, ms: number): Promise<Opened> {
    const { connector, signal, name } = this.#options;
    const limit = AbortSignal.timeout(ms);
    const opened = await connector.open(endpoint, AbortSignal.any([signal, limit]));
    if (opened.ok || !limit.aborted || signal.aborted) return opened;
    return { ok: false, failure: { reason: 'unreachable', message: `${name}: no login within ${ms / 1000} s` } };
  }

  /** Send parts and wait for their replies; `cut` ends an exchange that takes too long, which is reported as `late`. */
  async exchange(
    session: Session,
    identity: Identity,
    parts: readonly Part[],
    { counts = true, cut }: { counts?: boolean; cut?: AbortSignal | undefined } = {},
  ): Promise<Exchanged> {
    if (counts) this.rounds++;
    const { name, emit, signal } = this.#options;
    const user = identity.endpoint.become?.user ?? session.greeting.user;
    emit({
      kind: 'sent',
      host: name,
      user,
      ...(session.by !== undefined && { by: session.by }),
      parts: parts.length,
      script: parts.map(({ shown, script }) => shown ?? script).join('\n'),
    });
    const exchanged = await session.exchange(parts, cut === undefined ? signal : AbortSignal.any([signal, cut]));
    if (exchanged.ok) return exchanged;
    // The failure becomes an event, so remove the replies that arrived before it: they may contain secrets.
    const { replies, ...failure } = exchanged.failure;
    if (cut?.aborted !== true || signal.aborted) return { ok: false, failure };
    return {
      ok: false,
      failure: { reason: 'late', message: `${name}: no answer in time`, ...(replies && { replies }) },
    };
  }
}
