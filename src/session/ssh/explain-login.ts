import type { SessionFailure } from '../../core/session.ts';
import type { Identities } from './identities.ts';
import type { SshTarget } from './target.ts';

/** Why a login did not succeed, from what ssh2 and the socket said. */
export function explainLogin(
  error: Error & { level?: string; code?: string },
  target: SshTarget,
  { methods, unusable }: Identities,
  serverTakes: readonly string[],
): SessionFailure {
  const { place } = target;
  if (error.level === 'client-authentication' || /too many authentication failures/i.test(error.message)) {
    const tried =
      methods.length > 0
        ? `it took none of ${methods.map(({ shown }) => shown).join(', ')}`
        : 'there is no key, agent or password to offer';
    const takes = serverTakes.length > 0 ? ` (it takes ${serverTakes.join(', ')})` : '';
    const why = error.level ? '' : `${error.message}; `;
    return {
      reason: 'authentication',
      message: [`${place}: as ${target.user}: ${why}${tried}${takes}`, ...unusable].join('; '),
    };
  }
  if (/no matching/i.test(error.message)) return unsupported(`${place}: ${error.message}`);
  return {
    reason: 'unreachable',
    message: `${place}: ${socketErrors[error.code ?? ''] ?? timedOut(error, target) ?? error.message}`,
  };
}

/** A failure that the system's ssh would not have. */
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
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'connection timed out',
  ECONNRESET: 'connection reset',
};
