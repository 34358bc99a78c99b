import type { Params } from '../../../src/sdk.ts';
import { connectionOptions } from './container-networks.ts';
import { dockerParams } from './engine.ts';

const str = (doc: string) => ({ type: 'str', doc }) as const;
const int = (doc: string) => ({ type: 'int', doc }) as const;
const bool = (doc: string) => ({ type: 'bool', doc }) as const;
const strs = (doc: string) => ({ type: 'list', elements: 'str', doc }) as const;
const dict = (doc: string) => ({ type: 'dict', doc }) as const;

const rates = (what: string, rate: string) =>
  ({
    type: 'list',
    elements: 'dict',
    doc: what,
    options: {
      path: { type: 'str', required: true, doc: 'The device on the host.' },
      rate: { type: 'str', required: true, doc: rate },
    },
  }) as const;

/** What a container is created with. */
export const configurationParams = {
  auto_remove: bool('Remove the container when it stops.'),
  blkio_weight: int('The weight of its block I/O, from 10 to 1000.'),
  capabilities: strs('Capabilities to add.'),
  cap_drop: strs('Capabilities to drop.'),
  cgroup_parent: str('The control group in which its own is created.'),
  cgroupns_mode: {
    type: 'str',
    choices: ['host', 'private'],
    aliases: ['cgroup_ns_mode'],
    doc: 'Whether it has a control group namespace of its own.',
  },
  command: {
    type: 'raw',
    doc: "The program and its arguments, as a list or as text that is split as a shell would. An empty list means the image's own.",
  },
  cpu_period: int('The period of the CPU scheduler, in microseconds.'),
  cpu_quota: int('How many microseconds of each period it may use.'),
  cpus: { type: 'float', doc: 'How many CPUs it may use.' },
  cpuset_cpus: str('The CPUs that it may use, for example `0-2,4`.'),
  cpuset_mems: str('The memory nodes that it may use.'),
  cpu_shares: int('Its share of the CPUs, relative to others.'),
  devices: strs('Devices of the host: `HOST[:CONTAINER[:PERMISSIONS]]`.'),
  device_cgroup_rules: strs('Rules for the devices that it may use, for example `c 42:* rwm`.'),
  device_read_bps: rates('Limits for reading from devices.', 'How much per second, for example `1M`.'),
  device_write_bps: rates('Limits for writing to devices.', 'How much per second, for example `1M`.'),
  device_read_iops: rates('Limits for reading from devices.', 'How many operations per second.'),
  device_write_iops: rates('Limits for writing to devices.', 'How many operations per second.'),
  dns_opts: strs('Options for the resolver.'),
  dns_search_domains: strs('Domains in which the resolver looks.'),
  dns_servers: strs('Name servers.'),
  domainname: str('The domain of its host name.'),
  entrypoint: strs('The program that is started, with its first arguments.'),
  env: dict('Environment variables.'),
  env_file: { type: 'path', doc: 'A file on the host with environment variables; those in `env` take precedence.' },
  etc_hosts: dict('Additional names for `/etc/hosts`, each with its address.'),
  exposed_ports: {
    type: 'list',
    elements: 'str',
    aliases: ['exposed', 'expose'],
    doc: 'Ports that other containers may use: `9000` or `9000/udp`.',
  },
  groups: strs('Groups that its user also belongs to.'),
  healthcheck: {
    type: 'dict',
    doc: 'How the engine finds out whether the container is healthy.',
    options: {
      test: {
        type: 'raw',
        doc: 'The command: text for a shell, or a list that starts with `CMD`, `CMD-SHELL` or `NONE`. A shell in the container runs it in any case.',
      },
      interval: str('The time between checks, for example `1m30s`.'),
      timeout: str('How long a check may take.'),
      retries: int('How many checks in succession must fail.'),
      start_period: str('How long failures do not count after the start.'),
      start_interval: str('The time between checks during that period.'),
      test_cli_compatible: {
        type: 'bool',
        default: false,
        doc: "Keep the image's command, if `test` is not given.",
      },
    },
  },
  hostname: str('Its host name.'),
  init: bool('Run an init process in it.'),
  interactive: bool('Keep its stdin open.'),
  ipc_mode: str('The namespace for shared memory: `private`, `shareable`, `host` or `container:NAME`.'),
  kernel_memory: str('How much memory the kernel may use for it.'),
  labels: dict('Labels.'),
  links: strs('Links to other containers: `CONTAINER[:ALIAS]`.'),
  log_driver: str('The driver that keeps its output.'),
  log_options: { type: 'dict', aliases: ['log_opt'], doc: "That driver's options." },
  mac_address: str('Its hardware address.'),
  memory: str('How much memory it may use, for example `512M`.'),
  memory_reservation: str('How much memory it may keep if memory is short.'),
  memory_swap: str('How much memory and swap it may use together; `unlimited` for no limit.'),
  memory_swappiness: int('How readily its memory is swapped out, from 0 to 100.'),
  mounts: {
    type: 'list',
    elements: 'dict',
    doc: 'Mounts.',
    options: {
      target: { type: 'str', required: true, doc: 'The path in the container.' },
      source: str('The path on the host, or the name of the volume.'),
      type: {
        type: 'str',
        default: 'volume',
        choices: ['bind', 'npipe', 'tmpfs', 'volume'],
        doc: 'The kind of mount.',
      },
      read_only: bool('Whether the container may not write there.'),
      consistency: {
        type: 'str',
        choices: ['cached', 'consistent', 'default', 'delegated'],
        doc: 'How soon both sides see changes.',
      },
      propagation: {
        type: 'str',
        choices: ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'],
        doc: 'How further mounts there propagate; for `bind`.',
      },
      no_copy: bool('Do not copy what the image has there; for `volume`.'),
      labels: dict('Labels of a new volume.'),
      volume_driver: str('The driver of a new volume.'),
      volume_options: dict("That driver's options."),
      tmpfs_size: str('The size; for `tmpfs`.'),
      tmpfs_mode: str('The permissions as an octal number; for `tmpfs`.'),
    },
  },
  network_mode: str('`bridge`, `host`, `none`, `container:NAME`, or a network (default: the first of `networks`).'),
  oom_killer: bool('Do not kill its processes if memory runs out.'),
  oom_score_adj: int('How likely its processes are killed if memory runs out.'),
  pid_mode: str('The namespace for processes: `host` or `container:NAME`.'),
  pids_limit: int('How many processes it may have; -1 for no limit.'),
  privileged: bool('Whether it has all rights of the host.'),
  publish_all_ports: bool('Publish all exposed ports on random ports of the host.'),
  published_ports: {
    type: 'list',
    elements: 'str',
    aliases: ['ports'],
    doc: 'Ports to publish on the host: `[[ADDRESS:]HOSTPORT:]PORT[/PROTOCOL]`; ranges are possible. Without an address, `default_host_ip` is used.',
  },
  read_only: bool("Whether it may not write to its image's files."),
  restart_policy: {
    type: 'str',
    choices: ['no', 'on-failure', 'always', 'unless-stopped'],
    doc: 'When the engine starts it again.',
  },
  restart_retries: int('How often it is started again, with `on-failure`.'),
  runtime: str('The program that runs the container.'),
  security_opts: strs('Security options.'),
  shm_size: str('The size of `/dev/shm`.'),
  stop_signal: str('The signal that stops it.'),
  stop_timeout: int('How many seconds it has to stop before it is killed.'),
  storage_opts: dict('Options for its storage.'),
  sysctls: dict('Kernel parameters.'),
  tmpfs: strs('Directories in memory: `PATH[:OPTIONS]`.'),
  tty: bool('Whether it has a terminal.'),
  ulimits: strs('Limits for its processes: `NAME:SOFT:HARD`.'),
  user: str('The user that its program runs as.'),
  userns_mode: str('The namespace for users: `host`.'),
  uts: str('The namespace for host names: `host`.'),
  volume_driver: str('The driver for new volumes.'),
  volumes: {
    type: 'list',
    elements: 'path',
    doc: 'Directories of the host and volumes: `SOURCE:TARGET[:OPTIONS]`, or `TARGET` for a volume without a name.',
  },
  volumes_from: strs('Containers whose volumes it gets.'),
  working_dir: str('The directory in which its program is started.'),
} as const;

