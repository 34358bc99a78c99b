import { defineTask } from '../src/sdk.ts';
import { dockerEngine, dockerParams } from './shared/containers/engine.ts';
import { inspect } from './shared/containers/inspect.ts';

export default defineTask({
  name: 'community.docker.docker_container_info',
  summary: 'Tell about a Docker container.',
  description: 'Needs the `docker` client on the host.',
  params: { name: { type: 'str', required: true, doc: 'The name or ID of the container.' }, ...dockerParams },
  looks: () => true,
  ask: (task, { environment }) => ({ container: inspect(dockerEngine(task, environment), 'container', task.name) }),
  plan: () => ({ changes: [] }),
  result: ({ state: { container } }) => ({ exists: container !== null, container }),
  returns: {
    exists: 'Whether the container exists.',
    container: 'What `docker container inspect` tells about the container; null if it does not exist.',
  },
  examples: [
    {
      title: 'Find out whether a container exists',
      yaml: 'docker_container_info:\n  name: web\nregister: web',
      runs: { no: 'needs Docker' },
    },
    {
      title: "Find out a container's address",
      yaml: 'community.docker.docker_container_info:\n  name: database\nregister: database',
      runs: { no: 'needs Docker' },
    },
  ],
});
