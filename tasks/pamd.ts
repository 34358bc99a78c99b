import { defineTask, type Params } from '../src/sdk.ts';
import { askEdit, inTheWay, isFile, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { editPam } from './shared/editing/pam-edit.ts';
import { backupFile } from './shared/files/copy-file.ts';

const TYPES = ['account', '-account', 'auth', '-auth', 'password', '-password', 'session', '-session'] as const;

const params = {
  name: { type: 'str', required: true, doc: 'The service: the name of a file in `path`.' },
  type: { type: 'str', required: true, choices: TYPES, doc: "The rule's type." },
  control: {
    type: 'str',
    required: true,
    doc: "The rule's control, for example `required` or `[success=1 default=ignore]`.",
  },
  module_path: { type: 'str', required: true, doc: "The rule's module, for example `pam_unix.so`." },
  new_type: { type: 'str', choices: TYPES, doc: 'The new type, or the type of a new rule.' },
  new_control: { type: 'str', doc: 'The new control, or the control of a new rule.' },
  new_module_path: { type: 'str', doc: 'The new module, or the module of a new rule.' },
  module_arguments: { type: 'list', elements: 'str', doc: "The module's arguments." },
  state: {
    type: 'str',
    default: 'updated',
    choices: ['absent', 'before', 'after', 'args_absent', 'args_present', 'updated'],
    doc: 'What to do with the rules that have this type, control and module: change them (`updated`), remove them (`absent`), insert a new rule `before` or `after` each, or add or remove arguments.',
  },
  path: { type: 'path', default: '/etc/pam.d', doc: 'The directory.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
} as const;

type Task = Params<typeof params>;

const inserts = ['before', 'after'].map((state) => ({
  param: 'state',
  is: state,
  needs: ['new_control', 'new_type', 'new_module_path'],
}));

export default defineTask({
  name: 'community.general.pamd',
  summary: 'Manage rules in a PAM configuration file.',
  description: 'Lines that are not changed stay as they are; no timestamp comment is added.',
  params,
  rules: {
    requiredIf: [
      { param: 'state', is: 'args_present', needs: ['module_arguments'] },
      { param: 'state', is: 'args_absent', needs: ['module_arguments'] },
      ...inserts,
    ],
  },
  ask: (task) => askEdit(fileOf(task)),
  thenAsk: (state, task) => thenAskEdit(state, fileOf(task)),
  plan(state, task, context) {
    const blocked = inTheWay(state, fileOf(task));
    if (blocked !== undefined) return blocked;
    if (!isFile(state))
      return { failed: `Unable to open/read PAM module file ${fileOf(task).path}: it does not exist` };
    const opened = openEdited(state);
    const { text, from, to } = editPam(opened.text, task);
    return planEdit(state, fileOf(task), { opened, text }, context, {
      what: `rules in ${fileOf(task).path}`,
      from: from.length === 0 ? null : from.join('; '),
      to: to.length === 0 ? null : to.join('; '),
    });
  },
  result: ({ before, params: task, replies }) => ({
    change_count: editPam(openEdited(before).text, task).count,
    backupdest: backupFile(replies, task.backup)['backup_file'] ?? '',
  }),
  returns: { change_count: 'how many rules were changed', backupdest: 'the path of the backup' },
  examples: [
    {
      title: 'Slow down password guessing',
      yaml: 'pamd:\n  name: login\n  type: auth\n  control: optional\n  module_path: pam_faildelay.so\n  state: args_present\n  module_arguments: [delay=5000000]',
    },
    {
      title: 'Insert a rule after another one',
      yaml: 'pamd:\n  name: su\n  type: auth\n  control: sufficient\n  module_path: pam_rootok.so\n  new_type: auth\n  new_control: required\n  new_module_path: pam_wheel.so\n  module_arguments: [use_uid]\n  state: after',
    },
  ],
});

const fileOf = ({ path, name, backup }: Task) => ({ path: `${path}/${name}`, backup });
