import { defineTask, type Plan } from '../src/sdk.ts';
import { engineComplaint } from './shared/containers/engine.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { askUser, loginParams } from './shared/containers/podman-logins.ts';

const params = {
  registry: { type: 'str', required: true, doc: 'The registry, for example `registry.example.org`.' },
  authfile: loginParams.authfile,
  ...podmanParams,
} as const;

export default defineTask({
  name: 'containers.podman.podman_login_info',
  summary: 'Tell who is logged in to a container registry with Podman.',
  description: 'Needs the `podman` client on the host. It changes nothing.',
  params,
  looks: () => true,
  ask: (task, { environment }) => ({ user: askUser(podmanEngine(task, environment), task.registry, task) }),
  plan: ({ user: { code, stderr } }): Plan =>
    code === 0 || isLoggedOut(stderr) ? { changes: [] } : { failed: engineComplaint(stderr, code) },
  result: ({ params: { registry }, state: { user } }) => ({
    login: { logged_in: user.code === 0, registry, username: user.stdout.trim() },
  }),
  returns: { login: 'A dictionary with `registry`, whether somebody is `logged_in`, and the `username`.' },
  examples: [
    {
      title: 'Tell who is logged in',
      yaml: 'podman_login_info:\n  registry: registry.example.org\nregister: found',
      runs: { no: 'needs Podman' },
    },
  ],
});

const isLoggedOut = (said: string): boolean => /not logged in/i.test(said);
