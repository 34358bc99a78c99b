import { defineTask, type Plan } from '../src/sdk.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { allTold, askAbout, whyUntold } from './shared/containers/podman-lists.ts';

const params = {
  name: {
    type: 'list',
    elements: 'str',
    doc: 'Names or IDs of containers; those that do not exist are left out (default: all).',
  },
  ...podmanParams,
} as const;

export default defineTask({
  name: 'containers.podman.podman_container_info',
  summary: 'Tell about Podman containers.',
  description: 'Needs the `podman` client on the host. It changes nothing.',
  params,
  looks: () => true,
  ask: (task, { environment }) => askAbout(podmanEngine(task, environment), 'container', task.name),
  plan(told): Plan {
    const why = whyUntold(told, 'container', undefined);
    return why === undefined ? { changes: [] } : { failed: why };
  },
  result: ({ params: task, state }) => ({ containers: allTold(state, task.name) }),
  returns: { containers: 'What `podman container inspect` tells about each container.' },
  examples: [
    {
      title: 'Tell about two containers',
      yaml: 'podman_container_info:\n  name: [web, db]\nregister: found',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Tell about all containers',
      yaml: 'containers.podman.podman_container_info:\nregister: containers',
      runs: { no: 'needs Podman' },
    },
  ],
});
