import { createHash } from 'node:crypto';
import type { ImageName } from './recipes.ts';
import { type Link, routing } from './switch.ts';

/** A lab host: an image, network interfaces, and what distinguishes it from its image. */
export interface LabHost {
  readonly name: string;
  readonly image: ImageName;
  readonly links: readonly Link[];
  /** Its other names. */
  readonly aliases?: readonly string[];
  /** Whether its addresses are on its own bridges, which `network` creates. */
  readonly bridged?: boolean;
  /** A script that sets up its network, run in its namespace before it boots. */
  readonly network: string;
  /** A script from the content directory that runs in it after its first boot. The result is the pristine state. */
  readonly setup?: string;
  /** Hosts that must be up before its setup. */
  readonly needs?: readonly string[];
  /** Images that it starts containers from. */
  readonly containers?: readonly ImageName[];
}

/** The hosts that `lab up` starts: those in the install document, and the world around them. */
export const documentHosts: readonly string[] = ['services', 'off1', 'off2'];

/** The hosts for comparisons, which have Python. */
export const benchHosts: readonly string[] = ['bench1', 'bench2', 'bench3', 'bench4', 'twin1', 'twin2'];

/** The address of the lab's DNS resolver. */
export const resolver = '198.51.100.55';

/** Finds a host by name: one from the table or, for any other name, a plain Debian host. */
export function hostNamed(name: string): LabHost {
  if (!/^[a-z][a-z0-9-]{0,9}$/.test(name))
    throw new Error(`expected a host name of 1 to 10 lowercase letters, digits and dashes, got "${name}"`);
  return special[name] ?? plainHost(name);
}

/** A host's address: the first one on its first network card. */
export const addressOf = (host: LabHost): string => (host.links[0]?.addresses[0] ?? '').replace(/\/.*/, '');

/** The script that gives a host its addresses and routes, to be run in its namespace. */
export function addressScript(host: LabHost): string {
  const own = host.links.flatMap(({ addresses }, card) =>
    addresses.map((address) => `ip addr replace ${address} dev eth${card}`),
  );
  return [...(host.bridged ? [] : own), host.network].join('\n');
}

/** The names that someone logging in may use for a host: its addresses, and its other names. */
export const knownAs = (host: LabHost): readonly string[] => [
  ...(host.aliases ?? []),
  ...host.links.flatMap(({ addresses }) => addresses.map((address) => address.replace(/\/.*/, ''))),
];

const proxmox = (name: string, address: string, publicAddress: string, containers: readonly ImageName[]): LabHost => ({
  name,
  image: 'proxmox',
  links: [
    { bridge: 'vmbr1', addresses: [`${address}/8`] },
    { bridge: 'vmbr0', addresses: [`${publicAddress}/27`] },
  ],
  bridged: true,
  // As on Proxmox, the cards are bridge ports; the bridges have the addresses, and containers are plugged into them.
  network: `
    for n in 0 1; do
      case $n in 0) bridge=vmbr1 address=${address}/8;; 1) bridge=vmbr0 address=${publicAddress}/27;; esac
      ip link show $bridge >/dev/null 2>&1 || ip link add $bridge type bridge
      ip link set eth$n master $bridge
      ip addr replace $address dev $bridge
      ip link set $bridge up
    done
    ip route replace default via 198.51.100.222
    # The containers' gateway to all other networks.
    (${routing})`,
  setup: `setup/${name}.sh`,
  containers,
});

const services: LabHost = {
  name: 'services',
  image: 'services',
  aliases: ['forge.lab', 'acme.lab', 'acme-staging.lab', 'mail.lab'],
  links: [
    { bridge: 'vmbr1', addresses: ['10.0.0.250/8', '10.1.0.102/24'] },
    { bridge: 'world', addresses: ['10', '14', '53', '54', '55'].map((last) => `198.51.100.${last}/26`) },
  ],
  network: 'ip route replace default via 198.51.100.1',
  setup: 'setup/services.sh',
};

const special: Readonly<Record<string, LabHost>> = {
  services,
  off1: { ...proxmox('off1', '10.0.0.1', '198.51.100.193', ['container']), needs: ['off2'] },
  off2: {
    ...proxmox('off2', '10.0.0.2', '198.51.100.194', ['container', 'proxy', 'web', 'base']),
    needs: ['services'],
  },
};

function plainHost(name: string): LabHost {
  const [, kind = '', number = '0'] = /^(debian|bench|twin|control)(\d*)$/.exec(name) ?? [];
  const image: ImageName = /^(bench|twin|control)$/.test(kind) ? 'python' : 'base';
  return {
    name,
    image,
    links: [{ bridge: 'vmbr1', addresses: [`${plainAddress(name, kind, Number(number))}/8`] }],
    network: 'ip route replace default via 10.0.0.254',
  };
}

// Any other name gets an address derived from it, so that no table has to be kept.
function plainAddress(name: string, kind: string, number: number): string {
  if (kind === 'debian' && number > 0 && number < 255) return `10.8.0.${number}`;
  if (kind === 'bench' && number > 0 && number < 100) return `10.9.0.${number}`;
  if (kind === 'twin' && number < 50) return `10.9.0.${100 + number}`;
  if (kind === 'control' && number < 50) return `10.9.0.${200 + number}`;
  const digest = createHash('sha256').update(name).digest();
  return `10.8.${16 + ((digest[0] ?? 0) % 200)}.${1 + ((digest[1] ?? 0) % 250)}`;
}
