import type { Change } from '../../../src/sdk.ts';
import { jsonAt, listInside } from '../json.ts';
import type { Inspected } from './inspect.ts';
import { entriesAt, textAt, textEntries } from './json.ts';
import { differenceOf, pairsDiffer } from './podman-differences.ts';

interface Range {
  readonly subnet: string;
  readonly gateway: string | undefined;
  readonly ip_range: string | undefined;
}

/** A network as a task describes it. */
interface NetworkTask {
  readonly name: string;
  readonly driver: string | undefined;
  readonly disable_dns: boolean | undefined;
  readonly dns: readonly string[] | undefined;
  readonly subnet: string | undefined;
  readonly gateway: string | undefined;
  readonly ip_range: string | undefined;
  readonly net_config: readonly Range[] | undefined;
  readonly interface_name: string | undefined;
  readonly macvlan: string | undefined;
  readonly internal: boolean | undefined;
  readonly ipam_driver: string | undefined;
  readonly ipv6: boolean | undefined;
  readonly label: Readonly<Record<string, unknown>> | undefined;
  readonly route: readonly string[] | undefined;
  readonly opt: Readonly<Record<string, unknown>> | undefined;
}

const rangesOf = ({ subnet, gateway, ip_range, net_config }: NetworkTask): readonly Range[] =>
  net_config ?? (subnet === undefined ? [] : [{ subnet, gateway, ip_range }]);

const driverOf = ({ driver, macvlan }: NetworkTask): string | undefined =>
  driver ?? (macvlan === undefined ? undefined : 'macvlan');

/** The driver's options by podman's own names. */
const driverOptions = ({ opt, macvlan }: NetworkTask): readonly (readonly [string, string])[] => [
  ...textEntries(opt)
    .filter(([name]) => opt?.[name] !== undefined)
    .map(([name, value]) => [OPTION_NAMES[name] ?? name, value] as const),
  ...(macvlan === undefined ? [] : [['parent', macvlan] as const]),
];

const OPTION_NAMES: Readonly<Record<string, string>> = {
  bridge_name: 'com.docker.network.bridge.name',
  driver_mtu: 'com.docker.network.driver.mtu',
};

/** Options that podman keeps as properties of the network, not as its options. */
const isProperty = (name: string): boolean => ['parent', 'com.docker.network.bridge.name'].includes(name);

/** The arguments of `podman network create`, without labels. */
export function podmanNetworkWords(task: NetworkTask): readonly string[] {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const flag = (name: string, isSet: boolean | undefined) => (isSet === true ? [name] : []);
  return [
    ...option('--driver', driverOf(task)),
    ...flag('--disable-dns', task.disable_dns),
    ...(task.dns ?? []).flatMap((server) => ['--dns', server]),
    ...rangesOf(task).flatMap(({ subnet, gateway, ip_range }) => [
      '--subnet',
      subnet,
      ...option('--gateway', gateway),
      ...option('--ip-range', ip_range),
    ]),
    ...option('--interface-name', task.interface_name),
    ...flag('--internal', task.internal),
    ...option('--ipam-driver', task.ipam_driver),
    ...flag('--ipv6', task.ipv6),
    ...driverOptions(task).flatMap(([name, value]) => ['--opt', `${name}=${value}`]),
    ...(task.route ?? []).flatMap((route) => ['--route', route]),
  ];
}

/** How an existing network differs. */
export function podmanNetworkDifferences(task: NetworkTask, network: NonNullable<Inspected>): readonly Change[] {
  const of = `of network ${task.name}`;
  const subnets = listInside(network, 'subnets');
  const told = (each: (range: Range) => string | undefined) => rangesOf(task).map(each);
  const list = (what: string, from: readonly string[], to: readonly (string | undefined)[]) =>
    to.every((one) => one === undefined)
      ? []
      : differenceOf(
          what,
          from.toSorted().join(', '),
          to
            .map((one) => one ?? '')
            .toSorted()
            .join(', '),
        );
  const yesNo = (isSet: boolean | undefined) => (isSet === undefined ? undefined : String(isSet));
  const isDisabled = jsonAt(network, 'dns_enabled') !== true;
  const wanted = driverOptions(task);
  const options = wanted.filter(([name]) => !isProperty(name));
  const parent = wanted.find(([name]) => isProperty(name))?.[1];
  return [
    ...differenceOf(`driver ${of}`, textAt(network, 'driver'), driverOf(task)),
    ...differenceOf(`disable_dns ${of}`, String(isDisabled), yesNo(task.disable_dns)),
    ...list(`dns ${of}`, listInside(network, 'network_dns_servers').map(String), task.dns ?? []),
    ...list(
      `subnets ${of}`,
      subnets.map((one) => textAt(one, 'subnet')),
      told(({ subnet }) => subnet),
    ),
    ...list(
      `gateways ${of}`,
      subnets.map((one) => textAt(one, 'gateway')),
      told(({ gateway }) => gateway),
    ),
    ...list(
      `ranges ${of}`,
      subnets.map((one) => textAt(one, 'lease_range', 'end_ip')),
      told(({ ip_range }) => (ip_range === undefined ? undefined : lastAddress(ip_range))),
    ),
    ...differenceOf(`interface ${of}`, textAt(network, 'network_interface'), task.interface_name ?? parent),
    ...differenceOf(`internal ${of}`, String(jsonAt(network, 'internal') === true), yesNo(task.internal)),
    ...differenceOf(`ipv6 ${of}`, String(jsonAt(network, 'ipv6_enabled') === true), yesNo(task.ipv6)),
    ...differenceOf(`ipam_driver ${of}`, textAt(network, 'ipam_options', 'driver'), task.ipam_driver),
    ...pairsDiffer(`options ${of}`, entriesAt(network, 'options'), options.length === 0 ? undefined : options),
    ...pairsDiffer(`labels ${of}`, entriesAt(network, 'labels'), task.label && textEntries(task.label)),
  ];
}

/** The last address of an IPv4 range, which podman gives to containers as well; other ranges are compared as they are. */
function lastAddress(range: string): string {
  const [, address = '', bits = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(range) ?? [];
  if (address === '') return range;
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const last = Math.floor(number / size) * size + size - 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.');
}

/** What podman will tell about the network, as far as the task says it. */
export const foreseenPodmanNetwork = (task: NetworkTask): NonNullable<Inspected> => {
  const options = driverOptions(task);
  return {
    name: task.name,
    driver: driverOf(task) ?? 'bridge',
    network_interface: task.interface_name ?? options.find(([name]) => isProperty(name))?.[1] ?? '',
    subnets: rangesOf(task).map(({ subnet, gateway, ip_range }) => ({
      subnet,
      ...(gateway !== undefined && { gateway }),
      ...(ip_range !== undefined && { lease_range: { end_ip: lastAddress(ip_range) } }),
    })),
    ipv6_enabled: task.ipv6 === true,
    internal: task.internal === true,
    dns_enabled: task.disable_dns !== true,
    ...(task.dns !== undefined && { network_dns_servers: task.dns }),
    labels: Object.fromEntries(textEntries(task.label)),
    options: Object.fromEntries(options.filter(([name]) => !isProperty(name))),
    ipam_options: { driver: task.ipam_driver ?? 'host-local' },
  };
};
