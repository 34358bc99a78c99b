import {
  blurs,
  type Change,
  type Command,
  defineTask,
  type Effect,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shellAnswer,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import {
  askSetting,
  hasSetting,
  mayBeSpelledOtherwise,
  otherZoneWith,
  type Setting,
  settingOf,
  withSetting,
  wordsFor,
} from './shared/firewalld/setting.ts';
import {
  askBuiltIn,
  askDefaultZone,
  askZones,
  type Config,
  client,
  firewalldTool,
  NOT_RUNNING,
  newZone,
  readZones,
  withClient,
  writeZones,
  type Zone,
  type Zones,
  zonesSubject,
} from './shared/firewalld/zones.ts';

const params = {
  state: {
    type: 'str',
    required: true,
    choices: ['absent', 'disabled', 'enabled', 'present'],
    doc: 'Whether the setting is in the zone; `present` and `absent` are for the zone itself and for `target`.',
  },
  zone: { type: 'str', doc: 'The zone (default: the default zone of firewalld).' },
  service: { type: 'str', doc: 'A service, as in `firewall-cmd --get-services`.' },
  protocol: { type: 'str', doc: 'A protocol, for example `ospf`.' },
  port: { type: 'str', doc: 'A port or a range of ports with the protocol: `8080/tcp`, `161-162/udp`.' },
  port_forward: {
    type: 'list',
    elements: 'dict',
    doc: 'One port that is forwarded.',
    options: {
      port: { type: 'str', required: true, doc: 'The port.' },
      proto: { type: 'str', required: true, choices: ['udp', 'tcp'], doc: 'Its protocol.' },
      toport: { type: 'str', required: true, doc: 'The port that it is forwarded to.' },
      toaddr: { type: 'str', doc: 'The address that it is forwarded to.' },
    },
  },
  rich_rule: { type: 'str', doc: "A rule in firewalld's rich language." },
  source: { type: 'str', doc: 'An address or a network whose traffic the zone is for.' },
  interface: {
    type: 'str',
    doc: 'An interface whose traffic the zone is for. If it is in another zone, it is taken from there.',
  },
  icmp_block: { type: 'str', doc: 'A type of ICMP message that is blocked.' },
  icmp_block_inversion: { type: 'bool', doc: 'Whether only the listed ICMP types pass, instead of being blocked.' },
  forward: { type: 'bool', doc: 'Whether traffic is forwarded within the zone.' },
  masquerade: { type: 'bool', doc: 'Whether forwarded traffic gets the address of the host.' },
  target: {
    type: 'str',
    choices: ['default', 'ACCEPT', 'DROP', '%%REJECT%%'],
    doc: 'What happens to traffic that nothing else in the zone matches; with `absent`, this target is set back to the default.',
  },
  permanent: { type: 'bool', default: false, doc: 'Change the configuration that is loaded when firewalld starts.' },
  immediate: {
    type: 'bool',
    default: false,
    doc: 'Change the configuration that is in effect; always true without `permanent`.',
  },
  timeout: {
    type: 'int',
    default: 0,
    doc: 'The number of seconds after which firewalld removes the setting from the configuration in effect.',
  },
  offline: {
    type: 'bool',
    default: false,
    doc: 'If firewalld does not run, change only the permanent configuration, also with `immediate`.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.posix.firewalld',
  summary: 'Manage a setting in a zone of firewalld, or the zone itself.',
  description:
    'Requires the `firewalld` package on the host, but no Python library. The permanent configuration is changed even if firewalld does not run. A new zone is in effect only after firewalld has been reloaded.',
  params,
  rules: {
    mutuallyExclusive: [
      [
        'icmp_block',
        'icmp_block_inversion',
        'service',
        'protocol',
        'port',
        'port_forward',
        'rich_rule',
        'interface',
        'forward',
        'masquerade',
        'source',
        'target',
      ],
    ],
    requiredBy: { interface: ['zone'], target: ['zone'] },
  },
  ask: (task): Asking<'runtime' | 'permanent' | 'fallback'> => ({
    runtime: isImmediate(task) ? askZones('runtime') : nothing(),
    permanent: task.permanent ? askZones('permanent') : nothing(),
    fallback: task.zone === undefined ? askDefaultZone : nothing(),
  }),
  thenAsk: (state, task): Asking<'inRuntime' | 'inPermanent' | 'builtIn'> => {
    const setting = settingOf(task);
    const query = (config: Config): Question<ShellAnswer | undefined> => {
      const name = zoneName(state, task);
      const zone = readZones(state[config]?.stdout ?? '').get(name);
      const isAsked = setting?.value !== undefined && state[config]?.code === 0 && zone !== undefined;
      return isAsked && !hasSetting(zone, setting) ? askSetting(config, name, setting) : nothing();
    };
    return {
      inRuntime: query('runtime'),
      inPermanent: query('permanent'),
      builtIn: isZoneRemoval(task) && task.zone !== undefined ? askBuiltIn(task.zone) : nothing(),
    };
  },
  plan(state, task): Plan {
    const wrong = wrongly(task) ?? refusal(state, task);
    if (wrong !== undefined) return { failed: wrong };
    const setting = settingOf(task);
    const name = zoneName(state, task);
    if (setting === undefined) {
      const zones = readZones(state.permanent?.stdout ?? '');
      return task.target === undefined ? zoneItself(zones, name, { task, state }) : settingTarget(zones, name, task);
    }
    const plans = configsOf(state, task).map((config) => settingIn(config, name, { setting, state, task }));
    return (
      plans.find((plan) => 'failed' in plan) ?? {
        changes: plans.flatMap((plan) => ('changes' in plan ? plan.changes : [])),
      }
    );
  },
  result: ({ params: task, changes, state }) => ({
    msg: [
      ...configsOf(state, task).map((config) => `${config} configuration`),
      ...changes.map(({ what, to }) => `${what} is ${to ?? 'absent'}`),
    ].join(', '),
  }),
  returns: { msg: 'Which configuration was looked at, and what has changed.' },
  examples: [
    {
      title: 'Let web traffic in, now and after a restart',
      yaml: 'firewalld:\n  service: https\n  state: enabled\n  permanent: true\n  immediate: true',
      runs: { no: 'needs the firewalld package' },
    },
    {
      title: 'Close a port in the zone dmz',
      yaml: 'ansible.posix.firewalld:\n  zone: dmz\n  port: 8081/tcp\n  state: disabled\n  permanent: true',
      runs: { no: 'needs the firewalld package' },
    },
  ],
});

type Asking<Names extends string> = Readonly<Record<Names, Question<ShellAnswer | undefined>>>;

interface State {
  readonly runtime?: ShellAnswer | undefined;
  readonly permanent?: ShellAnswer | undefined;
  readonly fallback?: ShellAnswer | undefined;
  readonly inRuntime?: ShellAnswer | undefined;
  readonly inPermanent?: ShellAnswer | undefined;
  readonly builtIn?: ShellAnswer | undefined;
}

const isImmediate = ({ immediate, permanent }: Task): boolean => immediate || !permanent;

const isZoneRemoval = (task: Task): boolean =>
  task.state === 'absent' && task.target === undefined && settingOf(task) === undefined;

const zoneName = ({ fallback }: State, { zone }: Task): string => zone ?? fallback?.stdout.trim() ?? '';

/** The error in the parameters, if any. */
function wrongly(task: Task): string | undefined {
  const setting = settingOf(task);
  const ofZone = task.state === 'present' || task.state === 'absent';
  if (setting !== undefined && ofZone)
    return 'absent and present state can only be used in zone level operations: use `enabled` or `disabled`';
  if (task.port !== undefined && !task.port.includes('/')) return 'improper port format (missing protocol?)';
  if ((task.port_forward?.length ?? 1) !== 1) return 'Only one port forward supported at a time';
  if (setting !== undefined) return undefined;
  if (task.target === undefined && !ofZone) return `nothing is given that could be ${task.state}`;
  if (!task.permanent || task.immediate)
    return 'Zone operations must be permanent: set `permanent: true`, and leave out `immediate`';
  if (task.zone === undefined) return 'zone is required for an operation on a zone';
  // More characters do not fit into the name of a chain.
  return task.state === 'present' && task.zone.length > 17
    ? `the name of a zone has at most 17 characters: ${task.zone}`
    : undefined;
}

/** The configurations that a task changes, in this order. */
const configsOf = ({ runtime }: State, task: Task): readonly Config[] => [
  ...(task.permanent ? ['permanent' as const] : []),
  ...(isImmediate(task) && runtime?.code !== NOT_RUNNING ? ['runtime' as const] : []),
];

/** Why firewalld did not answer. */
function refusal(state: State, task: Task): string | undefined {
  const answers = [state.permanent, state.runtime, state.fallback].filter((one) => one !== undefined);
  const failure = answers.map((answer) => unanswered(answer, firewalldTool)).find((one) => one !== undefined);
  if (failure !== undefined) return failure;
  return state.runtime?.code === NOT_RUNNING && !(task.permanent && task.offline)
    ? 'firewall is not currently running, unable to perform immediate actions without a running firewall daemon: start it, or set `permanent: true` and `offline: true`'
    : undefined;
}

const noZone = (config: Config, name: string): Plan => ({
  failed: `INVALID_ZONE: there is no zone ${name} in the ${config} configuration${
    config === 'runtime' ? '; a new zone is there only after firewalld has been reloaded' : ''
  }`,
});

interface Situation {
  readonly setting: Setting;
  readonly state: State;
  readonly task: Task;
}

function settingIn(config: Config, name: string, { setting, state, task }: Situation): Plan {
  const zones = readZones(state[config]?.stdout ?? '');
  const zone = zones.get(name);
  if (zone === undefined) return noZone(config, name);
  const query = config === 'runtime' ? state.inRuntime : state.inPermanent;
  if (query !== undefined && query.code > 1) return { failed: errorOf(query) };
  const has = hasSetting(zone, setting) || (mayBeSpelledOtherwise(setting) && query?.code === 0);
  if (has === setting.isWanted) return { changes: [] };
  const other = otherZoneWith(zones, name, setting);
  if (setting.word === 'source' && setting.isWanted && other !== undefined)
    return { failed: `ZONE_CONFLICT: ${setting.value} is in the zone ${other} of the ${config} configuration already` };
  return { changes: [changeOf(config, name, { setting, zones, timeout: config === 'runtime' ? task.timeout : 0 })] };
}

const errorOf = ({ code, stderr }: ShellAnswer): string =>
  stderr.replace(/^(?:\x1b\[\d+m)?Error: /gm, '').trim() || `firewall-cmd failed with exit code ${code}`;

function changeOf(
  config: Config,
  name: string,
  { setting, zones, timeout }: { readonly setting: Setting; readonly zones: Zones; readonly timeout: number },
): Change {
  const ends = setting.isWanted ? ['disabled', 'enabled'] : ['enabled', 'disabled'];
  const other = setting.word === 'interface' ? otherZoneWith(zones, name, setting) : undefined;
  return {
    what: `${setting.shown} in zone ${name}${shownConfig(config)}`,
    from: other === undefined || !setting.isWanted ? (ends[0] ?? '') : `in zone ${other}`,
    to: ends[1] ?? '',
    commands: [clientCommand(config, wordsFor(name, setting, timeout))],
    // It may be over already when the task looks again.
    ...(timeout > 0 && setting.isWanted && { repeats: true as const }),
    effects: [
      ...effectsOn(config, [name, ...(other === undefined ? [] : [other])], withSetting(zones, name, setting)),
      ...(setting.value === undefined
        ? []
        : [predicts(askSetting(config, name, setting), shellAnswer('', setting.isWanted ? 0 : 1))]),
    ],
  };
}

const shownConfig = (config: Config): string => (config === 'permanent' ? ' (permanent)' : '');

const clientCommand = (config: Config, words: readonly string[]): Command => ({
  ...sh`${withClient}
${client(config)} ${words} >/dev/null`,
  shown: `firewall-cmd ${config === 'permanent' ? '--permanent ' : ''}${words.join(' ')}`,
});

/** What a change of zones changes: the list, and the files of the zones or the rules in the kernel. */
const effectsOn = (config: Config, names: readonly string[], after: Zones | undefined): readonly Effect[] => [
  after === undefined ? blurs(zonesSubject(config)) : predicts(askZones(config), shellAnswer(writeZones(after))),
  config === 'permanent'
    ? blurs(
        ...names.flatMap((name) => [
          `path:/etc/firewalld/zones/${name}.xml`,
          `path:/etc/firewalld/zones/${name}.xml.old`,
        ]),
      )
    : mayAlter('network:', 'firewall:iptables/*', 'firewall:ip6tables/*'),
];

function zoneItself(zones: Zones, name: string, { task, state }: { readonly task: Task; readonly state: State }): Plan {
  const has = zones.has(name);
  if (has === (task.state === 'present')) return { changes: [] };
  if (has && state.builtIn?.code === 0)
    return { failed: `BUILTIN_ZONE: ${name} belongs to firewalld and cannot be removed` };
  const others = [...zones].filter(([other]) => other !== name);
  return {
    changes: [
      {
        what: `zone ${name} (permanent)`,
        from: has ? 'present' : null,
        to: has ? null : 'present',
        commands: [clientCommand('permanent', [has ? `--delete-zone=${name}` : `--new-zone=${name}`])],
        effects: effectsOn('permanent', [name], new Map<string, Zone>(has ? others : [...others, [name, newZone]])),
      },
    ],
  };
}

function settingTarget(zones: Zones, name: string, { target = 'default', state }: Task): Plan {
  const zone = zones.get(name);
  if (zone === undefined) return noZone('permanent', name);
  const now = zone.get('target')?.[0] ?? 'default';
  const isWanted = state === 'present' || state === 'enabled';
  const to = isWanted ? target : 'default';
  if (isWanted ? now === target : now !== target || now === to) return { changes: [] };
  return {
    changes: [
      {
        what: `target of zone ${name} (permanent)`,
        from: now,
        to,
        commands: [clientCommand('permanent', [`--zone=${name}`, `--set-target=${to}`])],
        effects: effectsOn('permanent', [name], new Map([...zones, [name, new Map([...zone, ['target', [to]]])]])),
      },
    ],
  };
}
