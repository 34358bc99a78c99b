import { type ConnectionName, connectionNamed } from '../../core/connections.ts';
import type { Connection } from './connection.ts';
import { docker } from './docker.ts';
import { local } from './local.ts';
import { openssh } from './openssh.ts';
import { pct } from './pct.ts';
import { ssh } from './ssh.ts';

/** Each connection by its name in src/core/connections.ts. */
export const connections: Readonly<Record<ConnectionName, Connection>> = {
  ssh,
  openssh,
  local,
  pct,
  docker,
};

/** The connection for a word that has already been checked. */
export function connectionOf(word: string): Connection {
  const name = connectionNamed(word);
  if (name === undefined) throw new Error(`unknown connection type ${word}`);
  return connections[name];
}
