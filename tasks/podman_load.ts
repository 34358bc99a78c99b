import { anyCode, blurs, decodeText, defineTask, exists, type Plan, sh, withLacking } from '../src/sdk.ts';
import { engineComplaint, withEngine } from './shared/containers/engine.ts';
import { engineObject } from './shared/containers/inspect.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';

const params = {
  input: { type: 'str', required: true, aliases: ['path'], doc: 'The archive on the host.' },
  ...podmanParams,
} as const;

export default defineTask({
  name: 'containers.podman.podman_load',
  summary: 'Load container images from an archive with Podman.',
  description:
    'Needs the `podman` client on the host. It loads the archive every time, and reports a change if that brings an image which the host does not have under this name.',
  params,
  acts: true,
  ask: (task) => ({ isThere: exists(task.input) }),
  plan({ isThere }, task, context): Plan {
    if (!isThere) return { failed: `there is no file ${task.input}` };
    if (context.check) return { unknown: 'only loading the archive shows which images it contains' };
    return {
      changes: [
        {
          what: `images in ${task.input}`,
          from: '',
          to: 'loaded',
          commands: [
            {
              ...sh`${withEngine(podmanEngine(task, context.environment))}
_ids() { _engine image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort -u; }
before=$(_ids)
told=$(_engine load --input ${task.input}) || exit
[ "$before" = "$(_ids)" ] && echo same || echo other
names=$(printf '%s\n' "$told" | sed -n 's/^Loaded image[^:]*: //p' | tr ',' '\n')
[ -z "$names" ] || _engine image inspect -- $names`,
              shown: `podman load --input ${task.input}`,
              long: true,
              // The failure is reported with the archive's name.
              accepts: anyCode,
            },
          ],
          effects: [blurs(engineObject('image', '*'))],
        },
      ],
    };
  },
  result({ params: task, replies: [reply] }) {
    if (reply === undefined) return withLacking({}, ['image']);
    if (reply.code !== 0) {
      const said = engineComplaint(decodeText(reply.stderr), reply.code);
      return { changed: false, failed: true, msg: `Error loading ${task.input}: ${said}` };
    }
    const [told = '', ...lines] = decodeText(reply.stdout).split('\n');
    const image: unknown = JSON.parse(lines.join('\n').trim() || '[]');
    return { changed: told === 'other', image };
  },
  returns: { image: 'A list with what `podman image inspect` tells about each image.', msg: 'Why the task failed.' },
  examples: [
    {
      title: 'Load images',
      yaml: 'podman_load:\n  input: /srv/images.tar\nregister: loaded',
      runs: { no: 'needs Podman and an archive' },
    },
    {
      title: 'Load images with another client',
      yaml: 'containers.podman.podman_load:\n  path: /srv/images.tar\n  executable: /usr/local/bin/podman',
      runs: { no: 'needs Podman and an archive' },
    },
  ],
});
