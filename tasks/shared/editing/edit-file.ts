import {
  type Change,
  type Content,
  content,
  followed,
  type OpenedText,
  openText,
  type PathState,
  type Plan,
  parentOf,
  type Self,
  stat,
  type TaskContext,
  type TaskResult,
  tidyPath,
} from '../../../src/sdk.ts';
import { type Accounts, type Attributes, unknownAccount } from '../files/attributes.ts';
import { askAccounts } from '../files/copy-file.ts';
import { fileChanges } from '../files/file-content.ts';
import { foldersFor, thenAskFolders } from '../files/file-directory.ts';
import { openAs } from '../files/open-as.ts';
import { askAim } from '../files/path-info.ts';

/** The parameters of types that edit a file. */
interface EditParams extends Attributes {
  readonly path: string;
  readonly backup?: boolean;
  readonly validate?: string;
  readonly unsafe_writes?: boolean;
  /** The mode for new directories. */
  readonly directory_mode?: string;
}

/** The answers about a file to be edited. */
export interface EditState extends Accounts {
  readonly before: PathState;
  readonly now: Content;
  readonly parent: PathState;
  readonly self: Self;
  /** The directory that a dangling link leads to: the file would be created there. */
  readonly aim?: PathState | undefined;
  readonly [above: `above ${string}`]: PathState | undefined;
}

/** The questions about a file to be edited. */
export const askEdit = (task: EditParams, options: { secret?: boolean } = {}) => ({
  before: stat(tidyPath(task.path)),
  now: content(tidyPath(task.path), options),
  parent: stat(parentOf(tidyPath(task.path))),
  ...askAccounts(task),
});

/**
 * If the file's directory turns out to be missing, asks about all directories above it, so that they can be created; if
 * the path is a dangling link, about the directory that it leads to.
 */
export const thenAskEdit = (state: EditState, task: EditParams) => ({
  ...thenAskFolders(state.parent, parentOf(tidyPath(task.path))),
  aim: askAim(state.before),
});

/** The text of the file; empty if there is no file. */
export const openEdited = (state: EditState): OpenedText => openText(state.now.bytes ?? new Uint8Array());

/** The parameter for the encoding of a file to which lines are added. */
export const encodingParam = {
  type: 'str',
  doc: 'The encoding of the file, for example `latin-1`, if it is not UTF-8.',
} as const;

/** The same for types that insert lines: if every line of the file has a Windows line ending, new lines get one too. */
export const openLines = (state: EditState): OpenedText => keepingLineEnds(openEdited(state));

/** The same in an encoding, or why that is not possible; `added` is text that may be put into the file. */
export function openLinesAs(
  state: EditState,
  encoding: string | undefined,
  added: readonly (string | undefined)[],
): OpenedText | { readonly failed: string } {
  const opened = openAs(state.now.bytes ?? new Uint8Array(), encoding, added);
  return 'failed' in opened ? opened : keepingLineEnds(opened);
}

function keepingLineEnds(opened: OpenedText): OpenedText {
  if (!opened.text.includes('\r\n') || /(?<!\r)\n/.test(opened.text)) return opened;
  return {
    text: opened.text.replaceAll('\r\n', '\n'),
    foreign: (text) => opened.foreign(text.replace(/\r(?=\n|$)/g, '')),
    close: (text) => opened.close(text.replaceAll('\n', '\r\n')),
  };
}

/** Whether the file to edit exists. */
export const isFile = (state: EditState): boolean =>
  followed(state.before) !== undefined && followed(state.before)?.kind !== 'directory';

/**
 * Why the file cannot be edited: the path is a directory or a link to one, the file does not exist (told as `missing`,
 * if the task does not create it), or its parent is not a directory.
 */
export function inTheWay(
  state: EditState,
  task: EditParams,
  missing?: string,
): { failed: string; result?: TaskResult } | undefined {
  const now = followed(state.before);
  if (now?.kind === 'directory') return { failed: `Path ${task.path} is a directory !`, result: { rc: 256 } };
  // What does not exist is told as such, whatever is above it.
  if (now === undefined && missing !== undefined) return { failed: missing, result: { rc: 257 } };
  const { before, parent, aim } = state;
  if (aim !== undefined && followed(aim)?.kind !== 'directory')
    return { failed: `${task.path} is a link to ${before.resolved}, in a directory that does not exist` };
  // A missing parent is created, unless a link points to it.
  if (!parent.exists || followed(parent)?.kind === 'directory') return undefined;
  return { failed: `Destination directory ${parentOf(tidyPath(task.path))} is not a directory` };
}

/** How to describe an edit: `line 3`, with the old and new text. */
interface Told {
  readonly what?: string;
  readonly from?: string | null;
  readonly to?: string | null;
}

/** The changes that give the file its new text, owner and mode, creating missing directories. */
export function planEdit(
  state: EditState,
  task: EditParams,
  edited: { opened: OpenedText; text: string },
  context: TaskContext,
  told: Told = {},
): Plan {
  const wrong = unknownAccount(task, state);
  if (wrong !== undefined) return { failed: wrong };
  const blocked = inTheWay(state, task);
  if (blocked !== undefined) return blocked;
  const path = tidyPath(task.path);
  const folders =
    followed(state.parent) === undefined
      ? foldersFor(parentOf(path), state, { mode: task.directory_mode })
      : { changes: [], parent: state.parent };
  if ('failed' in folders) return folders;
  const same = state.now.bytes !== undefined && edited.text === edited.opened.text;
  const changes = fileChanges({
    path,
    before: state.before,
    parent: folders.parent,
    self: state.self,
    accounts: state,
    wanted: task,
    content: same ? state.now.bytes! : edited.opened.close(edited.text),
    same,
    now: state.now.bytes,
    follow: true,
    validate: task.validate,
    // Next to a link that is followed, as Ansible keeps it.
    backup: task.backup === true && path,
    unsafe: task.unsafe_writes,
    diff: context.diff,
    ...told,
  });
  return { changes: [...folders.changes, ...changes] satisfies readonly Change[] };
}

/**
 * Whether owner, group or mode were changed in addition to the text; for a newly created file, all that are given count
 * as changed.
 */
export const attributesChanged = (changes: readonly Change[], before: EditState, task: EditParams): boolean =>
  changes.some((change) => ['mode', 'owner', 'group'].includes(change.what)) ||
  (changes.length > 0 && !isFile(before) && (task.mode ?? task.owner ?? task.group) !== undefined);

/** Ansible's `diff` without `--diff` or without a change: the headers, with empty content. */
export function untoldDiff(path: string, changes: readonly Change[], { diff }: TaskContext): TaskResult {
  if (diff && changes.length > 0) return {};
  const headers = (of: string) => ({ before_header: `${path} (${of})`, after_header: `${path} (${of})` });
  return { diff: [{ before: '', after: '', ...headers('content') }, headers('file attributes')] };
}
