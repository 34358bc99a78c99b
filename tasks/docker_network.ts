import {
  blurs,
  type Change,
  defineTask,
  each,
  type Params,
  type Plan,
  predicts,
  type Question,
  sh,
  type TaskContext,
  together,
} from '../src/sdk.ts';
import { dockerEngine, dockerParams, withEngine } from './shared/containers/engine.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { partly } from './shared/containers/json.ts';
import {
  foreseenNetwork,
  isConnected,
  membersOf,
  networkDifferences,
  networkOptions,
  withMembers,
} from './shared/containers/network-options.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, aliases: ['network_name'], doc: 'The network.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the network should exist.' },
  connected: {
    type: 'list',
    elements: 'str',
    default: [],
    aliases: ['containers'],
    doc: 'Containers that are connected to the network; others are disconnected, unless `appends` is true. An empty list leaves the containers as they are.',
  },
  appends: {
    type: 'bool',
    default: false,
    aliases: ['incremental'],
    doc: 'Keep containers connected that are not in `connected`.',
  },
  driver: { type: 'str', default: 'bridge', doc: 'The driver of the network.' },
  driver_options: { type: 'dict', default: {}, doc: "The driver's options." },
  force: {
    type: 'bool',
    default: false,
    doc: 'Create the network again, even if nothing differs. Its containers are connected to the new one.',
  },
  config_from: { type: 'str', doc: 'The network to take the configuration from.' },
  config_only: { type: 'bool', doc: 'Whether the network is only a configuration for others.' },
  ipam_driver: { type: 'str', doc: 'The driver that manages the addresses.' },
  ipam_driver_options: { type: 'dict', doc: 'The options of that driver.' },
  ipam_config: {
    type: 'list',
    elements: 'dict',
    doc: 'The address ranges of the network.',
    options: {
      subnet: { type: 'str', doc: 'The subnet, for example `172.30.0.0/16`.' },
      iprange: { type: 'str', doc: 'The part of the subnet that containers get addresses from.' },
      gateway: { type: 'str', doc: 'The address of the gateway.' },
      aux_addresses: { type: 'dict', doc: 'Addresses that are used for something else, by name.' },
    },
  },
  internal: { type: 'bool', doc: 'Whether the network has no access to others.' },
  attachable: {
    type: 'bool',
    doc: 'Whether containers that do not belong to a swarm service may connect, if the driver is `overlay`.',
  },
  enable_ipv4: { type: 'bool', doc: 'Whether the network has IPv4; needs Docker 28 or newer.' },
  enable_ipv6: { type: 'bool', doc: 'Whether the network has IPv6.' },
  scope: { type: 'str', choices: ['local', 'global', 'swarm'], doc: 'The scope of the network.' },
  ingress: { type: 'bool', doc: 'Whether this is the routing network of a swarm; used only for a new network.' },
  labels: { type: 'dict', default: {}, doc: 'Labels of the network.' },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly network: Question<Inspected> } & Readonly<Record<`at ${string}`, Question<Inspected>>>;

export default defineTask({
  name: 'community.docker.docker_network',
  summary: 'Manage a Docker network and the containers that are connected to it.',
  description:
    'Needs the `docker` client on the host. Only what is given is compared. If something differs, the network is removed and created again, and its containers are connected to the new one.',
  params,
  ask: (task, context): Asking =>
    together(
      { network: inspect(engineOf(task, context), 'network', task.name) },
      each('at', task.state === 'absent' ? [] : task.connected, (name) =>
        inspect(engineOf(task, context), 'container', name),
      ),
    ),
  plan(state, task, context): Plan {
    const { network } = state;
    if (task.state === 'absent') return { changes: network === null ? [] : [removal(task, network, context)] };
    const unknown = task.connected.find((name) => state[`at ${name}`] === null);
    if (unknown !== undefined) return { failed: `No such container: ${unknown}` };
    const present = network === null ? [] : membersOf(network);
    const attached = [
      ...new Set([
        ...present,
        ...task.connected.filter((name) => network !== null && isConnected(state[`at ${name}`] ?? null, task.name)),
      ]),
    ];
    const keeps = task.appends || task.connected.length === 0;
    const wanted = [...new Set([...task.connected, ...(keeps ? attached : [])])];
    return { changes: adjust({ task, context, network, attached, wanted }) };
  },
  result: ({ params: task, state: { network }, changes, context }) =>
    task.state === 'absent'
      ? {}
      : {
          network: network !== null && context.check && changes.length > 0 ? partly(network, UNSURE) : (network ?? {}),
        },
  retire: byState('docker network', ['name']),
  returns: { network: 'What `docker network inspect` tells about the network.' },
  examples: [
    {
      title: 'Create a network',
      yaml: 'docker_network:\n  name: backend',
      runs: { no: 'needs Docker' },
    },
    {
      title: 'Create an internal network with a given subnet',
      yaml: 'community.docker.docker_network:\n  name: database\n  internal: true\n  ipam_config:\n    - subnet: 172.30.0.0/24\n      gateway: 172.30.0.254',
      runs: { no: 'needs Docker' },
    },
  ],
});

