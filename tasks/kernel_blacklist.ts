import { defineTask, type Params } from '../src/sdk.ts';
import { askEdit, type EditState, inTheWay, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The kernel module.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the module should be in the file.',
  },
  blacklist_file: {
    type: 'str',
    default: '/etc/modprobe.d/blacklist-ansible.conf',
    doc: 'The file; it is created if it is missing.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.kernel_blacklist',
  summary: 'Keep a kernel module from being loaded automatically.',
  description:
    'The module stays loaded until it is unloaded or the host restarts. One that is in the initramfs is loaded from there until `update-initramfs` has been run.',
  params,
  ask: (task) => askEdit({ path: task.blacklist_file }),
  thenAsk: (state, task) => thenAskEdit(state, { path: task.blacklist_file }),
  plan(state, task, context) {
    const blocked = inTheWay(state, { path: task.blacklist_file });
    if (blocked !== undefined) return blocked;
    const is = linesIn(state).some((line) => isListed(line, task));
    const wanted = task.state === 'present';
    if (is === wanted) return { changes: [] };
    const others = linesIn(state).filter((line) => !isListed(line, task));
    const lines = wanted ? [...others, `blacklist ${task.name}`] : others;
    const file = { path: task.blacklist_file, ...(state.now.bytes === undefined ? { mode: '0644' } : {}) };
    const text = lines.map((line) => `${line}\n`).join('');
    return planEdit(state, file, { opened: openEdited(state), text }, context, {
      what: `${task.name} in ${task.blacklist_file}`,
      from: is ? 'blacklisted' : null,
      to: wanted ? 'blacklisted' : null,
    });
  },
  result: ({ state, params: task }) => ({
    name: task.name,
    state: task.state,
    lines: linesIn(state),
    is_blacklisted: linesIn(state).some((line) => isListed(line, task)),
  }),
  retire: byState('blacklisted kernel module', ['name'], ['blacklist_file']),
  returns: {
    name: 'The module.',
    state: 'The `state` parameter.',
    lines: 'The lines of the file.',
    is_blacklisted: 'Whether the module is in the file.',
  },
  examples: [
    { title: 'Keep nouveau from being loaded', yaml: 'kernel_blacklist:\n  name: nouveau' },
    {
      title: 'Take a module out of the list',
      yaml: 'kernel_blacklist:\n  name: nouveau\n  state: absent\n  blacklist_file: /etc/modprobe.d/retrace.conf',
    },
  ],
});

function linesIn(state: EditState): readonly string[] {
  const { text } = openEdited(state);
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Whether a line blacklists the module. */
const isListed = (line: string, { name }: Task): boolean => {
  const [word, module, ...more] = line.trim().split(/\s+/);
  return word === 'blacklist' && module === name && (more.length === 0 || more[0]?.startsWith('#') === true);
};
