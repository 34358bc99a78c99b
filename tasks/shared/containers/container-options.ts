import { joined, type Script, script, splitWords } from '../../../src/sdk.ts';
import { jsonAt, listInside } from '../json.ts';
import { variablesIn } from './client-environment.ts';
import { mountOption, mountText, mountTextOf } from './container-mounts.ts';
import type { Configuration } from './container-params.ts';
import { bindText, exposedBy, portBindings, publishedOptions } from './container-ports.ts';
import type { Inspected } from './inspect.ts';
import { entriesAt, textAt } from './json.ts';
import { bytesIn, nanosecondsIn } from './sizes.ts';

/** How an option is compared: a value, a list whose order matters, a set, or entries `NAME=VALUE`. */
export type OptionKind = 'value' | 'list' | 'set' | 'dict';

/** An option of a container: what is wanted, what is, and the client's arguments for it. */
export interface ContainerOption {
  readonly name: string;
  readonly kind: OptionKind;
  readonly wanted: readonly string[];
  readonly is: readonly string[];
  readonly flags: readonly string[];
  /** Whether the container can be updated, instead of being created again. */
  readonly updates?: true;
}

/** A container as it is, or null; and the image of the container that is wanted. */
interface Described {
  readonly container: Inspected;
  readonly image: Inspected;
  /** The variables in `env_file`. */
  readonly fileVariables: readonly (readonly [string, string])[];
  /** The IDs of other containers by their names. */
  readonly ids: Readonly<Record<string, string>>;
}

