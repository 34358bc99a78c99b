import { quote } from '../../command.ts';
import { must } from '../../must.ts';
import { pairs } from '../../pairs.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { inGroups } from '../files/paths.ts';

/** A user or group, as far as owning files goes. */
export interface Account {
  readonly exists: boolean;
  /** Undefined where a check foresees that it will exist, but not under which number. */
  readonly id?: number;
  /** A user's home. */
  readonly home?: string;
  /** The name of the one that has this number, where the name is one and none is called so. */
  readonly byNumber?: string;
  /** A user's own group. */
  readonly gid?: number;
}

interface Arg {
  readonly database: 'passwd' | 'group';
  readonly name?: string;
}

const kind: QuestionKind<Arg, Account | undefined> = {
  name: 'account',
  scripts: (args) =>
    databases(args).map(({ database, names }) => ({ script: `getent ${database} -- ${names.map(quote).join(' ')}` })),
  read(replies, args) {
    const asked = pairs(databases(args), replies);
    return args.map(({ database, name }) => {
      if (name === undefined) return { ok: true, value: undefined };
      const found = asked.find(([one]) => one.database === database && one.names.includes(name));
      const [, reply] = must(found, `the reply about ${name}`);
      // 2: some of the names are not there.
      if (reply.code !== 0 && reply.code !== 2)
        return { ok: false, why: decodeText(reply.stderr).trim() || `getent: exit code ${reply.code}` };
      return { ok: true, value: readAccount(database, name, decodeText(reply.stdout)) };
    });
  },
  // One that is not there may come with a package.
  about({ database, name }, answer) {
    if (name === undefined) return [];
    const subject = `${database === 'passwd' ? 'user' : 'group'}:${name}`;
    return answer?.exists === false ? [subject, `absent:${subject}`] : [subject];
  },
};

/** Whether a user exists, and under which number; undefined where no name is given. */
export const userAccount = (name: string | undefined, options: { host?: string } = {}): Question<Account | undefined> =>
  question(kind, { database: 'passwd', name } as Arg, options);

/** Whether a group exists, and under which number; undefined where no name is given. */
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
