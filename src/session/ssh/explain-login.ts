import type { SessionFailure } from '../../core/session.ts';
import type { Method } from './identities.ts';
import type { SshTarget } from './target.ts';

/** The attempts before a login failed. */
interface LoginStory {
  readonly tried: readonly Method[];
  /** Keys that exist but could not be used, with the reason. */
  readonly unusable: readonly string[];
  /** The methods that the server reported as acceptable. */
  readonly serverTakes: readonly string[];
}

/** Why a login failed, from the errors of ssh2 and the socket. */
export function explainLogin(
  error: Error & { level?: string; code?: string },
  target: SshTarget,
  story: LoginStory,
): SessionFailure {
  const { place } = target;
  if (error.level === 'client-authentication') return notTaken(target, story);
  if (/too many authentication failures/i.test(error.message)) return notTaken(target, story, `${error.message}; `);
  if (/no matching/i.test(error.message)) return unsupported(`${place}: ${error.message}`);
  const why = socketErrors[error.code ?? ''] ?? timedOut(error, target) ?? error.message;
  return { reason: 'unreachable', message: `${place}: ${why}` };
}

function notTaken(target: SshTarget, { tried, unusable, serverTakes }: LoginStory, why = ''): SessionFailure {
  const offered = tried.map(({ shown }) => shown).join(', ');
  const took = offered ? `the server accepted none of ${offered}` : 'there is no key, agent or password to log in with';
  const takes = serverTakes.length > 0 ? ` (it accepts ${serverTakes.join(', ')})` : '';
  const message = [`${target.place}: as ${target.user}: ${why}${took}${takes}`, ...unusable].join('; ');
  // Debian's default configuration requests GSSAPI everywhere, so it matters only if the server supports it.
  const lacks = target.lacks.filter(({ method }) => serverTakes.includes(method));
  if (lacks.length === 0) return { reason: 'authentication', message };
  return unsupported(`${message}; ssh2 does not support ${lacks.map(({ shown }) => shown).join(', ')}`);
}

/** A failure that the system's ssh would avoid. */
export const unsupported = (message: string): SessionFailure => ({
  reason: 'unsupported',
  message,
  hint: 'use the system’s ssh: ansible_connection: openssh',
});

const timedOut = (error: Error & { level?: string }, target: SshTarget): string | undefined =>
  error.level === 'client-timeout' ? `no login within ${target.connectTimeoutMs / 1000} s` : undefined;

const socketErrors: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the host name could not be resolved',
  ETIMEDOUT: 'connection timed out',
  ECONNRESET: 'connection reset',
};
