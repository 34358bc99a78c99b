import { defineTask, type Params, type Plan } from '../src/sdk.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { allTold, askAbout, whyUntold } from './shared/containers/podman-lists.ts';

const params = {
  name: { type: 'str', doc: 'The name or ID of the secret (default: all).' },
  showsecret: {
    type: 'bool',
    default: false,
    ignored: 'what a secret contains is not returned; compare it with `podman_secret` in a check',
  },
  ...podmanParams,
} as const;

export default defineTask({
  name: 'containers.podman.podman_secret_info',
  summary: 'Tell about Podman secrets, but not what they contain.',
  description: 'Needs the `podman` client on the host. It changes nothing.',
  params,
  looks: () => true,
  ask: (task, { environment }) => askAbout(podmanEngine(task, environment), 'secret', namesOf(task)),
  plan(told, task): Plan {
    const why = whyUntold(told, 'secret', namesOf(task));
    return why === undefined ? { changes: [] } : { failed: why };
  },
  result: ({ params: task, state }) => ({ secrets: allTold(state, namesOf(task)) }),
  returns: { secrets: 'What `podman secret inspect` tells about each secret.' },
  examples: [
    {
      title: 'Find out when a secret was changed',
      yaml: 'podman_secret_info:\n  name: token\nregister: found',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Tell about all secrets',
      yaml: 'containers.podman.podman_secret_info:\nregister: secrets',
      runs: { no: 'needs Podman' },
    },
  ],
});

const namesOf = ({ name }: Params<typeof params>): readonly string[] | undefined =>
  name === undefined ? undefined : [name];
