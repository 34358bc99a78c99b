import {
  blurs,
  type Change,
  type Command,
  decodeText,
  defineTask,
  type Effect,
  mayAlter,
  type Params,
  type Plan,
  predicts,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  type TaskContext,
  type TaskResult,
  tidyPath,
} from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { type ComposeEvent, composeEvents, isChanging, toldEvents } from './shared/containers/compose-events.ts';
import { dockerCliParams, dockerEngine, engineComplaint, withEngine } from './shared/containers/engine.ts';
import { at, entriesAt, listAt, textAt, textEntries } from './shared/containers/json.ts';

const params = {
  project_src: { type: 'path', doc: 'The directory on the host with the compose file.' },
  project_name: { type: 'str', doc: 'The name of the project (default: from the file or the directory).' },
  files: {
    type: 'list',
    elements: 'path',
    doc: 'The compose files, relative to `project_src` (default: those that compose looks for).',
  },
  definition: { type: 'dict', doc: 'The content of a compose file, instead of one on the host; needs `project_name`.' },
  env_files: { type: 'list', elements: 'path', doc: 'Files with variables for the compose files (default: `.env`).' },
  profiles: { type: 'list', elements: 'str', doc: 'Profiles whose services are included.' },
  check_files_existing: { type: 'bool', default: true, doc: 'Fail early if there is no compose file.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present', 'stopped', 'restarted'],
    doc: 'What to do: `compose up`, `down`, `stop` (after creating what is missing) or `restart` (every time).',
  },
  pull: {
    type: 'str',
    default: 'policy',
    choices: ['always', 'missing', 'never', 'policy'],
    doc: 'When to pull images; `policy` means what the compose file says.',
  },
  build: {
    type: 'str',
    default: 'policy',
    choices: ['always', 'never', 'policy'],
    doc: 'When to build images; `policy` means what the compose file says.',
  },
  dependencies: { type: 'bool', default: true, doc: 'Include services that the given ones depend on.' },
  ignore_build_events: {
    type: 'bool',
    default: true,
    doc: 'Do not report a change if images were built, but no container changed.',
  },
  recreate: {
    type: 'str',
    default: 'auto',
    choices: ['always', 'never', 'auto'],
    doc: 'When to create containers again; `auto` means if their configuration or image has changed.',
  },
  renew_anon_volumes: { type: 'bool', default: false, doc: 'Give new containers new volumes without a name.' },
  remove_images: {
    type: 'str',
    choices: ['all', 'local'],
    doc: 'The images to remove, with `state: absent`; `local` means those without a name of their own.',
  },
  remove_volumes: { type: 'bool', default: false, doc: 'Remove volumes as well, with `state: absent`.' },
  remove_orphans: {
    type: 'bool',
    default: false,
    doc: 'Remove containers of services that are no longer in the files.',
  },
  timeout: { type: 'int', doc: 'How many seconds containers have to stop.' },
  services: { type: 'list', elements: 'str', default: [], doc: 'The services (default: all).' },
  scale: { type: 'dict', doc: 'How many containers to run, by service.' },
  wait: {
    type: 'bool',
    default: false,
    doc: 'Wait until the services are running, or healthy if they have a health check.',
  },
  wait_timeout: { type: 'int', doc: 'How many seconds to wait for that.' },
  ...dockerCliParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.docker.docker_compose_v2',
  summary: 'Manage the services of a compose project with `docker compose`.',
  description:
    'Needs the `docker` client and its compose plugin, 2.18 or newer, on the host. Compose itself tells what it would do (`--dry-run`). A check cannot know whether building, or pulling with `pull: always`, gives another image; it says so if nothing else would change.',
  params,
  acts: true,
  rules: {
    mutuallyExclusive: [
      ['definition', 'project_src'],
      ['definition', 'files'],
    ],
    requiredOneOf: [['definition', 'project_src']],
    requiredBy: { definition: ['project_name'] },
  },
  ask: (task, context) => ({ project: askProject(task, context) }),
  plan({ project }, task, context): Plan {
    const wrong = Object.entries(task.scale ?? {}).find(([, value]) => !/^\d+$/.test(String(value)));
    if (wrong !== undefined)
      return { failed: `The value ${String(wrong[1])} for scale[${wrong[0]}] is not an integer` };
    if (project.code !== 0) return { failed: composeComplaint(project) };
    const now = readProject(project.stdout);
    // A real run may succeed where a dry one fails: the failure counts only in a check.
    if (now.failed && context.check) return { failed: composeComplaint({ code: 1, stderr: now.said }) };
    const events = [...composeEvents(now.said), ...expected(now, task)].filter(isTold(task));
    const changing = events.filter(isChanging);
    const mayRenew = task.pull === 'always' || composeEvents(now.said).some(({ status }) => status === 'Building');
    if (task.state === 'absent' || task.state === 'restarted' || !mayRenew) {
      if (events.length === 0 && !now.failed) return { changes: [] };
    } else if (context.check && !changing.some(({ status }) => status !== 'Recreate' && status !== 'Starting'))
      return { unknown: 'only building or pulling the images shows whether containers must be created again' };
    const effects = effectsOf(task, context, now);
    const changes = toldEvents(events).map(
      (one, index): Change => ({ ...one, commands: index === 0 ? [execution(task, context)] : [], effects }),
    );
    const whole: Change = {
      what: `project ${now.name}`,
      from: '',
      to: wordsOf(task).at(-1)?.join(' ') ?? '',
      commands: [execution(task, context)],
      effects,
    };
    return { changes: changes.length === 0 ? [whole] : changes };
  },
  result({ params: task, before: { project }, replies: [reply], changes, context }) {
    if (changes.length === 0) return { ...told(readProject(project.stdout)), actions: [] };
    if (reply === undefined || context.check)
      return { actions: actionsOf(composeEvents(readProject(project.stdout).said)) };
    const stderr = decodeText(reply.stderr);
    const events = composeEvents(stderr);
    if (reply.code !== 0)
      return {
        failed: true,
        changed: events.some(isChanging),
        msg: composeComplaint({ code: reply.code, stderr }),
        rc: reply.code,
        stderr,
        actions: actionsOf(events),
      };
    const stopped = readProject(project.stdout).containers.length > 0 && task.state === 'restarted';
    return {
      changed:
        events.some((one) => isChanging(one) || (!task.ignore_build_events && one.status === 'Building')) || stopped,
      ...told(readProject(decodeText(reply.stdout))),
      actions: actionsOf(events),
    };
  },
  returns: {
    containers: 'The containers of the project, as `docker compose ps` tells them.',
    images: 'The images of the project, as `docker compose images` tells them.',
    actions: 'What was done: a list of `what`, `id` and `status`.',
    rc: 'The exit code, if compose failed.',
    stderr: "Compose's stderr, if it failed.",
    msg: 'Why compose failed.',
  },
  examples: [
    {
      title: 'Run the services of a project',
      yaml: 'docker_compose_v2:\n  project_src: /srv/shop',
      runs: { no: 'needs Docker and a project' },
    },
    {
      title: 'Stop and remove a project with its volumes',
      yaml: 'community.docker.docker_compose_v2:\n  project_src: /srv/shop\n  state: absent\n  remove_volumes: true',
      runs: { no: 'needs Docker and a project' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const isTold =
  ({ ignore_build_events: ignores }: Task) =>
  (event: ComposeEvent): boolean =>
    isChanging(event) || (event.status === 'Building' && !ignores);

/** A project as it is, and what compose says that it would do. */
interface Project {
  readonly name: string;
  /** The directories of the host that its containers may write to. */
  readonly sources: readonly string[];
  readonly containers: readonly unknown[];
  readonly images: readonly unknown[];
  readonly said: string;
  readonly failed: boolean;
}

const SECTION = '-- retrace: ';

/** `_compose` is compose with the project's options; the definition, if any, is sent to each call. */
function withCompose(task: Task): Script {
  const { project_src: source, files } = task;
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const options = [
    ...option('--project-directory', source),
    ...option('--project-name', task.project_name),
    ...(files ?? []).flatMap((file) => ['--file', file]),
    ...(task.definition === undefined ? [] : ['--file', '-']),
    ...(task.env_files ?? []).flatMap((file) => ['--env-file', file]),
    ...(task.profiles ?? []).flatMap((profile) => ['--profile', profile]),
  ];
  const none = `"${source}" does not contain compose.yaml, compose.yml, docker-compose.yml, or docker-compose.yaml`;
  const looking =
    files === undefined
      ? script`[ -e compose.yaml ] || [ -e compose.yml ] || [ -e docker-compose.yml ] || [ -e docker-compose.yaml ] || { echo ${none} >&2; exit 1; }`
      : script`for f in ${files}; do [ -e "$f" ] || { printf 'Cannot find Compose file "%s" relative to project directory "%s"\n' "$f" "$PWD" >&2; exit 1; }; done`;
  return script`_engine compose version >/dev/null 2>&1 || { echo 'docker has no compose plugin on the host: install the package docker-compose-plugin of docker.com, or the docker-compose package of Debian 13 or newer' >&2; exit 127; }
${source === undefined ? script`d=$(cat)` : script`cd -- ${source} 2>/dev/null || { echo ${`"${source}" is not a directory`} >&2; exit 1; }`}
${source === undefined || !task.check_files_existing ? script`` : looking}
_compose() { ${source === undefined ? script`printf '%s' "$d" | ` : script``}_engine compose --ansi never --progress plain ${options} "$@"; }
_told() {
  printf '\n%s\n' ${`${SECTION}containers`}
  _compose ps --format json --all --no-trunc
  printf '\n%s\n' ${`${SECTION}images`}
  _compose images --format json
}`;
}

const definitionOf = ({ definition }: Task): string | undefined =>
  definition === undefined ? undefined : JSON.stringify(definition);

/** The calls of compose that the task makes. */
function wordsOf(task: Task): readonly (readonly string[])[] {
  const flag = (name: string, isSet: boolean) => (isSet ? [name] : []);
  const timeout = task.timeout === undefined ? [] : ['--timeout', String(task.timeout)];
  const services = task.services.length === 0 ? [] : ['--', ...task.services];
  const up = (...more: readonly string[]) => [
    'up',
    ...more,
    '--no-color',
    '--quiet-pull',
    ...(task.pull === 'policy' ? [] : ['--pull', task.pull]),
    ...flag('--remove-orphans', task.remove_orphans),
    ...flag('--force-recreate', task.recreate === 'always'),
    ...flag('--no-recreate', task.recreate === 'never'),
    ...flag('--renew-anon-volumes', task.renew_anon_volumes),
    ...flag('--no-deps', !task.dependencies),
    ...timeout,
    ...flag('--build', task.build === 'always'),
    ...flag('--no-build', task.build === 'never'),
    ...textEntries(task.scale).flatMap(([service, count]) => ['--scale', `${service}=${count}`]),
  ];
  const waiting = task.wait
    ? ['--wait', ...(task.wait_timeout === undefined ? [] : ['--wait-timeout', String(task.wait_timeout)])]
    : [];
  if (task.state === 'absent')
    return [
      [
        'down',
        ...(task.remove_images === undefined ? [] : ['--rmi', task.remove_images]),
        ...flag('--volumes', task.remove_volumes),
        ...flag('--remove-orphans', task.remove_orphans),
        ...timeout,
        ...services,
      ],
    ];
  if (task.state === 'restarted')
    return [['restart', ...flag('--no-deps', !task.dependencies), ...timeout, ...services]];
  if (task.state === 'stopped')
    return [
      [...up('--no-start'), ...services],
      ['stop', ...timeout, ...services],
    ];
  return [[...up('--detach'), ...waiting, ...services]];
}

function askProject(task: Task, context: TaskContext): Question<ShellAnswer> {
  const dry = task.state === 'restarted' ? [] : (wordsOf(task)[0] ?? []);
  const source = task.project_src;
  return askEngine(
    engineOf(task, context),
    script`${withCompose(task)}
_compose config --format json || exit
_told
printf '\n%s\n' ${`${SECTION}events`}
${dry.length === 0 ? script`:` : script`_compose --dry-run ${dry} 2>&1 </dev/null || printf '\n%s\n' ${`${SECTION}failed`}`}`,
    {
      about: [
        'engine:*',
        ...(source === undefined ? [] : [`path:${tidyPath(source)}`]),
        ...[...(task.files ?? []), ...(task.env_files ?? [])]
          .filter((file) => file.startsWith('/'))
          .map((file) => `path:${tidyPath(file)}`),
      ],
      stdin: definitionOf(task),
      beyond: task.pull === 'always',
    },
  );
}

const execution = (task: Task, context: TaskContext): Command => ({
  ...sh`${withEngine(engineOf(task, context))}
${withCompose(task)}
${wordsOf(task).map(
  (words) => script`_compose ${words} || exit
`,
)}_told`,
  stdin: definitionOf(task),
  shown: wordsOf(task)
    .map((words) => `docker compose ${words.join(' ')}`)
    .join('; '),
  long: true,
  accepts: anyCode,
});

// The failure is reported with what was done before it.
const anyCode = Array.from({ length: 256 }, (_, code) => code);

function readProject(text: string): Project {
  const parts = new Map(
    text.split(`\n${SECTION}`).map((part, index) => {
      const line = part.indexOf('\n');
      return index === 0
        ? (['config', part] as const)
        : ([part.slice(0, line < 0 ? undefined : line), part.slice(line + 1)] as const);
    }),
  );
  const config = parse(parts.get('config') ?? '');
  const services = entriesAt(config, 'services').map(([, service]) => service);
  return {
    name: textAt(config, 'name'),
    sources: services.flatMap((service) =>
      listAt(service, 'volumes').flatMap((volume) =>
        textAt(volume, 'type') === 'bind' && at(volume, 'read_only') !== true ? [textAt(volume, 'source')] : [],
      ),
    ),
    containers: jsonLines(parts.get('containers') ?? ''),
    images: jsonLines(parts.get('images') ?? ''),
    said: parts.get('events') ?? '',
    failed: parts.has('failed'),
  };
}

/** JSON, or nothing. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A list, or an object on each line, as different versions print them. */
const jsonLines = (text: string): readonly unknown[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => parse(line) ?? []);

const told = ({ containers, images }: Project): TaskResult => ({ containers, images });

const actionsOf = (events: readonly ComposeEvent[]): readonly ComposeEvent[] => events;

/** What compose does not tell in advance: which running containers it stops or restarts. */
function expected({ containers }: Project, { state, services }: Task): readonly ComposeEvent[] {
  const mine = containers.filter((one) => services.length === 0 || services.includes(textAt(one, 'Service')));
  const running = mine.filter((one) => textAt(one, 'State') === 'running');
  const each = (list: readonly unknown[], status: string) =>
    list.map((one) => ({ what: 'container', id: textAt(one, 'Name'), status }));
  if (state === 'restarted') return each(mine, 'Restarting');
  return state === 'stopped' ? each(running, 'Stopping') : [];
}

function effectsOf(task: Task, context: TaskContext, now: Project): readonly Effect[] {
  const done = JSON.stringify({ name: now.name });
  return [
    blurs('engine:*'),
    mayAlter('network:', ...now.sources.map((source) => `path:${tidyPath(source)}`)),
    ...(task.state === 'restarted'
      ? []
      : [predicts(askProject(task, context), { code: 0, stdout: done, stderr: '', timedOut: false })]),
  ];
}

/** The last lines of what compose says: before them are its events. */
function composeComplaint({ code, stderr }: { readonly code: number; readonly stderr: string }): string {
  if (/unknown flag: --(?:dry-run|progress)/.test(stderr))
    return 'docker compose 2.18 or newer is needed on the host, because older versions cannot tell what they would do';
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^\s*DRY-RUN MODE -\s*/, ''))
    .filter(
      (line) =>
        line.trim() !== '' &&
        composeEvents(line).length === 0 &&
        !/^\s*(?:Container|Network|Volume) \S+\s+[A-Z][a-z]+\s*$/.test(line),
    );
  return engineComplaint(lines.join('\n'), code);
}
