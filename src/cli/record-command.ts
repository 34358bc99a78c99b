import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { askHost, type NotLookedAt } from '../audit/ask-hosts.ts';
import { isPlainText, pathQuestions, readPaths } from '../audit/at-path.ts';
import { secretIn } from '../audit/unmanaged/secrets.ts';
import type { CommandLine } from '../core/command-line.ts';
import { statOf, writeLocalFile } from '../core/local-file.ts';
import { shell } from '../core/questions/shell.ts';
import type { Connector, Endpoint } from '../core/session.ts';
import { visible } from '../core/visible.ts';
import { accountsOf } from '../document/draft/account.ts';
import { writePlaybook } from '../document/draft/write-playbook.ts';
import { readDocument } from '../document/read-document.ts';
import { differencesBetween, type Entry, manifestScript, readManifest } from '../document/record/manifest.ts';
import { type RecordedCommand, readRecord } from '../document/record/session.ts';
import { type Kept, openChanges, recordedDocument } from '../document/record/written.ts';
import type { RunContext } from '../engine/variables/run-context.ts';
import { wrongFile } from './audit-outputs.ts';
import type { CallIo } from './command.ts';
import { type Looking, lookingAtHost, tellNotLookedAt } from './looking.ts';
import type { RECORD_OPTIONS } from './record-options.ts';
import { shellInTerminal } from './shell-in-terminal.ts';

type Line = CommandLine<typeof RECORD_OPTIONS>;

/** Larger files do not stand in a document. */
const MOST_BYTES = 1024 ** 2;

/** Opens a shell on a host and writes a document and a playbook of what was done there. Returns the exit code. */
export async function recordSession(line: Line, io: CallIo): Promise<number> {
  const [host = ''] = line.rest;
  const date = new Date().toISOString().slice(0, 10);
  const { out = `${host}-${date}`, ...options } = line.options;
  const name = out.replace(/\.(md|ya?ml)$/, '');
  const [document, playbook] = [`${name}.md`, `${name}.yaml`];
  const mistakes = [
    ...wrongFile(document),
    ...[document, playbook].flatMap((file) =>
      statOf(file) === undefined ? [] : [`${file} exists already: a record replaces nothing`],
    ),
  ];
  if (mistakes.length > 0) return io.refuse(mistakes.map((mistake) => `--out: ${mistake}`));
  return lookingAtHost({ options, pattern: host, io }, async (looking, only) => {
    const way = wayTo(looking.loaded.context);
    const before = await manifestOf(way.context, only);
    if ('failed' in before) return tellNotLookedAt(only, before, io, looking);
    const commands = await recorded(way.endpoint(), looking, io);
    if ('failed' in commands) return tellNotLookedAt(only, commands, io, looking);
    const after = await manifestOf(way.context, only);
    const lost = 'failed' in after;
    const session = {
      host: only,
      date,
      commands: commands.commands,
      differences: lost ? [] : differencesBetween(before.entries, after.entries),
    };
    const changes = openChanges(session);
    const kept = await writableTexts(
      way.context,
      only,
      changes.flatMap(({ difference: { path, now } }) => (now?.kind === 'file' ? [path] : [])),
    );
    const { text, clear, open } = recordedDocument(session, changes, kept);
    writeLocalFile(document, text, 0o600);
    const accounts = accountsOf(readDocument(clear, document));
    writeLocalFile(
      playbook,
      writePlaybook(accounts, { document: basename(document), hosts: only, become: line.options.become }),
      0o600,
    );
    const failed = session.commands.filter(({ code }) => code !== 0).length;
    io.stderr.write(
      visible(
        `${document}, ${playbook}: ${session.commands.length} commands, ${failed} of them failed; ${session.differences.length} paths below /etc differ\n`,
      ),
    );
    if (lost) io.stderr.write(visible(`what changed below /etc is not known: ${after.failed}\n`));
    if (before.denied > 0)
      io.stderr.write(
        `not looked at: ${before.denied} paths below /etc that this user may not read (-b becomes root)\n`,
      );
    for (const one of open) io.stderr.write(visible(`not told: ${one}\n`));
    return lost || before.denied > 0 || open.length > 0 ? 2 : 0;
  });
}

/** A context that remembers how a host was reached, so that its shell is reached in the same way. */
function wayTo(context: RunContext): { readonly context: RunContext; readonly endpoint: () => Endpoint | undefined } {
  let last: Endpoint | undefined;
  const { connector } = context;
  const remembering: Connector = {
    ...connector,
    get logins() {
      return connector.logins;
    },
    open(endpoint, signal) {
      last = endpoint;
      return connector.open(endpoint, signal);
    },
  };
  return { context: { ...context, connector: remembering }, endpoint: () => last };
}

async function manifestOf(
  context: RunContext,
  host: string,
): Promise<{ readonly entries: ReadonlyMap<string, Entry>; readonly denied: number } | NotLookedAt> {
  const answer = await askHost(context, host, { etc: shell({ script: manifestScript, about: [] }) });
  if ('failed' in answer) return answer;
  const { stdout, stderr } = answer.answers.etc;
  const entries = readManifest(stdout);
  if (!entries.has('/etc')) return { failed: `/etc cannot be read: ${stderr.trim()}`, unreachable: false };
  return { entries, denied: stderr.split('\n').filter((line) => line.endsWith('Permission denied')).length };
}

/** Lets a person, or a file, use a shell on the host, and reads what was done. */
async function recorded(
  endpoint: Endpoint | undefined,
  { loaded: { context }, signal }: Looking,
  io: CallIo,
): Promise<{ readonly commands: readonly RecordedCommand[] } | NotLookedAt> {
  if (endpoint === undefined) return { failed: 'it was not reached', unreachable: true };
  const name = randomBytes(8).toString('hex');
  const ended = await shellInTerminal(context.connector, endpoint, { name, io, signal });
  return typeof ended === 'string' ? { commands: readRecord(ended) } : ended;
}

/** The texts of files, as far as they may be written down. */
async function writableTexts(
  context: RunContext,
  host: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Kept>> {
  if (paths.length === 0) return new Map();
  const answer = await askHost(context, host, pathQuestions(paths, MOST_BYTES));
  const found = readPaths(paths, 'answers' in answer ? answer.answers : {}, MOST_BYTES);
  return new Map(
    [...found].map(([path, at]): readonly [string, Kept] => {
      if (at.kind !== 'file') return [path, { why: at.kind === 'none' ? at.why : 'it is a link' }];
      if (!isPlainText(at.text)) return [path, { why: 'it is not plain text' }];
      const secret = secretIn(path, at.text, at.mode);
      return [path, secret === undefined ? { text: at.text } : { why: `${secret}, so it is not written down` }];
    }),
  );
}
