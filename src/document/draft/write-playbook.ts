import { posix } from 'node:path';
import { Document, isMap, isSeq, visit, type YAMLMap } from 'yaml';
import type { Account } from './account.ts';
import { type DraftTask, templated, unset, variablesIn } from './drafted.ts';
import { type DraftEntry, type EndState, endStateOf } from './end-state.ts';

/** How to write a draft. */
interface Writing {
  /** The document's file, for comments. */
  readonly document: string;
  /** The hosts of what the document names no host for: a pattern of the inventory. */
  readonly hosts: string;
  readonly become: boolean;
}

/**
 * A playbook from the accounts of a document, with one play for each run of parts that are about one host. Every task has the `step:` of its
 * heading, and the lines that it comes from as a comment. What a person has to do is a `manual` task with the tag `never`: it is done by
 * `--tags manual`.
 */
export function writePlaybook(accounts: readonly Account[], { document, hosts, become }: Writing): string {
  const plays = byHost(accounts).map(({ host, own }) => {
    const state = endStateOf(own);
    return { host: host ?? hosts, state };
  });
  const written = new Document(
    plays.map(({ host, state }) => playOf(host, state, document, become)),
    { version: '1.1' },
  );
  const { contents } = written;
  if (isSeq(contents))
    for (const [at, play] of contents.items.entries()) if (isMap(play)) comment(play, plays[at]?.state);
  templateScalars(written);
  written.commentBefore = head(document);
  return written.toString({ lineWidth: 0, directives: false });
}

const head = (document: string): string =>
  [
    ` A first draft of what ${posix.basename(document)} describes. Read it before you run it: what is "likely" has a guess in it, and what a`,
    ' person has to do is a task with the tag "manual", which runs with --tags manual only.',
  ].join('\n');

/** The variables that a play needs: a run says which one has no value yet. */
function variablesOf(tasks: readonly object[]): Readonly<Record<string, string>> {
  const names = [...new Set(variablesIn(JSON.stringify(tasks)))];
  return Object.fromEntries(names.map((name) => [name, unset(hintOf(name))]));
}

const hintOf = (name: string): string =>
  name.startsWith('vault_')
    ? 'a secret: replace this by what run vault encrypt_string prints'
    : 'replace this by the value';

function byHost(
  accounts: readonly Account[],
): readonly { readonly host: string | undefined; readonly own: readonly Account[] }[] {
  const runs: { host: string | undefined; own: Account[] }[] = [];
  for (const account of accounts) {
    const last = runs.at(-1);
    if (last === undefined || last.host !== account.host) runs.push({ host: account.host, own: [account] });
    else last.own.push(account);
  }
  return runs;
}

function playOf(host: string, { entries, handlers }: EndState, document: string, become: boolean) {
  const tasks = withFlushes(grouped(entries), document);
  const vars = variablesOf(tasks);
  return {
    name: `${posix.basename(document)} on ${host}`,
    hosts: host,
    gather_facts: false,
    ...(become && { become: true }),
    ...(Object.keys(vars).length > 0 && { vars }),
    tasks,
    ...(handlers.length > 0 && { handlers: handlers.map(({ name, task }) => ({ name, [task.type]: task.args })) }),
  };
}

/** Packages that one command installed are one task. */
function grouped(entries: readonly DraftEntry[]): readonly DraftEntry[] {
  const all: DraftEntry[] = [];
  for (const entry of entries) {
    const last = all.at(-1);
    const names = 'task' in entry ? entry.task.args['name'] : undefined;
    if (last !== undefined && 'task' in last && 'task' in entry && Array.isArray(names) && canJoin(last, entry))
      all[all.length - 1] = {
        ...last,
        task: { ...last.task, args: { ...last.task.args, name: [...(last.task.args['name'] as string[]), ...names] } },
      };
    else all.push(entry);
  }
  return all;
}

const canJoin = (one: Extract<DraftEntry, { task: unknown }>, other: Extract<DraftEntry, { task: unknown }>): boolean =>
  one.task.type === 'apt' &&
  other.task.type === 'apt' &&
  Array.isArray(one.task.args['name']) &&
  one.from.length === 1 &&
  other.from.length === 1 &&
  one.from[0]?.line === other.from[0]?.line &&
  one.notify.join() === other.notify.join() &&
  JSON.stringify({ ...one.task.args, name: '' }) === JSON.stringify({ ...other.task.args, name: '' });

const PROBES = new Set(['uri', 'wait_for', 'verify']);

/** Entries as YAML. What was restarted is looked at afterwards: handlers run before the first probe that follows. */
function withFlushes(entries: readonly DraftEntry[], document: string): readonly object[] {
  const tasks: object[] = [];
  let isDue = false;
  for (const entry of entries) {
    if ('task' in entry && PROBES.has(entry.task.type) && isDue) {
      tasks.push({ meta: 'flush_handlers' });
      isDue = false;
    }
    if ('task' in entry && entry.notify.length > 0) isDue = true;
    const written = writtenEntry(entry, document);
    if (written !== undefined) tasks.push(written);
  }
  return tasks;
}

