import {
  blurs,
  type Change,
  decodeText,
  defineTask,
  each,
  type Params,
  type Plan,
  type Question,
  type ShellAnswer,
  type TaskContext,
  together,
} from '../src/sdk.ts';
import { askCompose, callCompose } from './shared/containers/compose-calls.ts';
import { composeComplaint, composeEvents } from './shared/containers/compose-events.ts';
import { projectParams, projectRules } from './shared/containers/compose-params.ts';
import { type Project, readProject } from './shared/containers/compose-project.ts';
import { dockerEngine } from './shared/containers/engine.ts';
import { imageReference, shortImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { entriesAt, textAt } from './shared/containers/json.ts';
import { offered, readOffer } from './shared/containers/offered-image.ts';
import { isObject, jsonAt, listInside } from './shared/json.ts';

const params = {
  policy: {
    type: 'str',
    default: 'always',
    choices: ['always', 'missing'],
    doc: 'Whether to look for newer images every time, or to pull only those that the host does not have.',
  },
  ignore_buildable: { type: 'bool', default: false, doc: 'Leave out images that can be built.' },
  ignore_pull_failures: { type: 'bool', default: false, doc: 'Continue if an image cannot be pulled.' },
  include_deps: { type: 'bool', default: false, doc: 'Include the services that the given ones depend on.' },
  services: { type: 'list', elements: 'str', default: [], doc: 'The services (default: all).' },
  ...projectParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly project: Question<ShellAnswer> };

type More = Readonly<Record<`image ${string}`, Question<Inspected>>> &
  Readonly<Record<`offer ${string}`, Question<ShellAnswer>>>;

export default defineTask({
  name: 'community.docker.docker_compose_v2_pull',
  summary: 'Pull the images of a compose project.',
  description:
    'Needs the `docker` client and its compose plugin, 2.22 or newer, on the host. The task reports a change if an image is another one afterwards. A check asks the registries, with `docker buildx` if it is installed, whether they have other images.',
  params,
  acts: true,
  rules: projectRules,
  ask: (task, context): Asking => ({ project: askCompose(task, context) }),
  thenAsk({ project }, task, context): More {
    const names = project.code === 0 ? imagesOf(readProject(project.stdout), task) : [];
    const asksRegistry = context.check && task.policy === 'always';
    return together(
      {},
      each('image', names, (name) => inspect(engineOf(task, context), 'image', name)),
      each('offer', asksRegistry ? names : [], (name) => offered(engineOf(task, context), name, undefined)),
    );
  },
  plan(state, task, context): Plan {
    if (state.project.code !== 0) return { failed: composeComplaint(state.project) };
    const now = readProject(state.project.stdout);
    const unknown = task.services.find((name) => !now.services.some(([one]) => one === name));
    if (unknown !== undefined) return { failed: `no such service: ${unknown}` };
    const names = imagesOf(now, task);
    const missing = names.filter((name) => (state[`image ${name}`] ?? null) === null);
    if (names.length === 0 || (task.policy === 'missing' && missing.length === 0)) return { changes: [] };
    const told = names.map((name) => ({ name, ...compared(state[`image ${name}`] ?? null, state[`offer ${name}`]) }));
    const pulled = context.check
      ? told.filter(({ is }) => is === 'missing' || (task.policy === 'always' && is === 'other'))
      : told;
    const unsure = told.find(({ is }) => is === 'unsure');
    if (context.check && pulled.length === 0)
      return unsure === undefined ? { changes: [] } : { unknown: unsure.why ?? '' };
    const [first, ...others] = pulled.map(
      ({ name }): Change => ({
        what: `image ${name}`,
        from: fromOf(state[`image ${name}`] ?? null),
        to: 'pulled',
        commands: [],
        effects: [blurs(engineObject('image', '*'))],
      }),
    );
    if (first === undefined) return { changes: [] };
    return { changes: [{ ...first, commands: [pulling(task, names, context)] }, ...others] };
  },
  result({ params: task, before, replies: [reply], changes }) {
    if (changes.length === 0) return { actions: [] };
    const images = changes.map(({ what }) => what.replace(/^image /, ''));
    const actions = (names: readonly string[]) => names.map((id) => ({ what: 'image', id, status: 'Pulling' }));
    if (reply === undefined) return { actions: actions(images) };
    const stderr = decodeText(reply.stderr);
    if (reply.code !== 0)
      return {
        failed: true,
        changed: false,
        msg: composeComplaint({ code: reply.code, stderr }),
        rc: reply.code,
        stderr,
        actions: composeEvents(stderr),
      };
    const ids = new Map(
      [...decodeText(reply.stdout).matchAll(/^image (\S+) (\S*)$/gm)].map(([, name = '', id = '']) => [name, id]),
    );
    const renewed = imagesOf(readProject(before.project.stdout), task).filter((name) => {
      const id = ids.get(name) ?? '';
      return id !== '' && id !== textAt(before[`image ${name}`] ?? null, 'Id');
    });
    return { changed: renewed.length > 0, actions: actions(renewed) };
  },
  returns: {
    actions: 'What was pulled: a list of `what`, `id` and `status`.',
    rc: 'The exit code, if compose failed.',
    stderr: "Compose's stderr, if it failed.",
    msg: 'Why compose failed.',
  },
  examples: [
    {
      title: 'Pull the images of a project',
      yaml: 'docker_compose_v2_pull:\n  project_src: /srv/shop',
      runs: { no: 'needs Docker and a project' },
    },
    {
      title: 'Pull images that are missing, but not those that are built',
      yaml: 'community.docker.docker_compose_v2_pull:\n  project_src: /srv/shop\n  policy: missing\n  ignore_buildable: true',
      runs: { no: 'needs Docker and a project' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

/** The images that the task is about: those of the services that have one. */
function imagesOf(project: Project, task: Task): readonly string[] {
  const services = new Map(project.services);
  const dependenciesOf = (name: string): readonly string[] => {
    const on = jsonAt(services.get(name), 'depends_on');
    return isObject(on) ? Object.keys(on) : listInside(services.get(name), 'depends_on').map(String);
  };
  const needed = (names: readonly string[]): ReadonlySet<string> => {
    const all = new Set(names);
    // A set also visits what is added to it meanwhile.
    for (const name of task.include_deps ? all : []) for (const other of dependenciesOf(name)) all.add(other);
    return all;
  };
  const chosen = task.services.length === 0 ? new Set(services.keys()) : needed(task.services);
  return [
    ...new Set(
      [...chosen].flatMap((name) => {
        const service = services.get(name);
        const image = textAt(service, 'image');
        const isBuilt = entriesAt(service, 'build').length > 0;
        return image === '' || (isBuilt && task.ignore_buildable) ? [] : [imageReference(image)];
      }),
    ),
  ];
}

interface Compared {
  readonly is: 'missing' | 'same' | 'other' | 'unsure';
  readonly why?: string;
}

function compared(image: Inspected, offer: ShellAnswer | undefined): Compared {
  if (image === null) return { is: 'missing' };
  if (offer === undefined) return { is: 'same' };
  const told = readOffer(offer, image);
  return typeof told === 'string' ? { is: told } : { is: 'unsure', why: told.why };
}

const fromOf = (image: Inspected): string | null => (image === null ? null : shortImageId(textAt(image, 'Id')));

const pulling = (task: Task, names: readonly string[], context: TaskContext) =>
  callCompose(
    task,
    context,
    [
      [
        'pull',
        ...(task.policy === 'missing' ? ['--policy', 'missing'] : []),
        ...(task.ignore_buildable ? ['--ignore-buildable'] : []),
        ...(task.ignore_pull_failures ? ['--ignore-pull-failures'] : []),
        ...(task.include_deps ? ['--include-deps'] : []),
        ...(task.services.length === 0 ? [] : ['--', ...task.services]),
      ],
    ],
    names,
  );
