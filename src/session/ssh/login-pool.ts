import type { SessionFailure } from '../../core/session.ts';
import type { Launched } from '../pipes.ts';
import { ForwardError, type LoggedIn, type Login, logIn } from './login.ts';
import { proxyStream } from './proxy-stream.ts';
import type { SshTarget } from './target.ts';

/** Logins by target, shared by everything that runs there. */
interface LoginPool {
  /** Starts a command on a target; logs in again only if the existing logins accept no more channels. */
  launch(target: SshTarget, commandLine: string, signal?: AbortSignal): Promise<Launched>;
  /** Lets what is running on a target's logins finish, but starts nothing more on them. */
  retire(target: SshTarget): void;
  readonly logins: number;
  close(): void;
}

/** The maximum number of concurrent login attempts, and a sink for ssh2's debug output. */
interface LoginPoolOptions {
  readonly forks?: number;
  readonly onDebug?: (line: string) => void;
}

/** Create a pool without any logins. */
export function createLoginPool({ forks = Number.POSITIVE_INFINITY, onDebug }: LoginPoolOptions): LoginPool {
  const loginsByTarget = new Map<string, Promise<LoggedIn>[]>();
  const retired: Promise<LoggedIn>[] = [];
  const slots = createSlots(forks);
  let count = 0;
  return {
    launch: (target, commandLine, signal) => interruptible(launch(target, commandLine), signal),
    retire: (target) => void retired.push(...loginsOf(target).splice(0)),
    get logins() {
      return count;
    },
    close() {
      for (const login of [...loginsByTarget.values(), retired].flat())
        void login.then((it) => it.ok && it.login.close());
      loginsByTarget.clear();
    },
  };

  async function launch(target: SshTarget, commandLine: string): Promise<Launched> {
    for (let at = 0; ; at++) {
      const isNew = at >= loginsOf(target).length;
      const loggedIn = await loginAt(target, at);
      if (!loggedIn.ok) return loggedIn;
      const launched = await loggedIn.login.exec(commandLine);
      if (launched) return launched;
      if (isNew) return { ok: false, failure: noChannel(target) };
    }
  }

  async function loginAt(target: SshTarget, at: number): Promise<LoggedIn> {
    const logins = loginsOf(target);
    const made = logins[at] ?? newLogin(target);
    logins[at] = made;
    const forget = () => logins.includes(made) && logins.splice(logins.indexOf(made), 1);
    const loggedIn = await made;
    if (!loggedIn.ok) forget();
    else void loggedIn.login.ended.then(forget);
    return loggedIn;
  }

  async function newLogin(target: SshTarget): Promise<LoggedIn> {
    const jump = target.jump && (await loginAt(target.jump, 0));
    if (jump && !jump.ok) return jump;
    const dial = dialler(target, jump?.login);
    // Not before the login on the jump host is complete, since it needs a slot, too.
    return slots.take(async () => {
      count++;
      try {
        return await logIn(target, dial, onDebug);
      } catch (error) {
        if (!(error instanceof ForwardError)) throw error;
        const message = `${target.place}: cannot be reached through ${target.jump?.place}: ${error.message}`;
        return { ok: false, failure: { reason: 'unreachable', message } };
      }
    });
  }

  function loginsOf(target: SshTarget): Promise<LoggedIn>[] {
    const key = JSON.stringify({ ...target, place: '' });
    const logins = loginsByTarget.get(key) ?? [];
    loginsByTarget.set(key, logins);
    return logins;
  }
}

function dialler({ host, port, proxyCommand }: SshTarget, jump?: Login) {
  if (jump) return () => jump.forward(host, port);
  return proxyCommand ? () => proxyStream(proxyCommand) : undefined;
}

// A login is shared: an interrupted caller stops waiting, but the login continues for the others.
function interruptible(launched: Promise<Launched>, signal?: AbortSignal): Promise<Launched> {
  if (!signal) return launched;
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve({ ok: false, failure: { reason: 'lost', message: 'interrupted' } });
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    launched.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Limits the number of tasks running at the same time. */
function createSlots(size: number) {
  const waiting: (() => void)[] = [];
  let free = size;
  return {
    async take<T>(work: () => Promise<T>): Promise<T> {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  };
}

const noChannel = ({ place }: SshTarget): SessionFailure => ({
  reason: 'unreachable',
  message: `${place}: the server refuses to open a channel, even on a new login (MaxSessions 0?)`,
});
