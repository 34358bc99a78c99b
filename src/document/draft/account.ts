import type { CommandPart, DocumentPart, ExcerptPart, Heading, InstallDocument } from '../document.ts';
import { block, draftCommand } from './calls.ts';
import { type Drafted, type DraftTask, exact, likely, manual, pathTask } from './drafted.ts';
import { withVariables } from './placeholders.ts';
import { secretsIn, withoutSecrets, withVaultVariables } from './secrets.ts';
import { absolutePath } from './words.ts';

/** A part of a document, and what it becomes. */
export interface Account {
  /** Its first line in the document. */
  readonly line: number;
  /** As it stands there. */
  readonly text: string;
  readonly kind: 'command' | 'content' | 'instruction';
  readonly drafted: Drafted;
  /** The heading it stands under. */
  readonly heading?: Heading;
  /** The host that the document names for it. */
  readonly host?: string;
}

/** What becomes of each command, excerpt and instruction of a document, in its order. A command line of several calls has several. */
export function accountsOf(document: InstallDocument): readonly Account[] {
  const accounts: Account[] = [];
  const directories = new Set<string>();
  const hostAt = hostFinder(document);
  // Prose speaks of passwords; what is typed, written or printed has them.
  const typed = document.lines.filter(({ kind }) => kind === 'command' || kind === 'content' || kind === 'output');
  const secrets = secretsIn(typed.map(({ text }) => text).join('\n'));
  for (const [at, part] of document.parts.entries()) {
    if (part.kind === 'output') continue;
    const heading = part.under.at(-1);
    const host =
      (part.kind === 'command' ? (part.host ?? hostAfter(document, part)) : undefined) ?? hostAt(part.at.line);
    const base = {
      line: part.at.line,
      kind: part.kind,
      ...(heading !== undefined && { heading }),
      ...(host !== undefined && { host }),
    };
    const drafts = wasNotDone(document, part)
      ? [manual('the document says that it was not done')]
      : draftPart(document.parts, at, directories);
    for (const drafted of drafts) {
      const own = 'tasks' in drafted ? drafted.tasks.map((task) => withVaultVariables(task, secrets)) : undefined;
      accounts.push({
        ...base,
        text: withoutSecrets(part.text.trimEnd(), secrets),
        drafted: own === undefined ? drafted : ({ ...drafted, tasks: own } as Drafted),
      });
      if ('tasks' in drafted) for (const task of drafted.tasks) noteDirectories(task, directories);
    }
  }
  return accounts;
}

