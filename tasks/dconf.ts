import {
  type Change,
  defineTask,
  exporting,
  mayAlter,
  type Params,
  type Plan,
  predicts,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  type TaskContext,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { sameVariant } from './shared/editing/gvariant.ts';

const params = {
  key: { type: 'str', required: true, doc: 'The key, such as `/org/gnome/desktop/interface/clock-format`.' },
  value: {
    type: 'raw',
    doc: "The value in GVariant's notation, in which text has quotes of its own: `\"'24h'\"`.",
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['read', 'present', 'absent'],
    doc: 'Whether the key should have the value; `read` only reports its value, and `absent` resets it.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.dconf',
  summary: "Manage a key in a user's dconf database.",
  description:
    'Requires the `dconf-cli` package on the host and, for a user who is not logged in, the `dbus` package. The database is that of the user who runs the task.',
  params,
  looks: ({ state }) => state === 'read',
  ask: (task, context) => ({ now: askValue(task, context) }),
  plan({ now }, task, context): Plan {
    const wrong = unanswered(now, { name: 'dconf', package: 'dconf-cli' });
    if (wrong !== undefined) return { failed: wrong };
    const { value, standard } = valuesIn(now);
    if (task.state === 'read') return { changes: [] };
    if (task.state === 'present' && (task.value === undefined || task.value === null))
      return { failed: 'state is present but all of the following are missing: value' };
    const to = task.state === 'present' ? String(task.value) : standard;
    if (to === value || (to !== '' && value !== '' && sameVariant(to, value))) return { changes: [] };
    const change: Change = {
      what: task.key,
      from: value === '' ? null : value,
      to: to === '' ? null : to,
      commands: [
        sh`${onBus()}${task.state === 'present' ? script`dconf write ${task.key} ${to}` : script`dconf reset ${task.key}`}`,
      ],
      effects: [
        predicts(askValue(task, context), { ...now, stdout: `${to}\0${standard}\0` }),
        mayAlter('path:/root/.config', 'path:/home'),
      ],
    };
    return { changes: [change] };
  },
  result: ({ state: { now }, params: { state } }) => (state === 'read' ? { value: valuesIn(now).value || null } : {}),
  returns: { value: 'With `read`, the value of the key; null if it has none.' },
  examples: [
    {
      title: 'Set the format of the clock',
      yaml: 'dconf:\n  key: /org/gnome/desktop/interface/clock-format\n  value: "\'24h\'"',
      runs: { no: 'needs the dconf-cli package' },
    },
    {
      title: 'Reset a key',
      yaml: 'dconf:\n  key: /org/gnome/desktop/input-sources/sources\n  state: absent',
      runs: { no: 'needs the dconf-cli package' },
    },
  ],
});

/** Asks for the value of the key, and for the one it has if the user has set none. */
const askValue = ({ key }: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}command -v dconf >/dev/null || exit 127
a=$(dconf read ${key}) || exit
b=$(dconf read -d ${key}) || exit
printf '%s\0%s\0' "$a" "$b"`,
    about: [`dconf:${key}`, 'by:package:dconf-cli'],
  });

function valuesIn({ stdout }: ShellAnswer): { readonly value: string; readonly standard: string } {
  const [value = '', standard = ''] = stdout.split('\0');
  return { value, standard };
}

/** The bus of the user's session or, if the user is not logged in, one for this command. */
const onBus = (): Script => script`r=\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
if [ "$DBUS_SESSION_BUS_ADDRESS" ]; then set --
elif [ -S "$r/bus" ]; then export DBUS_SESSION_BUS_ADDRESS="unix:path=$r/bus"; set --
elif command -v dbus-run-session >/dev/null; then set -- dbus-run-session --
else echo 'the user is not logged in, and dbus-run-session is missing on the host: install the dbus package' >&2; exit 1; fi
"$@" `;
