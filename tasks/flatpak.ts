import { type Change, defineTask, mayAlter, type Params, type Plan, predicts } from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import {
  askInstalled,
  askRemotes,
  flatpakCommand,
  flatpakFiles,
  flatpakId,
  flatpakParams,
  flatpakResult,
  flatpakReturns,
  isFlatpakUrl,
  toldLines,
} from './shared/packages/flatpak-state.ts';

const params = {
  name: {
    type: 'list',
    elements: 'str',
    required: true,
    doc: 'The flatpaks: names such as `org.gnome.Calculator`, or URLs of `.flatpakref` files.',
  },
  remote: { type: 'str', default: 'flathub', doc: 'The remote to install from.' },
  no_dependencies: { type: 'bool', default: false, doc: 'Do not install the runtimes that they need.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether they should be installed.',
  },
  ...flatpakParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.flatpak',
  summary: 'Install or remove flatpaks.',
  description:
    'Requires the `flatpak` package on the host. A check tests that the remote is known, but does not ask it whether it has the flatpak.',
  params,
  ask: (task, { environment }) => ({
    installed: askInstalled(task.name, { ...task, environment }),
    remotes: askRemotes({ ...task, environment }),
  }),
  plan({ installed, remotes }, task, context): Plan {
    const tool = { name: task.executable, package: 'flatpak' };
    const wrong = unanswered(installed, tool) ?? unanswered(remotes, tool);
    if (wrong !== undefined) return { failed: wrong };
    const present = toldLines(installed);
    const names = task.name.filter((name) => present.includes(name) !== (task.state === 'present'));
    const known = toldLines(remotes).map((line) => line.split('\t')[0]);
    const isFromRemote = names.some((name) => !isFlatpakUrl(name));
    if (task.state === 'present' && isFromRemote && !known.includes(task.remote))
      return {
        failed: `Remote "${task.remote}" not found in the ${task.method} installation: add it with flatpak_remote`,
      };
    const after = task.state === 'present' ? task.name : [];
    const effects = [
      predicts(askInstalled(task.name, { ...task, ...context }), {
        ...installed,
        stdout: after.map((name) => `${name}\n`).join(''),
      }),
      // Runtimes come along, and extensions go.
      mayAlter(`flatpak:${task.method}:*`, ...flatpakFiles(task.method)),
    ];
    const commands = commandsFor(names, task);
    const changes = names.map(
      (name, index): Change => ({
        what: `flatpak ${flatpakId(name)}`,
        from: task.state === 'present' ? null : 'present',
        to: task.state === 'present' ? 'present' : null,
        commands: index === 0 ? commands : [],
        effects,
      }),
    );
    return { changes };
  },
  result: ({ changes, replies }) => flatpakResult(changes, replies),
  returns: flatpakReturns,
  examples: [
    {
      title: 'Install an application for all users',
      yaml: 'flatpak:\n  name: org.gnome.Calculator',
      runs: { no: 'needs flatpak and a remote' },
    },
    {
      title: 'Remove applications of a user',
      yaml: 'flatpak:\n  name:\n    - org.gnome.Calculator\n    - org.gnome.Maps\n  method: user\n  state: absent',
      runs: { no: 'needs flatpak' },
    },
  ],
});

/** One command for all that come from the remote, and one for each URL. */
function commandsFor(names: readonly string[], task: Task) {
  const { executable, method, remote, no_dependencies, state } = task;
  const words = [`--${method}`, '-y', '--noninteractive'];
  const command = (given: readonly string[]) => flatpakCommand(executable, given);
  if (state === 'absent') return [command(['uninstall', ...words, ...names.map(flatpakId)])];
  const install = ['install', ...words, ...(no_dependencies ? ['--no-deps'] : [])];
  const named = names.filter((name) => !isFlatpakUrl(name));
  const urls = names.filter(isFlatpakUrl);
  return [
    ...(named.length > 0 ? [command([...install, remote, ...named])] : []),
    ...urls.map((url) => command([...install, '--from', url])),
  ];
}
