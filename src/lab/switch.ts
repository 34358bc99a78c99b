import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contentDir, labTag, state } from './paths.ts';
import { daemonPid, startDaemon, until } from './processes.ts';
import { runScript, runUnjudged } from './run-command.ts';

/** The network namespace that represents the lab's cables and its internet. */
export const switchNamespace = (): string => `rtlab${labTag()}`;

/** The bridges: the internal network, the public network, and the rest of the world. */
type Bridge = 'vmbr1' | 'vmbr0' | 'world';

/** A network card in a host. */
export interface Link {
  readonly bridge: Bridge;
  /** Addresses with their prefix; the first is the host's. */
  readonly addresses: readonly string[];
}

/** The switch's own addresses, which hosts use as their gateway and programs on this machine as their own. */
const switchAddresses: Readonly<Record<Bridge, readonly string[]>> = {
  vmbr1: ['10.0.0.254/8', '10.1.0.254/24'],
  vmbr0: ['198.51.100.222/27'],
  world: ['198.51.100.1/26'],
};

/** Shell commands that turn the network namespace they run in into a router that accepts packets from any source address. */
export const routing =
  'cd /proc/sys/net/ipv4; echo 1 >ip_forward; for card in all default; do echo 0 >"conf/$card/rp_filter"; done';

/** Where the hosts' apt finds its proxy. */
export const aptProxy = { address: '10.0.0.254', port: '3142' } as const;

/** The namespace of a host. */
export const namespaceOf = (host: string): string => `rt${labTag()}-${host}`;

/** Make sure the switch exists, with the proxy that gives apt access to the internet. */
export async function startSwitch(): Promise<void> {
  const addresses = Object.entries(switchAddresses).flatMap(([bridge, list]) =>
    list.map((address) => `${bridge}=${address}`),
  );
  await runScript(switchScript, [switchNamespace(), ...addresses]);
  if (!daemonPid('apt-proxy')) {
    const proxy = join(contentDir(), 'apt-proxy.mjs');
    startDaemon('apt-proxy', [process.execPath, proxy, aptSocket(), state('apt-cache'), state('apt-proxy.log')]);
    await until('the startup of the apt proxy', 10_000, () => existsSync(aptSocket()) || undefined);
  }
  if (!daemonPid('apt-relay')) {
    const relay = [process.execPath, join(contentDir(), 'relay.mjs'), aptProxy.address, aptProxy.port, aptSocket()];
    startDaemon('apt-relay', ['ip', 'netns', 'exec', switchNamespace(), ...relay]);
    const asks = ['sh', '-c', `ss -Hltn src ${aptProxy.address}:${aptProxy.port} | grep -q .`];
    await until('the startup of the apt relay', 10_000, async () => {
      return (await runUnjudged`ip netns exec ${switchNamespace()} ${asks}`).exitCode === 0 || undefined;
    });
  }
}

/** Make sure a host's namespace exists, with its cards plugged into the switch. */
export async function plugIn(host: string, links: readonly Link[]): Promise<void> {
  const cards = links.map((link, index) =>
    [`v-${host}-${index}`, `eth${index}`, link.bridge, macOf(host, index)].join(' '),
  );
  await runScript(plugScript, [switchNamespace(), namespaceOf(host), ...cards]);
}

/** Remove a host's network with the rules and routes in it; its cards disappear from the switch when it gets new ones. */
export async function unplug(host: string): Promise<void> {
  await runUnjudged`ip netns del ${namespaceOf(host)}`;
}

/** Run a script with a host's network but this machine's files. */
export const inNamespace = (namespace: string, script: string, words: readonly string[] = []) =>
  runScript('ns=$1; shift; exec ip netns exec "$ns" sh -euc "$@"', [namespace, script, 'sh', ...words]);

const aptSocket = () => state('run', 'apt.sock');

// Stable, so that no neighbour cache becomes stale when a host is reset.
function macOf(host: string, index: number): string {
  const digest = createHash('sha256').update(`${host} ${index}`).digest('hex');
  return `02${digest.slice(0, 10)}`.replace(/..(?=.)/g, '$&:');
}

// Every part may already exist, from a run that was killed half-way.
const switchScript = `
ns=$1; shift
ip netns list | grep -qx "$ns\\( .*\\)\\?" || ip netns add "$ns"
ip -n "$ns" link set lo up
for pair; do
  bridge=\${pair%%=*} address=\${pair#*=}
  ip -n "$ns" link show "$bridge" >/dev/null 2>&1 || ip -n "$ns" link add "$bridge" type bridge
  ip -n "$ns" addr replace "$address" dev "$bridge"
  ip -n "$ns" link set "$bridge" up
done
# The switch routes between the internal, the public and the outer network, and accepts every source address.
ip netns exec "$ns" sh -euc '${routing}'
`;

const plugScript = `
switch=$1 ns=$2; shift 2
ip netns list | grep -qx "$ns\\( .*\\)\\?" || ip netns add "$ns"
ip -n "$ns" link set lo up
for card; do
  set -- $card
  ip -n "$ns" link show "$2" >/dev/null 2>&1 && continue
  ip -n "$switch" link del "$1" 2>/dev/null || true
  ip -n "$switch" link add "$1" type veth peer name "$2" address "$4" netns "$ns"
  ip -n "$switch" link set "$1" master "$3" up
  ip -n "$ns" link set "$2" up
done
`;
