import {
  blurs,
  type Change,
  defineTask,
  mayAlter,
  type Params,
  type Plan,
  predicts,
  sh,
  type TaskContext,
  withLacking,
} from '../src/sdk.ts';
import { withEngine } from './shared/containers/engine.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { partly, textEntries } from './shared/containers/json.ts';
import { podmanEngine, podmanParams, quadletParams } from './shared/containers/podman.ts';
import {
  foreseenPodmanNetwork,
  podmanNetworkDifferences,
  podmanNetworkWords,
} from './shared/containers/podman-networks.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The network.' },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether the network should exist.' },
  recreate: { type: 'bool', default: false, doc: 'Remove the network and create it again, every time.' },
  force: { type: 'bool', default: false, doc: 'Also remove the containers that use a network that is removed.' },
  driver: { type: 'str', doc: 'The driver of the network (default: `bridge`).' },
  disable_dns: { type: 'bool', doc: 'Do not let containers find each other by name.' },
  dns: { type: 'list', elements: 'str', doc: 'The name servers of the network.' },
  subnet: { type: 'str', doc: 'The subnet, for example `10.90.0.0/24`.' },
  gateway: { type: 'str', doc: 'The gateway of the subnet.' },
  ip_range: { type: 'str', doc: 'The part of the subnet that containers get addresses from.' },
  net_config: {
    type: 'list',
    elements: 'dict',
    doc: 'Several subnets, instead of `subnet`, `gateway` and `ip_range`.',
    options: {
      subnet: { type: 'str', required: true, doc: 'The subnet.' },
      gateway: { type: 'str', required: true, doc: 'The gateway of the subnet.' },
      ip_range: { type: 'str', doc: 'The part of the subnet that containers get addresses from.' },
    },
  },
  interface_name: { type: 'str', doc: 'The name of the bridge; for `macvlan`, the interface of the host.' },
  macvlan: { type: 'str', doc: 'The interface of the host that a macvlan network uses.' },
  internal: { type: 'bool', doc: 'Whether the network has no access to others.' },
  ipam_driver: { type: 'str', choices: ['host-local', 'dhcp', 'none'], doc: 'The driver that manages the addresses.' },
  ipv6: { type: 'bool', doc: 'Whether the network also has IPv6.' },
  label: { type: 'dict', doc: 'Labels of the network; it has no others.' },
  route: {
    type: 'list',
    elements: 'str',
    doc: 'Routes of the network, such as `10.1.0.0/16,10.90.0.9`; used only for a new network.',
  },
  opt: {
    type: 'dict',
    doc: "The driver's options.",
    options: {
      bclim: { type: 'int', doc: 'The threshold for queueing broadcasts.' },
      bridge_name: { type: 'str', doc: 'The name of the bridge.' },
      driver_mtu: { type: 'str', doc: 'The maximum size of a packet, as Docker names it.' },
      isolate: { type: 'str', doc: 'Whether other networks with this option cannot be reached.' },
      metric: { type: 'int', doc: 'The metric of the default route.' },
      mode: { type: 'str', doc: 'The mode of the interface.' },
      mtu: { type: 'int', doc: 'The maximum size of a packet.' },
      no_default_route: { type: 'str', doc: 'Whether the network has no default route.' },
      parent: { type: 'str', doc: 'The interface of the host.' },
      vlan: { type: 'int', doc: 'The tag of the VLAN.' },
      vrf: { type: 'str', doc: 'The VRF of the bridge.' },
    },
  },
  ...quadletParams,
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'containers.podman.podman_network',
  summary: 'Manage a Podman network.',
  description:
    'Needs the `podman` client with netavark on the host. Only what is given is compared. If something differs, the network is removed and created again; this fails while containers use it, unless `force` is true.',
  params,
  rules: {
    mutuallyExclusive: [
      ['net_config', 'subnet'],
      ['net_config', 'gateway'],
      ['net_config', 'ip_range'],
    ],
    requiredBy: { ip_range: ['subnet'], gateway: ['subnet'] },
  },
  ask: (task, context) => ({ network: inspect(engineOf(task, context), 'network', task.name) }),
  plan({ network }, task, context): Plan {
    if (task.state === 'absent') return { changes: network === null ? [] : [removal(task, context)] };
    const differences = network === null ? [] : podmanNetworkDifferences(task, network);
    if (network !== null && !task.recreate && differences.length === 0) return { changes: [] };
    return { changes: [...differences, newNetwork(task, network, context)] };
  },
  result({ params: task, state: { network }, changes, context }) {
    if (task.state === 'absent') return { network: {} };
    if (network === null) return withLacking({}, ['network']);
    return { network: context.check && changes.length > 0 ? partly(network, UNSURE) : network };
  },
  retire: byState('podman network', ['name']),
  returns: { network: 'What `podman network inspect` tells about the network.' },
  examples: [
    { title: 'Create a network', yaml: 'podman_network:\n  name: backend', runs: { no: 'needs Podman' } },
    {
      title: 'Create an internal network with a given subnet',
      yaml: 'containers.podman.podman_network:\n  name: database\n  internal: true\n  subnet: 10.90.0.0/24\n  gateway: 10.90.0.254',
      runs: { no: 'needs Podman' },
    },
  ],
});

/** What is known about a network only after it has been created. */
const UNSURE = ['id', 'created', 'network_interface', 'ipam_options'];

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

const removeNetwork = (task: Task, context: TaskContext) => sh`${withEngine(engineOf(task, context))}
_engine network rm ${task.force ? ['--force'] : []} -- ${task.name} >/dev/null`;

function newNetwork(task: Task, network: Inspected, context: TaskContext): Change {
  const engine = engineOf(task, context);
  const labels = textEntries(task.label).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
  const words = [...podmanNetworkWords(task), ...labels];
  return {
    what: `network ${task.name}`,
    from: network === null ? null : 'present',
    to:
      network === null
        ? `driver ${task.driver ?? (task.macvlan === undefined ? 'bridge' : 'macvlan')}`
        : 'created again',
    commands: [
      ...(network === null ? [] : [removeNetwork(task, context)]),
      {
        ...sh`${withEngine(engine)}
_engine network create ${words} -- ${task.name} >/dev/null`,
        shown: `podman network create ${[...words, task.name].join(' ')}`,
      },
    ],
    effects: [
      predicts(inspect(engine, 'network', task.name), foreseenPodmanNetwork(task)),
      ...(network === null ? [] : [mayAlter(engineObject('container', '*'))]),
    ],
    ...(task.recreate && { repeats: true as const }),
  };
}

const removal = (task: Task, context: TaskContext): Change => ({
  what: `network ${task.name}`,
  from: 'present',
  to: null,
  commands: [removeNetwork(task, context)],
  effects: [
    predicts(inspect(engineOf(task, context), 'network', task.name), null),
    task.force ? blurs(engineObject('container', '*')) : mayAlter(engineObject('container', '*')),
  ],
});
