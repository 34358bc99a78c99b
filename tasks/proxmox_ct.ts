import {
  blurs,
  type Change,
  type Command,
  type Container,
  defineTask,
  type Params,
  pct,
  predicts,
  sh,
  withLacking,
} from '../src/sdk.ts';
import {
  diskSize,
  diskStorage,
  keepingHardware,
  type Lines,
  lacks,
  needsRestart,
  sameLine,
  strayGateways,
} from './shared/storage/ct-config.ts';

const params = {
  vmid: { type: 'int', required: true, aliases: ['id'], doc: 'The ID of the container.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'started', 'stopped', 'absent'],
    doc: 'The state the container should be in; `present` neither starts nor stops it.',
  },
  ostemplate: {
    type: 'str',
    doc: 'The template to create the container from, for example `local:vztmpl/debian-12-standard_12.2-1_amd64.tar.zst`.',
  },
  hostname: { type: 'str', doc: 'The host name of the container.' },
  cores: { type: 'int', doc: 'How many processors the container may use.' },
  memory: { type: 'int', doc: 'How much memory the container may use, in MiB.' },
  swap: { type: 'int', doc: 'How much swap the container may use, in MiB.' },
  rootfs: {
    type: 'str',
    aliases: ['disk'],
    doc: 'The storage for the root disk and its size in GiB, for example `zfs-hdd:32`. The disk can grow, but not shrink or move.',
  },
  unprivileged: {
    type: 'bool',
    doc: 'Whether root in the container is an unprivileged user on the node. Cannot be changed after the container has been created.',
  },
  features: { type: 'list', elements: 'str', doc: 'Container features to enable, for example `nesting=1`.' },
  onboot: { type: 'bool', doc: 'Whether the container starts when the node boots.' },
  nameserver: { type: 'str', doc: 'The name server for the container.' },
  searchdomain: { type: 'str', doc: 'The DNS search domain for the container.' },
  netif: { type: 'dict', doc: 'The network interfaces, for example `net0: name=eth0,bridge=vmbr1,ip=10.1.0.100/24`.' },
  mounts: { type: 'dict', doc: 'The mount points, for example `mp0: /zfs-hdd/off/images,mp=/mnt/off/images`.' },
  exact: {
    type: 'bool',
    default: false,
    doc: 'Whether to remove network interfaces that are not in `netif`, and mount points that are not in `mounts`. Without `netif`, no interfaces are removed; without `mounts`, no mount points. With `netif`, other default routes in the running container are removed as well.',
  },
  pubkey: { type: 'str', doc: 'Public keys for logging in as root; used only when the container is created.' },
} as const;

type Given = Params<typeof params>;

export default defineTask({
  name: 'proxmox_ct',
  summary: 'Create a Proxmox container and manage its configuration line by line.',
  description:
    'Runs on the Proxmox node. Each line of /etc/pve/lxc/ID.conf is compared separately; lines that the task does not mention are left as they are. A running container is restarted only if a change requires it, or if it is still running with an older configuration: a mount, an address or a gateway is in the configuration but not in the container, or a mounted directory is no longer the one at that path on the node (because a dataset has been mounted there since).',
  params,
  ask: ({ vmid }) => ({ container: pct(vmid) }),
  plan: ({ container }, given) => {
    if (given.state === 'absent')
      return { changes: container === undefined ? [] : [destroy(given.vmid, container.running)] };
    if (container === undefined)
      return given.ostemplate === undefined
        ? { failed: `there is no container ${given.vmid}, and no \`ostemplate\` to create it from` }
        : { changes: [create(given)] };
    const impossible = refused(container.config, given);
    if (impossible !== undefined) return { failed: impossible };
    return { changes: adjust(container, given) };
  },
  result: ({ params: { vmid }, state: { container } }) => ({
    vmid,
    config: asKnown(container?.config ?? {}),
    running: container?.running ?? false,
  }),
  returns: {
    vmid: 'The ID of the container.',
    config: "The lines of the container's configuration.",
    running: 'Whether the container is running.',
  },
  examples: [
    {
      title: 'Create a container with an interface on the internal network',
      yaml: 'proxmox_ct:\n  vmid: 100\n  state: started\n  ostemplate: local:vztmpl/debian-12-standard_12.2-1_amd64.tar.zst\n  hostname: proxy\n  cores: 4\n  memory: 2048\n  rootfs: zfs-hdd:32\n  unprivileged: true\n  features: [nesting=1]\n  onboot: true\n  netif:\n    net0: name=eth0,bridge=vmbr1,ip=10.1.0.100/24',
      runs: { no: 'needs a Proxmox node' },
    },
    {
      title: 'Set mount points, and remove all others',
      yaml: 'proxmox_ct:\n  vmid: 100\n  state: started\n  mounts:\n    mp0: /zfs-hdd/off/images,mp=/mnt/off/images\n  exact: true',
      runs: { no: 'needs a Proxmox node' },
    },
  ],
});

