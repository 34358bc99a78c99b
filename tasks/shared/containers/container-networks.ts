import { jsonAt, listInside } from '../json.ts';
import type { Inspected } from './inspect.ts';
import { entriesAt, textAt, textEntries } from './json.ts';

/** A network that a container is connected to. */
interface WantedConnection {
  readonly name: string;
  readonly ipv4_address: string | undefined;
  readonly ipv6_address: string | undefined;
  readonly aliases: readonly string[] | undefined;
  readonly links: readonly string[] | undefined;
  readonly mac_address: string | undefined;
  readonly driver_opts: Readonly<Record<string, unknown>> | undefined;
}

/** The parameters of a connection to a network. */
export const connectionOptions = {
  name: { type: 'str', required: true, doc: 'The network.' },
  ipv4_address: { type: 'str', doc: "The container's address in it." },
  ipv6_address: { type: 'str', doc: "The container's IPv6 address in it." },
  links: { type: 'list', elements: 'str', doc: 'Links to other containers: `CONTAINER[:ALIAS]`.' },
  aliases: { type: 'list', elements: 'str', doc: 'Names of the container in it.' },
  mac_address: { type: 'str', doc: "The container's hardware address in it; only for the first network." },
  driver_opts: { type: 'dict', doc: 'Options for the driver of the network.' },
} as const;

interface Networked {
  readonly network_mode: string | undefined;
  readonly networks: readonly { readonly name: string }[] | undefined;
  readonly networks_cli_compatible: boolean;
}

/** The network that a container is created in. */
export const networkModeOf = ({
  network_mode: mode,
  networks,
  networks_cli_compatible: compatible,
}: Networked): string | undefined => mode ?? (compatible ? networks?.[0]?.name : undefined);

/** The connections of a container, by network. */
export const connectionsOf = (container: Inspected): ReadonlyMap<string, unknown> =>
  new Map(entriesAt(container, 'NetworkSettings', 'Networks'));

/** How a connection differs from what is wanted, in words; undefined if it does not. */
export function connectionDifference(wanted: WantedConnection, is: unknown): string | undefined {
  const differs = (what: string, to: string | undefined, from: string) =>
    to === undefined || to.toLowerCase() === from.toLowerCase() ? [] : [`${what} ${to}`];
  const lacks = (what: string, to: readonly string[] | undefined, from: readonly string[]) =>
    (to ?? []).filter((one) => !from.includes(one)).map((one) => `${what} ${one}`);
  const links = wanted.links?.map((link) => (link.includes(':') ? link : `${link}:${link}`));
  const all = [
    ...differs('address', wanted.ipv4_address, textAt(is, 'IPAMConfig', 'IPv4Address')),
    ...differs('address', wanted.ipv6_address, textAt(is, 'IPAMConfig', 'IPv6Address')),
    ...lacks('alias', wanted.aliases, listInside(is, 'Aliases').map(String)),
    ...lacks('link', links, listInside(is, 'Links').map(String)),
    ...differs('hardware address', wanted.mac_address, textAt(is, 'MacAddress')),
    ...textEntries(wanted.driver_opts).flatMap(([key, value]) =>
      differs(`option ${key}`, value, textAt(jsonAt(is, 'DriverOpts'), key)),
    ),
  ];
  return all.length === 0 ? undefined : all.join(', ');
}

const word = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [name, value]);
const each = (name: string, list: readonly string[] | undefined): readonly string[] =>
  (list ?? []).flatMap((one) => [name, one]);

/** The client's arguments to create a container in a network. */
export const createdIn = (network: WantedConnection): readonly string[] => [
  '--network',
  network.driver_opts === undefined
    ? network.name
    : [
        `name=${network.name}`,
        ...textEntries(network.driver_opts).map(([key, value]) => `driver-opt=${key}=${value}`),
      ].join(','),
  ...word('--ip', network.ipv4_address),
  ...word('--ip6', network.ipv6_address),
  ...each('--network-alias', network.aliases),
  ...each('--link', network.links),
  ...word('--mac-address', network.mac_address),
];

/** The client's arguments to connect an existing container to a network. */
export const connectedTo = (network: WantedConnection): readonly string[] => [
  ...word('--ip', network.ipv4_address),
  ...word('--ip6', network.ipv6_address),
  ...each('--alias', network.aliases),
  ...each('--link', network.links),
  ...textEntries(network.driver_opts).flatMap(([key, value]) => ['--driver-opt', `${key}=${value}`]),
];
