import { defineTask, type Params, type Plan } from '../src/sdk.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { allTold, askAbout, whyUntold } from './shared/containers/podman-lists.ts';

const params = {
  name: { type: 'str', doc: 'The name or ID of the pod (default: all).' },
  ...podmanParams,
} as const;

export default defineTask({
  name: 'containers.podman.podman_pod_info',
  summary: 'Tell about Podman pods.',
  description: 'Needs the `podman` client on the host. It changes nothing.',
  params,
  looks: () => true,
  ask: (task, { environment }) => askAbout(podmanEngine(task, environment), 'pod', namesOf(task)),
  plan(told, task): Plan {
    const why = whyUntold(told, 'pod', namesOf(task));
    return why === undefined ? { changes: [] } : { failed: why };
  },
  result: ({ params: task, state }) => ({ pods: allTold(state, namesOf(task)) }),
  returns: { pods: 'What `podman pod inspect` tells about each pod.' },
  examples: [
    {
      title: 'Find out the containers of a pod',
      yaml: 'podman_pod_info:\n  name: backend\nregister: found',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Tell about all pods',
      yaml: 'containers.podman.podman_pod_info:\nregister: pods',
      runs: { no: 'needs Podman' },
    },
  ],
});

const namesOf = ({ name }: Params<typeof params>): readonly string[] | undefined =>
  name === undefined ? undefined : [name];
