import { jsonAt, listInside } from '../json.ts';
import type { Inspected } from './inspect.ts';
import { entriesAt, textAt, textEntries } from './json.ts';

interface Range {
  readonly subnet: string | undefined;
  readonly iprange: string | undefined;
  readonly gateway: string | undefined;
  readonly aux_addresses: Readonly<Record<string, unknown>> | undefined;
}

interface WantedNetwork {
  readonly name: string;
  readonly driver: string;
  readonly driver_options: Readonly<Record<string, unknown>>;
  readonly config_from: string | undefined;
  readonly config_only: boolean | undefined;
  readonly ipam_driver: string | undefined;
  readonly ipam_driver_options: Readonly<Record<string, unknown>> | undefined;
  readonly ipam_config: readonly Range[] | undefined;
  readonly internal: boolean | undefined;
  readonly attachable: boolean | undefined;
  readonly enable_ipv4: boolean | undefined;
  readonly enable_ipv6: boolean | undefined;
  readonly scope: string | undefined;
  readonly ingress: boolean | undefined;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Options for `network create`. */
export function networkOptions(wanted: WantedNetwork): readonly string[] {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const flag = (name: string, value: boolean | undefined) => (value === true ? [name] : []);
  const each = (name: string, entries: Readonly<Record<string, unknown>> | undefined) =>
    textEntries(entries).flatMap(([key, value]) => [name, `${key}=${value}`]);
  return [
    ...option('--driver', wanted.driver),
    ...each('--opt', wanted.driver_options),
    ...option('--config-from', wanted.config_from),
    ...flag('--config-only', wanted.config_only),
    ...option('--ipam-driver', wanted.ipam_driver),
    ...each('--ipam-opt', wanted.ipam_driver_options),
    ...(wanted.ipam_config ?? []).flatMap(({ subnet, iprange, gateway, aux_addresses }) => [
      ...option('--subnet', subnet),
      ...option('--ip-range', iprange),
      ...option('--gateway', gateway),
      ...each('--aux-address', aux_addresses),
    ]),
    ...flag('--internal', wanted.internal),
    ...flag('--attachable', wanted.attachable),
    ...(wanted.enable_ipv4 === undefined ? [] : [`--ipv4=${wanted.enable_ipv4}`]),
    ...flag('--ipv6', wanted.enable_ipv6),
    ...option('--scope', wanted.scope),
    ...flag('--ingress', wanted.ingress),
    ...each('--label', wanted.labels),
  ];
}

interface Difference {
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** How a network differs from what is given; what is not given may be anything. */
export function networkDifferences(wanted: WantedNetwork, network: NonNullable<Inspected>): readonly Difference[] {
  const value = (what: string, is: string, to: string | undefined): readonly Difference[] =>
    to === undefined || to === is ? [] : [{ what, from: is === '' ? null : is, to }];
  const flag = (what: string, is: unknown, to: boolean | undefined) =>
    value(what, String(is === true), to === undefined ? undefined : String(to));
  const each = (what: string, is: unknown, entries: Readonly<Record<string, unknown>> | undefined) =>
    textEntries(entries).flatMap(([key, text]) => value(`${what} ${key}`, textAt(is, key), text));
  return [
    ...value('driver', textAt(network, 'Driver'), wanted.config_only === true ? undefined : wanted.driver),
    ...each('option', jsonAt(network, 'Options'), wanted.driver_options),
    ...value('configuration', textAt(network, 'ConfigFrom', 'Network'), wanted.config_from),
    ...flag('configuration only', jsonAt(network, 'ConfigOnly'), wanted.config_only),
    ...value('address driver', textAt(network, 'IPAM', 'Driver'), wanted.ipam_driver),
    ...each('address option', jsonAt(network, 'IPAM', 'Options'), wanted.ipam_driver_options),
    ...(wanted.ipam_config ?? []).flatMap((range) => rangeDifferences(range, listInside(network, 'IPAM', 'Config'))),
    ...flag('internal', jsonAt(network, 'Internal'), wanted.internal),
    ...flag('attachable', jsonAt(network, 'Attachable'), wanted.attachable),
    // An engine that does not tell always has it.
    ...flag('IPv4', jsonAt(network, 'EnableIPv4') ?? true, wanted.enable_ipv4),
    ...flag('IPv6', jsonAt(network, 'EnableIPv6'), wanted.enable_ipv6),
    ...value('scope', textAt(network, 'Scope'), wanted.scope),
    ...each('label', jsonAt(network, 'Labels'), wanted.labels),
  ];
}

function rangeDifferences(range: Range, all: readonly unknown[]): readonly Difference[] {
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  const found = all.find((one) => range.subnet === undefined || same(textAt(one, 'Subnet'), range.subnet));
  if (found === undefined && range.subnet !== undefined)
    return [{ what: 'subnet', from: all.map((one) => textAt(one, 'Subnet')).join(', ') || null, to: range.subnet }];
  const part = (what: string, is: string, to: string | undefined) =>
    to === undefined || same(is, to) ? [] : [{ what, from: is === '' ? null : is, to }];
  return [
    ...part('address range', textAt(found, 'IPRange'), range.iprange),
    ...part('gateway', textAt(found, 'Gateway'), range.gateway),
    ...textEntries(range.aux_addresses).flatMap(([key, to]) =>
      part(`address ${key}`, textAt(found, 'AuxiliaryAddresses', key), to),
    ),
  ];
}

/** The names of the running containers in a network. */
export const membersOf = (network: NonNullable<Inspected>): readonly string[] =>
  entriesAt(network, 'Containers').map(([id, one]) => textAt(one, 'Name') || id);

/** Whether a container is connected to a network: a stopped one is not among the network's containers. */
export const isConnected = (container: Inspected, network: string): boolean =>
  entriesAt(container, 'NetworkSettings', 'Networks').some(([name]) => name === network);

/** What the engine will tell about a network, as far as that is known. */
export function foreseenNetwork(
  wanted: WantedNetwork,
  now: Inspected,
  members: readonly string[],
): Readonly<Record<string, unknown>> {
  const merged = (is: unknown, given: Readonly<Record<string, unknown>> | undefined) => ({
    ...Object.fromEntries(entriesAt(is)),
    ...Object.fromEntries(textEntries(given)),
  });
  return {
    ...now,
    Name: wanted.name,
    Driver: wanted.driver,
    Scope: wanted.scope ?? (textAt(now, 'Scope') || 'local'),
    EnableIPv4: wanted.enable_ipv4 ?? jsonAt(now, 'EnableIPv4') ?? true,
    EnableIPv6: wanted.enable_ipv6 ?? jsonAt(now, 'EnableIPv6') ?? false,
    Internal: wanted.internal ?? jsonAt(now, 'Internal') ?? false,
    Attachable: wanted.attachable ?? jsonAt(now, 'Attachable') ?? false,
    ConfigOnly: wanted.config_only ?? jsonAt(now, 'ConfigOnly') ?? false,
    ConfigFrom: { Network: wanted.config_from ?? textAt(now, 'ConfigFrom', 'Network') },
    Labels: merged(jsonAt(now, 'Labels'), wanted.labels),
    Options: merged(jsonAt(now, 'Options'), wanted.driver_options),
    IPAM: {
      Driver: wanted.ipam_driver ?? (textAt(now, 'IPAM', 'Driver') || 'default'),
      Options: merged(jsonAt(now, 'IPAM', 'Options'), wanted.ipam_driver_options),
      Config:
        wanted.ipam_config?.map(({ subnet, iprange, gateway, aux_addresses }) => ({
          ...(subnet !== undefined && { Subnet: subnet }),
          ...(iprange !== undefined && { IPRange: iprange }),
          ...(gateway !== undefined && { Gateway: gateway }),
          ...(aux_addresses !== undefined && { AuxiliaryAddresses: aux_addresses }),
        })) ?? listInside(now, 'IPAM', 'Config'),
    },
    ...withMembers({}, members),
  };
}

/** What the engine will tell about a network with these containers, as far as that is known. */
export const withMembers = (now: NonNullable<Inspected>, members: readonly string[]): NonNullable<Inspected> => ({
  ...now,
  Containers: Object.fromEntries(members.map((name) => [name, { Name: name }])),
});
