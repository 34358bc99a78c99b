import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Endpoint, SessionFailure } from '../../core/session.ts';
import { placeOf } from '../open-session.ts';
import type { SshTarget } from './target.ts';

export type TargetResult =
  | { readonly ok: true; readonly target: SshTarget }
  | { readonly ok: false; readonly failure: SessionFailure };

/** Completes an endpoint. */
export async function targetOf(endpoint: Endpoint, env: NodeJS.ProcessEnv): Promise<TargetResult> {
  const home = env['HOME'] ?? userInfo().homedir;
  const identityFiles = endpoint.privateKeyFile
    ? [endpoint.privateKeyFile]
    : ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => join(home, '.ssh', name));
  return {
    ok: true,
    target: {
      place: placeOf(endpoint),
      host: endpoint.address ?? endpoint.name,
      port: endpoint.port ?? 22,
      user: endpoint.user ?? userInfo().username,
      ...(endpoint.password !== undefined && { password: endpoint.password }),
      identityFiles,
      identityFilesAsked: endpoint.privateKeyFile !== undefined,
      identitiesOnly: false,
      ...(env['SSH_AUTH_SOCK'] && { agent: env['SSH_AUTH_SOCK'] }),
      knownHostsFiles: endpoint.knownHostsFiles ?? [join(home, '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts'],
      hostKeyChecking: endpoint.hostKeyChecking === false ? 'off' : 'strict',
      connectTimeoutMs: endpoint.connectTimeoutMs ?? 10_000,
      keepaliveMs: 10_000,
      keepaliveCount: 3,
    },
  };
}
