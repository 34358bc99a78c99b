import { randomBytes } from 'node:crypto';
import type { Greeting, SessionFailure } from '../core/session.ts';
import type { Ending, Launch, Pipes } from './pipes.ts';
import { bootstrap } from './wire/shell-text.ts';

/** A login may print a long message of the day, but not without end. */
const mostBeforeGreeting = 1024 ** 2;
/** What is kept of it: the greeting is short. */
const longestSaid = 64 * 1024;
const longestReason = 2000;

/** How to start a wire shell, and how to explain it when none comes. */
export interface ShellStart {
  readonly launch: Launch;
  readonly shell: string;
  /** Puts the bootstrap into what becomes another user or enters a container. */
  readonly wrap: (commandLine: string) => string;
  readonly home: 'inherited' | 'from passwd';
  /** Passwords by the prompts that ask for them. */
  readonly prompts: readonly Prompt[];
  readonly timeoutMs: number;
  readonly explain: (said: string, ending: Ending) => SessionFailure;
}

/** A password for whoever shows exactly this prompt; without one the prompt is a failure. */
export interface Prompt {
  readonly text: string;
  readonly password?: string;
}

type Sink = (stream: 'stdout' | 'stderr', chunk: Buffer) => void;

/** A wire shell that has greeted and waits for exchanges. */
export interface Shell {
  readonly pipes: Pipes;
  readonly greeting: Greeting;
  readonly pid: number;
  /** Random; in the arguments of this shell alone. */
  readonly token: string;
  /** Where its output goes from now on. */
  listen(sink: Sink): void;
}

/** A shell that answers, or why there is none. */
export type Started =
  | { readonly ok: true; readonly shell: Shell }
  | { readonly ok: false; readonly failure: SessionFailure };

/** Starts a wire shell and waits for its greeting, giving passwords where they are asked for. */
export async function startShell(start: ShellStart, signal?: AbortSignal): Promise<Started> {
  const token = randomBytes(8).toString('hex');
  const launched = await start.launch(start.wrap(bootstrap(token, start.shell, start.home)), signal);
  return launched.ok ? awaitGreeting(launched.pipes, token, start, signal) : launched;
}

function awaitGreeting(pipes: Pipes, token: string, start: ShellStart, signal?: AbortSignal): Promise<Started> {
  const said = { stdout: '', stderr: '' };
  const asked = new Set<string>();
  let before = 0;
  return new Promise((resolve) => {
    let sink: Sink = receive;
    pipes.stdout.on('data', (chunk: Buffer) => sink('stdout', chunk));
    pipes.stderr.on('data', (chunk: Buffer) => sink('stderr', chunk));
    // A write to a shell that has just ended fails; `ended` tells.
    for (const stream of [pipes.stdin, pipes.stdout, pipes.stderr]) stream.on('error', () => {});
    const timer = setTimeout(() => giveUp(`no answer within ${start.timeoutMs / 1000} s`), start.timeoutMs);
    const onAbort = () => giveUp('interrupted');
    signal?.addEventListener('abort', onAbort, { once: true });
    void pipes.ended.then((ending) => settle({ ok: false, failure: start.explain(reason(), ending) }));

    function receive(stream: 'stdout' | 'stderr', chunk: Buffer): void {
      before += chunk.length;
      if (before > mostBeforeGreeting) {
        giveUp(`more than ${mostBeforeGreeting / 1024 ** 2} MiB of output before the shell`);
        return;
      }
      said[stream] = (said[stream] + chunk.toString('utf8')).slice(-longestSaid);
      if (stream === 'stderr') answerPrompt();
      const greeting = readGreeting(said.stdout, token);
      if (!greeting) return;
      sink = () => {};
      settle({ ok: true, shell: { pipes, token, ...greeting, listen: (to) => (sink = to) } });
    }

    function answerPrompt(): void {
      for (const { text, password } of start.prompts) {
        if (!said.stderr.includes(text)) continue;
        said.stderr = said.stderr.replace(text, '');
        // Asked again, the password was wrong: without a further one the asker says so and ends.
        if (password === undefined || asked.has(text)) pipes.stdin.end();
        else pipes.stdin.write(`${password}\n`);
        asked.add(text);
      }
    }

    /** What the other side said last: a looping login script says the same again and again. */
    function reason(instead?: string): string {
      return instead ?? (said.stderr.trim() || said.stdout.trim()).slice(-longestReason);
    }

    function giveUp(message: string): void {
      sink = () => {};
      settle({ ok: false, failure: start.explain(reason(before > mostBeforeGreeting ? '' : undefined), { message }) });
      pipes.destroy();
    }

    function settle(started: Started): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(started);
    }
  });
}

function readGreeting(said: string, token: string): { greeting: Greeting; pid: number } | undefined {
  const [, pid, id, home] = new RegExp(`${token} (\\d+) (.*)\n([^]*) ${token}\n`).exec(said) ?? [];
  if (!pid || id === undefined || home === undefined) return undefined;
  const [, uid, user] = /^uid=(\d+)(?:\(([^)]*)\))?/.exec(id) ?? [];
  return { pid: Number(pid), greeting: { user: user ?? uid ?? '', uid: Number(uid), home } };
}
