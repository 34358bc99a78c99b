import {
  type Command,
  decodeText,
  exporting,
  joined,
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
import type { MyLogin } from './my-login.ts';

interface ToServer {
  readonly login: MyLogin;
  readonly sql: string;
  readonly about: readonly Subject[];
}

/** Rows as the client prints them: all values are texts. */
export type Rows = readonly (readonly string[])[];

const READ_ONLY = 'SET SESSION TRANSACTION READ ONLY;\nSTART TRANSACTION READ ONLY;\n';

const scripts = (all: readonly ToServer[]) =>
  all.map(({ login, sql }) => {
    const { script: text, stdin } = mysql(login, `${READ_ONLY}${SANE}${sql}\n`, '--skip-column-names');
    return { script: text, stdin, deadlineMs: 120_000 };
  });

const kind: QuestionKind<ToServer, Rows> = {
  name: 'mysql',
  scripts,
  read: (replies) =>
    replies.map((reply) =>
      reply.code === 0
        ? { ok: true, value: readRows(decodeText(reply.stdout)) }
        : { ok: false, why: mysqlComplaint(reply) },
    ),
  // A server that does not respond now may do so once it is installed, configured or started.
  about: ({ about }, answer) => (answer === undefined ? [...about, ...SERVER] : about),
};

const triedKind: QuestionKind<ToServer, ShellAnswer> = {
  name: 'mysql, tried',
  scripts: (all) =>
    all.map(({ login, sql }) => {
      const { script: text, stdin } = mysql(login, `${READ_ONLY}${sql}\n`, '--xml', '--comments');
      return { script: text, stdin, deadlineMs: 120_000 };
    }),
  read: (replies) =>
    replies.map((reply) => ({
      ok: true,
      value: {
        code: reply.code,
        stdout: decodeText(reply.stdout),
        stderr: reply.code === 0 ? '' : mysqlComplaint(reply),
        timedOut: reply.timedOut === true,
      },
    })),
  about: ({ about }, answer) => (answer?.code === 0 ? about : [...about, ...SERVER]),
};

const SERVER = ['package:*', 'unit:*', 'path:/etc/mysql', 'path:/root/.my.cnf', 'database:mysql/user/*'].map(
  (subject) => `by:${subject}`,
);

// Our texts are quoted with backslashes.
const SANE = `SET SESSION sql_mode = TRIM(BOTH ',' FROM REPLACE(REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', ''), ',,', ','));\n`;

/** Ask a server, in a transaction that cannot write. If it fails, so does the task. */
export const myAsk = (login: MyLogin, sql: string, ...about: readonly Subject[]): Question<Rows> =>
  question(kind, { login, sql, about }, { secret: login.secret, beyond: login.elsewhere });

/** The same, as XML; any output and any failure is an answer. */
export const myTry = (login: MyLogin, sql: string, ...about: readonly Subject[]): Question<ShellAnswer> =>
  question(triedKind, { login, sql, about }, { secret: login.secret, beyond: login.elsewhere });

/** Run statements, up to the first that fails. `shown` stands for them where they are reported. */
export const myRun = (login: MyLogin, statements: readonly string[], shown = statements): Command => ({
  ...mysql(login, `${SANE}${statements.map((one) => `${one};\n`).join('')}`),
  shown: `mysql: ${shown.join('; ')}`,
});

/** A call of the client with statements. */
export function mysql(
  login: MyLogin,
  sql: string,
  ...options: readonly string[]
): Command & { readonly stdin: Uint8Array } {
  const { script: client, stdin } = withOptions(login, ['mysql', 'mariadb']);
  const call = script`_with "$c" --batch --binary-mode --default-character-set=utf8mb4 ${options} <&3`;
  // With an error, the client repeats the statement, which may contain a secret.
  const hiding = script`sed -e '/^-\{14\}$/,/^ERROR /{ /^ERROR /!d; }' -e 's/\*[0-9A-F]\{40\}/(hidden)/g'`;
  const command = sh`${client}
${withErrorsThrough(call, hiding)}`;
  const bytes = Buffer.concat([stdin, Buffer.from(sql)]);
  return { ...reading(command, bytes), stdin: bytes };
}

/**
 * The start of a script that defines `_with CLIENT OPTION…`, which runs a client with the login as its only option file, in a
 * pipe; `$c` is the first of these programs that is installed. What follows the options on stdin is descriptor 3.
 */
export function withOptions(
  { options, first, otherwise, configFile, environment }: MyLogin,
  programs: readonly [string, string],
): { readonly script: Command; readonly stdin: Uint8Array } {
  const [one, other] = programs;
  const logins = [first, options, otherwise].filter((login) => login !== undefined);
  const trying = script`[ "$t" ] || ! _with "$(command -v mysql || command -v mariadb)" -e 'DO 0' </dev/null >/dev/null 2>&1 || t=$o`;
  const choosing =
    logins.length === 1
      ? script`_lines`
      : script`t=
${joined(
  logins.map((login) => script`_lines; ${login === options ? script`g=$o; ` : script``}${trying}`),
  script`
`,
)}
o=\${t:-$g}`;
  const start = sh`${exporting(environment)}c=$(command -v ${one} || command -v ${other}) || { echo ${`${one} is missing on the host: install the package mariadb-client (or mariadb-server, if the server should run there)`} >&2; exit 127; }
_lines() { o=; while IFS= read -r l && [ "$l" ]; do o="$o$l
"; done; }
_with() {
  _client=$1
  shift
  { { cat -- ${configFile} 2>/dev/null; printf '\n%s' "$o"; } | "$_client" --defaults-file=/dev/fd/4 "$@" 4<&0 <&5; } 5<&0
}
${choosing}
exec 3<&0`;
  return { script: start, stdin: Buffer.from(logins.map((lines) => `${lines.join('\n')}\n\n`).join('')) };
}

/** Why the client failed, in its own words. */
export const mysqlComplaint = ({ code, stderr }: Pick<Reply, 'code' | 'stderr'>): string => {
  const said = decodeText(stderr)
    .trim()
    .replace(/ at line \d+(?=:)/, '');
  return said === '' ? `the client ended with exit code ${code}` : said;
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/** Rows that the client printed with `--batch`. */
const readRows = (text: string): Rows =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line.split('\t').map((cell) => cell.replace(/\\([nt0\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter)),
    );