/** "I also had to make a `ln -s …` on ovh3" */
function hostAfter({ lines }: InstallDocument, { at, stands }: CommandPart): string | undefined {
  if (stands !== 'inline') return undefined;
  const rest = lines[at.endLine - 1]?.text.slice(at.endColumn - 1) ?? '';
  return /^`*\s+on\s+([a-z][\w.-]*\d[\w.-]*)\b/i.exec(rest)?.[1];
}

/** "But as this is not needed, I didn't do it." */
const NOT_DONE = /\b(?:I|we)\s+(?:didn.t|did not)\s+(?:do|apply|keep)\s+(?:it|this|that)\b/i;

/** Whether the section of a part says, after it, that it was not done. */
function wasNotDone({ lines }: InstallDocument, { at, under }: DocumentPart): boolean {
  const section = under.at(-1);
  return (
    section !== undefined &&
    lines.slice(at.endLine, section.endLine).some(({ text, kind }) => kind !== 'command' && NOT_DONE.test(text))
  );
}

function draftPart(parts: readonly DocumentPart[], at: number, directories: ReadonlySet<string>): readonly Drafted[] {
  const part = parts[at];
  const [before, after] = [parts[at - 1], parts[at + 1]];
  if (part?.kind === 'command') {
    const heredoc = isHeredoc(part, after) ? after.text : undefined;
    const dropIn = editedUnit(part) !== undefined && after?.kind === 'content' ? draftDropIn(part, after) : undefined;
    if (dropIn !== undefined) return [dropIn];
    const output = after?.kind === 'output' && after.command === part.at.line ? after.text : undefined;
    return draftCommand(withVariables(part), {
      directories,
      ...(heredoc !== undefined && { heredoc: heredoc.endsWith('\n') ? heredoc : `${heredoc}\n` }),
      ...(output !== undefined && { output }),
    });
  }
  if (part?.kind === 'content')
    return isHeredoc(before, part) || (before?.kind === 'command' && editedUnit(before) !== undefined)
      ? []
      : [draftExcerpt(part, before)];
  return [manual('a person did it')];
}

const isHeredoc = (command: DocumentPart | undefined, part: DocumentPart | undefined): part is ExcerptPart =>
  command?.kind === 'command' &&
  part?.kind === 'content' &&
  /<<-?\s*['"\\]?\w/.test(command.text) &&
  part.at.line === command.at.endLine + 1;

/** The unit of `systemctl edit UNIT`. */
const editedUnit = ({ text }: CommandPart): string | undefined =>
  /^(?:sudo )?systemctl edit ([\w@.-]+)$/.exec(text.trim())?.[1];

/** What was typed into the editor of `systemctl edit`. */
function draftDropIn(command: CommandPart, { text }: ExcerptPart): Drafted | undefined {
  const edited = editedUnit(command);
  if (edited === undefined || IS_PART.test(text)) return undefined;
  const directory = `/etc/systemd/system/${/\.\w+$/.test(edited) ? edited : `${edited}.service`}.d`;
  const file = `${directory}/override.conf`;
  return exact(
    pathTask('file', directory, { path: directory, state: 'directory' }),
    pathTask('copy', file, { dest: file, content: withEnd(text) }),
  );
}

/** A line that stands for what is left out. */
const IS_PART = /^\W*(\.\.\.|…|\(\.\.\.\))\W*$/m;

const withEnd = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/** An excerpt of a file: what was added to it, or the whole of it. */
function draftExcerpt(excerpt: ExcerptPart, before: DocumentPart | undefined): Drafted {
  const text = withEnd(excerpt.text);
  if (IS_PART.test(text)) return manual('a part of the file is left out');
  const path = excerpt.path === undefined ? undefined : absolutePath(excerpt.path, {});
  if (path === undefined) return manual('the document does not tell which file it is');
  const said = before?.kind === 'instruction' ? before.text : '';
  if (/\bmy (own |local )*(host|laptop|machine|computer|pc|\/etc\/hosts)\b/i.test(said))
    return manual('it is about the machine of the one who wrote it');
  if (/\b(creat(e|ed)|new file|to be|write|wrote)\b/i.test(said) || /^#!/.test(text)) {
    const mode = /^#!/.test(text) ? { mode: '0755' } : {};
    return likely('it is taken for all of the file', pathTask('copy', path, { dest: path, content: text, ...mode }));
  }
  if (/^\s*(?:#.*\n)*\[/.test(text) || said !== '')
    return likely('it is added at the end of the file', block(path, text));
  return likely('it is taken for all of the file', pathTask('copy', path, { dest: path, content: text }));
}

/** What a task shows to be a directory. */
function noteDirectories({ type, args }: DraftTask, directories: Set<string>): void {
  if (type === 'file' && args['state'] === 'directory') directories.add(String(args['path']));
}

/**
 * The host that a line is about: "On off2:" or "On the proxy of off1, I added …" hold until the next heading or such line; a heading ("Setting
 * up stunnel on ovh1 proxy") holds for its section. What has no name of an inventory gets one made of its words.
 */
function hostFinder({ lines, headings }: InstallDocument): (line: number) => string | undefined {
  const isHeading = new Set(headings.map(({ line }) => line));
  const changes: { readonly line: number; readonly host: string | undefined }[] = [];
  for (const { number, text, kind } of lines)
    if (isHeading.has(number)) changes.push({ line: number, host: undefined });
    else if (kind === 'text' || kind === 'instruction') {
      const host = hostOfLine(text);
      if (host !== undefined) changes.push({ line: number, host });
    }
  return (line) => {
    const said = changes.findLast((change) => change.line <= line)?.host;
    const inside = headings.filter((heading) => heading.line <= line && line <= heading.endLine);
    return said ?? inside.map(({ title }) => hostOfHeading(title)).findLast((host) => host !== undefined);
  };
}

const ON = /^[-*>\s]*(?:On|Sur)\s+(?:the\s+)?/i;

function hostOfLine(text: string): string | undefined {
  if (!ON.test(text)) return undefined;
  const rest = text.replace(ON, '');
  const [, alone] = /^`?([\w.-]+(?: [\w.()-]+){0,3})`?\s*:$/.exec(rest.trim()) ?? [];
  const [, said] =
    /^([\w .()-]+?)(?:,| (?=(?:we |I )?(?:also )?(?:add|creat|edit|chang|modif|put|had|did|install|ran)))/i.exec(
      rest,
    ) ?? [];
  const name = alone ?? (said !== undefined && /\d/.test(said) ? said : undefined);
  return name === undefined || /^my\b/i.test(name) ? undefined : inventoryName(name);
}

function hostOfHeading(title: string): string | undefined {
  const [, whole] = /^On (?:the )?`?([\w.-]+(?: [\w-]+){0,3})`?:?$/i.exec(title.trim()) ?? [];
  const [, end] = / on (?:the )?([\w.-]*\d[\w.-]*(?: [\w-]+){0,2})$/i.exec(title.trim()) ?? [];
  const name = whole ?? end;
  return name === undefined ? undefined : inventoryName(name);
}

const inventoryName = (words: string): string =>
  /^[\w.-]+$/.test(words)
    ? words
    : words
        .replace(/\W+/g, '_')
        .replace(/^_+|_+$/g, '')
        .toLowerCase();
