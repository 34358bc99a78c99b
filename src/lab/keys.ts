import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { state } from './paths.ts';
import { run } from './run-command.ts';

/** The key by which the operator logs in to the lab's hosts. */
export const operatorKey = (): string => state('keys', 'operator');

/** The host keys of the lab, as ssh's known_hosts file. */
export const knownHostsFile = (): string => state('known_hosts');

/** A key pair of the lab; made once, so that it stays the same when hosts are reset. */
export async function keyPair(name: string, comment: string): Promise<{ secret: string; public: string }> {
  mkdirSync(state('keys'), { recursive: true, mode: 0o700 });
  const file = state('keys', name);
  if (!existsSync(`${file}.pub`)) await run`ssh-keygen -q -t ed25519 -N ${''} -C ${comment} -f ${file}`;
  return { secret: readFileSync(file, 'utf8'), public: readFileSync(`${file}.pub`, 'utf8') };
}

/** The host key of a host, and a line in known_hosts for its name and its addresses. */
export async function hostKey(host: string, addresses: readonly string[]): Promise<{ secret: string; public: string }> {
  const pair = await keyPair(`host-${host}`, `root@${host}`);
  mkdirSync(state('known_hosts.d'), { recursive: true });
  const [type, key] = pair.public.split(' ');
  writeFileSync(state('known_hosts.d', host), `${[host, ...addresses].join(',')} ${type} ${key}\n`);
  return pair;
}

/** Put all hosts' lines together. */
export function writeKnownHosts(): void {
  const lines = readdirSync(state('known_hosts.d'))
    .sort()
    .map((host) => readFileSync(state('known_hosts.d', host), 'utf8'));
  writeFileSync(knownHostsFile(), lines.join(''));
}
