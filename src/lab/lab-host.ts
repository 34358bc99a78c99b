import { existsSync } from 'node:fs';
import { addressOf, benchHosts, hostNamed } from './hosts.ts';
import { knownHostsFile, operatorKey } from './keys.ts';
import { state } from './paths.ts';
import { type Progress, silent } from './progress.ts';
import { labReset, labUp } from './up.ts';

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

/** Bring a host to its pristine state and make sure it is running. One that was never started is pristine when it starts. */
export async function labPristine(name: string, progress: Progress = silent): Promise<Login> {
  if (existsSync(state('hosts', name))) await labReset(name, progress);
  return labHost(name, progress);
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
