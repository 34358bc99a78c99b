import { defineTask, type Params } from '../src/sdk.ts';
import { askEdit, inTheWay, isFile, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { editInterfaces, readInterfaces } from './shared/editing/interfaces-edit.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { followedInfo } from './shared/files/path-info.ts';
import { pathThing } from './shared/retire/paths.ts';

const params = {
  dest: { type: 'path', default: '/etc/network/interfaces', doc: 'The file.' },
  iface: { type: 'str', doc: 'The interface; required with `option`.' },
  address_family: {
    type: 'str',
    doc: 'The address family, if the interface has several entries, for example `inet6`.',
  },
  option: { type: 'str', doc: 'The option; without it, the file is only read.' },
  value: {
    type: 'str',
    doc: 'The value. `up`, `down`, `pre-up` and `post-up` can have several values: this one is added to them.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    doc: 'Whether the option should be set; with `absent` and `value`, only that one of several values is removed.',
  },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.interfaces_file',
  summary: 'Manage one option of an interface in /etc/network/interfaces.',
  description: 'The file must exist. The interface itself is not changed until it is brought up again.',
  params,
  rules: { requiredBy: { option: ['iface'] } },
  ask: (task) => askEdit(fileOf(task)),
  thenAsk: (state, task) => thenAskEdit(state, fileOf(task)),
  plan(state, task, context) {
    const blocked = inTheWay(state, fileOf(task));
    if (blocked !== undefined) return blocked;
    if (!isFile(state)) return { failed: `Destination ${task.dest} does not exist` };
    const opened = openEdited(state);
    const edited = editInterfaces(opened.text, task);
    if ('failed' in edited) return edited;
    return planEdit(
      state,
      fileOf(task),
      { opened, text: edited.text },
      context,
      edited.text === opened.text
        ? {}
        : { what: `${task.option} of ${task.iface}`, from: edited.was ?? null, to: edited.is ?? null },
    );
  },
  result: ({ state, params: task, replies }) => ({
    ...followedInfo(state.before),
    dest: task.dest,
    ifaces: readInterfaces(openEdited(state).text),
    ...backupFile(replies, task.backup),
  }),
  seesTo: ({ dest }) => [pathThing(dest, { puts: false })],
  returns: {
    dest: 'the file',
    ifaces: 'the interfaces with their options, by name',
    backup_file: 'the path of the backup',
  },
  examples: [
    {
      title: 'Set the MTU of an interface',
      yaml: 'interfaces_file:\n  iface: eth0\n  option: mtu\n  value: "1400"',
      runs: { no: 'needs the interface in the file' },
    },
    {
      title: 'Run a command when the interface comes up',
      yaml: 'interfaces_file:\n  iface: eth0\n  option: up\n  value: ip route add 10.9.0.0/16 via 10.1.0.1',
      runs: { no: 'needs the interface in the file' },
    },
  ],
});

const fileOf = (task: Task) => ({ ...task, path: task.dest });
