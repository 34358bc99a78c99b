import type { Endpoint, Session, SessionFailure, StartedProgram } from '../core/session.ts';
import { encodeText } from '../core/text-codec.ts';
import { connectionOf } from './connections/index.ts';
import { explainFailure, layersOf } from './layers.ts';
import type { Launch } from './pipes.ts';
import { type OrphanedShell, ShellSession } from './shell-session.ts';
import { type ShellStart, startShell } from './start-shell.ts';
import { framed } from './wire/encode-exchange.ts';

/** A session, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly failure: SessionFailure };

/** How long a shell may take to greet after the login. */
const greetingTimeoutMs = 30_000;

/** Start a shell through all layers of an endpoint and make it a session. */
export async function openSession(
  endpoint: Endpoint,
  launch: Launch,
  onEnd: (left?: OrphanedShell) => void,
  signal?: AbortSignal,
  left?: OrphanedShell,
): Promise<Opened> {
  const start = shellStart(endpoint, launch);
  const started = await startShell(start, signal);
  if (!started.ok) return started;
  const startAgain = (again?: AbortSignal) => startShell(start, again);
  const session = new ShellSession(started.shell, {
    place: connectionOf(endpoint.connection).place(endpoint),
    by: layersOf(endpoint).by,
    startAgain,
    onEnd,
  });
  if (left !== undefined) await session.outlive(left, signal);
  return { ok: true, session };
}

/** Start a script through all layers of an endpoint, in a shell that does nothing else. */
export async function startProgram(
  endpoint: Endpoint,
  launch: Launch,
  script: string,
  signal?: AbortSignal,
): Promise<StartedProgram> {
  const started = await startShell(shellStart(endpoint, launch), signal);
  if (!started.ok) return started;
  const { pipes, listen } = started.shell;
  // What follows it is the script's own input.
  pipes.stdin.write(Buffer.concat(framed(encodeText(script))));
  return { ok: true, stdin: pipes.stdin, listen, ended: pipes.ended, destroy: () => pipes.destroy() };
}

function shellStart(endpoint: Endpoint, launch: Launch): ShellStart {
  const { wrap, prompts, any } = layersOf(endpoint);
  return {
    launch,
    wrap,
    prompts,
    explain: (said, ending) => explainFailure(endpoint, said, ending),
    shell: endpoint.shell ?? '/bin/sh',
    home: any ? 'from passwd' : 'inherited',
    timeoutMs: greetingTimeoutMs,
  };
}