/** What is known about a network only after it has been created or something has been connected to it. */
const UNSURE = ['Id', 'Created', 'Scope', 'IPAM', 'Options', 'Containers'];

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

/** A network as it is, and the containers that are and should be connected to it. */
interface Situation {
  readonly task: Task;
  readonly context: TaskContext;
  readonly network: Inspected;
  readonly attached: readonly string[];
  readonly wanted: readonly string[];
}

function adjust({ task, context, network, attached, wanted }: Situation): readonly Change[] {
  const engine = engineOf(task, context);
  const differences = network === null ? [] : networkDifferences(task, network);
  const isNew = network === null || task.force || differences.length > 0;
  const effects = [
    predicts(
      inspect(engine, 'network', task.name),
      isNew ? foreseenNetwork(task, network, wanted) : withMembers(network, wanted),
    ),
    blurs(...[...attached, ...wanted].map((name) => engineObject('container', name))),
  ];
  const create = {
    ...sh`${withEngine(engine)}
_engine network create ${networkOptions(task)} -- ${task.name} >/dev/null`,
    shown: `docker network create ${networkOptions(task).join(' ')} ${task.name}`,
  };
  const disconnect = (name: string) => sh`${withEngine(engine)}
_engine network disconnect --force -- ${task.name} ${name}`;
  const connect = (name: string) => sh`${withEngine(engine)}
_engine network connect -- ${task.name} ${name}`;
  const remove = sh`${withEngine(engine)}
_engine network rm -- ${task.name} >/dev/null`;
  const again = network === null ? [] : [...attached.map(disconnect), remove];
  const created: Change = {
    what: `network ${task.name}`,
    from: network === null ? null : 'present',
    to: network === null ? `driver ${task.driver}` : 'created again',
    commands: [...again, create, ...attached.filter((name) => wanted.includes(name)).map(connect)],
    effects,
    ...(task.force && network !== null && { repeats: true as const }),
  };
  const joining = wanted.filter((name) => !attached.includes(name));
  const leaving = attached.filter((name) => !wanted.includes(name));
  const linking = (name: string, joins: boolean) => {
    if (joins) return [connect(name)];
    return isNew ? [] : [disconnect(name)];
  };
  const link = (name: string, joins: boolean): Change => ({
    what: `container ${name} in network ${task.name}`,
    from: joins ? null : 'connected',
    to: joins ? 'connected' : null,
    commands: linking(name, joins),
    effects,
  });
  return [
    ...differences.map(({ what, from, to }) => ({
      what: `${what} of network ${task.name}`,
      from,
      to,
      commands: [],
      effects,
    })),
    ...(isNew ? [created] : []),
    ...joining.map((name) => link(name, true)),
    ...leaving.map((name) => link(name, false)),
  ];
}

function removal(task: Task, network: NonNullable<Inspected>, context: TaskContext): Change {
  const engine = engineOf(task, context);
  const members = membersOf(network);
  return {
    what: `network ${task.name}`,
    from: 'present',
    to: null,
    commands: [
      ...members.map(
        (name) => sh`${withEngine(engine)}
_engine network disconnect --force -- ${task.name} ${name}`,
      ),
      sh`${withEngine(engine)}
_engine network rm -- ${task.name} >/dev/null`,
    ],
    effects: [
      predicts(inspect(engine, 'network', task.name), null),
      blurs(...members.map((name) => engineObject('container', name))),
    ],
  };
}
