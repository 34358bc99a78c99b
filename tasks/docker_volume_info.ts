import { defineTask } from '../src/sdk.ts';
import { dockerEngine, dockerParams } from './shared/containers/engine.ts';
import { inspect } from './shared/containers/inspect.ts';

export default defineTask({
  name: 'community.docker.docker_volume_info',
  summary: 'Tell about a Docker volume.',
  description: 'Needs the `docker` client on the host.',
  params: {
    name: { type: 'str', required: true, aliases: ['volume_name'], doc: 'The volume.' },
    ...dockerParams,
  },
  looks: () => true,
  ask: (task, { environment }) => ({ volume: inspect(dockerEngine(task, environment), 'volume', task.name) }),
  plan: () => ({ changes: [] }),
  result: ({ state: { volume } }) => ({ exists: volume !== null, volume }),
  returns: {
    exists: 'Whether the volume exists.',
    volume: 'What `docker volume inspect` tells about the volume; null if it does not exist.',
  },
  examples: [
    {
      title: 'Find out whether a volume exists',
      yaml: 'docker_volume_info:\n  name: data\nregister: data',
      runs: { no: 'needs Docker' },
    },
    {
      title: 'Find out where the files of a volume are',
      yaml: 'community.docker.docker_volume_info:\n  name: data\nregister: data',
      runs: { no: 'needs Docker' },
    },
  ],
});