/** The options that are given. Those that are not may be anything. */
export function containerOptions(task: Configuration, described: Described): readonly ContainerOption[] {
  const { container } = described;
  const host = (...path: readonly string[]) => jsonAt(container, 'HostConfig', ...path);
  const config = (...path: readonly string[]) => jsonAt(container, 'Config', ...path);
  return [
    ...value('auto_remove', task.auto_remove, host('AutoRemove'), flag('--rm')),
    ...updated(value('blkio_weight', task.blkio_weight, host('BlkioWeight'), option('--blkio-weight'))),
    ...set('capabilities', task.capabilities?.map(capability), texts(host('CapAdd')).map(capability), '--cap-add'),
    ...set('cap_drop', task.cap_drop?.map(capability), texts(host('CapDrop')).map(capability), '--cap-drop'),
    ...value('cgroup_parent', task.cgroup_parent, host('CgroupParent'), option('--cgroup-parent')),
    ...value('cgroupns_mode', task.cgroupns_mode, host('CgroupnsMode'), option('--cgroupns')),
    ...commandOptions(task, described),
    ...updated(value('cpu_period', task.cpu_period, host('CpuPeriod'), option('--cpu-period'))),
    ...updated(value('cpu_quota', task.cpu_quota, host('CpuQuota'), option('--cpu-quota'))),
    ...updated(
      value('cpus', task.cpus === undefined ? undefined : Math.round(task.cpus * 1e9), host('NanoCpus'), () => [
        '--cpus',
        String(task.cpus),
      ]),
    ),
    ...updated(value('cpuset_cpus', task.cpuset_cpus, host('CpusetCpus'), option('--cpuset-cpus'))),
    ...updated(value('cpuset_mems', task.cpuset_mems, host('CpusetMems'), option('--cpuset-mems'))),
    ...updated(value('cpu_shares', task.cpu_shares, host('CpuShares'), option('--cpu-shares'))),
    ...set('devices', task.devices?.map(deviceText), listInside(host('Devices')).map(deviceTextOf), '--device'),
    ...set('device_cgroup_rules', task.device_cgroup_rules, texts(host('DeviceCgroupRules')), '--device-cgroup-rule'),
    ...rates('device_read_bps', task.device_read_bps, host('BlkioDeviceReadBps'), '--device-read-bps'),
    ...rates('device_write_bps', task.device_write_bps, host('BlkioDeviceWriteBps'), '--device-write-bps'),
    ...rates('device_read_iops', task.device_read_iops, host('BlkioDeviceReadIOps'), '--device-read-iops'),
    ...rates('device_write_iops', task.device_write_iops, host('BlkioDeviceWriteIOps'), '--device-write-iops'),
    ...set('dns_opts', task.dns_opts, texts(host('DnsOptions')), '--dns-option'),
    ...list('dns_search_domains', task.dns_search_domains, texts(host('DnsSearch')), '--dns-search'),
    ...list('dns_servers', task.dns_servers, texts(host('Dns')), '--dns'),
    ...value('domainname', task.domainname, config('Domainname'), option('--domainname')),
    ...environmentOption(task, described),
    ...dict('etc_hosts', entriesOf(task.etc_hosts, ':'), texts(host('ExtraHosts')), '--add-host'),
    ...exposedPorts(task, described),
    ...set('groups', task.groups, texts(host('GroupAdd')), '--group-add'),
    ...healthOptions(task, container),
    ...value('hostname', task.hostname, config('Hostname'), option('--hostname')),
    ...value('init', task.init, host('Init'), flag('--init')),
    ...value('interactive', task.interactive, config('OpenStdin'), flag('--interactive')),
    ...value('ipc_mode', namespace(task.ipc_mode, described), host('IpcMode'), given('--ipc', task.ipc_mode)),
    ...updated(bytes('kernel_memory', task.kernel_memory, host('KernelMemory'), '--kernel-memory')),
    ...labelOption(task, described),
    ...set('links', task.links?.map(linkText), texts(host('Links')).map(linkTextOf), '--link'),
    ...value('log_driver', task.log_driver, host('LogConfig', 'Type'), option('--log-driver')),
    ...dict(
      'log_options',
      entriesOf(task.log_options),
      entriesOf(jsonAt(host('LogConfig'), 'Config')) ?? [],
      '--log-opt',
    ),
    ...value('mac_address', task.mac_address?.toLowerCase(), macOf(container), option('--mac-address')),
    ...updated(bytes('memory', task.memory, host('Memory'), '--memory')),
    ...updated(bytes('memory_reservation', task.memory_reservation, host('MemoryReservation'), '--memory-reservation')),
    ...updated(bytes('memory_swap', task.memory_swap, host('MemorySwap'), '--memory-swap')),
    ...value('memory_swappiness', task.memory_swappiness, host('MemorySwappiness'), option('--memory-swappiness')),
    ...made(
      'mounts',
      task.mounts?.map(mountText),
      listInside(host('Mounts')).map(mountTextOf),
      (task.mounts ?? []).flatMap(mountOption),
    ),
    ...value('oom_killer', task.oom_killer, host('OomKillDisable'), flag('--oom-kill-disable')),
    ...value('oom_score_adj', task.oom_score_adj, host('OomScoreAdj'), option('--oom-score-adj')),
    ...value('pid_mode', namespace(task.pid_mode, described), host('PidMode'), given('--pid', task.pid_mode)),
    ...value('pids_limit', task.pids_limit, host('PidsLimit'), option('--pids-limit')),
    ...value('privileged', task.privileged, host('Privileged'), flag('--privileged')),
    ...value('publish_all_ports', task.publish_all_ports, host('PublishAllPorts'), flag('--publish-all')),
    ...made('published_ports', portBindings(task), bindText(host('PortBindings')), publishedOptions(task)),
    ...value('read_only', task.read_only, host('ReadonlyRootfs'), flag('--read-only')),
    ...restartOptions(task, container),
    ...value('runtime', task.runtime, host('Runtime'), option('--runtime')),
    ...set('security_opts', task.security_opts, texts(host('SecurityOpt')), '--security-opt'),
    ...bytes('shm_size', task.shm_size, host('ShmSize'), '--shm-size'),
    ...value('stop_signal', task.stop_signal, config('StopSignal'), option('--stop-signal')),
    ...value('stop_timeout', task.stop_timeout, config('StopTimeout'), option('--stop-timeout')),
    ...dict('storage_opts', entriesOf(task.storage_opts), entriesOf(host('StorageOpt')) ?? [], '--storage-opt'),
    ...dict('sysctls', entriesOf(task.sysctls), entriesOf(host('Sysctls')) ?? [], '--sysctl'),
    ...set(
      'tmpfs',
      task.tmpfs?.map((one) => one.replace(/:$/, '')),
      entriesAt(host('Tmpfs')).map(([path, options]) => (options === '' ? path : `${path}:${String(options)}`)),
      '--tmpfs',
    ),
    ...value('tty', task.tty, config('Tty'), flag('--tty')),
    ...set('ulimits', task.ulimits?.map(limitText), listInside(host('Ulimits')).map(limitTextOf), '--ulimit'),
    ...value('user', task.user, config('User'), option('--user')),
    ...value('userns_mode', task.userns_mode, host('UsernsMode'), option('--userns')),
    ...value('uts', task.uts, host('UTSMode'), option('--uts')),
    ...value('volume_driver', task.volume_driver, host('VolumeDriver'), option('--volume-driver')),
    ...made(
      'volumes',
      task.volumes?.map(volumeText),
      volumesOf(container),
      (task.volumes ?? []).flatMap((one) => ['--volume', one]),
    ),
    ...set('volumes_from', task.volumes_from, texts(host('VolumesFrom')), '--volumes-from'),
    ...value('working_dir', task.working_dir, config('WorkingDir'), option('--workdir')),
  ];
}

