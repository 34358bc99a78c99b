import { defineTask, type Match, type Params, searchPattern, substitute } from '../src/sdk.ts';
import { askEdit, type EditState, inTheWay, openEdited, planEdit } from './shared/editing/edit-file.ts';
import { patternOf } from './shared/editing/python-pattern.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { lineNames, partThings } from './shared/retire/paths.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['dest', 'destfile', 'name'], doc: 'The file.' },
  regexp: {
    type: 'str',
    required: true,
    doc: 'A Python regular expression; every match is replaced. `^` and `$` match at the start and end of each line.',
  },
  replace: {
    type: 'str',
    default: '',
    doc: 'The replacement; `\\1` and `\\g<name>` stand for groups. If it is empty, matches are removed.',
  },
  after: { type: 'str', doc: 'Replace only after the first match of this pattern.' },
  before: { type: 'str', doc: 'Replace only before the first match of this pattern.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  validate: {
    type: 'str',
    doc: 'A command that must succeed before the new file is put in place; `%s` stands for the path of the new file.',
  },
  encoding: { type: 'str', default: 'utf-8', ignored: 'bytes that are not UTF-8 are kept as they are' },
  others: { type: 'str', ignored: 'it has no effect in Ansible either' },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.replace',
  summary: 'Replace every match of a pattern in a file.',
  params,
  ask: (task) => askEdit(task),
  plan(state, task, context) {
    const blocked = inTheWay(state, task, `Path ${task.path} does not exist !`);
    if (blocked !== undefined) return blocked;
    const edited = replaced(state, task);
    if ('failed' in edited) return edited;
    const plan = planEdit(state, task, edited, context, { what: `${edited.count} replacements` });
    if (!('changes' in plan)) return plan;
    // The replacement may itself match the pattern, in which case every run makes a change, as in Ansible.
    return {
      ...plan,
      changes: plan.changes.map((change) =>
        change.commands.length > 0 ? { ...change, repeats: true as const } : change,
      ),
    };
  },
  result({ before, params: task, changes, replies }) {
    const edited = replaced(before, task);
    const content = changes.some((change) => change.what.endsWith('replacements'));
    const attributes = changes.some((change) => ['mode', 'owner', 'group'].includes(change.what));
    const message = 'failed' in edited ? '' : toldOf(edited, task, content);
    return {
      msg: [message, attributes ? 'ownership, perms or SE linux context changed' : '']
        .filter((part) => part !== '')
        .join(' and '),
      rc: 0,
      ...backupFile(replies, task.backup),
    };
  },
  seesTo: ({ path, replace = '' }) =>
    partThings(path, { name: 'a replacement', also: replace.split('\n').flatMap(lineNames) }),
  returns: { msg: 'how many replacements were made', backup_file: 'the path of the backup' },
  examples: [
    {
      title: 'Replace a name wherever it occurs as a whole word',
      yaml: "replace:\n  path: /etc/login.defs\n  regexp: '\\bnosuchword\\b'\n  replace: other",
    },
    {
      title: 'Comment out lines in one section',
      yaml: "replace:\n  path: /etc/login.defs\n  after: '^# none of this'\n  regexp: '^(.+)$'\n  replace: '# \\1'",
    },
  ],
});

interface Replaced {
  readonly opened: ReturnType<typeof openEdited>;
  readonly text: string;
  readonly count: number;
  readonly unmatched?: true;
}

function replaced(state: EditState, task: Task): Replaced | { readonly failed: string } {
  const opened = openEdited(state);
  const source = sectionSource(task);
  const pattern = patternOf(opened.foreign(task.regexp), { multiline: true });
  const section = source === undefined ? undefined : patternOf(opened.foreign(source), { dotall: true });
  if (!pattern.ok) return { failed: pattern.why };
  if (section?.ok === false) return { failed: section.why };
  const found = section === undefined ? undefined : searchPattern(section.pattern, opened.text);
  if (section !== undefined && found === undefined) return { opened, text: opened.text, count: 0, unmatched: true };
  const inner =
    found === undefined ? opened.text : (found.groups[section?.pattern.names.get('subsection') ?? -1] ?? '');
  // The subsection starts where the text before it ends.
  const start = found === undefined ? 0 : startOf(inner, found, task);
  try {
    const made = substitute(pattern.pattern, opened.foreign(task.replace), inner);
    return {
      opened,
      text: opened.text.slice(0, start) + made.text + opened.text.slice(start + inner.length),
      count: made.count,
    };
  } catch (error) {
    return { failed: `${(error as Error).message} in ${task.replace}` }; // a group that the pattern lacks
  }
}

function sectionSource({ after, before }: Task): string | undefined {
  if (after !== undefined && before !== undefined) return `${after}(?P<subsection>.*?)${before}`;
  if (after !== undefined) return `${after}(?P<subsection>.*)`;
  return before === undefined ? undefined : `(?P<subsection>.*)${before}`;
}

function toldOf({ unmatched, count }: Replaced, task: Task, content: boolean): string {
  if (unmatched === true) return `Pattern for before/after params did not match the given file: ${sectionSource(task)}`;
  return content ? `${count} replacements made` : '';
}

function startOf(inner: string, { start, end, groups: [whole = ''] }: Match, { before }: Task): number {
  return before === undefined ? end - inner.length : start + whole.lastIndexOf(inner, whole.length);
}
