import type { Endpoint, Session, SessionFailure } from '../core/session.ts';
import { explainBecome } from './explain-become.ts';
import { layersOf } from './layers.ts';
import { explainOpenssh } from './openssh/explain-openssh.ts';
import type { Ending, Launch } from './pipes.ts';
import { type Left, ShellSession } from './shell-session.ts';
import { type ShellStart, startShell } from './start-shell.ts';

/** A session, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly failure: SessionFailure };

/** How long a shell may take to greet after the login. */
const greetingTimeoutMs = 30_000;

/** Starts a shell through all layers of an endpoint and makes it a session. */
export async function openSession(
  endpoint: Endpoint,
  launch: Launch,
  onEnd: (left?: Left) => void,
  signal?: AbortSignal,
  left?: Left,
): Promise<Opened> {
  const start = shellStart(endpoint, launch);
  const started = await startShell(start, signal);
  if (!started.ok) return started;
  const startAgain = (again?: AbortSignal) => startShell(start, again);
  const session = new ShellSession(started.shell, { place: placeOf(endpoint), startAgain, onEnd });
  if (left !== undefined) await session.outlive(left, signal);
  return { ok: true, session };
}

/** The host as messages name it. */
export function placeOf(endpoint: Endpoint): string {
  if (endpoint.via) return `${endpoint.name} (container ${endpoint.settings?.id} on ${endpoint.via.name})`;
  if (endpoint.connection === 'local') return endpoint.name;
  const address = `${endpoint.address ?? endpoint.name}${endpoint.port ? `:${endpoint.port}` : ''}`;
  return address === endpoint.name ? address : `${endpoint.name} (${address})`;
}

function shellStart(endpoint: Endpoint, launch: Launch): ShellStart {
  const { login, wrap, prompts, innermost } = layersOf(endpoint);
  const explain = (said: string, ending: Ending): SessionFailure => {
    // 255 is how ssh says that the failure is its own.
    if (login.connection === 'openssh' && ending.code === 255) return explainOpenssh(placeOf(login), said);
    const { become } = endpoint;
    if (innermost === 'become' && become !== undefined) {
      const { words, hint } = explainBecome(become, said);
      const message = `${placeOf(endpoint)}: ${become.method} to ${become.user}: ${words || ending.message}`;
      return { reason: 'become', message, ...(hint !== undefined && { hint }) };
    }
    const words = said.split(/\s*\n\s*/).join('; ') || ending.message;
    return { reason: 'unreachable', message: `${placeOf(endpoint)}: ${layerName(endpoint, innermost)}: ${words}` };
  };
  return {
    launch,
    wrap,
    prompts,
    explain,
    shell: endpoint.shell ?? '/bin/sh',
    home: innermost === 'login' ? 'inherited' : 'from passwd',
    timeoutMs: greetingTimeoutMs,
  };
}

function layerName(endpoint: Endpoint, innermost: 'login' | 'pct' | 'become'): string {
  return innermost === 'pct' ? `pct exec ${endpoint.settings?.id}` : `no shell after the login`;
}
