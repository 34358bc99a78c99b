import { defineTask, type Params, type Plan } from '../src/sdk.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { allTold, askAbout, whyUntold } from './shared/containers/podman-lists.ts';

const params = {
  name: { type: 'str', doc: 'The name or ID of the volume (default: all).' },
  ...podmanParams,
} as const;

export default defineTask({
  name: 'containers.podman.podman_volume_info',
  summary: 'Tell about Podman volumes.',
  description: 'Needs the `podman` client on the host. It changes nothing.',
  params,
  looks: () => true,
  ask: (task, { environment }) => askAbout(podmanEngine(task, environment), 'volume', namesOf(task)),
  plan(told, task): Plan {
    const why = whyUntold(told, 'volume', namesOf(task));
    return why === undefined ? { changes: [] } : { failed: why };
  },
  result: ({ params: task, state }) => ({ volumes: allTold(state, namesOf(task)) }),
  returns: { volumes: 'What `podman volume inspect` tells about each volume.' },
  examples: [
    {
      title: 'Find out where a volume is',
      yaml: 'podman_volume_info:\n  name: backend\nregister: found',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Tell about all volumes',
      yaml: 'containers.podman.podman_volume_info:\nregister: volumes',
      runs: { no: 'needs Podman' },
    },
  ],
});

const namesOf = ({ name }: Params<typeof params>): readonly string[] | undefined =>
  name === undefined ? undefined : [name];
