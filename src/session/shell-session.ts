import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Bytes, type LocalContent, piecesOf } from '../core/local-content.ts';
import type { Exchanged, Greeting, Part, Session, SessionFailure } from '../core/session.ts';
import type { Shell, Started } from './start-shell.ts';
import { busyboxPrelude } from './wire/busybox-text.ts';
import { encodeExchange } from './wire/encode-exchange.ts';
import { ReplyReader } from './wire/reply-reader.ts';
import { prelude } from './wire/shell-text.ts';

/** The setup that the creator of a session provides. */
interface SessionSetup {
  /** Names host and port, for messages. */
  readonly place: string;
  /** How its user was become. */
  readonly by?: string | undefined;
  /** Starts another shell the same way: to stop what is running in the first one, or to continue after that. */
  readonly startAgain: (signal?: AbortSignal) => Promise<Started>;
  /** Called once no more exchanges are possible; with the shell if the connection was lost during an exchange. */
  readonly onEnd: (left?: OrphanedShell) => void;
}

/** A shell whose connection is gone, and which may still be executing its commands. */
export type OrphanedShell = Pick<Shell, 'pid' | 'token'>;

/** The maximum output of one exchange, unless file content was requested: output is held in memory. */
const mostOfOutput = 32 * 1024 ** 2;
const mostOfContent = 1024 ** 3;

/**
 * How long commands left running by a lost connection may take to finish: it is better to let a package installation
 * complete than to abort it.
 */
const graceSeconds = 60;

/**
 * A session over a wire shell: exchanges are sent one after another, small ones in a single write, and come back as replies.
 */