type Scalar = string | number | boolean;
type Options = readonly ContainerOption[];

const option =
  (name: string) =>
  (text: string): readonly string[] => [name, text];
const flag =
  (name: string) =>
  (text: string): readonly string[] => [`${name}=${text}`];
const given = (name: string, text: string | undefined) => (): readonly string[] => [name, text ?? ''];

function value(
  name: string,
  wanted: Scalar | undefined,
  is: unknown,
  flags: (text: string) => readonly string[],
): Options {
  if (wanted === undefined) return [];
  const nothing = typeof wanted === 'string' ? '' : String(typeof wanted === 'number' ? 0 : false);
  return [
    {
      name,
      kind: 'value',
      wanted: [String(wanted)],
      is: [is === undefined || is === null ? nothing : String(is)],
      flags: flags(String(wanted)),
    },
  ];
}

const updated = (options: Options): Options => options.map((one) => ({ ...one, updates: true }));

const bytes = (name: string, wanted: string | undefined, is: unknown, optionName: string): Options =>
  value(name, wanted === undefined ? undefined : (bytesIn(wanted) ?? wanted), is, option(optionName));

const several =
  (kind: OptionKind) =>
  (name: string, wanted: readonly string[] | undefined, is: readonly string[], optionName: string): Options =>
    wanted === undefined ? [] : [{ name, kind, wanted, is, flags: wanted.flatMap((one) => [optionName, one]) }];

const set = several('set');
const list = several('list');
const dict = several('dict');

/** A set whose texts are not what the client takes. */
const made = (
  name: string,
  wanted: readonly string[] | undefined,
  is: readonly string[],
  flags: readonly string[],
): Options => (wanted === undefined ? [] : [{ name, kind: 'set', wanted, is, flags }]);

const texts = (list: unknown): readonly string[] => listInside(list).map(String);

/** Entries as texts `NAME=VALUE`; truth values as Python writes them, as in the templates of a playbook. */
function entriesOf(given: unknown, sign = '='): readonly string[] | undefined {
  if (given === undefined || given === null) return undefined;
  return entriesAt(given).map(([key, text]) => `${key}${sign}${valueText(text)}`);
}

/** A value of a dictionary as the container gets it. */
export function valueText(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  return value === null || value === undefined ? '' : String(value);
}

const capability = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');

/** `container:NAME` with the container's ID, as the engine keeps it. */
const namespace = (mode: string | undefined, { ids }: Described): string | undefined =>
  mode?.replace(/^container:(.*)$/, (_, name: string) => `container:${ids[name] ?? name}`);

/** The other containers whose namespaces a container shares. */
export const sharedContainers = (task: Configuration): readonly string[] =>
  [task.network_mode, task.ipc_mode, task.pid_mode].flatMap((mode) => /^container:(.+)$/.exec(mode ?? '')?.[1] ?? []);

/** The words of a command: a list, or text that is split as a shell would. */
export const commandWords = (given: unknown): readonly string[] | undefined => {
  if (given === undefined || given === null) return undefined;
  return Array.isArray(given) ? given.map(String) : splitWords(String(given));
};

/**
 * The client takes only one word as entrypoint, and the rest of it as the start of the command. So a container has the
 * wanted ones if the two together are the same.
 */
