import { type Change, defineTask, mayAlter, type Plan, predicts } from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import {
  askRemotes,
  flatpakCommand,
  flatpakFiles,
  flatpakParams,
  flatpakResult,
  flatpakReturns,
  toldLines,
} from './shared/packages/flatpak-state.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The name of the remote.' },
  flatpakrepo_url: {
    type: 'str',
    doc: 'The URL or path of a `.flatpakrepo` file that describes it. The URL of a remote that exists is not compared.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the remote should be known.',
  },
  enabled: { type: 'bool', default: true, doc: 'Whether the remote is used.' },
  ...flatpakParams,
} as const;

export default defineTask({
  name: 'community.general.flatpak_remote',
  summary: 'Manage the remotes that flatpaks are installed from.',
  description: 'Requires the `flatpak` package on the host.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['flatpakrepo_url'] }] },
  ask: (task, { environment }) => ({ remotes: askRemotes({ ...task, environment }) }),
  plan({ remotes }, task, context): Plan {
    const wrong = unanswered(remotes, { name: task.executable, package: 'flatpak' });
    if (wrong !== undefined) return { failed: wrong };
    const { name, method, executable, state, flatpakrepo_url = '' } = task;
    const lines = toldLines(remotes);
    const own = lines.find((line) => line.split('\t')[0] === name);
    const now = own === undefined ? null : enabledWord(!optionsIn(own).includes('disabled'));
    const to = state === 'absent' ? null : enabledWord(task.enabled);
    if (now === to) return { changes: [] };
    const flatpak = (words: readonly string[]) => flatpakCommand(executable, words);
    const scope = `--${method}`;
    const modify = flatpak(['remote-modify', scope, task.enabled ? '--enable' : '--disable', name]);
    const add = flatpak(['remote-add', scope, name, flatpakrepo_url]);
    const adding = task.enabled ? [add] : [add, modify];
    const present = now === null ? adding : [modify];
    const commands = to === null ? [flatpak(['remote-delete', scope, '--force', name])] : present;
    const rest = lines.filter((line) => line !== own);
    const options = [...(own === undefined ? [method] : optionsIn(own)).filter((word) => word !== 'disabled')];
    const after =
      to === null ? rest : [...rest, `${name}\t${[...options, ...(task.enabled ? [] : ['disabled'])].join(',')}`];
    const change: Change = {
      what: `flatpak remote ${name}`,
      from: now,
      to,
      commands,
      effects: [
        predicts(askRemotes({ ...task, ...context }), {
          ...remotes,
          stdout: after.map((line) => `${line}\n`).join(''),
        }),
        mayAlter(...flatpakFiles(method)),
      ],
    };
    return { changes: [change] };
  },
  result: ({ changes, replies }) => flatpakResult(changes, replies),
  retire: byState('flatpak remote', ['name', 'method']),
  returns: flatpakReturns,
  examples: [
    {
      title: 'Add Flathub for all users',
      yaml: 'flatpak_remote:\n  name: flathub\n  flatpakrepo_url: https://dl.flathub.org/repo/flathub.flatpakrepo',
      runs: { no: 'needs flatpak and the remote' },
    },
    {
      title: 'Remove a remote of a user',
      yaml: 'flatpak_remote:\n  name: flathub\n  method: user\n  state: absent',
      runs: { no: 'needs flatpak' },
    },
  ],
});

const enabledWord = (isEnabled: boolean): string => (isEnabled ? 'enabled' : 'disabled');

const optionsIn = (line: string): readonly string[] =>
  (line.split('\t')[1] ?? '').split(',').filter((word) => word !== '');
