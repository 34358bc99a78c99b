import { setTimeout as sleep } from 'node:timers/promises';
import type { EventData } from '../../core/event.ts';
import {
  type Connector,
  type Endpoint,
  type Exchanged,
  isSameMachine,
  type Part,
  type Reply,
  type Session,
  type SessionFailure,
} from '../../core/session.ts';
import { decodeText } from '../../core/text-codec.ts';
import type { Identity } from './identity.ts';
import { holderIn, type Locking, lockPart, withoutFirst } from './machine-lock.ts';

/** How long to wait for a host that has answered before. */
const reconnectMs = 5000;

/** How long after a lock was not free to ask again: at first soon, as a session of this run may just be taking it. */
const firstRetryMs = 300;
const retryMs = 1000;

/** The options that a host's sessions get from the run. */
export interface SessionsOptions {
  readonly name: string;
  readonly connector: Connector;
  readonly emit: (event: EventData) => void;
  readonly signal: AbortSignal;
  /** How machines are locked that are to be changed; undefined if none is. */
  readonly locking?: Locking | undefined;
  /** Learns that another run was changing the machine until now. */
  readonly changedByOthers?: () => void;
}

interface ExchangeOptions {
  /** Whether it is one of the host's rounds; by default, it is. */
  readonly counts?: boolean;
  /** Makes the signal that ends it when it takes too long; it is made when the exchange begins. */
  readonly cut?: (() => AbortSignal | undefined) | undefined;
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
  #isToBeChanged = false;
  /** The sessions that hold the machine's lock, or share it with one of this run that does. */
  #locked = new WeakSet<Session>();

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

  /** From now on, the machine is this run's: what other runs would change has to wait. */
  claim(): void {
    this.#isToBeChanged = true;
  }

  /**
   * Send parts and wait for their replies; `cut` ends an exchange that takes too long, which is reported as `late`. The first
   * exchange of a shell locks a machine that is to be changed: what another run has not finished can be neither judged nor
   * continued.
   */
  async exchange(
    session: Session,
    identity: Identity,
    parts: readonly Part[],
    { counts = true, cut }: ExchangeOptions = {},
  ): Promise<Exchanged> {
    if (counts) this.rounds++;
    const { locking } = this.#options;
    const isLocked = this.#locked.has(session) || identity.endpoint.connection === 'local';
    if (locking === undefined || !this.#isToBeChanged || isLocked) return this.#send(session, identity, parts, cut?.());
    const { part, isOut } = lockPart(locking);
    // What is skipped has not been done.
    const perhaps = parts.map((one) => ({ ...one, onReply: (reply: Reply) => isOut() || one.onReply?.(reply) }));
    const exchanged = withoutFirst(await this.#send(session, identity, [part, ...perhaps], cut?.()));
    if (!isOut()) {
      if (exchanged.ok) this.#locked.add(session);
      return exchanged;
    }
    const failure = await this.#waitForLock(session, locking);
    if (failure !== undefined) return { ok: false, failure };
    this.#locked.add(session);
    this.#options.changedByOthers?.();
    return this.#send(session, identity, parts, cut?.());
  }

  /** Asks for the lock until it is free. */
  async #waitForLock(session: Session, locking: Locking): Promise<SessionFailure | undefined> {
    const { name, emit, signal } = this.#options;
    const deadline = Date.now() + locking.timeoutMs;
    for (let tries = 0; ; tries++) {
      await sleep(tries === 0 ? firstRetryMs : retryMs, undefined, { signal }).catch(() => {});
      const exchanged = await session.exchange([lockPart(locking).part], signal);
      if (!exchanged.ok) return exchanged.failure;
      const { code, stdout } = exchanged.replies[0]!;
      if (code !== 1) return undefined;
      const holder = holderIn(decodeText(stdout));
      const isOver = Date.now() >= deadline;
      if (isOver) {
        const message = `${name}: ${holder}`;
        return {
          reason: 'locked',
          message,
          hint: 'wait longer with --lock-timeout SECONDS, or do not care with --no-lock',
        };
      }
      if (tries > 0) continue;
      const message = `${name}: ${holder}; waiting up to ${locking.timeoutMs / 1000} s for it to end`;
      emit({ kind: 'warning', diagnostic: { severity: 'warning', code: 'locked', message } });
    }
  }

  async #send(session: Session, identity: Identity, parts: readonly Part[], cut?: AbortSignal): Promise<Exchanged> {
    const { name, emit, signal } = this.#options;
    const user = identity.endpoint.become?.user ?? session.greeting.user;
    emit({
      kind: 'sent',
      host: name,
      user,
      ...(session.by !== undefined && { by: session.by }),
      parts: parts.length,
      script: parts
        .map(({ shown, script, lock }) => (lock === undefined ? (shown ?? script) : '# (locks the host)'))
        .join('\n'),
    });
    const exchanged = await session.exchange(parts, cut === undefined ? signal : AbortSignal.any([signal, cut]));
    if (exchanged.ok) return exchanged;
    // It may go on with another shell, which does not hold the lock.
    this.#locked.delete(session);
    // The failure becomes an event, so remove the replies that arrived before it: they may contain secrets.
    const { replies, ...failure } = exchanged.failure;
    if (cut?.aborted !== true || signal.aborted) return { ok: false, failure };
    return {
      ok: false,
      failure: { reason: 'late', message: `${name}: no answer in time`, ...(replies && { replies }) },
    };
  }
}
