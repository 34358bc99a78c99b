import { defineTask } from '../src/sdk.ts';
import { dockerEngine, dockerParams } from './shared/containers/engine.ts';
import { inspect } from './shared/containers/inspect.ts';

export default defineTask({
  name: 'community.docker.docker_network_info',
  summary: 'Tell about a Docker network.',
  description: 'Needs the `docker` client on the host.',
  params: { name: { type: 'str', required: true, doc: 'The name or ID of the network.' }, ...dockerParams },
  looks: () => true,
  ask: (task, { environment }) => ({ network: inspect(dockerEngine(task, environment), 'network', task.name) }),
  plan: () => ({ changes: [] }),
  result: ({ state: { network } }) => ({ exists: network !== null, network }),
  returns: {
    exists: 'Whether the network exists.',
    network: 'What `docker network inspect` tells about the network; null if it does not exist.',
  },
  examples: [
    {
      title: 'Find out whether a network exists',
      yaml: 'docker_network_info:\n  name: backend\nregister: backend',
      runs: { no: 'needs Docker' },
    },
    {
      title: "Find out a network's subnet",
      yaml: 'community.docker.docker_network_info:\n  name: bridge\nregister: bridge',
      runs: { no: 'needs Docker' },
    },
  ],
});
