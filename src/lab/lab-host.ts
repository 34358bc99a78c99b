import { addressOf, benchHosts, hostNamed } from './hosts.ts';
import { knownHostsFile, operatorKey } from './keys.ts';
import { type Progress, silent } from './progress.ts';
import { labUp } from './up.ts';

/** The data for logging in to a lab host as root, from the lab's network. */
export interface Login {
  readonly name: string;
  readonly address: string;
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
}

/** Make sure a host with this name is running: a plain Debian 12 host, unless the lab defines the name. */
export async function labHost(name: string, progress: Progress = silent): Promise<Login> {
  await labUp([name], progress);
  return loginOf(name);
}

/** Make sure the hosts for comparisons are running: Debian with Python, which Ansible needs. */
export async function labBenchHosts(progress: Progress = silent): Promise<readonly Login[]> {
  await labUp(benchHosts, progress);
  return benchHosts.map(loginOf);
}

const loginOf = (name: string): Login => ({
  name,
  address: addressOf(hostNamed(name)),
  privateKeyFile: operatorKey(),
  knownHostsFile: knownHostsFile(),
});
