import {
  type Change,
  defineTask,
  nothing,
  type Params,
  type Plan,
  type ShellAnswer,
  sh,
  shell,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { askEdit, type EditState, inTheWay, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { absentEffect } from './shared/files/path-info.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The name of the file in `sudoers_path`.' },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether the rule should exist.' },
  user: { type: 'str', doc: 'The user that the rule is for.' },
  group: { type: 'str', doc: 'The group that the rule is for.' },
  commands: { type: 'list', elements: 'str', doc: 'The commands; `ALL` for any command.' },
  host: { type: 'str', default: 'ALL', doc: 'The host that the rule is for.' },
  runas: { type: 'str', doc: 'The user that the commands run as (default: root).' },
  nopassword: { type: 'bool', default: true, doc: 'Do not ask for a password.' },
  noexec: { type: 'bool', default: false, doc: 'Keep the commands from running other programs.' },
  setenv: { type: 'bool', default: false, doc: 'Let the user preserve the environment.' },
  defaults: {
    type: 'list',
    elements: 'str',
    doc: 'Settings of sudo for the user or group, before the rule, for example `!requiretty`.',
  },
  sudoers_path: { type: 'str', default: '/etc/sudoers.d', doc: 'The directory.' },
  validation: {
    type: 'str',
    default: 'detect',
    choices: ['absent', 'detect', 'required'],
    doc: 'Whether `visudo` checks the rule first: never, if it is on the host, or always.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.sudoers',
  summary: 'Manage a sudo rule in a file of its own.',
  params,
  rules: {
    mutuallyExclusive: [['user', 'group']],
    requiredIf: [
      { param: 'state', is: 'present', needs: ['commands'] },
      { param: 'state', is: 'present', needs: ['user', 'group'], any: true },
    ],
  },
  ask: (task) => ({
    ...askEdit({ path: pathOf(task) }),
    valid: task.state === 'present' && task.validation !== 'absent' ? askValid(task) : nothing(),
  }),
  thenAsk: (state, task) => thenAskEdit(state, { path: pathOf(task) }),
  plan(state, task, context) {
    const wrong = wrongName(task.name);
    if (wrong !== undefined) return { failed: wrong };
    if (task.state === 'absent') return removal(state, task);
    const invalid = whyInvalid(state.valid, task);
    if (invalid !== undefined) return { failed: invalid };
    const opened = openEdited(state);
    const plan = planEdit(
      state,
      { path: pathOf(task), mode: '0440', directory_mode: '0755' },
      { opened, text: `${ruleOf(task)}\n` },
      context,
      opened.text === `${ruleOf(task)}\n`
        ? {}
        : {
            what: `rule ${task.name}`,
            from: state.now.bytes === undefined ? null : opened.text.trimEnd(),
            to: ruleOf(task),
          },
    );
    return 'changes' in plan ? { ...plan, warnings: warningsAbout(task) } : plan;
  },
  result: () => ({}),
  retire: byState('sudo rule', ['name', 'sudoers_path']),
  returns: {},
  examples: [
    {
      title: 'Let a user restart one service without a password',
      yaml: 'sudoers:\n  name: retrace-nginx\n  user: www-data\n  commands: /usr/bin/systemctl restart nginx.service',
    },
    {
      title: 'Let a group run two programs as another user',
      yaml: 'sudoers:\n  name: retrace-backup\n  group: backup\n  runas: postgres\n  nopassword: false\n  commands: [/usr/bin/pg_dump, /usr/bin/pg_restore]',
    },
    { title: 'Remove a rule', yaml: 'sudoers:\n  name: retrace-gone\n  state: absent' },
  ],
});

const pathOf = ({ sudoers_path, name }: Task): string => tidyPath(`${sudoers_path}/${name}`);

const wrongName = (name: string): string | undefined =>
  name === '' || name.includes('/') ? `\`name\` must be the name of a file, without a directory: '${name}'` : undefined;

/** Asks visudo about the rule, before anything is written. */
const askValid = (task: Task) =>
  shell({
    ...sh`PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
command -v visudo >/dev/null || exit 127
printf '%s\n' ${ruleOf(task)} | LC_ALL=C visudo -c -f - 2>&1`,
    about: ['by:package:sudo'],
  });

function whyInvalid(valid: ShellAnswer | undefined, { validation }: Task): string | undefined {
  if (valid === undefined || valid.code === 0) return undefined;
  if (valid.code !== 127) return `Failed to validate sudoers rule:\n${valid.stdout.trim()}`;
  return validation === 'required' ? missingTool({ name: 'visudo', package: 'sudo' }) : undefined;
}

/** The lines of the file. */
function ruleOf(task: Task): string {
  const owner = task.user ?? `%${task.group}`;
  const runas = task.runas === undefined ? '' : `(${task.runas})`;
  const tags = [task.noexec ? 'NOEXEC:' : '', task.nopassword ? 'NOPASSWD:' : '', task.setenv ? 'SETENV:' : ''].join(
    '',
  );
  return [
    ...(task.defaults ?? []).map((one) => `Defaults:${owner} ${one}`),
    `${owner} ${task.host}=${runas}${tags} ${(task.commands ?? []).join(', ')}`,
  ].join('\n');
}

function removal(state: EditState, task: Task): Plan {
  const { before } = state;
  const blocked = inTheWay(state, { path: pathOf(task) });
  if (blocked !== undefined) return blocked;
  if (!before.exists) return { changes: [] };
  const change: Change = {
    what: `rule ${task.name}`,
    from: openEdited(state).text.trimEnd() || 'present',
    to: null,
    commands: [sh`rm -f -- ${pathOf(task)}`],
    effects: [absentEffect(pathOf(task), before)],
    paths: [pathOf(task)],
  };
  return { changes: [change] };
}

const warningsAbout = ({ name, sudoers_path }: Task): readonly string[] =>
  name.includes('.') || name.endsWith('~')
    ? [`sudo ignores ${sudoers_path}/${name}, because its name contains a dot or ends in ~`]
    : [];
