import {
  blurs,
  type Change,
  type Command,
  type Content,
  content,
  decodeText,
  defineTask,
  type Effect,
  each,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  script,
  sh,
  type TaskContext,
  together,
} from '../src/sdk.ts';
import { clientEnvironment, variablesIn } from './shared/containers/client-environment.ts';
import {
  comparisonFor,
  type OptionDifference,
  optionDifferences,
  wrongComparison,
} from './shared/containers/container-differences.ts';
import {
  connectedTo,
  connectionDifference,
  connectionOptions,
  connectionsOf,
  createdIn,
} from './shared/containers/container-networks.ts';
import {
  commandArguments,
  commandWords,
  containerOptions,
  sharedContainers,
  wantedVariables,
} from './shared/containers/container-options.ts';
import { configurationParams } from './shared/containers/container-params.ts';
import { wrongPort } from './shared/containers/container-ports.ts';
import { dockerEngine, dockerParams, withEngine } from './shared/containers/engine.ts';
import { imageReference, isImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { at, listAt, partly, textAt } from './shared/containers/json.ts';
import { offered, readOffer } from './shared/containers/offered-image.ts';
import { foreseenImage, isForeseen } from './shared/containers/pulled-image.ts';
import { bytesIn, nanosecondsIn } from './shared/containers/sizes.ts';

const params = {
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

type Given = Params<typeof params>;
type Task = Given;

type Asking = {
  readonly container: Question<Inspected>;
  readonly image: Question<Inspected | undefined>;
  readonly file: Question<Content | undefined>;
  readonly offer: Question<ShellAnswer | undefined>;
} & Readonly<Record<`network ${string}`, Question<Inspected>>> &
  Readonly<Record<`shared ${string}`, Question<Inspected>>>;

type More = { readonly current: Question<Inspected | undefined> };

interface State {
  readonly container: Inspected;
  readonly image: Inspected | undefined;
  readonly file: Content | undefined;
  readonly offer: ShellAnswer | undefined;
  readonly current?: Inspected | undefined;
  readonly [network: `network ${string}`]: Inspected;
  readonly [shared: `shared ${string}`]: Inspected;
}

export default defineTask({
  name: 'community.docker.docker_container',
  summary: 'Manage a Docker container.',
  description:
    'Needs the `docker` client on the host. Options that are given are compared with the container; if one differs, the container is updated if the engine can do that, and otherwise removed and created again. Values of variables are sent to the client through a pipe. The client has one word for `entrypoint`: its other words become the start of the command, which makes no difference to what is run.',
  params,
  prepare: (given): Task => {
    if (given.container_default_behavior === 'no_defaults') return given;
    const otherwise = {
      auto_remove: false,
      init: false,
      interactive: false,
      paused: false,
      privileged: false,
      read_only: false,
      tty: false,
    };
    const added = Object.entries(otherwise).filter(([name]) => Reflect.get(given, name) === undefined);
    return { ...given, ...Object.fromEntries(added) };
  },
  ask: (task, context): Asking => {
    const engine = engineOf(task, context);
    const asks = task.state !== 'absent';
    const reference = referenceOf(task);
    return together(
      {
        container: inspect(engine, 'container', task.name),
        image: asks && reference !== undefined ? inspect(engine, 'image', reference) : nothing(),
        file: asks && task.env_file !== undefined ? content(task.env_file) : nothing(),
        offer:
          asks && context.check && reference !== undefined && pulls(task) === 'always' && !isImageId(reference)
            ? offered(engine, reference, task.platform)
            : nothing(),
      },
      each('network', asks ? (task.networks ?? []).map(({ name }) => name) : [], (name) =>
        inspect(engine, 'network', name),
      ),
      each('shared', asks ? sharedContainers(task) : [], (name) => inspect(engine, 'container', name)),
    );
  },
  thenAsk: ({ container }, task, context): More => {
    const id = textAt(container, 'Image');
    const asks = task.image_comparison === 'current-image' && task.state !== 'absent' && id !== '';
    return { current: asks ? inspect(engineOf(task, context), 'image', id) : nothing() };
  },
  plan(state, task, context): Plan {
    const { container } = state;
    if (task.state === 'absent') return { changes: container === null ? [] : [removal(task, container, context)] };
    const wrong = wrongly(task) ?? lacking(state, task);
    if (wrong !== undefined) return { failed: wrong };
    const image = imagePlan(state, task, context);
    if ('plan' in image) return image.plan;
    const { pulled, now } = image;
    const differences = differencesOf(state, task, now);
    if (differences === undefined)
      return { unknown: 'an earlier task would create this container with other options, and they are not known yet' };
    const changes = [...pulled, ...adjust({ state, task, context, image: now, differences })];
    return changes.length === 0 ? afterStart(container, task) : { changes };
  },
  result({ params: task, state: { container }, changes, replies, context }) {
    if (task.state === 'absent') return {};
    const reply = replies.at(-1);
    const output = task.detach || reply === undefined ? {} : { Output: decodeText(reply.stdout) };
    if (container === null) return { container: output };
    if (context.check && changes.length > 0) return { container: partly({ Name: `/${task.name}` }, UNSURE) };
    return { container: { ...container, ...output } };
  },
  returns: { container: 'What `docker container inspect` tells about the container.' },
  examples: [
    {
      title: 'Run a web server, and create it again if its image or an option is another one',
      yaml: 'docker_container:\n  name: web\n  image: nginx:1.27\n  published_ports: ["80:80"]\n  volumes: ["/srv/www:/usr/share/nginx/html:ro"]\n  restart_policy: unless-stopped',
      runs: { no: 'needs Docker' },
    },
    {
      title: 'Run a program once, and remove its container',
      yaml: 'community.docker.docker_container:\n  name: migration\n  image: registry.example.org/team/app:v1.4\n  command: [bin/migrate, --all]\n  env:\n    STAGE: test\n  networks:\n    - name: backend\n  detach: false\n  cleanup: true',
      runs: { no: 'needs Docker' },
    },
  ],
});

/** What is known about a container only after it has been created or changed. */
const UNSURE = [
  'Id',
  'State',
  'Config',
  'HostConfig',
  'NetworkSettings',
  'Mounts',
  'Image',
  'Created',
  'Platform',
  'Driver',
  'Path',
  'Args',
  'RestartCount',
  'LogPath',
  'GraphDriver',
];

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const referenceOf = ({ image }: Task): string | undefined => {
  if (image === undefined) return undefined;
  return /^[0-9a-f]{64}$/.test(image) ? `sha256:${image}` : imageReference(image);
};

function pulls({ pull }: Task): 'always' | 'missing' | 'never' {
  if (pull === true || pull === 'always') return 'always';
  return pull === 'never' ? 'never' : 'missing';
}

/** The error in the parameters, if any. */
function wrongly(task: Task): string | undefined {
  const comparable = [...Object.keys(configurationParams), 'networks', 'image'];
  const comparison = wrongComparison(task.comparisons, comparable);
  if (comparison !== undefined) return comparison;
  const sizes = ['memory', 'memory_reservation', 'memory_swap', 'kernel_memory', 'shm_size'] as const;
  const size = sizes.find((name) => task[name] !== undefined && bytesIn(task[name]) === undefined);
  if (size !== undefined) return `Failed to convert ${size} to bytes: ${task[size]}`;
  const times = ['interval', 'timeout', 'start_period', 'start_interval'] as const;
  const time = times.find((name) => {
    const text = task.healthcheck?.[name];
    return text !== undefined && nanosecondsIn(text) === undefined;
  });
  if (time !== undefined)
    return `Cannot parse time in healthcheck.${time}: "${task.healthcheck?.[time]}" is not such as 1m30s`;
  const port = wrongPort(task);
  if (port !== undefined) return `Invalid port description "${port}" - expected [[ADDRESS:]HOSTPORT:]PORT[/PROTOCOL]`;
  if (task.command !== undefined && commandWords(task.command) === undefined)
    return `No closing quotation in: ${String(task.command)}`;
  const other = task.networks?.find(({ name, mac_address }) => mac_address !== undefined && name !== modeOf(task));
  if (other !== undefined)
    return `networks: the client can only set a mac_address in the first network, not in ${other.name}`;
  return task.restart_retries !== undefined && task.restart_policy === undefined
    ? 'restart_retries needs restart_policy'
    : undefined;
}

/** What the task needs on the host and is not there, if anything. */
function lacking(state: State, task: Task): string | undefined {
  const network = task.networks?.find(({ name }) => state[`network ${name}`] === null);
  if (network !== undefined) return `Parameter error: network named ${network.name} could not be found. Does it exist?`;
  const other = sharedContainers(task).find((name) => state[`shared ${name}`] === null);
  if (other !== undefined) return `No such container: ${other}`;
  if (task.env_file !== undefined && state.file?.bytes === undefined)
    return `env_file: there is no file ${task.env_file}`;
  if (state.container === null && task.image === undefined)
    return 'Cannot create container when image is not specified!';
  return undefined;
}

/** The image that the container should have, once it has been pulled; or what to do first, or why that is not known. */
function imagePlan(
  { image, offer }: State,
  task: Task,
  context: TaskContext,
): { readonly plan: Plan } | { readonly pulled: readonly Change[]; readonly now: Inspected | undefined } {
  const reference = referenceOf(task);
  if (reference === undefined || image === undefined) return { pulled: [], now: undefined };
  if (image === null && (pulls(task) === 'never' || isImageId(reference)))
    return { plan: { failed: `Cannot find image with ${isImageId(reference) ? 'ID' : 'name'} ${reference}` } };
  const isDone = context.done !== undefined || isImageId(reference) || pulls(task) !== 'always';
  if (image !== null && isDone) return { pulled: [], now: image };
  const engine = engineOf(task, context);
  const pull: Change = {
    what: `image ${reference}`,
    from: image === null ? null : 'present',
    to: 'pulled',
    commands: [
      {
        ...sh`${withEngine(engine)}
_engine pull --quiet ${task.platform === undefined ? [] : ['--platform', task.platform]} -- ${reference} >/dev/null`,
        shown: `docker pull ${reference}`,
        long: true,
      },
    ],
    effects: [
      predicts(inspect(engine, 'image', reference), foreseenImage(reference, image)),
      blurs(engineObject('image', '*')),
    ],
  };
  if (!context.check)
    return { plan: { changes: [image === null ? pull : { ...pull, means: true, repeats: true }], more: true } };
  if (image === null) return { pulled: [pull], now: foreseenImage(reference, image) };
  const told = offer === undefined ? 'same' : readOffer(offer, image);
  if (told === 'same') return { pulled: [], now: image };
  return told === 'other' ? { pulled: [pull], now: foreseenImage(reference, image) } : { plan: { unknown: told.why } };
}

/** The network that the container is created in. */
const modeOf = ({ network_mode: mode, networks, networks_cli_compatible: compatible }: Task): string | undefined =>
  mode ?? (compatible ? networks?.[0]?.name : undefined);

interface Difference extends Pick<OptionDifference, 'what' | 'from' | 'to'> {
  readonly option?: OptionDifference['option'];
}

/** How an existing container differs in what only a new one can have or an update can set; undefined if that is not known. */
function differencesOf(state: State, task: Task, image: Inspected | undefined): readonly Difference[] | undefined {
  const { container } = state;
  if (container === null) return [];
  const foreseen = at(container, 'Foreseen');
  if (foreseen !== undefined) return foreseen === keyOf(task) ? [] : undefined;
  const options = containerOptionsOf(state, task, image);
  return [
    ...imageDifferences(container, task, image),
    ...networkModeDifferences(state, task),
    ...options.flatMap((option) => optionDifferences(option, task.comparisons)),
    ...(task.recreate ? [{ what: 'container', from: 'present', to: 'created again' }] : []),
  ];
}

const containerOptionsOf = (state: State, task: Task, image: Inspected | undefined) =>
  containerOptions(task, {
    container: state.container,
    image: (task.image_comparison === 'current-image' ? state.current : image) ?? null,
    fileVariables: variablesInFile(state.file),
    ids: Object.fromEntries(
      sharedContainers(task).map((name) => [name, textAt(state[`shared ${name}`], 'Id') || name]),
    ),
  });

/** What stands for a container that a check foresees: two tasks with the same options mean the same container. */
const keyOf = (task: Task): string => {
  const names = [...Object.keys(configurationParams), 'image', 'networks', 'default_host_ip'];
  return JSON.stringify(Object.entries(task).filter(([name]) => names.includes(name)));
};

const variablesInFile = (file: Content | undefined): readonly (readonly [string, string])[] =>
  file?.bytes === undefined
    ? []
    : variablesIn(
        decodeText(file.bytes)
          .split('\n')
          .map((line) => line.replace(/^\s+|\r$/g, ''))
          .filter((line) => line.includes('=') && !line.startsWith('#')),
      );

function imageDifferences(
  container: NonNullable<Inspected>,
  task: Task,
  image: Inspected | undefined,
): readonly Difference[] {
  if (image === undefined || image === null || task.ignore_image) return [];
  if (comparisonFor('image', 'value', task.comparisons) === 'ignore') return [];
  const short = (id: string) => id.replace(/^sha256:/, '').slice(0, 12);
  const [from, to] = [textAt(container, 'Image'), textAt(image, 'Id')];
  if (isForeseen(image)) return [{ what: 'image', from: short(from), to: `${task.image}` }];
  if (from !== to) return [{ what: 'image', from: short(from), to: short(to) }];
  const name = textAt(container, 'Config', 'Image');
  const isNamed = [task.image, referenceOf(task)].includes(name);
  return isNamed || task.image_name_mismatch === 'ignore'
    ? []
    : [{ what: 'image name', from: name, to: task.image ?? '' }];
}

function networkModeDifferences(state: State, task: Task): readonly Difference[] {
  const wanted = modeOf(task)?.replace(
    /^container:(.*)$/,
    (_, name: string) => `container:${textAt(state[`shared ${name}`], 'Id')}`,
  );
  if (wanted === undefined || comparisonFor('network_mode', 'value', task.comparisons) === 'ignore') return [];
  const is = textAt(state.container, 'HostConfig', 'NetworkMode');
  const id = textAt(state[`network ${wanted}`], 'Id');
  const same = (name: string) => (name === 'default' ? 'bridge' : name);
  return same(is) === same(wanted) || (id !== '' && is === id) ? [] : [{ what: 'network_mode', from: is, to: wanted }];
}

/** A container as it is, and how it differs. */
interface Situation {
  readonly state: State;
  readonly task: Task;
  readonly context: TaskContext;
  readonly image: Inspected | undefined;
  readonly differences: readonly Difference[];
}

function adjust(situation: Situation): readonly Change[] {
  const { state, task, context, differences } = situation;
  const { container } = state;
  const runs = task.state === 'started' || task.state === 'healthy';
  const updates = differences.every(({ option }) => option?.updates === true);
  const isNew = container === null || !updates;
  const what = (name: string) => `${name} of container ${task.name}`;
  const told = differences.map(
    ({ what: name, from, to }): Change => ({
      what: name === 'container' ? `container ${task.name}` : what(name),
      from,
      to,
      commands: [],
      effects: [],
    }),
  );
  const repeats = !task.detach && runs ? { repeats: true as const } : {};
  if (isNew) {
    const created: Change = {
      what: `container ${task.name}`,
      from: container === null ? null : 'present',
      to: `${container === null ? 'created' : 'created again'}${runs ? startedWord(task) : ''}`,
      commands: [
        ...(container === null ? [] : removing(task, container, context)),
        ...creating(situation),
        ...(runs ? starting(task, context) : []),
      ],
      effects: effectsOf(situation, runs, true),
      ...repeats,
    };
    const shown = task.recreate ? told.filter(({ what: name }) => name !== created.what) : told;
    return [...shown, task.recreate ? { ...created, repeats: true } : created];
  }
  const isRunning = at(container, 'State', 'Running') === true;
  const isPaused = at(container, 'State', 'Paused') === true;
  const flags = differences.flatMap(({ option }) => option?.flags ?? []);
  const act = (from: string, to: string, commands: readonly Command[], runsAfter: boolean): Change => ({
    what: `container ${task.name}`,
    from,
    to,
    commands,
    effects: effectsOf(situation, runsAfter, false),
  });
  const networks = connectionChanges(situation, isRunning);
  const update: readonly Change[] = told.map((change, index) => ({
    ...change,
    commands: index === 0 ? [onEngine(task, context, ['update', ...flags, '--', task.name])] : [],
    effects: effectsOf(situation, isRunning, false),
  }));
  const unpausing = isPaused && task.paused !== true && (task.paused === false || task.state === 'stopped');
  return [
    ...update,
    ...networks,
    ...(unpausing ? [act('paused', 'running', [onEngine(task, context, ['unpause', '--', task.name])], true)] : []),
    ...(runs && !isRunning
      ? [
          {
            ...act(
              textAt(container, 'State', 'Status') || 'stopped',
              `running${task.detach ? '' : ' until it ends'}`,
              starting(task, context),
              true,
            ),
            ...repeats,
          },
        ]
      : []),
    ...(runs && isRunning && task.restart
      ? [
          {
            ...act(
              'running',
              'restarted',
              [onEngine(task, context, ['restart', ...stopTime(task), '--', task.name])],
              true,
            ),
            repeats: true as const,
          },
        ]
      : []),
    ...(task.state === 'stopped' && isRunning ? [act('running', 'stopped', [stopping(task, context)], false)] : []),
    ...(task.paused === true && !isPaused && (isRunning || runs)
      ? [act('running', 'paused', [onEngine(task, context, ['pause', '--', task.name])], true)]
      : []),
  ];
}

const startedWord = ({ detach, paused }: Task): string => {
  if (!detach) return ', run until it ends';
  return paused === true ? ', started, paused' : ', started';
};

/** Networks of an existing container: it is connected anew where something differs. */
function connectionChanges(
  { state, task, context, image, differences }: Situation,
  isRunning: boolean,
): readonly Change[] {
  const { container } = state;
  if (task.networks === undefined || comparisonFor('networks', 'set', task.comparisons) === 'ignore') return [];
  if (at(container, 'Foreseen') !== undefined) return [];
  const there = connectionsOf(container);
  const effects = effectsOf({ state, task, context, image, differences }, isRunning, false);
  const leave = (name: string) => onEngine(task, context, ['network', 'disconnect', '--', name, task.name]);
  const joining = task.networks.flatMap((network): readonly Change[] => {
    const what = `network ${network.name} of container ${task.name}`;
    const join = onEngine(task, context, [
      'network',
      'connect',
      ...connectedTo(network),
      '--',
      network.name,
      task.name,
    ]);
    if (!there.has(network.name)) return [{ what, from: null, to: 'connected', commands: [join], effects }];
    const differs = connectionDifference(network, there.get(network.name));
    return differs === undefined
      ? []
      : [{ what, from: 'connected', to: differs, commands: [leave(network.name), join], effects }];
  });
  const strictly = task.purge_networks || comparisonFor('networks', 'set', task.comparisons) === 'strict';
  const extra = strictly ? [...there.keys()].filter((name) => !task.networks?.some((one) => one.name === name)) : [];
  return [
    ...joining,
    ...extra.map((name) => ({
      what: `network ${name} of container ${task.name}`,
      from: 'connected',
      to: null,
      commands: [leave(name)],
      effects,
    })),
  ];
}

const onEngine = (task: Task, context: TaskContext, words: readonly string[]): Command => ({
  ...sh`${withEngine(engineOf(task, context))}
_engine ${words} >/dev/null`,
  shown: `docker ${words.join(' ')}`,
  long: true,
});

function creating({ state, task, context, image }: Situation): readonly Command[] {
  const mode = modeOf(task);
  const first = task.networks?.find(({ name }) => name === mode);
  const others = task.networks?.filter((network) => network !== first) ?? [];
  const network = first === undefined ? modeFlags(mode) : createdIn(first);
  const { options, wrap } = clientEnvironment(
    task.env === undefined && task.env_file === undefined ? [] : wantedVariables(task, variablesInFile(state.file)),
  );
  const container = null;
  const flags = containerOptionsOf({ ...state, container }, task, image).flatMap((option) => option.flags);
  const platform = task.platform === undefined ? [] : ['--platform', task.platform];
  const words = ['--name', task.name, ...network, ...platform, ...flags];
  const reference = task.image ?? textAt(state.container, 'Image');
  const call = script`_engine create ${[...words, ...options]} -- ${reference} ${commandArguments(task)} >/dev/null`;
  return [
    {
      ...sh`${withEngine(engineOf(task, context))}
${wrap(call)}`,
      shown: `docker create ${words.join(' ')} ${reference} ${commandArguments(task).join(' ')}`.trimEnd(),
      long: true,
    },
    ...others.map((one) =>
      onEngine(task, context, ['network', 'connect', ...connectedTo(one), '--', one.name, task.name]),
    ),
  ];
}

const modeFlags = (mode: string | undefined): readonly string[] => (mode === undefined ? [] : ['--network', mode]);

function starting(task: Task, context: TaskContext): readonly Command[] {
  if (task.detach)
    return [
      onEngine(task, context, ['start', '--', task.name]),
      ...(task.paused === true ? [onEngine(task, context, ['pause', '--', task.name])] : []),
    ];
  const clean = task.cleanup && task.auto_remove !== true;
  return [
    {
      ...sh`${withEngine(engineOf(task, context))}
_engine start --attach -- ${task.name}
code=$?
${clean ? script`_engine rm ${task.keep_volumes ? [] : ['--volumes']} -- ${task.name} >/dev/null` : script`:`}
exit "$code"`,
      shown: `docker start --attach ${task.name}`,
      long: true,
    },
  ];
}

const stopTime = ({ stop_timeout: seconds }: Task): readonly string[] =>
  seconds === undefined ? [] : ['--time', String(seconds)];

const stopping = (task: Task, context: TaskContext): Command =>
  onEngine(
    task,
    context,
    task.force_kill
      ? ['kill', ...(task.kill_signal === undefined ? [] : ['--signal', task.kill_signal]), '--', task.name]
      : ['stop', ...stopTime(task), '--', task.name],
  );

function removing(task: Task, container: NonNullable<Inspected>, context: TaskContext): readonly Command[] {
  const isRunning = at(container, 'State', 'Running') === true;
  const stop = isRunning ? [stopping(task, context)] : [];
  // A paused container cannot be stopped, but removed by force.
  const isPaused = at(container, 'State', 'Paused') === true;
  const words = [
    'rm',
    ...(isPaused || task.force_kill ? ['--force'] : []),
    ...(task.keep_volumes ? [] : ['--volumes']),
    '--',
    task.name,
  ];
  if (at(container, 'HostConfig', 'AutoRemove') !== true || !isRunning)
    return [...(isPaused ? [] : stop), onEngine(task, context, words)];
  const tenths = Math.ceil((task.removal_wait_timeout ?? 30) * 10);
  return [
    ...stop,
    sh`${withEngine(engineOf(task, context))}
n=0
while _engine container inspect -- ${task.name} >/dev/null 2>&1; do
  [ "$n" -lt ${tenths} ] || { echo ${`container ${task.name} has not been removed after it was stopped`} >&2; exit 1; }
  n=$((n + 1))
  sleep 0.1
done`,
  ];
}

function removal(task: Task, container: NonNullable<Inspected>, context: TaskContext): Change {
  return {
    what: `container ${task.name}`,
    from: textAt(container, 'State', 'Status') || 'present',
    to: null,
    commands: removing(task, container, context),
    effects: [
      predicts(inspect(engineOf(task, context), 'container', task.name), null),
      blurs(engineObject('container', textAt(container, 'Id'))),
      mayAlter('network:', engineObject('network', '*'), engineObject('volume', '*')),
    ],
  };
}

/** What else a container changes: the networks it is in, the directories that it may write to, what can be reached. */
function effectsOf({ state, task, context }: Situation, runs: boolean, isNew: boolean): readonly Effect[] {
  const { container } = state;
  const engine = engineOf(task, context);
  const status = runs ? 'running' : 'exited';
  const networks = new Map([
    ...(isNew ? [] : connectionsOf(container)),
    ...(task.networks ?? []).map(({ name }) => [name, {}] as const),
  ]);
  const sources = [
    ...(task.volumes ?? []).flatMap((text) =>
      text.startsWith('/') && text.includes(':') ? [text.split(':')[0] ?? ''] : [],
    ),
    ...(task.mounts ?? []).flatMap(({ source }) => (source?.startsWith('/') === true ? [source] : [])),
    ...listAt(container, 'Mounts').map((mount) => textAt(mount, 'Source')),
  ];
  const isGone = !task.detach && runs && (task.cleanup || task.auto_remove === true);
  const foreseen = {
    ...(isNew ? { Id: '', Name: `/${task.name}`, Image: '' } : container),
    Foreseen: keyOf(task),
    State: { Running: runs && task.detach, Paused: task.paused === true, Status: task.detach ? status : 'exited' },
    NetworkSettings: { Networks: Object.fromEntries(networks) },
  };
  return [
    predicts(inspect(engine, 'container', task.name), isGone ? null : foreseen),
    mayAlter(
      'network:',
      engineObject('network', '*'),
      engineObject('volume', '*'),
      ...sources.filter((path) => path !== '').map((path) => `path:${path}`),
    ),
  ];
}

/** Whether a container that should be healthy is. */
function afterStart(container: Inspected, task: Task): Plan {
  if (task.state !== 'healthy' || at(container, 'Foreseen') !== undefined) return { changes: [] };
  const health = textAt(container, 'State', 'Health', 'Status');
  if (health === '') return { failed: `Container ${task.name} has no health check, so it cannot become healthy` };
  if (health === 'healthy') return { changes: [] };
  const failed = `Timeout of ${task.healthy_wait_timeout} seconds exceeded while waiting for container ${task.name} to be healthy: it is ${health}`;
  const limit = task.healthy_wait_timeout > 0 ? task.healthy_wait_timeout * 1000 : Number.MAX_SAFE_INTEGER;
  return { wait: { againMs: 1000, deadlineMs: limit, failed } };
}
