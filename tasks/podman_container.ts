import {
  blurs,
  type Change,
  type Command,
  defineTask,
  type Effect,
  joined,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  script,
  sh,
  splitWords,
  type TaskContext,
} from '../src/sdk.ts';
import { isForClient } from './shared/containers/client-environment.ts';
import { withEngine } from './shared/containers/engine.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { partly, textAt, textEntries } from './shared/containers/json.ts';
import { PODMAN_STORE, podmanEngine, podmanParams, quadletParams } from './shared/containers/podman.ts';
import { createWords, podmanCreateParams } from './shared/containers/podman-create-params.ts';
import { creationWords, differingWords } from './shared/containers/podman-created.ts';
import { jsonAt, listInside } from './shared/json.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The container.' },
  state: {
    type: 'str',
    default: 'started',
    choices: ['absent', 'present', 'stopped', 'started', 'created'],
    doc: 'Whether the container should run, only exist (`present` and `created`, which leave it as it is), not run, or not exist.',
  },
  image: { type: 'str', doc: 'The image, or with `rootfs` the directory, that the container is created from.' },
  image_strict: {
    type: 'bool',
    default: false,
    doc: 'Also create the container again if its image has been replaced by another one of the same name.',
  },
  command: { type: 'raw', doc: 'The program that runs in the container, as a list or a text.' },
  env: { type: 'dict', doc: 'Variables for the container. Their values are not among the arguments of the client.' },
  recreate: { type: 'bool', default: false, doc: 'Create the container again, every time.' },
  force_restart: { type: 'bool', default: false, aliases: ['restart'], doc: 'Restart the container, every time.' },
  detach: { type: 'bool', default: true, doc: 'Do not wait for the program to end.' },
  cmd_args: { type: 'list', elements: 'str', doc: 'Further arguments of `podman create`.' },
  stop_time: { type: 'str', doc: 'How many seconds the container has to stop.' },
  force_delete: { type: 'bool', default: true, doc: 'Remove the container even if it runs.' },
  delete_depend: { type: 'bool', doc: 'Also remove the containers that depend on it.' },
  delete_time: { type: 'str', doc: 'How many seconds the container has to stop before it is removed.' },
  delete_volumes: { type: 'bool', doc: 'Also remove its volumes that have no name.' },
  ...podmanCreateParams,
  creds: { type: 'str', secret: true, ignored: 'log in first, with `podman login --password-stdin`' },
  sig_proxy: { type: 'bool', ignored: 'there is no terminal' },
  log_level: {
    type: 'str',
    choices: ['debug', 'info', 'warn', 'error', 'fatal', 'panic'],
    ignored: 'use `-vvv` to see the commands',
  },
  hooks_dir: { type: 'list', elements: 'str', ignored: 'set it in containers.conf' },
  generate_systemd: {
    type: 'dict',
    ignored: 'write a quadlet file with `template`, and start its unit with `systemd`',
  },
  ...quadletParams,
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly container: Question<Inspected>; readonly image: Question<Inspected | undefined> };

