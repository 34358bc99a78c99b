import {
  blurs,
  defineTask,
  type Params,
  type PathState,
  type Plan,
  parentOf,
  type Question,
  sh,
  stat,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { withEngine } from './shared/containers/engine.ts';
import { type Inspected, inspect } from './shared/containers/inspect.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';

const params = {
  dest: { type: 'str', required: true, doc: 'The archive on the host.' },
  container: { type: 'str', doc: 'The container whose files are written.' },
  volume: { type: 'str', doc: 'The volume whose files are written.' },
  force: { type: 'bool', default: true, doc: 'Write it every time, even if it exists.' },
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = {
  readonly from: Question<Inspected>;
  readonly file: Question<PathState>;
  readonly parent: Question<PathState>;
};

export default defineTask({
  name: 'containers.podman.podman_export',
  summary: 'Write the files of a Podman container or volume to an archive.',
  description:
    'Needs the `podman` client on the host. It writes the archive every time, unless it exists and `force` is false.',
  params,
  rules: { mutuallyExclusive: [['container', 'volume']], requiredOneOf: [['container', 'volume']] },
  ask: (task, context): Asking => ({
    from: inspect(engineOf(task, context), kindToExport(task), nameIn(task)),
    file: stat(task.dest),
    parent: stat(parentOf(task.dest)),
  }),
  plan({ from, file, parent }, task, context): Plan {
    if (file.exists && !task.force) return { changes: [] };
    const [kind, name] = [kindToExport(task), nameIn(task)];
    if (from === null) return { failed: `there is no ${kind} ${name}` };
    if (file.exists && file.kind === 'directory') return { failed: `${task.dest} is a directory` };
    if (!parent.exists) return { failed: `the directory ${parentOf(task.dest)} does not exist` };
    const command = kind === 'volume' ? ['volume', 'export'] : ['export'];
    return {
      changes: [
        {
          what: task.dest,
          from: file.exists ? 'present' : null,
          to: `${kind} ${name}`,
          commands: [
            {
              ...sh`${withEngine(engineOf(task, context))}
_engine ${command} --output ${task.dest} -- ${name} >/dev/null`,
              shown: `podman ${[...command, '--output', task.dest, name].join(' ')}`,
              long: true,
            },
          ],
          effects: [blurs(`path:${tidyPath(task.dest)}`)],
          ...(task.force && { repeats: true as const }),
        },
      ],
    };
  },
  examples: [
    {
      title: 'Write the files of a container to an archive',
      yaml: 'podman_export:\n  container: shop\n  dest: /srv/shop.tar',
      runs: { no: 'needs Podman and a container' },
    },
    {
      title: 'Write a volume to an archive, unless it exists',
      yaml: 'containers.podman.podman_export:\n  volume: data\n  dest: /srv/data.tar\n  force: false',
      runs: { no: 'needs Podman and a volume' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

const kindToExport = ({ volume }: Task): 'container' | 'volume' => (volume === undefined ? 'container' : 'volume');

const nameIn = ({ container, volume }: Task): string => volume ?? container ?? '';
