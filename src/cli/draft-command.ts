import { basename } from 'node:path';
import { statOf, writeLocalFile } from '../core/local-file.ts';
import { visible } from '../core/visible.ts';
import { type Account, accountsOf } from '../document/draft/account.ts';
import { writePlaybook } from '../document/draft/write-playbook.ts';
import { readDocument } from '../document/read-document.ts';
import { wrongFile } from './audit-outputs.ts';
import type { CallIo } from './command.ts';
import type { DraftLine } from './options.ts';
import { readLocalText } from './read-local-text.ts';

/** Writes a playbook from a document. Returns the exit code. */
export async function draftCommand({ options, rest: [file = ''] }: DraftLine, io: CallIo): Promise<number> {
  const { out, hosts = 'target' } = options;
  const mistakes =
    out === undefined
      ? []
      : [
          ...wrongFile(out),
          ...(statOf(out) === undefined ? [] : [`${out} exists already: a draft replaces no playbook`]),
        ];
  if (mistakes.length > 0) return io.refuse(mistakes.map((mistake) => `--out: ${mistake}`));
  const text = readLocalText(file);
  if (!text.ok) return io.refuse([`${file}: ${text.error}`]);
  const document = readDocument(text.value, file);
  const accounts = accountsOf(document);
  if (!accounts.some(({ kind }) => kind === 'command')) return io.refuse([`${file}: no command was found in it`]);
  const playbook = writePlaybook(accounts, { document: basename(file), hosts, become: isRoots(text.value) });
  if (out === undefined) io.stdout.write(visible(playbook));
  else writeLocalFile(out, playbook, 0o644);
  io.stderr.write(`${summary(accounts)}\n`);
  return 0;
}

/** Whether a document works as a user who becomes root. */
const isRoots = (text: string): boolean => /\bsudo\b|@[\w.-]+:[^\n]*\$ /.test(text);

/** `41 commands: 35 exact, 2 likely, 4 manual, …` */
function summary(accounts: readonly Account[]): string {
  const commands = accounts.filter(({ kind }) => kind === 'command');
  const count = (...grades: readonly string[]) =>
    commands.filter(({ drafted }) => grades.includes(drafted.grade)).length;
  const others = accounts.length - commands.length;
  const counts = [
    `${count('exact', 'restart')} exact`,
    `${count('likely')} likely`,
    `${count('manual')} manual`,
    `${count('look')} that only look`,
  ];
  return `${commands.length} commands: ${counts.join(', ')}; ${others} excerpts and instructions`;
}
