import { posix } from 'node:path';
import { script } from '../../core/command.ts';
import { type Account, accountsOf } from '../draft/account.ts';
import { secretsIn, withoutSecrets } from '../draft/secrets.ts';
import { readDocument } from '../read-document.ts';
import type { Entry, PathDifference } from './manifest.ts';
import type { RecordedCommand } from './session.ts';

/** What was done in a shell on a host. */
export interface RecordedSession {
  /** The host's name in the inventory. */
  readonly host: string;
  /** ISO 8601: 2027-01-31. */
  readonly date: string;
  readonly commands: readonly RecordedCommand[];
  /** How /etc differs from what it was before. */
  readonly differences: readonly PathDifference[];
}

/** A change that no draft can tell from the commands alone, and the command after which it is told; undefined for the end. */
interface OpenChange {
  readonly difference: PathDifference;
  readonly after: number | undefined;
}

/** A text of a file, or why it is not written down. */
export type Kept = { readonly text: string } | { readonly why: string };

/** A document, and what changed but is not in it. */
interface RecordedDocument {
  /** Without the secrets that it shows. */
  readonly text: string;
  /** With them, for a draft, which makes variables of them. */
  readonly clear: string;
  readonly open: readonly string[];
}

// Accounts are told by the commands that make them: their files hold the hashes of passwords.
const ACCOUNTS = /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)$/;
/** What programs write for themselves. */
const OF_PROGRAMS = /^\/etc\/(ld\.so\.cache|\.pwd\.lock|mtab|(passwd|group|shadow|gshadow|subuid|subgid)-)$/;

/** The changes that the document has to tell in another way than by the commands that made them. */
export function openChanges(session: RecordedSession): readonly OpenChange[] {
  const { commands, differences } = session;
  const { text, lines } = documentOf(session, new Map());
  const accounts = accountsOf(readDocument(text, 'session.md'));
  const isTold = commands.map((_, at) => isDrafted(accounts.filter(({ line }) => line === lines[at])));
  const gone = new Set(differences.flatMap(({ path, now }) => (now === undefined ? [path] : [])));
  return differences.flatMap((difference): readonly OpenChange[] => {
    const { path, now, before } = difference;
    // It went with its directory.
    if (now === undefined && gone.has(posix.dirname(path))) return [];
    if (OF_PROGRAMS.test(path) || (now ?? before)?.kind === 'other') return [];
    // What is removed has no time of its own; its directory does.
    const seenAs = now === undefined ? posix.dirname(path) : path;
    const by = commands.flatMap(({ changed }, at) => (changed.includes(seenAs) ? [at] : []));
    const untold = by.filter((at) => isTold[at] !== true);
    if (by.length > 0 && untold.length === 0) return [];
    return [{ difference, after: untold.at(-1) }];
  });
}

/** Whether a draft says all that a command did. */
const isDrafted = (accounts: readonly Account[]): boolean =>
  accounts.some(({ drafted }) => drafted.grade === 'exact' || drafted.grade === 'restart') &&
  accounts.every(({ drafted }) => ['exact', 'restart', 'look'].includes(drafted.grade));

/** Writes the document. `kept` has the texts of the files among the open changes, by path. */
export function recordedDocument(
  session: RecordedSession,
  changes: readonly OpenChange[],
  kept: ReadonlyMap<string, Kept>,
): RecordedDocument {
  const open: string[] = [];
  const added = new Map<number | undefined, string[]>();
  for (const { difference, after } of changes) {
    const told = retold(difference, kept.get(difference.path));
    if ('why' in told) open.push(`${difference.path}: ${told.why}`);
    else added.set(after, [...(added.get(after) ?? []), ...told.commands]);
  }
  const { text } = documentOf(session, added);
  return { text: withoutSecrets(text, secretsIn(text)), clear: text, open };
}

