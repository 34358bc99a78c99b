import { defineTask, type Params, type Plan } from '../src/sdk.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { allTold, askAbout, whyUntold } from './shared/containers/podman-lists.ts';

const params = {
  name: { type: 'str', doc: 'The name or ID of the network (default: all).' },
  ...podmanParams,
} as const;

export default defineTask({
  name: 'containers.podman.podman_network_info',
  summary: 'Tell about Podman networks.',
  description: 'Needs the `podman` client on the host. It changes nothing.',
  params,
  looks: () => true,
  ask: (task, { environment }) => askAbout(podmanEngine(task, environment), 'network', namesOf(task)),
  plan(told, task): Plan {
    const why = whyUntold(told, 'network', namesOf(task));
    return why === undefined ? { changes: [] } : { failed: why };
  },
  result: ({ params: task, state }) => ({ networks: allTold(state, namesOf(task)) }),
  returns: { networks: 'What `podman network inspect` tells about each network.' },
  examples: [
    {
      title: 'Find out the subnet of a network',
      yaml: 'podman_network_info:\n  name: backend\nregister: found',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Tell about all networks',
      yaml: 'containers.podman.podman_network_info:\nregister: networks',
      runs: { no: 'needs Podman' },
    },
  ],
});

const namesOf = ({ name }: Params<typeof params>): readonly string[] | undefined =>
  name === undefined ? undefined : [name];
