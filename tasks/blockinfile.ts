import { defineTask, followed, type OpenedText, type Params, type Plan } from '../src/sdk.ts';
import { putBlock } from './shared/editing/block-edit.ts';
import {
  askEdit,
  attributesChanged,
  type EditState,
  encodingParam,
  inTheWay,
  isFile,
  openLinesAs,
  planEdit,
  thenAskEdit,
  untoldDiff,
} from './shared/editing/edit-file.ts';
import { patternOf } from './shared/editing/python-pattern.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { lineNames, partThings } from './shared/retire/paths.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['dest', 'destfile', 'name'], doc: 'The file.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the block should be present.',
  },
  block: {
    type: 'str',
    default: '',
    aliases: ['content'],
    doc: 'The lines of the block; if there are none, the block is removed.',
  },
  marker: {
    type: 'str',
    default: '# {mark} ANSIBLE MANAGED BLOCK',
    doc: 'The line above and below the block; `{mark}` is replaced with `marker_begin` and `marker_end`.',
  },
  marker_begin: { type: 'str', default: 'BEGIN', doc: 'The text that replaces `{mark}` in the line above the block.' },
  marker_end: { type: 'str', default: 'END', doc: 'The text that replaces `{mark}` in the line below the block.' },
  insertafter: { type: 'str', doc: 'Insert a new block after the last line that matches this pattern, or at `EOF`.' },
  insertbefore: { type: 'str', doc: 'Insert a new block before the last line that matches this pattern, or at `BOF`.' },
  prepend_newline: {
    type: 'bool',
    default: false,
    doc: 'Insert an empty line above the block, unless there already is one or the block is at the start of the file.',
  },
  append_newline: {
    type: 'bool',
    default: false,
    doc: 'Insert an empty line below the block, unless there already is one or the block is at the end of the file.',
  },
  create: { type: 'bool', default: false, doc: 'Create the file if it does not exist.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  validate: {
    type: 'str',
    doc: 'A command that must succeed before the new file is put in place; `%s` stands for the path of the new file.',
  },
  encoding: encodingParam,
  ...attributeParams,
} as const;

export default defineTask({
  name: 'ansible.builtin.blockinfile',
  summary: 'Insert, update or remove a block of lines between two markers in a file.',
  params,
  rules: { mutuallyExclusive: [['insertbefore', 'insertafter']] },
  ask: (task) => askEdit(task),
  thenAsk: (state, task) => thenAskEdit(state, task),
  plan(state, task, context): Plan {
    const missing = task.create ? undefined : `Path ${task.path} does not exist !`;
    if (missing === undefined && task.state === 'absent' && followed(state.before) === undefined)
      return { changes: [], result: { msg: `File ${task.path} not present` } };
    const blocked = inTheWay(state, task, missing);
    if (blocked !== undefined) return blocked;
    const edited = withBlock(state, task);
    if ('failed' in edited) return edited;
    const plan = planEdit(state, task, edited, context, isFile(state) ? { what: 'block' } : {});
    if (task.marker.includes('{mark}') || !('changes' in plan)) return plan;
    // If both markers are identical, an existing block is never found.
    return {
      ...plan,
      changes: plan.changes.map((change) => ({ ...change, repeats: true as const })),
      warnings: ['marker has no {mark}: each run inserts the block again'],
    };
  },
  result({ before: state, params: task, changes, replies, context }) {
    if (task.state === 'absent' && !isFile(state)) return {};
    const attributes = attributesChanged(changes, state, task);
    const content = changes.some((change) => change.what === 'block' || change.what === 'file');
    const edited = task.state === 'absent' || task.block === '' ? 'Block removed' : 'Block inserted';
    const done = isFile(state) ? edited : 'File created';
    const message = content ? done : '';
    return {
      msg: [message, attributes ? 'ownership, perms or SE linux context changed' : '']
        .filter((part) => part !== '')
        .join(' and '),
      ...backupFile(replies, task.backup),
      ...untoldDiff(task.path, changes, context),
    };
  },
  retire: ({ path, block, marker, marker_begin, marker_end, state }) =>
    partThings(path, {
      name: `block "${marker.replaceAll('{mark}', marker_begin)}"`,
      also: block.split('\n').flatMap(lineNames),
      ...(state === 'present' &&
        block !== '' && { absence: { args: { path, marker, marker_begin, marker_end, state: 'absent' } } }),
    }),
  returns: { msg: 'File created, Block inserted or Block removed', backup_file: 'the path of the backup' },
  examples: [
    {
      title: 'Put a block at the end of a file',
      yaml: 'blockinfile:\n  path: /etc/retrace-block.conf\n  create: true\n  block: |\n    Match User backup\n      X11Forwarding no',
    },
    {
      title: 'Put several blocks in one file, each with its own markers',
      yaml: "blockinfile:\n  path: /etc/retrace-block.conf\n  create: true\n  marker: '# {mark} proxy'\n  insertbefore: BOF\n  block: 10.1.0.100 proxy",
    },
    { title: 'Remove a block', yaml: "blockinfile:\n  path: /etc/hosts\n  marker: '# {mark} old'\n  state: absent" },
  ],
});

type Task = Params<typeof params>;

function withBlock(
  state: EditState,
  task: Task,
): { readonly failed: string } | { readonly opened: OpenedText; readonly text: string } {
  const opened = openLinesAs(state, task.encoding, [task.block, task.marker, task.marker_begin, task.marker_end]);
  if ('failed' in opened) return opened;
  const source = [task.insertafter, task.insertbefore].find(
    (place) => place !== undefined && place !== 'EOF' && place !== 'BOF',
  );
  const compiled = source === undefined ? undefined : patternOf(opened.foreign(source));
  if (compiled?.ok === false) return { failed: compiled.why };
  const marker = (mark: string) => opened.foreign(task.marker.replaceAll('{mark}', mark));
  const before = task.insertbefore === undefined ? undefined : compiled?.pattern;
  const text = putBlock(opened.text, {
    block: task.state === 'absent' ? '' : opened.foreign(task.block),
    begin: marker(task.marker_begin),
    end: marker(task.marker_end),
    after: task.insertafter === undefined || task.insertafter === 'EOF' ? 'EOF' : compiled?.pattern,
    before: task.insertbefore === 'BOF' ? 'BOF' : before,
    apart: { above: task.prepend_newline, below: task.append_newline },
  });
  return { opened, text };
}