/** The commands that make a path what it is. */
function retold(
  { path, now, before }: PathDifference,
  kept: Kept | undefined,
): { readonly commands: readonly string[] } | { readonly why: string } {
  if (ACCOUNTS.test(path)) return { why: 'accounts were changed in a way that no command here tells' };
  if (now === undefined)
    return { commands: [(before?.kind === 'directory' ? script`rm -rf ${path}` : script`rm ${path}`).text] };
  if (now.kind === 'link') return { commands: [script`ln -sfn ${now.content} ${path}`.text] };
  const rights = rightsOf(path, now, before);
  if (now.kind === 'directory')
    return { commands: [...(before === undefined ? [script`mkdir -p ${path}`.text] : []), ...rights] };
  if (before?.kind === 'file' && before.content === now.content) return { commands: rights };
  if (kept === undefined || 'why' in kept) return { why: kept?.why ?? 'it was not read' };
  if (kept.text === '')
    return before === undefined ? { commands: [script`touch ${path}`.text, ...rights] } : { why: 'it was emptied' };
  if (!kept.text.endsWith('\n')) return { why: 'its last line has no end, which a here-document cannot have' };
  const end = ['EOF', 'END_OF_FILE', 'END_OF_THIS_FILE'].find((word) => !`\n${kept.text}`.includes(`\n${word}\n`));
  if (end === undefined) return { why: 'it has lines like the end of a here-document' };
  return { commands: [`${script`cat > ${path}`.text} <<'${end}'\n${kept.text}${end}`, ...rights] };
}

/** The rights that a new file or directory would not have by itself, or that differ from those before. */
function rightsOf(path: string, { kind, mode, owner, group }: Entry, before: Entry | undefined): readonly string[] {
  const usual = { mode: kind === 'directory' ? '0755' : '0644', owner: 'root', group: 'root' };
  const was = before?.kind === kind ? before : usual;
  return [
    ...(was.owner !== owner || was.group !== group ? [script`chown ${`${owner}:${group}`} ${path}`.text] : []),
    ...(was.mode !== mode ? [script`chmod ${mode} ${path}`.text] : []),
  ];
}

/** The document, and in which line of it each command begins. */
function documentOf(
  { host, date, commands }: RecordedSession,
  added: ReadonlyMap<number | undefined, readonly string[]>,
): { readonly text: string; readonly lines: readonly (number | undefined)[] } {
  const out: string[] = [`# Session on ${host}, ${date}`, ''];
  const lines: (number | undefined)[] = [];
  const all = [...commands.map(({ text }) => text), ...[...added.values()].flat()];
  const longest = Math.max(2, ...all.flatMap((text) => [...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  const fence = '`'.repeat(longest + 1);
  let isOpen = false;
  const fenced = (wanted: boolean): void => {
    if (isOpen !== wanted) out.push(...(wanted ? [`${fence}console`] : [fence, '']));
    isOpen = wanted;
  };
  const type = (text: string, directory: string): number => {
    fenced(true);
    const line = out.length + 1;
    out.push(...`root@${host}:${directory}# ${text}`.split('\n'));
    return line;
  };
  const add = (at: number | undefined): void => {
    const more = added.get(at);
    if (more === undefined) return;
    fenced(false);
    out.push(at === undefined ? 'What else has changed below /etc:' : 'What that changed below /etc:', '');
    for (const text of more) type(text, '/');
    fenced(false);
  };
  for (const [at, { text, directory, code }] of commands.entries()) {
    if (code === 0) lines.push(type(text, directory));
    else {
      fenced(false);
      // A comment: nobody is to repeat what failed.
      out.push(`<!-- exit code ${code}: ${text.replace(/-(?=[->])/g, '- ')} -->`.replaceAll('\n', ' '), '');
      lines.push(undefined);
    }
    add(at);
  }
  add(undefined);
  fenced(false);
  return { text: `${out.join('\n').trimEnd()}\n`, lines };
}