function commandOptions(task: Configuration, { container, image }: Described): Options {
  const words = commandWords(task.command);
  const ownCommand = texts(jsonAt(image, 'Config', 'Cmd'));
  const is = [...texts(jsonAt(container, 'Config', 'Entrypoint')), ...texts(jsonAt(container, 'Config', 'Cmd'))];
  const { entrypoint } = task;
  if (entrypoint !== undefined && entrypoint.length > 0)
    return [
      {
        name: 'entrypoint',
        kind: 'list',
        wanted: [...entrypoint, ...(words ?? [])],
        is,
        flags: ['--entrypoint', entrypoint[0] ?? ''],
      },
    ];
  const own = texts(jsonAt(image, 'Config', 'Entrypoint'));
  const reset: Options =
    entrypoint === undefined
      ? []
      : [
          {
            name: 'entrypoint',
            kind: 'list',
            wanted: own,
            is: texts(jsonAt(container, 'Config', 'Entrypoint')),
            flags: [],
          },
        ];
  if (words === undefined) return reset;
  const wanted = words.length === 0 ? ownCommand : words;
  return [
    ...reset,
    { name: 'command', kind: 'list', wanted, is: texts(jsonAt(container, 'Config', 'Cmd')), flags: [] },
  ];
}

/** The words that follow the image. */
export const commandArguments = ({ command, entrypoint = [] }: Configuration): readonly string[] => [
  ...entrypoint.slice(1),
  ...(commandWords(command) ?? []),
];

/** The variables that are given, by name. */
export const wantedVariables = (
  task: Configuration,
  file: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] => [
  ...new Map([...file, ...entriesAt(task.env).map(([key, one]) => [key, valueText(one)] as const)]),
];

/** The client gets variables from a pipe, so that no value is among its arguments. */
function environmentOption(task: Configuration, { container, image, fileVariables }: Described): Options {
  if (task.env === undefined && task.env_file === undefined) return [];
  const given = wantedVariables(task, fileVariables);
  const all = new Map([...variablesIn(listInside(image, 'Config', 'Env')), ...given]);
  return [
    {
      name: 'env',
      kind: 'dict',
      wanted: [...all].map(([key, text]) => `${key}=${text}`),
      is: texts(jsonAt(container, 'Config', 'Env')),
      flags: [],
    },
  ];
}

function labelOption(task: Configuration, { container, image }: Described): Options {
  const wanted = entriesOf(task.labels);
  if (wanted === undefined) return [];
  const names = entriesAt(task.labels).map(([name]) => name);
  const own = entriesAt(image, 'Config', 'Labels').filter(([name]) => !names.includes(name));
  return [
    {
      name: 'labels',
      kind: 'dict',
      wanted: [...own.map(([name, text]) => `${name}=${String(text)}`), ...wanted],
      is: entriesOf(jsonAt(container, 'Config', 'Labels')) ?? [],
      flags: wanted.flatMap((one) => ['--label', one]),
    },
  ];
}

function exposedPorts(task: Configuration, { container, image }: Described): Options {
  if (task.exposed_ports === undefined) return [];
  const own = entriesAt(image, 'Config', 'ExposedPorts').map(([port]) => port);
  return [
    {
      name: 'exposed_ports',
      kind: 'set',
      wanted: [...new Set([...own, ...exposedBy(task)])],
      is: entriesAt(container, 'Config', 'ExposedPorts').map(([port]) => port),
      flags: task.exposed_ports.flatMap((port) => ['--expose', port]),
    },
  ];
}

function restartOptions(
  { restart_policy: policy, restart_retries: retries }: Configuration,
  container: Inspected,
): Options {
  const flags = policy === undefined ? [] : ['--restart', retries === undefined ? policy : `${policy}:${retries}`];
  const is = (name: string) => jsonAt(container, 'HostConfig', 'RestartPolicy', name);
  return updated([
    ...value('restart_policy', policy, is('Name') === '' ? 'no' : is('Name'), () => flags),
    ...value('restart_retries', retries, is('MaximumRetryCount'), () => (policy === undefined ? [] : flags)),
  ]);
}

