import { defineTask, joined, type Params, type Plan, type Script, script, type TaskContext } from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { dockerEngine, dockerParams, engineComplaint } from './shared/containers/engine.ts';
import { filterOptions } from './shared/containers/filters.ts';
import { HOST_PARTS, hostLists, partMark, partsIn } from './shared/containers/host-lists.ts';
import { decimalBytes } from './shared/containers/sizes.ts';

const params = {
  containers: { type: 'bool', default: false, doc: 'List containers.' },
  containers_all: { type: 'bool', default: false, doc: 'Include containers that do not run.' },
  containers_filters: { type: 'dict', doc: 'Only containers with these properties, for example `label: web`.' },
  images: { type: 'bool', default: false, doc: 'List images.' },
  images_filters: { type: 'dict', doc: 'Only images with these properties, for example `dangling: true`.' },
  networks: { type: 'bool', default: false, doc: 'List networks.' },
  networks_filters: { type: 'dict', doc: 'Only networks with these properties.' },
  volumes: { type: 'bool', default: false, doc: 'List volumes.' },
  volumes_filters: { type: 'dict', doc: 'Only volumes with these properties.' },
  disk_usage: { type: 'bool', default: false, doc: 'Tell how much space is used.' },
  verbose_output: {
    type: 'bool',
    default: false,
    doc: 'Return everything that `docker inspect` tells about each object, and everything about disk usage.',
  },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.docker.docker_host_info',
  summary: 'Tell about a Docker daemon, and list what it manages.',
  description: 'Needs the `docker` client on the host. It changes nothing.',
  params,
  looks: () => true,
  ask: (task, context) => ({
    told: askEngine(engineOf(task, context), wholeScript(task), { about: ['engine:*'] }),
  }),
  plan({ told }, task): Plan {
    if (told.code !== 0)
      return { failed: engineComplaint(told.stderr, told.code), result: { can_talk_to_docker: false } };
    const parts = partsIn(told.stdout);
    const [info] = parts.get('info') ?? [];
    // The client also tells about a daemon that it cannot reach.
    const [error] = Array.isArray(info?.['ServerErrors']) ? info['ServerErrors'] : [];
    if (error !== undefined) return { failed: String(error), result: { can_talk_to_docker: false } };
    return {
      changes: [],
      result: {
        can_talk_to_docker: true,
        host_info: info ?? {},
        ...Object.fromEntries(
          HOST_PARTS.filter((kind) => task[kind]).map((kind) => [
            kind,
            hostLists(kind, parts.get(kind) ?? [], task.verbose_output),
          ]),
        ),
        ...(task.disk_usage && { disk_usage: diskUsage(parts.get('usage') ?? [], task) }),
      },
    };
  },
  returns: {
    can_talk_to_docker: 'Whether the daemon could be reached.',
    host_info: 'What `docker info` tells about the daemon.',
    containers: 'The containers: `Id`, `Image`, `Command`, `Created`, `Status`, `Ports` and `Names` of each.',
    images: 'The images: `Id`, `RepoTags`, `Created` and `Size` of each.',
    networks: 'The networks: `Id`, `Driver`, `Name` and `Scope` of each.',
    volumes: 'The volumes: `Driver` and `Name` of each.',
    disk_usage: 'How much space images use, as `LayersSize`; with `verbose_output`, what `docker system df -v` tells.',
  },
  examples: [
    { title: 'Tell about a daemon', yaml: 'docker_host_info:\nregister: docker', runs: { no: 'needs Docker' } },
    {
      title: 'List all containers of a project',
      yaml: 'community.docker.docker_host_info:\n  containers: true\n  containers_all: true\n  containers_filters:\n    label: com.docker.compose.project=shop\nregister: shop',
      runs: { no: 'needs Docker' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

function wholeScript(task: Task): Script {
  const listing = (kind: (typeof HOST_PARTS)[number]): Script => {
    const command = kind.slice(0, -1);
    const all = kind === 'containers' && task.containers_all ? ['--all'] : [];
    const long = kind === 'volumes' ? [] : ['--no-trunc'];
    return script`
echo ${partMark(kind)}
ids=$(_engine ${command} ls --quiet ${long} ${all} ${filterOptions(task[`${kind}_filters`] ?? {})}) || exit
[ -z "$ids" ] || printf '%s\n' "$ids" | awk '!seen[$0]++' | while read -r id; do _engine ${command} inspect --format '{{json .}}' -- "$id" || exit; done
${kind === 'containers' ? script`_engine container ls --no-trunc --all --format '{"Told":"{{.ID}}","Status":{{json .Status}}}'` : script``}`;
  };
  const usage = task.verbose_output ? ['--verbose'] : [];
  return script`echo ${partMark('info')}
_engine info --format '{{json .}}' || exit
${joined(HOST_PARTS.filter((kind) => task[kind]).map(listing), script``)}
${
  task.disk_usage
    ? script`echo ${partMark('usage')}
_engine system df ${usage} --format '{{json .}}' || exit`
    : script``
}`;
}

/** The client shows sizes rounded, such as `1.2GB`. */
function diskUsage(rows: readonly Readonly<Record<string, unknown>>[], { verbose_output }: Task) {
  if (verbose_output) return rows[0] ?? {};
  const size = String(rows.find((row) => row['Type'] === 'Images')?.['Size'] ?? '');
  return { LayersSize: decimalBytes(size) ?? 0 };
}
