import { defineTask, type Params } from '../src/sdk.ts';
import {
  askEdit,
  type EditState,
  inTheWay,
  isFile,
  openLines,
  planEdit,
  thenAskEdit,
} from './shared/editing/edit-file.ts';
import { editIni } from './shared/editing/ini-edit.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { followedInfo } from './shared/files/path-info.ts';
import { pick } from './shared/retire/by-state.ts';
import { partThings } from './shared/retire/paths.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['dest'], doc: 'The file.' },
  section: { type: 'str', doc: 'The section (default: the lines above the first section).' },
  section_has_values: {
    type: 'list',
    elements: 'dict',
    default: [],
    doc: 'Which section to use, if several have the same name: the first that contains all of these. If none does, `present` adds a section with them.',
    options: {
      option: { type: 'str', required: true, doc: 'An option that the section must contain.' },
      value: { type: 'str', doc: 'The value it must have (default: any).' },
      values: { type: 'list', elements: 'str', doc: 'Several values, of which it must have one.' },
    },
  },
  option: { type: 'str', doc: 'The option (default: the section as a whole).' },
  value: { type: 'str', doc: 'The value of the option.' },
  values: { type: 'list', elements: 'str', doc: 'Several values for the option, one per line.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the option or section should exist.',
  },
  exclusive: { type: 'bool', default: true, doc: 'Remove all other values of the option.' },
  no_extra_spaces: { type: 'bool', default: false, doc: 'Do not put spaces around the `=`.' },
  ignore_spaces: {
    type: 'bool',
    default: false,
    doc: 'Leave a line as it is if it differs only in the spaces around the `=`.',
  },
  modify_inactive_option: {
    type: 'bool',
    default: true,
    doc: 'Replace a commented line that sets the option, instead of adding a line.',
  },
  follow: { type: 'bool', default: false, ignored: 'links are always followed' },
  allow_no_value: { type: 'bool', default: false, doc: 'Allow an option without a value.' },
  create: { type: 'bool', default: true, doc: 'Create the file if it does not exist.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.ini_file',
  summary: 'Manage one setting in an INI file.',
  params,
  rules: { mutuallyExclusive: [['value', 'values']] },
  ask: (task) => askEdit(task),
  thenAsk: (state, task) => thenAskEdit(state, task),
  plan(state, task, context) {
    if (task.state === 'present' && !task.allow_no_value && valuesOf(task).length === 0)
      return { failed: "Parameter 'value(s)' must be defined if state=present and allow_no_value=False." };
    const blocked = inTheWay(state, task, task.create ? undefined : `Destination ${task.path} does not exist!`);
    if (blocked !== undefined) return blocked;
    if (!isFile(state) && task.state === 'absent') return { changes: [] };
    const { opened, text, message, was } = edited(state, task);
    return planEdit(
      state,
      task,
      { opened, text },
      context,
      message === 'OK'
        ? {}
        : {
            what: [task.section, task.option].filter((name) => name !== undefined).join('.'),
            from: was ?? null,
            to: task.state === 'absent' ? null : valuesOf(task).join(', ') || 'present',
          },
    );
  },
  result: ({ before, state, params: task, replies }) => ({
    ...followedInfo(state.before),
    path: task.path,
    msg: isFile(before) || task.state === 'present' ? edited(before, task).message : 'OK',
    ...backupFile(replies, task.backup),
  }),
  retire: (task) => {
    const { path, section, option, state } = task;
    const place = section === undefined ? '' : `[${section}] `;
    return partThings(path, {
      name: option === undefined ? `section [${section ?? ''}]` : `option ${place}${option}`,
      under: option === undefined ? [] : [`setting ${option}`],
      also:
        option === undefined
          ? []
          : valuesOf(task).flatMap((value) => [`line "${option} = ${value}"`, `line "${option}=${value}"`]),
      ...(state === 'present' && {
        absence: {
          args: {
            ...pick(task, ['path', 'section', 'option']),
            // Of an option with several values, only those that the task put there.
            ...(task.exclusive ? {} : { ...pick(task, ['value', 'values']), exclusive: false }),
            state: 'absent',
          },
        },
      }),
    });
  },
  returns: {
    msg: 'the action taken: OK, only section added, section and option added, option added, option changed, section removed',
    path: 'the file',
    backup_file: 'the path of the backup',
  },
  examples: [
    {
      title: 'Set an option in a section',
      yaml: 'ini_file:\n  path: /etc/retrace.ini\n  section: server\n  option: listen\n  value: 10.1.0.100:9113',
    },
    { title: 'Remove a section', yaml: 'ini_file:\n  path: /etc/retrace.ini\n  section: old\n  state: absent' },
  ],
});

const valuesOf = ({ value, values }: Pick<Task, 'value' | 'values'>): readonly string[] =>
  values ?? (value === undefined ? [] : [value]);

function edited(state: EditState, task: Task) {
  const opened = openLines(state);
  const result = editIni(opened.text, {
    section: task.section === undefined ? undefined : opened.foreign(task.section),
    having: task.section_has_values.map(({ option, ...one }) => ({
      option: opened.foreign(option),
      values: valuesOf(one).map(opened.foreign),
    })),
    option: task.option === undefined ? undefined : opened.foreign(task.option),
    values: valuesOf(task).map(opened.foreign),
    state: task.state,
    exclusive: task.exclusive,
    noSpaces: task.no_extra_spaces,
    ignoreSpaces: task.ignore_spaces,
    replacesComments: task.modify_inactive_option,
    allowNoValue: task.allow_no_value,
  });
  return { opened, ...result };
}
