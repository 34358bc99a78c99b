import { type ConnectionName, connectionNamed } from '../../core/connections.ts';
import type { Connection } from './connection.ts';
import { docker } from './docker.ts';
import { local } from './local.ts';
import { openssh } from './openssh.ts';
import { pct } from './pct.ts';
import { ssh } from './ssh.ts';

/** Each way to a shell, by the name that the table in src/core/connections.ts gives it. */
export const connections: Readonly<Record<ConnectionName, Connection>> = {
  ssh,
  openssh,
  local,
  pct,
  docker,
};

/** The way of an endpoint whose word has been looked at before. */
export function connectionOf(word: string): Connection {
  const name = connectionNamed(word);
  if (name === undefined) throw new Error(`unknown connection type ${word}`);
  return connections[name];
}