export class ShellSession implements Session {
  readonly greeting: Greeting;
  readonly #setup: SessionSetup;
  readonly #counts = { exchanges: 0, bytesSent: 0, bytesReceived: 0 };
  #shell: Shell | undefined;
  #fresh = true;
  #failure: SessionFailure | undefined;
  #busy = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(shell: Shell, setup: SessionSetup) {
    this.greeting = shell.greeting;
    this.#setup = setup;
    this.#use(shell);
  }

  get traffic(): Session['traffic'] {
    return { ...this.#counts };
  }

  get by(): string | undefined {
    return this.#setup.by;
  }

  exchange(parts: readonly Part[], signal?: AbortSignal): Promise<Exchanged> {
    const exchanged = this.#queue.then(() => this.#exchange(parts, signal));
    this.#queue = exchanged.catch(() => {});
    return exchanged;
  }

  async close(): Promise<void> {
    this.#failure ??= this.#lost('the session was closed');
    const shell = this.#shell;
    this.#shell = undefined;
    this.#setup.onEnd();
    if (shell) await endShell(shell);
  }

  async #exchange(parts: readonly Part[], signal?: AbortSignal): Promise<Exchanged> {
    if (signal?.aborted) return { ok: false, failure: this.#lost('interrupted') };
    if (this.#failure) return { ok: false, failure: { ...this.#failure, replies: [] } };
    const revived = await this.#revive(signal);
    if (!revived.ok) return revived;
    this.#busy = true;
    const exchanged = await this.#converse(revived.shell, parts, signal);
    this.#busy = false;
    return exchanged;
  }

  /**
   * Called first: gives an old shell of the same user time to finish what it is executing, and prevents it from
   * starting anything more.
   */
  async outlive({ pid, token }: OrphanedShell, signal?: AbortSignal): Promise<void> {
    const same = `case $(tr '\\0' ' ' </proc/${pid}/cmdline) in *${token}*) _abort ${pid} ${graceSeconds} ;; esac`;
    await this.exchange([{ script: same, deadlineMs: (graceSeconds + 10) * 1000 }], signal);
  }

  /** After an interrupt, the next exchange gets a new shell. */
  async #revive(signal?: AbortSignal): Promise<Started> {
    if (this.#shell) return { ok: true, shell: this.#shell };
    const started = await this.#setup.startAgain(signal);
    if (started.ok) this.#use(started.shell);
    return started;
  }

  #converse(shell: Shell, parts: readonly Part[], signal?: AbortSignal): Promise<Exchanged> {
    const nonce = `\x1e${randomBytes(16).toString('hex')}`;
    const reader = new ReplyReader(parts, nonce);
    return new Promise((resolve) => {
      const fail = (message: string) =>
        finish({ ok: false, failure: { ...this.#lost(message), replies: [...reader.replies] } });
      const onAbort = () => void this.#interrupt(shell).then(() => fail('interrupted'));
      signal?.addEventListener('abort', onAbort, { once: true });
      void shell.pipes.ended.then(({ message }) => fail(signal?.aborted ? 'interrupted' : message));
      const most = parts.some(({ large }) => large) ? mostOfContent : mostOfOutput;
      let received = 0;
      shell.listen((stream, chunk) => {
        this.#counts.bytesReceived += chunk.length;
        received += chunk.length;
        if (received > most) {
          tooMuch();
          return;
        }
        reader.push(stream, chunk);
        if (reader.done) finish({ ok: true, replies: reader.replies });
      });
      const sent = this.#send(shell, encodeExchange(parts, nonce, this.#fresh ? preludeOf(shell) : ''));
      sent.catch((error: Error) => giveUp(error.message));

      const tooMuch = (): void => giveUp(`more than ${most / 1024 ** 2} MiB of output in one answer`);

      const giveUp = (why: string): void => {
        this.#failure = { reason: 'unreachable', message: `${this.#setup.place}: ${why}` };
        this.#shell = undefined;
        finish({ ok: false, failure: this.#failure });
        this.#setup.onEnd();
        shell.pipes.destroy();
      };

      function finish(exchanged: Exchanged): void {
        signal?.removeEventListener('abort', onAbort);
        shell.listen(() => {});
        // A shell may reply before it has read all of its input, and nothing else may be sent before that.
        if (exchanged.ok) void sent.then(() => resolve(exchanged));
        else resolve(exchanged);
      }
    });
  }

  async #send(shell: Shell, chunks: readonly Bytes[]): Promise<void> {
    this.#fresh = false;
    this.#counts.exchanges++;
    for (const chunk of chunks) {
      this.#counts.bytesSent += chunk.length;
      if (chunk instanceof Uint8Array) shell.pipes.stdin.write(chunk);
      else await sendFile(shell, chunk);
    }
  }

  /** From a second shell, stop what is running in the first one, which does not read its input meanwhile. */
  async #interrupt(shell: Shell): Promise<void> {
    this.#shell = undefined;
    const started = await this.#setup.startAgain(AbortSignal.timeout(3000));
    if (!started.ok) return shell.pipes.destroy();
    const killer = new ShellSession(started.shell, { ...this.#setup, onEnd: () => {} });
    const killed = await killer.exchange([{ script: `_abort ${shell.pid}`, deadlineMs: 3000 }]);
    if (!killed.ok) shell.pipes.destroy();
    void killer.close();
  }

  #use(shell: Shell): void {
    this.#shell = shell;
    this.#fresh = true;
    void shell.pipes.ended.then(({ message }) => {
      if (this.#shell !== shell) return;
      this.#failure ??= this.#lost(message);
      this.#setup.onEnd(this.#busy ? shell : undefined);
    });
  }

  #lost(message: string): SessionFailure {
    return { reason: 'lost', message: `${this.#setup.place}: ${message}` };
  }
}

/**
 * Send a file of the controller as fast as the host reads it. The host has been told its length, so a file whose length
 * has changed is an error.
 */
async function sendFile({ pipes: { stdin, ended } }: Shell, content: LocalContent): Promise<void> {
  const over = new AbortController();
  void ended.then(() => over.abort());
  let left = content.length;
  for (const piece of piecesOf(content)) {
    if (over.signal.aborted) return;
    left -= piece.length;
    if (left < 0) break;
    // Copied, because the next piece overwrites it.
    if (!stdin.write(Buffer.from(piece))) await once(stdin, 'drain', { signal: over.signal }).catch(() => {});
  }
  if (left !== 0) throw new Error(`${content.local} has changed while it was sent`);
}

/** The functions that exchanges with a shell use. */
const preludeOf = ({ hasBusybox }: Shell): string => (hasBusybox ? `${prelude}${busyboxPrelude}` : prelude);

/** A wire shell exits at the end of its input; if it has not done so within a second, drop it. */
async function endShell({ pipes }: Shell): Promise<void> {
  const timer = setTimeout(() => pipes.destroy(), 1000);
  pipes.stdin.end();
  await pipes.ended;
  clearTimeout(timer);
}
