import { upTo } from '../../../src/sdk.ts';

/**
 * Counts the TCP connections to a local port that are in one of the given states; `table` holds the kernel's
 * `/proc/net/tcp` and `tcp6`.
 */
export function activeConnections(
  table: string,
  port: number,
  states: readonly string[],
  excluded: readonly string[],
): number {
  const wanted = new Set(states.map((state) => codes[state]));
  const others = new Set(excluded.map(hexAddress));
  return table.split('\n').filter((line) => {
    const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/);
    return (
      Number.parseInt(local.split(':')[1] ?? '', 16) === port &&
      wanted.has(state) &&
      !others.has(upTo(remote, ':').slice(-8))
    );
  }).length;
}

/** The kernel's codes for TCP states. */
const codes: Readonly<Record<string, string>> = {
  ESTABLISHED: '01',
  SYN_SENT: '02',
  SYN_RECV: '03',
  FIN_WAIT1: '04',
  FIN_WAIT2: '05',
  TIME_WAIT: '06',
};

/** An IPv4 address as the kernel prints it: hexadecimal, bytes reversed. */
const hexAddress = (address: string): string =>
  address
    .split('.')
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase())
    .join('');
