import { quote } from '../../command.ts';
import { must } from '../../must.ts';
import { pairs } from '../../pairs.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { inGroups } from '../files/paths.ts';
import { type AccountTools, accountTools, readTools, toolSubjects } from './users.ts';

/** The parts of a user or group that matter for file ownership. */
export interface Account {
  readonly exists: boolean;
  /** Undefined if a check predicts that the account will exist, but not its number. */
  readonly id?: number;
  /** A user's home directory. */
  readonly home?: string;
  /** If the given name is a number and no account has it as its name: the name of the account with that number. */
  readonly byNumber?: string;
  /** A user's primary group. */
  readonly gid?: number;
  /** What manages accounts on the host, if it is not `useradd` and the like. */
  readonly tools?: AccountTools;
}

interface Arg {
  readonly database: 'passwd' | 'group';
  readonly name?: string;
}

const kind: QuestionKind<Arg, Account | undefined> = {
  name: 'account',
  scripts: (args) =>
    databases(args).map(({ database, names }) => ({
      script: `getent ${database} -- ${names.map(quote).join(' ')}
c=$?; printf :
${accountTools}
exit $c`,
    })),
  read(replies, args) {
    const asked = pairs(databases(args), replies);
    return args.map(({ database, name }) => {
      if (name === undefined) return { ok: true, value: undefined };
      const found = asked.find(([one]) => one.database === database && one.names.includes(name));
      const [, reply] = must(found, `the reply about ${name}`);
      // Exit code 2: some of the names do not exist.
      if (reply.code !== 0 && reply.code !== 2)
        return { ok: false, why: decodeText(reply.stderr).trim() || `getent: exit code ${reply.code}` };
      const text = decodeText(reply.stdout);
      const last = text.lastIndexOf('\n:') + 1;
      const tools = readTools(text.slice(last + 1).trim());
      return { ok: true, value: { ...readAccount(database, name, text.slice(0, last)), ...tools } };
    });
  },
  // A missing account may be created by a package.
  about({ database, name }, answer) {
    if (name === undefined) return [];
    const subject = `${database === 'passwd' ? 'user' : 'group'}:${name}`;
    return [subject, ...(answer?.exists === false ? [`absent:${subject}`] : []), ...toolSubjects(answer)];
  },
};

/** Whether a user exists, and its number; undefined if no name is given. */
export const userAccount = (name: string | undefined, options: { host?: string } = {}): Question<Account | undefined> =>
  question(kind, { database: 'passwd', name } as Arg, options);

/** Whether a group exists, and its number; undefined if no name is given. */
export const groupAccount = (
  name: string | undefined,
  options: { host?: string } = {},
): Question<Account | undefined> => question(kind, { database: 'group', name } as Arg, options);

const databases = (args: readonly Arg[]): readonly { database: Arg['database']; names: readonly string[] }[] =>
  (['passwd', 'group'] as const).flatMap((database) =>
    inGroups(args.flatMap((arg) => (arg.database === database && arg.name !== undefined ? [arg.name] : []))).map(
      (names) => ({ database, names }),
    ),
  );

function readAccount(database: Arg['database'], name: string, text: string): Account {
  const entries = text.split('\n').map((line) => line.split(':'));
  const fields = entries.find((words) => words[0] === name);
  const numbered = /^\d+$/.test(name) ? entries.find((words) => words[2] === name)?.[0] : undefined;
  if (fields === undefined) return { exists: false, ...(numbered === undefined ? {} : { byNumber: numbered }) };
  return database === 'group'
    ? { exists: true, id: Number(fields[2]) }
    : { exists: true, id: Number(fields[2]), gid: Number(fields[3]), home: fields[5] };
}