/** What a container is created with, as parameters give it. */
export type Configuration = Params<typeof configurationParams> & {
  /** The address of the host that ports without one are published on. */
  readonly default_host_ip: string;
};

/** The parameters of `docker_container`. */
export const containerParams = {
  name: { type: 'str', required: true, doc: 'The container.' },
  state: {
    type: 'str',
    default: 'started',
    choices: ['absent', 'present', 'healthy', 'started', 'stopped'],
    doc: 'Whether the container should exist (`present`), run (`started`), run and be healthy, exist without running (`stopped`), or not exist.',
  },
  image: { type: 'str', doc: 'The image, possibly with a registry, tag or digest, or its ID.' },
  pull: {
    type: 'raw',
    default: 'missing',
    choices: ['never', 'missing', 'always', true, false],
    doc: 'When to pull the image: every time (`always`, true) or if the host does not have it (`missing`, false).',
  },
  pull_check_mode_behavior: {
    type: 'str',
    default: 'image_not_present',
    choices: ['image_not_present', 'always'],
    ignored: 'a check asks the registry whether the image is still the same',
  },
  platform: {
    type: 'str',
    doc: 'The platform of the image; used when it is pulled and when the container is created.',
  },
  ...configurationParams,
  default_host_ip: {
    type: 'str',
    default: '0.0.0.0',
    doc: 'The address of the host on which ports without one are published; if empty, the engine decides.',
  },
  networks: {
    type: 'list',
    elements: 'dict',
    doc: 'Networks that the container is connected to.',
    options: connectionOptions,
  },
  networks_cli_compatible: {
    type: 'bool',
    default: true,
    doc: 'Create the container in the first of `networks`; otherwise, it is also connected to the default network.',
  },
  purge_networks: { type: 'bool', default: false, doc: 'Disconnect it from networks that are not in `networks`.' },
  comparisons: {
    type: 'dict',
    default: {},
    doc: 'How options are compared with an existing container: `strict`, `ignore` or, for sets and dictionaries (their default), `allow_more_present`. `*` stands for all others.',
  },
  container_default_behavior: {
    type: 'str',
    default: 'no_defaults',
    choices: ['compatibility', 'no_defaults'],
    doc: 'With `compatibility`, options such as `privileged` and `tty` that are not given are false.',
  },
  command_handling: {
    type: 'str',
    default: 'correct',
    choices: ['compatibility', 'correct'],
    ignored: 'commands are handled correctly',
  },
  image_comparison: {
    type: 'str',
    default: 'desired-image',
    choices: ['desired-image', 'current-image'],
    doc: "Which image's own variables, labels and ports are expected, where options are compared strictly.",
  },
  image_label_mismatch: {
    type: 'str',
    default: 'ignore',
    choices: ['ignore', 'fail'],
    ignored: 'labels of the image are always accepted',
  },
  image_name_mismatch: {
    type: 'str',
    default: 'ignore',
    choices: ['ignore', 'recreate'],
    doc: 'What to do if the container has the wanted image under another name.',
  },
  ignore_image: { type: 'bool', default: false, doc: 'Keep a container that has another image.' },
  recreate: { type: 'bool', default: false, doc: 'Create the container again, every time.' },
  restart: { type: 'bool', default: false, doc: 'Restart the container, every time.' },
  detach: {
    type: 'bool',
    default: true,
    doc: 'Whether to leave the container running, instead of waiting for it to end.',
  },
  output_logs: { type: 'bool', default: false, ignored: 'the output is shown with `-vvv`' },
  cleanup: { type: 'bool', default: false, doc: 'Remove the container once it has ended, if `detach` is false.' },
  paused: { type: 'bool', doc: 'Whether the container is paused.' },
  keep_volumes: { type: 'bool', default: true, doc: 'Keep volumes without a name when a container is removed.' },
  force_kill: {
    type: 'bool',
    default: false,
    aliases: ['forcekill'],
    doc: 'Kill the container instead of stopping it.',
  },
  kill_signal: { type: 'str', doc: 'The signal that kills it.' },
  removal_wait_timeout: {
    type: 'float',
    doc: 'How many seconds to wait until a container is gone that removes itself.',
  },
  healthy_wait_timeout: {
    type: 'float',
    default: 300,
    doc: 'How many seconds to wait until the container is healthy; without a limit if negative or 0.',
  },
  device_requests: {
    type: 'list',
    elements: 'dict',
    ignored: 'the client has no option for them that works for all drivers; use `runtime` or `devices`',
  },
  ...dockerParams,
} as const;

/** A container as a task describes it. */
export type ContainerTask = Params<typeof containerParams>;
