import { defineTask, type Plan } from '../src/sdk.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { allTold, askAbout, whyUntold } from './shared/containers/podman-lists.ts';

const params = {
  name: {
    type: 'list',
    elements: 'str',
    doc: 'Names or IDs of images; those that do not exist are left out (default: all).',
  },
  ...podmanParams,
} as const;

export default defineTask({
  name: 'containers.podman.podman_image_info',
  summary: 'Tell about Podman images.',
  description: 'Needs the `podman` client on the host. It changes nothing.',
  params,
  looks: () => true,
  ask: (task, { environment }) => askAbout(podmanEngine(task, environment), 'image', task.name),
  plan(told): Plan {
    const why = whyUntold(told, 'image', undefined);
    return why === undefined ? { changes: [] } : { failed: why };
  },
  result: ({ params: task, state }) => ({ images: allTold(state, task.name) }),
  returns: { images: 'What `podman image inspect` tells about each image.' },
  examples: [
    {
      title: 'Tell about two images',
      yaml: 'podman_image_info:\n  name: [web, db]\nregister: found',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Tell about all images',
      yaml: 'containers.podman.podman_image_info:\nregister: images',
      runs: { no: 'needs Podman' },
    },
  ],
});
