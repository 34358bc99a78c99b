import type { SessionFailure } from '../../core/session.ts';

/** Why the system's ssh failed to start a shell, from its output. */
export function explainOpenssh(place: string, said: string): SessionFailure {
  const reason = reasons.find(([, pattern]) => pattern.test(said))?.[0] ?? 'unreachable';
  const [, offending] = /Offending \S+ key in (\S+)/.exec(said) ?? [];
  const lines = said.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => line && !/^@|^Warning: Permanently|^Pseudo-terminal/.test(line));
  // One line of the long warning about a changed key says where the old key is.
  const message = offending ? `presents a host key that differs from the one in ${offending}` : telling.join('; ');
  return {
    reason,
    message: `${place}: ssh: ${message || 'ended without a message'}`,
    ...(reason === 'host-key-unknown' && {
      hint: 'log in once with ssh and compare the fingerprint, or add the key to known_hosts',
    }),
  };
}

const reasons: readonly (readonly [SessionFailure['reason'], RegExp])[] = [
  ['host-key-changed', /REMOTE HOST IDENTIFICATION HAS CHANGED|host key .* revoked/i],
  ['host-key-unknown', /Host key verification failed|No \S+ host key is known/],
  ['authentication', /Permission denied|Too many authentication failures|No supported authentication methods/],
];
