import {
  type Command,
  decodeText,
  exporting,
  type Question,
  type QuestionKind,
  question,
  type Reply,
  reading,
  type ShellAnswer,
  type Subject,
  script,
  sh,
} from '../../../src/sdk.ts';
import { withErrorsThrough } from './errors-through.ts';
import { connectionWords, isElsewhere, type PgLogin } from './pg-login.ts';
import { pgName } from './pg-quote.ts';

interface ToServer {
  readonly login: PgLogin;
  readonly sql: string;
  readonly about: readonly Subject[];
  /** What an answer of null depends on, in addition. */
  readonly ifNull?: readonly Subject[];
}

const scripts = (all: readonly ToServer[]) =>
  all.map(({ login, sql }) => {
    const { script: text, stdin } = psql(login, `BEGIN READ ONLY;\n${sql}\nROLLBACK;\n`);
    return { script: text, stdin, deadlineMs: 120_000 };
  });

const kind: QuestionKind<ToServer, unknown> = {
  name: 'postgresql',
  scripts,
  read: (replies) =>
    replies.map((reply) =>
      reply.code === 0
        ? { ok: true, value: JSON.parse(decodeText(reply.stdout).trim() || 'null') }
        : { ok: false, why: psqlComplaint(reply).replace(/^ERROR: {2}/, '') },
    ),
  // A server that does not respond now may do so once it is installed, configured or started.
  about: ({ about, login, ifNull = [] }, answer) => {
    if (answer === undefined) return [...about, ...SERVER, ...entrance(login)];
    return answer === null ? [...about, ...ifNull] : about;
  },
};

const triedKind: QuestionKind<ToServer, ShellAnswer> = {
  name: 'postgresql, tried',
  scripts,
  read: (replies) =>
    replies.map(({ code, stdout, stderr, timedOut }) => ({
      ok: true,
      value: {
        code,
        stdout: decodeText(stdout),
        stderr: code === 0 ? decodeText(stderr) : psqlComplaint({ code, stderr }),
        timedOut: timedOut === true,
      },
    })),
  about: ({ about, login }, answer) => (answer?.code === 0 ? about : [...about, ...SERVER, ...entrance(login)]),
};

/** What a login needs. */
const entrance = ({ parameters: { dbname, user }, role = user }: PgLogin): readonly Subject[] => [
  `by:database:postgresql/db/${dbname}`,
  `by:database:postgresql/role/${user}`,
  `by:database:postgresql/role/${role}`,
];

const SERVER = ['package:*', 'unit:*', 'user:postgres', 'path:/etc/postgresql', 'path:/var/lib/postgresql'].map(
  (subject) => `by:${subject}`,
);

/**
 * Ask a PostgreSQL server, in a transaction that cannot write. The statements must print one JSON value. If they fail,
 * so does the task.
 */
export const pgAsk = <A>(login: PgLogin, sql: string, ...about: readonly Subject[]): Question<A> =>
  question(kind, { login, sql, about }, questionOptions(login)) as Question<A>;

/** The same about something that a package brings: without it, the answer is null. */
export const pgAskInstalled = <A>(login: PgLogin, sql: string, ...about: readonly Subject[]): Question<A | null> =>
  question(kind, { login, sql, about, ifNull: ['by:package:*'] }, questionOptions(login)) as Question<A | null>;

/** The same; any output and any failure is an answer. */
export const pgTry = (login: PgLogin, sql: string, ...about: readonly Subject[]): Question<ShellAnswer> =>
  question(triedKind, { login, sql, about }, questionOptions(login));

const questionOptions = (login: PgLogin) => ({ secret: login.password !== '', beyond: isElsewhere(login) });

/** Run statements in one transaction, all or none. `shown` stands for them where they are reported. */
export const pgRun = (login: PgLogin, statements: readonly string[], shown = statements): Command => ({
  ...psql(login, `BEGIN;\n${statements.map((one) => `${one};\n`).join('')}COMMIT;\n`),
  shown: `psql: ${shown.join('; ')}`,
});

/** Run one statement that cannot be part of a transaction. */
export const pgRunAlone = (login: PgLogin, statement: string): Command => ({
  ...psql(login, `${statement};\n`),
  shown: `psql: ${statement}`,
});

/** A call of psql with statements. The password, if there is one, is the first line of stdin. */
export function psql(
  login: PgLogin,
  sql: string,
  ...options: readonly string[]
): Command & { readonly stdin: Uint8Array } {
  const hasPassword = login.password !== '';
  const password = hasPassword ? script`IFS= read -r PGPASSWORD; export PGPASSWORD; ` : script``;
  const call = script`PGCLIENTENCODING=UTF8 PGCONNECT_TIMEOUT=\${PGCONNECT_TIMEOUT:-10} psql -X -w -q -A -t -v ON_ERROR_STOP=1 ${options} -d ${connectionWords(login)}`;
  // With an error, psql may repeat a line of the statement, which may contain a secret.
  const hiding = script`sed -e '/^LINE [0-9]*: /{ N; d; }'`;
  const command = sh`${exporting(login.environment)}${password}command -v psql >/dev/null || { echo ${MISSING} >&2; exit 127; }
${withErrorsThrough(call, hiding)}`;
  const as = login.role === undefined ? '' : `SET ROLE ${pgName(login.role)};\n`;
  const stdin = Buffer.from(`${hasPassword ? `${login.password}\n` : ''}${as}${sql}`);
  return { ...reading(command, stdin), stdin };
}

const MISSING =
  'psql is missing on the host: install the package postgresql-client (or postgresql, if the server should run there)';

/** Why psql failed, in its own words. */
export const psqlComplaint = ({ code, stderr }: Pick<Reply, 'code' | 'stderr'>): string => {
  const said = decodeText(stderr)
    .trim()
    .replace(/^psql: error: |^psql:<stdin>:\d+: /gm, '');
  return said === '' ? `psql ended with exit code ${code}` : said;
};
