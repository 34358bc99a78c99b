import { basename } from 'node:path';
import { userName } from '../audit/record.ts';
import type { CommandLine } from '../core/command-line.ts';
import type { Secrets } from '../core/secrets.ts';
import { runPlaybooks } from '../engine/run.ts';
import { type ByFileConnector, byFileConnector } from '../session/by-file/connector.ts';
import { questionsScript } from '../session/by-file/script.ts';
import { answersIn } from './answers-in.ts';
import type { CallIo } from './command.ts';
import { type Looking, lookingAtHost } from './looking.ts';
import { missingPlaybooks } from './missing-playbooks.ts';
import type { QUESTIONS_OPTIONS } from './questions-options.ts';
import { version } from './version.ts';

type Line = CommandLine<typeof QUESTIONS_OPTIONS>;

/** Prints the questions of a check to a host. Returns the exit code. */
export async function questionsCommand(line: Line, io: CallIo): Promise<number> {
  const { host: pattern, answers: files = [], ...options } = line.options;
  if (pattern === undefined) return io.refuse(['which host is to be asked? --host HOST']);
  const absent = missingPlaybooks(line.rest);
  if (absent.length > 0) return io.refuse(absent);
  return lookingAtHost({ options, playbooks: line.rest, pattern, io }, async (looking, host) => {
    const { tell, secrets, loaded } = looking;
    const answers = answersIn(files);
    if (!answers.ok) {
      tell(answers.error);
      return 1;
    }
    const isSecret = (text: string): boolean => isMasked(secrets, text);
    const connector = byFileConnector({ answers: answers.value, host, here: loaded.context.connector, isSecret });
    const context = {
      ...loaded.context,
      connector,
      emit: () => {},
      options: { ...loaded.context.options, separately: true },
    };
    await runPlaybooks(context, loaded.playbooks, version);
    return print(connector, { host, playbooks: line.rest, looking, io });
  });
}

const isMasked = (secrets: Secrets, text: string): boolean => secrets.mask(text) !== text;

interface Printing {
  readonly host: string;
  readonly playbooks: readonly string[];
  readonly looking: Looking;
  readonly io: CallIo;
}

function print(connector: ByFileConnector, { host, playbooks, looking, io }: Printing): number {
  const count = [...connector.missing.values()].reduce((sum, { size }) => sum + size, 0);
  const notes = [
    ...(connector.withheld > 0
      ? [`${connector.withheld} questions hold a secret and are left out: what they are for stays unknown`]
      : []),
    ...(connector.others.size > 0 ? [`not asked, as they are other hosts: ${[...connector.others].join(', ')}`] : []),
  ];
  looking.tell(notes.map((message) => ({ severity: 'warning', code: 'questions', message })));
  if (count === 0) {
    io.stderr.write(`${host}: nothing is left to ask\n`);
    return 0;
  }
  const names = playbooks.map((file) => basename(file)).join(' ');
  const about = `${count} of ${names}, by ${userName()}, ${new Date().toISOString().slice(0, 16)}Z`;
  io.stdout.write(questionsScript({ host, about, asked: connector.missing }));
  return 2;
}
