import { existsSync, readdirSync } from 'node:fs';
import { containers } from './containers.ts';
import { labExec } from './exec.ts';
import { initOf } from './host.ts';
import { addressOf, documentHosts, hostNamed } from './hosts.ts';
import { state } from './paths.ts';

/** The lab's hosts and containers, one per line: name, whether it is running, address. */
export async function labStatus(): Promise<readonly string[]> {
  const known = existsSync(state('hosts')) ? readdirSync(state('hosts')) : [];
  const names = [...new Set([...documentHosts, ...known.sort()])];
  const hosts = names.map((name) =>
    line(name, initOf(name) !== undefined ? 'running' : 'stopped', addressOf(hostNamed(name))),
  );
  const inside = containers.map(async ({ name, id, node, addresses }) => {
    if (initOf(node) === undefined) return line(name, 'stopped', `${addresses[0]} (container ${id} on ${node})`);
    const { code, stdout } = await labExec(node, `pct status ${id}`);
    return line(
      name,
      code === 0 ? stdout.trim().replace('status: ', '') : 'absent',
      `${addresses[0]} (container ${id} on ${node})`,
    );
  });
  return [...hosts, ...(await Promise.all(inside))];
}

const line = (name: string, status: string, address: string) => `${name.padEnd(10)} ${status.padEnd(8)} ${address}`;
