import { randomBytes } from 'node:crypto';
import type { Greeting, SessionFailure } from '../core/session.ts';
import type { Ending, Launch, Pipes } from './pipes.ts';
import { bootstrap } from './wire/shell-text.ts';

/** A login may print a long message of the day, but not endless output. */
const mostBeforeGreeting = 1024 ** 2;
/** How much of it to keep: the greeting is short. */
const longestSaid = 64 * 1024;
const longestReason = 2000;

/** How to start a wire shell, and how to explain a failure. */
export interface ShellStart {
  readonly launch: Launch;
  readonly shell: string;
  /** Wraps the bootstrap in commands that become another user or enter a container. */
  readonly wrap: (commandLine: string) => string;
  readonly home: 'inherited' | 'from passwd';
  /** Passwords, with the prompts that ask for them. */
  readonly prompts: readonly Prompt[];
  readonly timeoutMs: number;
  readonly explain: (said: string, ending: Ending) => SessionFailure;
}

/** The password for exactly this prompt; if there is none, the prompt is a failure. */
export interface Prompt {
  readonly text: string;
  readonly password?: string;
}

type Sink = (stream: 'stdout' | 'stderr', chunk: Buffer) => void;

/** A wire shell that has greeted and is waiting for exchanges. */
export interface Shell {
  readonly pipes: Pipes;
  readonly greeting: Greeting;
  readonly pid: number;
  /** Random; occurs only in this shell's arguments. */
  readonly token: string;
  /** Whether the tools that our scripts use are BusyBox's. */
  readonly hasBusybox: boolean;
  /** Direct its output to this sink from now on. */
  listen(sink: Sink): void;
}

/** A shell that responds, or why there is none. */
export type Started =
  | { readonly ok: true; readonly shell: Shell }
  | { readonly ok: false; readonly failure: SessionFailure };

/** Start a wire shell and wait for its greeting, answering password prompts. */
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
    // Writing to a shell that has just ended fails; `ended` reports it.
    for (const stream of [pipes.stdin, pipes.stdout, pipes.stderr]) stream.on('error', () => {});
    const timer = setTimeout(() => giveUp(`no response within ${start.timeoutMs / 1000} s`), start.timeoutMs);
    const onAbort = () => giveUp('interrupted');
    signal?.addEventListener('abort', onAbort, { once: true });
    void pipes.ended.then((ending) => settle({ ok: false, failure: start.explain(reason(), ending) }));

    function receive(stream: 'stdout' | 'stderr', chunk: Buffer): void {
      before += chunk.length;
      if (before > mostBeforeGreeting) {
        giveUp(`more than ${mostBeforeGreeting / 1024 ** 2} MiB of output before the shell started`);
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
        // A second prompt means that the password was wrong: without another one, the program reports that and exits.
        if (password === undefined || asked.has(text)) pipes.stdin.end();
        else pipes.stdin.write(`${password}\n`);
        asked.add(text);
      }
    }

    /** The last output from the other side: a looping login script repeats itself endlessly. */
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

function readGreeting(said: string, token: string): Pick<Shell, 'greeting' | 'pid' | 'hasBusybox'> | undefined {
  const [, pid, userland, id, home] = new RegExp(`${token} (\\d+) (busybox|) (.*)\n([^]*) ${token}\n`).exec(said) ?? [];
  if (!pid || id === undefined || home === undefined) return undefined;
  const [, uid, user] = /^uid=(\d+)(?:\(([^)]*)\))?/.exec(id) ?? [];
  return {
    pid: Number(pid),
    hasBusybox: userland === 'busybox',
    greeting: { user: user ?? uid ?? '', uid: Number(uid), home },
  };
}