/** What only looked, and what the prose says that a person did, are comments. */
const isComment = (entry: DraftEntry): boolean =>
  'left' in entry && (entry.left.drafted.grade === 'look' || entry.left.kind === 'instruction');

const stepOf = ({ heading }: Account, document: string): string => heading?.title ?? posix.basename(document);

function writtenEntry(entry: DraftEntry, document: string): object | undefined {
  if ('left' in entry) {
    if (isComment(entry)) return undefined;
    const { line, kind, text } = entry.left;
    const instructions =
      kind === 'content' ? `${posix.basename(document)}, line ${line}: the file that is shown there` : text.trim();
    return {
      name: `line ${line}: ${short(kind === 'content' ? 'an excerpt of a file' : text)}`,
      step: stepOf(entry.left, document),
      // Nothing proves it yet.
      manual: { instructions, unless: 'false' },
      tags: ['manual', 'never'],
    };
  }
  const { task, from, notify } = entry;
  const [first] = from;
  return {
    name: taskName(task),
    ...(first !== undefined && { step: stepOf(first, document) }),
    ...(task.becomeUser !== undefined && { become: true, become_user: task.becomeUser }),
    [task.type]: task.args,
    ...(notify.length > 0 && { notify }),
  };
}

const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 72 ? line : `${line.slice(0, 71)}…`;
};

/** What a task does, in a few words: the thing, and what is not its content. */
function taskName({ type, args }: DraftTask): string {
  const words = (value: unknown): readonly string[] =>
    [value].flat().flatMap((one) => (typeof one === 'string' || typeof one === 'number' ? [String(one)] : []));
  const thing = ['dest', 'path', 'name', 'target', 'url', 'host', 'cmd', 'argv'].find(
    (name) => args[name] !== undefined,
  );
  const others = Object.entries(args).flatMap(([name, value]) =>
    /content|block|password|template/.test(name) ? [] : words(value),
  );
  const shown = thing === undefined ? others : words(args[thing]);
  const gone = args['state'] === 'absent' ? ['absent'] : [];
  return short([type, ...(shown.length > 0 ? [...shown, ...gone] : Object.keys(args))].join(' '));
}

/** Variables become templates; what a document has in braces is marked as none. */
function templateScalars(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string') return;
      const text = templated(node.value);
      if (text !== undefined) node.value = text;
      else if (/\{[{%#]/.test(node.value)) node.tag = '!unsafe';
    },
  });
}

/** Puts the lines of the document above each task and handler. */
function comment(play: YAMLMap, state: EndState | undefined): void {
  if (state === undefined) return;
  const tasks = play.get('tasks');
  if (!isSeq(tasks)) return;
  const items = [...tasks.items];
  let looks: string[] = [];
  let at = 0;
  for (const entry of grouped(state.entries)) {
    if ('left' in entry && isComment(entry)) {
      looks.push(...lineComment(entry.left, entry.left.kind === 'instruction' ? undefined : 'nothing to declare'));
      continue;
    }
    let item = items[at++];
    if (isMap(item) && item.has('meta')) item = items[at++];
    const lines = 'left' in entry ? lineComment(entry.left, reasonOf(entry.left)) : placedComment(entry);
    if (isMap(item)) item.commentBefore = [...looks, ...lines].join('\n');
    looks = [];
  }
  if (looks.length > 0) tasks.comment = looks.join('\n');
  const handlers = play.get('handlers');
  if (isSeq(handlers))
    for (const [index, handler] of handlers.items.entries())
      if (isMap(handler))
        handler.commentBefore = (state.handlers[index]?.from ?? []).flatMap((from) => lineComment(from)).join('\n');
}

const placedComment = ({ from, undone }: Extract<DraftEntry, { task: unknown }>): readonly string[] => [
  ...undone.flatMap((account) => lineComment(account, 'done differently later')),
  ...from.flatMap((account) =>
    lineComment(account, account.drafted.grade === 'likely' ? `likely: ${account.drafted.why}` : undefined),
  ),
];

const reasonOf = ({ drafted }: Account): string =>
  drafted.grade === 'manual'
    ? `manual: ${drafted.why}`
    : 'manual: nothing before it in its section tells what it puts into effect';

function lineComment({ line, text, kind }: Account, why?: string): readonly string[] {
  const shown = kind === 'content' ? ['(an excerpt)'] : text.split('\n');
  const [first = '', ...more] = shown.map((one) => one.trimEnd());
  return [
    ` line ${line}: ${first}${more.length === 0 && why !== undefined ? `  (${why})` : ''}`,
    ...more.map((one) => `   ${one}`),
    ...(more.length > 0 && why !== undefined ? [`   (${why})`] : []),
  ];
}