/** The configuration lines that the parameters ask for. */
function wantedLines(given: Given): Lines {
  function flag(value: boolean | undefined): '0' | '1' | undefined {
    if (value === undefined) return undefined;
    return value ? '1' : '0';
  }
  const lines: Record<string, string | number | undefined> = {
    hostname: given.hostname,
    cores: given.cores,
    memory: given.memory,
    swap: given.swap,
    rootfs: given.rootfs,
    unprivileged: flag(given.unprivileged),
    features: given.features?.join(','),
    onboot: flag(given.onboot),
    nameserver: given.nameserver,
    searchdomain: given.searchdomain,
    ...(given.netif as Record<string, string> | undefined),
    ...(given.mounts as Record<string, string> | undefined),
  };
  return Object.fromEntries(
    Object.entries(lines).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}

/**
 * A configuration without the values that Proxmox chooses when it creates the container: the disk, and the hardware
 * address of an interface that was given none.
 */
function asKnown(config: Lines): Lines {
  const isMadeUp = ([name, value]: readonly [string, string]): boolean =>
    name === 'rootfs' ? /^[^:]+:\d+$/.test(value) : /^net\d+$/.test(name) && !/(^|,)hwaddr=/.test(value);
  const lines = Object.entries(config);
  const unknown = lines.filter(isMadeUp).map(([name]) => name);
  const known = Object.fromEntries(lines.filter((line) => !isMadeUp(line)));
  return unknown.length === 0 ? config : withLacking(known, unknown);
}

function refused(config: Lines, { vmid, unprivileged, rootfs }: Given): string | undefined {
  const is = config['unprivileged'] === '1';
  if (unprivileged !== undefined && unprivileged !== is)
    return `container ${vmid} is ${is ? 'un' : ''}privileged, and that cannot be changed`;
  const disk = config['rootfs'] ?? '';
  if (rootfs === undefined || sameLine('rootfs', disk, rootfs)) return undefined;
  if (diskStorage(disk) !== diskStorage(rootfs))
    return `the disk of container ${vmid} is on ${diskStorage(disk)}, and cannot be moved to ${diskStorage(rootfs)}`;
  return (diskSize(disk) ?? 0) > (diskSize(rootfs) ?? 0)
    ? `the disk of container ${vmid} is ${diskSize(disk)} GiB in size, and cannot be shrunk to ${diskSize(rootfs)}`
    : undefined;
}

function create(given: Given): Change {
  const { vmid, ostemplate, pubkey, state } = given;
  const lines = wantedLines(given);
  const options = Object.entries(lines).flatMap(([key, value]) => [`--${key}`, value]);
  const keys = pubkey === undefined ? [] : ['--ssh-public-keys', '/dev/stdin'];
  return {
    what: `container ${vmid}`,
    from: null,
    to: `created from ${ostemplate}${state === 'started' ? ', started' : ''}`,
    diff: {
      before: '',
      after: Object.entries(lines)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join(''),
    },
    commands: [
      { ...sh`pct create ${vmid} ${ostemplate!} ${options} ${keys}`, stdin: pubkey, long: true },
      ...(state === 'started' ? start(vmid) : []),
    ],
    effects: [predicts(pct(vmid), { config: lines, running: state === 'started' }), blurs(`ct:${vmid}`)],
  };
}

function adjust(container: NonNullable<Container>, given: Given): readonly Change[] {
  const { vmid, state } = given;
  const { config, running, live } = container;
  const wanted = wantedLines(given);
  const changed = Object.entries(wanted).filter(([key, value]) => !sameLine(key, config[key], value));
  const removed = given.exact
    ? Object.keys(config).filter(
        (key) =>
          !(key in wanted) &&
          ((given.netif !== undefined && /^net\d+$/.test(key)) || (given.mounts !== undefined && /^mp\d+$/.test(key))),
      )
    : [];
  const after: Record<string, string> = { ...config, ...Object.fromEntries(changed) };
  for (const key of removed) delete after[key];

  const will = (runs: boolean) => [predicts(pct(vmid), { config: after, running: runs }), blurs(`ct:${vmid}`)];
  const lines: Change[] = [
    ...changed.map(([key, value]) => ({
      what: `${key} of container ${vmid}`,
      from: config[key] ?? null,
      to: keepingHardware(key, config[key], value),
      commands: [setLine(vmid, key, config[key], value)],
      effects: will(running),
    })),
    ...removed.map((key) => ({
      what: `${key} of container ${vmid}`,
      from: config[key]!,
      to: null,
      commands: [sh`pct set ${vmid} --delete ${key}`],
      effects: will(running),
    })),
  ];
  if (state === 'stopped')
    return running
      ? [
          ...lines,
          {
            what: `container ${vmid}`,
            from: 'running',
            to: 'stopped',
            commands: [sh`pct shutdown ${vmid}`],
            effects: will(false),
          },
        ]
      : lines;
  if (!running)
    return state === 'started'
      ? [
          ...lines,
          { what: `container ${vmid}`, from: 'stopped', to: 'started', commands: start(vmid), effects: will(true) },
        ]
      : lines;
  const stale = staleness();
  // Additional gateways are removed without restarting the container.
  const gateways = given.exact && given.netif !== undefined && live !== undefined ? strayGateways(live, after) : [];
  const lessGateways = gateways.map((gateway) => takeGateway(vmid, gateway, will(true)));
  if (stale.length === 0) return [...lines, ...lessGateways];
  return [
    ...lines,
    {
      what: `container ${vmid}`,
      from: `running ${stale.join(', ')}`,
      to: 'restarted',
      commands: [{ ...sh`pct reboot ${vmid}`, long: true }, booted(vmid)],
      effects: will(true),
    },
  ];

  function staleness(): readonly string[] {
    const lost = live === undefined ? [] : lacks(live, after);
    const restarts =
      changed.some(([key, value]) => needsRestart(key, config[key], value, live)) ||
      removed.some((key) => needsRestart(key, config[key], null, live));
    return restarts ? ['with the old configuration'] : lost;
  }
}

const takeGateway = (vmid: number, gateway: string, effects: Change['effects']): Change => ({
  what: `default route in container ${vmid}`,
  from: `via ${gateway}`,
  to: null,
  commands: [sh`pct exec ${vmid} -- ip ${gateway.includes(':') ? '-6' : '-4'} route del default via ${gateway}`],
  effects,
});

function setLine(vmid: number, key: string, now: string | undefined, value: string): Command {
  if (key === 'rootfs') return sh`pct resize ${vmid} rootfs ${`${diskSize(value)}G`}`;
  return sh`pct set ${vmid} ${`--${key}`} ${keepingHardware(key, now, value)}`;
}

const start = (vmid: number): readonly Command[] => [{ ...sh`pct start ${vmid}`, long: true }, booted(vmid)];

/** A started container has not necessarily finished booting, and the next tasks may need its services. */
const booted = (vmid: number): Command => ({
  ...sh`pct exec ${vmid} -- sh -c 'command -v systemctl >/dev/null || exit 0; n=0; while [ $n -lt 60 ]; do case $(systemctl is-system-running 2>/dev/null) in running|degraded) exit 0;; esac; n=$((n + 1)); sleep 0.5; done' </dev/null`,
  shown: `wait until container ${vmid} has booted`,
});

const destroy = (vmid: number, running: boolean): Change => ({
  what: `container ${vmid}`,
  from: running ? 'running' : 'stopped',
  to: null,
  commands: [...(running ? [sh`pct stop ${vmid}`] : []), { ...sh`pct destroy ${vmid}`, long: true }],
  effects: [predicts(pct(vmid), undefined), blurs(`ct:${vmid}`)],
});