type Rates = readonly { readonly path: string; readonly rate: string }[] | undefined;

const rates = (name: string, wanted: Rates, is: unknown, optionName: string): Options =>
  made(
    name,
    wanted?.map(({ path, rate }) => `${path}:${bytesIn(rate) ?? rate}`),
    listInside(is).map((one) => `${textAt(one, 'Path')}:${textAt(one, 'Rate')}`),
    (wanted ?? []).flatMap(({ path, rate }) => [optionName, `${path}:${rate.toLowerCase()}`]),
  );

function deviceText(text: string): string {
  const [onHost = '', inContainer = onHost, rights = 'rwm'] = text.split(':');
  return `${onHost}:${inContainer}:${rights}`;
}

const deviceTextOf = (device: unknown): string =>
  `${textAt(device, 'PathOnHost')}:${textAt(device, 'PathInContainer')}:${textAt(device, 'CgroupPermissions')}`;

const linkText = (link: string): string => (link.includes(':') ? link : `${link}:${link}`);

/** The engine keeps `/OTHER:/CONTAINER/ALIAS`. */
const linkTextOf = (link: string): string => link.replace(/^\/([^:]*):.*\/([^/]*)$/, '$1:$2');

function limitText(text: string): string {
  const [, name = '', soft = '', hard = soft] = /^([^:=]+)[:=]([^:]+)(?::(.*))?$/.exec(text) ?? [];
  return `${name}=${soft}:${hard}`;
}

const limitTextOf = (limit: unknown): string =>
  `${textAt(limit, 'Name')}=${textAt(limit, 'Soft')}:${textAt(limit, 'Hard')}`;

const macOf = (container: Inspected): string =>
  textAt(container, 'Config', 'MacAddress') || textAt(container, 'NetworkSettings', 'MacAddress');

/** A volume as the engine tells it: its options in one order, without those that are the default. */
function volumeText(text: string): string {
  const [source = '', target, options = ''] = text.split(':');
  if (target === undefined) return source.replace(/(.)\/$/, '$1');
  const words = options.split(',').filter((word) => word !== '' && word !== 'rw');
  return [source, target.replace(/(.)\/$/, '$1'), ...(words.length === 0 ? [] : [words.toSorted().join(',')])].join(
    ':',
  );
}

const volumesOf = (container: Inspected): readonly string[] => [
  ...texts(jsonAt(container, 'HostConfig', 'Binds')).map(volumeText),
  ...entriesAt(container, 'Config', 'Volumes').map(([path]) => path),
];

/** The client's shell command for a health check, and how the engine keeps it. */
function healthOptions({ healthcheck }: Configuration, container: Inspected): Options {
  if (healthcheck === undefined) return [];
  const is = (name: string) => jsonAt(container, 'Config', 'Healthcheck', name);
  const time = (name: string, text: string | undefined, key: string, optionName: string) =>
    value(`healthcheck ${name}`, text === undefined ? undefined : (nanosecondsIn(text) ?? text), is(key), () => [
      optionName,
      /^\d+$/.test(text ?? '') ? `${text}s` : (text ?? ''),
    ]);
  const test = healthTest(healthcheck.test);
  if (test === 'NONE') return value('healthcheck', 'NONE', textAt(is('Test'), '0'), () => ['--no-healthcheck']);
  return [
    ...value('healthcheck', test, healthTest(is('Test')), option('--health-cmd')),
    ...time('interval', healthcheck.interval, 'Interval', '--health-interval'),
    ...time('timeout', healthcheck.timeout, 'Timeout', '--health-timeout'),
    ...value('healthcheck retries', healthcheck.retries, is('Retries'), option('--health-retries')),
    ...time('start period', healthcheck.start_period, 'StartPeriod', '--health-start-period'),
    ...time('start interval', healthcheck.start_interval, 'StartInterval', '--health-start-interval'),
  ];
}

function healthTest(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined;
  if (!Array.isArray(given)) return String(given);
  const [first, ...words] = given.map(String);
  if (first === 'NONE') return 'NONE';
  return first === 'CMD' ? quoted(words).text : words.join(' ');
}

const quoted = (words: readonly string[]): Script =>
  joined(
    words.map((word) => script`${word}`),
    script` `,
  );