export default defineTask({
  name: 'containers.podman.podman_container',
  summary: 'Manage a Podman container.',
  description:
    'Needs the `podman` client on the host. A container is created again if it was created with other arguments, or with other values of variables, than this task would use; so one that something else has created is created again once.',
  params,
  ask: (task, context): Asking => ({
    container: inspect(engineOf(task, context), 'container', task.name),
    image:
      task.image_strict && task.image !== undefined ? inspect(engineOf(task, context), 'image', task.image) : nothing(),
  }),
  plan({ container, image }, task, context): Plan {
    if (task.state === 'absent') return { changes: container === null ? [] : [removal(task, container, context)] };
    if (container === null && task.image === undefined)
      return {
        failed: `Cannot ${task.state === 'started' ? 'start' : 'create'} container when image is not specified!`,
      };
    if (wordsOf(task.command) === undefined) return { failed: `No closing quotation in: ${String(task.command)}` };
    const differences =
      container === null || task.image === undefined || (task.force_restart && task.state === 'started')
        ? []
        : containerDiffers(container, image, task);
    const isNew = container === null || task.recreate || differences.length > 0;
    const runs = container !== null && jsonAt(container, 'State', 'Running') === true;
    if (task.state === 'stopped' && container !== null)
      return { changes: runs ? [acting(task, context, container, 'stopped')] : [] };
    const starts = task.state === 'started' || (runs && isNew && container !== null);
    if (isNew) return { changes: [...differences, newContainer(task, container, context, starts)] };
    if (task.force_restart) return { changes: [acting(task, context, container, 'restarted')] };
    return { changes: starts && !runs ? [acting(task, context, container, 'started')] : [] };
  },
  result({ params: task, state: { container }, changes, context }) {
    const actions = changes
      .filter(({ commands }) => commands.length > 0)
      .map(({ what, to }) => `${what}: ${to ?? 'removed'}`);
    if (task.state === 'absent' || container === null) return { actions, container: {} };
    const isUnsure = context.check && changes.length > 0;
    return {
      actions,
      container: isUnsure
        ? partly(
            container,
            Object.keys(container).filter((key) => key !== 'Name'),
          )
        : container,
    };
  },
  returns: {
    actions: 'What was done, in words.',
    container: 'What `podman container inspect` tells about the container.',
  },
  examples: [
    {
      title: 'Run a container',
      yaml: 'podman_container:\n  name: web\n  image: docker.io/library/nginx:1.27\n  publish: ["8080:80"]\n  volume: [/srv/www:/usr/share/nginx/html:ro]',
      runs: { no: 'needs Podman and an image' },
    },
    {
      title: 'Run a container with variables in a pod',
      yaml: 'containers.podman.podman_container:\n  name: app\n  pod: shop\n  image: registry.example.org/team/shop:v1.4\n  command: bin/serve --port 80\n  restart_policy: always\n  env:\n    STAGE: test',
      runs: { no: 'needs Podman and an image' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

function wordsOf(command: unknown): readonly string[] | undefined {
  if (command === undefined || command === null) return [];
  return Array.isArray(command) ? command.map(String) : splitWords(String(command));
}

/** What follows `podman create`. */
const argumentsOf = (task: Task): readonly string[] => [
  '--name',
  task.name,
  ...createWords(task),
  ...creationWords(task.env),
  ...(task.cmd_args ?? []),
  ...(task.image === undefined ? [] : [task.image]),
  ...(wordsOf(task.command) ?? []),
];

function containerDiffers(
  container: NonNullable<Inspected>,
  image: Inspected | undefined,
  task: Task,
): readonly Change[] {
  const told = (what: string, from: string, to: string): Change => ({
    what: `${what} of container ${task.name}`,
    from,
    to,
    commands: [],
    effects: [],
  });
  const id = (one: string) => one.slice(0, 12);
  const [from, to] = [textAt(container, 'Image'), textAt(image, 'Id')];
  const words = differingWords(container, argumentsOf(task));
  const variables = new Set(listInside(container, 'Config', 'Env').map(String));
  return [
    ...(image !== undefined && image !== null && from !== to ? [told('image', id(from), id(to))] : []),
    ...(words === undefined ? [] : [told('arguments', words.from, words.to)]),
    ...textEntries(task.env).flatMap(([name, value]) =>
      variables.has(`${name}=${value}`) ? [] : [told(`variable ${name}`, 'other', 'given')],
    ),
  ];
}

const effectsOf = (task: Task, container: Inspected, context: TaskContext, after: Inspected): readonly Effect[] => [
  predicts(inspect(engineOf(task, context), 'container', task.name), after),
  blurs(...(container === null ? [] : [engineObject('container', textAt(container, 'Id'))])),
  mayAlter(
    'network:',
    engineObject('pod', '*'),
    engineObject('image', '*'),
    engineObject('volume', '*'),
    PODMAN_STORE,
    ...(task.volume ?? []).flatMap((text) => (text.startsWith('/') ? [`path:${text.split(':')[0]}`] : [])),
    ...listInside(container, 'Mounts').map((mount) => `path:${textAt(mount, 'Source')}`),
  ),
];

function newContainer(task: Task, container: Inspected, context: TaskContext, starts: boolean): Change {
  const words = argumentsOf(task);
  const exports = joined(
    textEntries(task.env)
      .filter(([name]) => !isForClient(name))
      .map(
        ([name, value]) => script`export ${name}=${value}
`,
      ),
    script``,
  );
  const create: Command = {
    ...sh`${withEngine(engineOf(task, context))}
${exports}_engine create ${words} >/dev/null`,
    shown: `podman create ${words.join(' ')}`,
    long: true,
  };
  const after = {
    Name: task.name,
    Image: '',
    State: { Running: starts && task.detach, Status: starts ? 'running' : 'created' },
    Config: {
      CreateCommand: ['podman', 'create', ...words],
      Env: textEntries(task.env).map(([name, value]) => `${name}=${value}`),
    },
  };
  return {
    what: `container ${task.name}`,
    from: container === null ? null : 'present',
    to: [container === null ? 'created' : 'created again', ...(starts ? ['started'] : [])].join(', '),
    commands: [
      ...(container === null ? [] : [removeContainer(task, context)]),
      create,
      ...(starts ? [call(task, context, ['start', ...(task.detach ? [] : ['--attach']), '--', task.name])] : []),
    ],
    effects: effectsOf(task, container, context, after),
    ...(task.recreate && { repeats: true as const }),
  };
}

const call = (task: Task, context: TaskContext, words: readonly string[]): Command => ({
  ...sh`${withEngine(engineOf(task, context))}
_engine ${words} >/dev/null`,
  shown: `podman ${words.join(' ')}`,
  long: true,
});

const removeContainer = (task: Task, context: TaskContext): Command =>
  call(task, context, [
    'rm',
    ...(task.force_delete ? ['--force'] : []),
    ...(task.delete_depend === true ? ['--depend'] : []),
    ...(task.delete_time === undefined ? [] : ['--time', task.delete_time]),
    ...(task.delete_volumes === true ? ['--volumes'] : []),
    '--',
    task.name,
  ]);

const VERBS = { stopped: 'stop', started: 'start', restarted: 'restart' } as const;

function acting(task: Task, context: TaskContext, container: Inspected, to: keyof typeof VERBS): Change {
  const time = task.stop_time === undefined || to === 'started' ? [] : ['--time', task.stop_time];
  const status = textAt(container, 'State', 'Status');
  const runs = to !== 'stopped' && task.detach;
  return {
    what: `container ${task.name}`,
    from: status,
    to,
    commands: [
      call(task, context, [
        VERBS[to],
        ...(to === 'started' && !task.detach ? ['--attach'] : []),
        ...time,
        '--',
        task.name,
      ]),
    ],
    effects: effectsOf(task, container, context, {
      ...container,
      State: { Running: runs, Status: runs ? 'running' : 'exited' },
    }),
    ...(to === 'restarted' && { repeats: true as const }),
  };
}

const removal = (task: Task, container: NonNullable<Inspected>, context: TaskContext): Change => ({
  what: `container ${task.name}`,
  from: textAt(container, 'State', 'Status'),
  to: null,
  commands: [removeContainer(task, context)],
  effects: effectsOf(task, container, context, null),
});
