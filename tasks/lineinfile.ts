import { defineTask, followed, type OpenedText, type Params, type Plan, type TaskContext } from '../src/sdk.ts';
import {
  askEdit,
  type EditState,
  encodingParam,
  inTheWay,
  isFile,
  openLinesAs,
  planEdit,
  thenAskEdit,
  untoldDiff,
} from './shared/editing/edit-file.ts';
import { bare, type LineEdit, putLine, textLines } from './shared/editing/line-edit.ts';
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
    doc: 'Whether the line should be present.',
  },
  line: { type: 'str', aliases: ['value'], doc: 'The line, without its newline.' },
  regexp: {
    type: 'str',
    aliases: ['regex'],
    doc: 'A Python regular expression; the last matching line is replaced, or all matching lines are removed.',
  },
  search_string: { type: 'str', doc: 'Like `regexp`, but matches plain text anywhere in the line.' },
  backrefs: {
    type: 'bool',
    default: false,
    doc: 'Replace group references in `line` with what `regexp` matched; if nothing matches, do nothing.',
  },
  insertafter: {
    type: 'str',
    doc: 'If no line is replaced, insert the line after the last line that matches this pattern, or at `EOF` or `BOF`.',
  },
  insertbefore: {
    type: 'str',
    doc: 'If no line is replaced, insert the line before the last line that matches this pattern, or at `BOF`.',
  },
  firstmatch: { type: 'bool', default: false, doc: 'Use the first matching line instead of the last.' },
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
  others: { type: 'str', ignored: 'it has no effect in Ansible either' },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.lineinfile',
  summary: 'Insert or replace one line in a file, or remove lines.',
  params,
  rules: {
    mutuallyExclusive: [
      ['insertbefore', 'insertafter'],
      ['regexp', 'search_string'],
      ['backrefs', 'search_string'],
    ],
  },
  ask: (task) => askEdit(task),
  thenAsk: (state, task) => thenAskEdit(state, task),
  plan(state, task, context) {
    const plan = task.state === 'present' ? planPresent(state, task, context) : planAbsent(state, task, context);
    return 'changes' in plan && task.state === 'present' ? { ...plan, warnings: warningsAbout(task) } : plan;
  },
  result({ before, params: task, changes, replies, context }) {
    const edited = task.state === 'present' ? present(before, task) : absent(before, task);
    const message = 'failed' in edited ? '' : edited.message;
    if (task.state === 'absent' && !isFile(before)) return { msg: 'file not present' };
    const attributes =
      changes.some((change) => ['mode', 'owner', 'group'].includes(change.what)) ||
      (!isFile(before) && changes.length > 0 && (task.mode ?? task.owner ?? task.group) !== undefined)
        ? 'ownership, perms or SE linux context changed'
        : '';
    return {
      msg: [message, attributes].filter((part) => part !== '').join(' and '),
      backup: backupFile(replies, task.backup).backup_file ?? '',
      ...(task.state === 'absent' && 'found' in edited ? { found: edited.found } : {}),
      ...untoldDiff(task.path, changes, context),
    };
  },
  retire: ({ path, line = '', regexp, search_string, state, backrefs }) => {
    const patterns = [
      ...(regexp === undefined ? [] : [`line /${regexp}/`]),
      ...(search_string === undefined ? [] : [`line with "${search_string}"`]),
    ];
    const isPut = state === 'present' && !backrefs && line !== '';
    return partThings(path, {
      name: line === '' || backrefs ? (patterns[0] ?? 'a line') : `line "${line}"`,
      under: [...lineNames(line).slice(1), ...patterns],
      also: [...lineNames(line), ...patterns],
      ...(isPut && { absence: { args: { path, line, state: 'absent' } } }),
    });
  },
  returns: {
    msg: 'line added, line replaced, or the number of lines removed',
    backup: 'the path of the backup',
    found: 'how many lines were removed',
    diff: 'the text before and after; empty without `--diff`',
  },
  examples: [
    {
      title: 'Set an option, whatever its previous value',
      yaml: "lineinfile:\n  path: /etc/retrace-line.conf\n  regexp: '^#?PermitRootLogin '\n  line: PermitRootLogin no\n  create: true\n  mode: '0644'",
    },
    {
      title: 'Insert a line after another',
      yaml: "lineinfile:\n  path: /etc/retrace-hosts\n  create: true\n  insertafter: '^127\\.0\\.0\\.1'\n  line: 10.1.0.100 proxy",
    },
    {
      title: 'Change a line, keeping parts of it',
      yaml: "lineinfile:\n  path: /etc/login.defs\n  regexp: '^(UMASK\\s+)\\d+'\n  line: '\\g<1>027'\n  backrefs: true",
    },
    {
      title: 'Remove lines',
      yaml: "lineinfile:\n  path: /etc/login.defs\n  regexp: '^#.*obsolete'\n  state: absent",
    },
  ],
});

/** An empty pattern is rarely meant: it replaces the last line of any file. */
function warningsAbout({ regexp, search_string }: Task): readonly string[] {
  const [what, instead] =
    regexp === ''
      ? ['regular expression', " If this is desired, use '^' to match every line in the file and avoid this warning."]
      : ['search string', ''];
  if (regexp !== '' && search_string !== '') return [];
  return [
    `The ${what} is an empty string, which will match every line in the file. This may have unintended consequences, such as replacing the last line in the file rather than appending.${instead}`,
  ];
}

