import {
  type Content,
  content,
  decodeText,
  defineTask,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  type TaskResult,
} from '../src/sdk.ts';
import { pgTry, psql, psqlComplaint } from './shared/databases/pg-client.ts';
import { pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { pgName } from './shared/databases/pg-quote.ts';
import { isRefusal, pgFilled, pgScript, type QueryResult, readPgReply } from './shared/databases/pg-statements.ts';
import { onlyReads, type Statement, statementsIn } from './shared/databases/sql-text.ts';

const params = {
  query: { type: 'raw', doc: 'The SQL statement, or a list of them.' },
  positional_args: { type: 'list', elements: 'raw', doc: 'Values for each `%s` in the query.' },
  named_args: { type: 'dict', doc: 'Values for `%(name)s` in the query.' },
  path_to_script: { type: 'path', doc: 'A file on the host with the SQL statements to execute, instead of `query`.' },
  db: {
    type: 'str',
    aliases: ['login_db'],
    doc: 'The database to log in to (default: the one named after `login_user`).',
  },
  autocommit: {
    type: 'bool',
    default: false,
    doc: 'Execute each statement on its own instead of all in one transaction, as statements such as `VACUUM` require.',
  },
  search_path: { type: 'list', elements: 'str', doc: 'The schemas in which to look up names.' },
  as_single_query: {
    type: 'bool',
    ignored: 'all statements in a string are executed, and the last one provides the result',
  },
  encoding: { type: 'str', ignored: 'text is always sent as UTF-8' },
  trust_input: { type: 'bool', default: true, ignored: 'the query is executed as it is; values are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.postgresql.postgresql_query',
  summary: 'Execute SQL statements in a PostgreSQL database.',
  description:
    'Needs `psql` on the host. Statements that are certain to only read data are also executed in a check. Others are executed every time, except in a check; queries, and statements that change no rows, are not reported as a change.',
  params,
  rules: {
    mutuallyExclusive: [
      ['positional_args', 'named_args'],
      ['query', 'path_to_script'],
    ],
    requiredOneOf: [['query', 'path_to_script']],
  },
  acts: true,
  looks: (task) => {
    const all = task.path_to_script === undefined ? statementsOf(task, undefined) : undefined;
    return all !== undefined && !isRefusal(all) && all.every(onlyReads);
  },
  ask: (task) => ({ file: task.path_to_script === undefined ? nothing() : content(task.path_to_script) }),
  thenAsk: ({ file }, task, { environment }) => {
    const all = statementsOf(task, file);
    const reads = !isRefusal(all) && all.every(onlyReads);
    return {
      reply: reads
        ? pgTry(pgLogin(task, task.db, environment), scriptOf(task, all), 'database:postgresql*')
        : nothing(),
    };
  },
  plan({ file, reply }, task, { environment }): Plan {
    const all = statementsOf(task, file);
    if (isRefusal(all)) return { failed: all.refused };
    if (reply !== undefined) return toldAlready(all, readPgReply(all, reply));
    const { autocommit } = task;
    const sql = scriptOf(task, all);
    const command = psql(pgLogin(task, task.db, environment), autocommit ? sql : `BEGIN;\n${sql}\nCOMMIT;\n`);
    const text = all.map((one) => one.text).join('; ');
    const copies = all.some(({ bare }) => /\bcopy\b|\bdo\b|\bcall\b/i.test(bare));
    const change = {
      what: 'query',
      from: '',
      to: written(task) ?? text,
      commands: [{ ...command, shown: `psql: ${written(task) ?? text}`, accepts: [0, 1, 2, 3, 127], long: true }],
      // COPY and code in a procedure may do more than change databases.
      ...(copies ? {} : { effects: [mayAlter('database:postgresql*')] }),
    };
    return { changes: [change] };
  },
  result: ({ params: task, state: { file, reply }, replies: [done] }) => {
    const all = statementsOf(task, file);
    if (reply !== undefined || done === undefined || isRefusal(all)) return {};
    const { code, stdout } = done;
    const read = readPgReply(all, { code, stdout: decodeText(stdout), stderr: psqlComplaint(done) });
    return 'failed' in read ? { changed: false, failed: true, msg: read.failed } : resultOf(all, read);
  },
  returns: {
    query: 'The last statement.',
    statusmessage: "The server's status message for the last statement.",
    query_result: 'The rows that the last statement returned, as a list of dictionaries.',
    query_list: 'All statements.',
    query_all_results: 'The rows that each statement returned.',
    rowcount: 'How many rows all statements returned or changed.',
  },
  examples: [
    {
      title: 'List the tables in a schema',
      yaml: 'postgresql_query:\n  db: shop\n  query: SELECT * FROM pg_tables WHERE schemaname = %s\n  positional_args: [public]\nbecome_user: postgres\nregister: tables',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Change rows',
      yaml: 'postgresql_query:\n  db: shop\n  query: UPDATE customers SET mail = %(new)s WHERE mail = %(old)s\n  named_args:\n    old: bob@example.org\n    new: bob@example.com\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

/** The query as it was written, without the values; undefined for a file. */
const written = ({ query }: Task): string | undefined =>
  query === undefined ? undefined : [query].flat().map(String).join('; ');

function statementsOf(task: Task, file: Content | undefined): readonly Statement[] | { readonly refused: string } {
  const { query, positional_args, named_args, path_to_script } = task;
  if (path_to_script !== undefined && file?.bytes === undefined && file !== undefined)
    return { refused: `Cannot read file '${path_to_script}' on the host` };
  const texts = file === undefined ? [query].flat().map(String) : [decodeText(file.bytes ?? new Uint8Array())];
  const filled = texts.map((text) => pgFilled(text, positional_args, named_args));
  const wrong = filled.find((one) => typeof one !== 'string');
  if (wrong !== undefined) return wrong as { readonly refused: string };
  return filled.flatMap((text) => statementsIn(String(text), 'postgresql'));
}

const scriptOf = ({ search_path = [] }: Task, all: readonly Statement[]): string => {
  const path = search_path.length === 0 ? '' : `SET search_path TO ${search_path.map(pgName).join(', ')};\n`;
  return path + pgScript(all);
};

function toldAlready(all: readonly Statement[], read: ReturnType<typeof readPgReply>): Plan {
  return 'failed' in read ? { failed: read.failed } : { changes: [], result: resultOf(all, read) };
}

function resultOf(all: readonly Statement[], { results }: { readonly results: readonly QueryResult[] }): TaskResult {
  const last = results.at(-1);
  return {
    changed: results.some((one) => one.changed),
    query: all.at(-1)?.text ?? '',
    query_list: all.map(({ text }) => text),
    statusmessage: last?.status ?? '',
    query_result: last?.rows ?? [],
    query_all_results: results.map(({ rows }) => rows),
    rowcount: results.reduce((sum, { count }) => sum + count, 0),
  };
}
