// Where the benchmarks run: hosts of the lab with inventories, and how each program is started against them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Login } from '../../src/lab/index.ts';
import { delayingRelay } from './delaying-relay.ts';

/** The project. Bundled into dist/ before it runs. */
export const root = join(import.meta.dirname, '..');

export type Program = 'ours' | 'ansible' | 'mitogen';

export interface Place {
  readonly inventory: string;
  readonly hosts: readonly { name: string; address: string; port: number }[];
  readonly knownHosts: string;
  readonly key: string;
  readonly ansibleConfig: Readonly<Record<'ansible' | 'mitogen', string>>;
  readonly relays: readonly { close(): void }[];
  readonly floorScripts: Map<string, string>;
  readonly folder: string;
}

/** Writes inventories, known hosts and configurations for some hosts, which are behind relays if there is to be a delay. */
export async function placeOf(folder: string, logins: readonly Login[], delay: number): Promise<Place> {
  const relays =
    delay === 0 ? [] : await Promise.all(logins.map((login) => delayingRelay(login.address, 22, delay / 2)));
  const hosts = logins.map((login, index) => ({
    name: login.name,
    address: delay === 0 ? login.address : '127.0.0.1',
    port: relays[index]?.port ?? 22,
  }));
  const known = readFileSync(logins[0]!.knownHostsFile, 'utf8').split('\n');
  const knownHosts = join(folder, `known-${delay}-${logins.length}`);
  const relayed = logins.flatMap((login, index) =>
    known
      .filter((line) => line.split(' ')[0]!.split(',').includes(login.address))
      .map((line) => `[127.0.0.1]:${hosts[index]!.port} ${line.split(' ').slice(1).join(' ')}`),
  );
  writeFileSync(knownHosts, [...known, ...(delay === 0 ? [] : relayed), ''].join('\n'));
  const key = logins[0]!.privateKeyFile;
  const inventory = join(folder, `inventory-${delay}-${logins.length}.yaml`);
  const entries = hosts.map(
    ({ name, address, port }) => `    ${name}: {ansible_host: ${address}, ansible_port: ${port}}`,
  );
  writeFileSync(
    inventory,
    `all:\n  vars: {ansible_user: root, ansible_ssh_private_key_file: ${key}, retrace_known_hosts: ${knownHosts}, ansible_python_interpreter: /usr/bin/python3, ansible_ssh_common_args: '-F none -o UserKnownHostsFile=${knownHosts}'}\n  hosts:\n${entries.join('\n')}\n`,
  );
  const config = (name: string, more: string): string => {
    const path = join(folder, `${name}-${delay}-${logins.length}.cfg`);
    // ControlPersist is Ansible's default; each run starts without a connection, like a person's.
    writeFileSync(
      path,
      `[defaults]\nforks = 20\nretry_files_enabled = false\n${more}[ssh_connection]\npipelining = true\n`,
    );
    return path;
  };
  return {
    inventory,
    hosts,
    knownHosts,
    key,
    relays,
    folder,
    ansibleConfig: {
      ansible: config('ansible', ''),
      mitogen: config(
        'mitogen',
        'strategy_plugins = /usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy\nstrategy = mitogen_linear\n',
      ),
    },
    floorScripts: new Map(),
  };
}

/** A program's run of a play: the command line, and the environment it needs. */
export function commandOf(
  place: Place,
  program: Program,
  play: string,
  flags: readonly string[],
): { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  if (program === 'ours') return { command: [join(root, 'run'), play, '-i', place.inventory, ...flags], env: {} };
  // Use a separate directory for each run: a connection left by an earlier run would be a head start.
  const controlPath = mkdtempSync(join(place.folder, 'cp-'));
  return {
    command: ['/usr/bin/ansible-playbook', play, '-i', place.inventory, ...flags],
    env: { ANSIBLE_CONFIG: place.ansibleConfig[program], ANSIBLE_SSH_CONTROL_PATH_DIR: controlPath },
  };
}

/** The arguments with which OpenSSH logs in to a host. */
export const sshTo = (place: Place, { address, port }: Place['hosts'][number]): readonly string[] => [
  'ssh',
  '-F',
  'none',
  '-i',
  place.key,
  '-p',
  String(port),
  '-o',
  `UserKnownHostsFile=${place.knownHosts}`,
  '-o',
  'BatchMode=yes',
  `root@${address}`,
];

/** How long a command takes, in milliseconds. A check that finds changes succeeds, too. */
export function spawned(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 || input !== '' || (command.includes('--check') && code === 2)
        ? resolve(performance.now() - startedAt)
        : reject(new Error(`${command.join(' ')}: exit code ${code}\n${Buffer.concat(said).toString()}`)),
    );
  });
}

export function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