function planPresent(state: EditState, task: Task, context: TaskContext): Plan {
  if (task.line === undefined) return { failed: 'line is required with state=present' };
  if (task.backrefs && task.regexp === undefined) return { failed: 'regexp is required with backrefs=true' };
  const blocked = inTheWay(state, task, task.create ? undefined : `Destination ${task.path} does not exist !`);
  if (blocked !== undefined) return blocked;
  const edited = present(state, task);
  if ('failed' in edited) return edited;
  const told =
    edited.at === undefined || !isFile(state)
      ? {}
      : { what: `line ${edited.at}`, from: edited.was ?? null, to: bare(edited.text.split('\n')[edited.at - 1] ?? '') };
  const plan = planEdit(state, task, edited, context, told);
  // This run replaced one of several matching lines. The next run handles the others, so this one does not fail.
  if (edited.goesOn !== true || !('changes' in plan)) return plan;
  return { ...plan, changes: plan.changes.map((change) => ({ ...change, repeats: true as const })) };
}

function planAbsent(state: EditState, task: Task, context: TaskContext): Plan {
  if (task.regexp === undefined && task.search_string === undefined && task.line === undefined)
    return { failed: 'one of line, search_string, or regexp is required with state=absent' };
  if (followed(state.before) === undefined) return { changes: [], result: { msg: 'file not present' } };
  const blocked = inTheWay(state, task);
  if (blocked !== undefined) return blocked;
  const edited = absent(state, task);
  if ('failed' in edited) return edited;
  return planEdit(
    state,
    task,
    edited,
    context,
    edited.found === 0
      ? {}
      : {
          what: edited.found === 1 ? 'line' : `${edited.found} lines`,
          from: edited.removed.map(bare).join('\n'),
          to: null,
        },
  );
}

type Edited = { readonly opened: OpenedText; readonly text: string; readonly message: string };

function present(
  state: EditState,
  task: Task,
): (Edited & { readonly at?: number; readonly was?: string; readonly goesOn?: true }) | { readonly failed: string } {
  const opened = openLinesAs(state, task.encoding, [task.line]);
  if ('failed' in opened) return opened;
  const compiled = compile(
    {
      regexp: task.regexp,
      after: placeOf(task.insertafter, ['EOF', 'BOF']),
      before: placeOf(task.insertbefore, ['BOF']),
    },
    opened,
  );
  if ('failed' in compiled) return compiled;
  const edit: LineEdit = {
    line: opened.foreign(task.line ?? ''),
    regexp: compiled.regexp,
    search: task.search_string === undefined ? undefined : opened.foreign(task.search_string),
    backrefs: task.backrefs,
    firstMatch: task.firstmatch,
    after: compiled.after ?? wordOf(task.insertafter, ['EOF', 'BOF'] as const),
    before: compiled.before ?? wordOf(task.insertbefore, ['BOF'] as const),
  };
  try {
    const { lines, ...rest } = putLine(textLines(opened.text), edit);
    return { opened, text: lines.join(''), ...rest };
  } catch (error) {
    return { failed: `${(error as Error).message} in the line ${task.line}` }; // a group that the pattern lacks
  }
}

function absent(
  state: EditState,
  task: Task,
): (Edited & { readonly found: number; readonly removed: readonly string[] }) | { readonly failed: string } {
  const opened = openLinesAs(state, task.encoding, []);
  if ('failed' in opened) return opened;
  const compiled = compile({ regexp: task.regexp }, opened);
  if ('failed' in compiled) return compiled;
  const line = opened.foreign(task.line ?? '');
  const search = task.search_string === undefined ? undefined : opened.foreign(task.search_string);
  const goes = (text: string): boolean => {
    if (compiled.regexp !== undefined) return text.search(compiled.regexp.regexp) >= 0;
    return search === undefined ? bare(text) === line : text.includes(search);
  };
  const lines = textLines(opened.text);
  const removed = lines.filter(goes);
  const text = lines.filter((one) => !goes(one)).join('');
  return {
    opened,
    text,
    found: removed.length,
    removed,
    message: removed.length > 0 ? `${removed.length} line(s) removed` : '',
  };
}

const placeOf = (place: string | undefined, words: readonly string[]) =>
  place === undefined || words.includes(place) ? undefined : place;
const wordOf = <W extends string>(place: string | undefined, words: readonly W[]): W | undefined =>
  words.find((word) => word === place);

type Name = 'regexp' | 'after' | 'before';
type Sources = { readonly [K in Name]?: string };
type Patterns = { [K in Name]?: LineEdit['regexp'] };

function compile(sources: Sources, opened: OpenedText): Patterns | { readonly failed: string } {
  const compiled: Patterns = {};
  for (const name of ['regexp', 'after', 'before'] as const) {
    const source = sources[name];
    if (source === undefined) continue;
    const pattern = patternOf(opened.foreign(source));
    if (!pattern.ok) return { failed: pattern.why };
    compiled[name] = pattern.pattern;
  }
  return compiled;
}
