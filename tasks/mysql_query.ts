import { decodeText, defineTask, mayAlter, nothing, type Params, type Plan, type TaskResult } from '../src/sdk.ts';
import { mysql, mysqlComplaint, myTry } from './shared/databases/my-client.ts';
import { type MyLogin, myLogin, myLoginParams, optionLines } from './shared/databases/my-login.ts';
import { myFilled, myScript, readMyReply } from './shared/databases/my-statements.ts';
import { isQuery, onlyReads, type Statement, statementsIn } from './shared/databases/sql-text.ts';

const params = {
  query: { type: 'raw', required: true, doc: 'The SQL statement, or a list of them.' },
  positional_args: { type: 'list', elements: 'raw', doc: 'Values for each `%s` in the query.' },
  named_args: { type: 'dict', doc: 'Values for `%(name)s` in the query.' },
  login_db: { type: 'str', doc: 'The database to execute the statements in.' },
  single_transaction: {
    type: 'bool',
    default: false,
    doc: 'Execute all statements in one transaction instead of each on its own.',
  },
  ...myLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.mysql.mysql_query',
  summary: 'Execute SQL statements on a MySQL or MariaDB server.',
  description:
    'Needs `mysql` or `mariadb` on the host. Statements that are certain to only read data are also executed in a check. Others are executed every time, except in a check; those that change no rows are not reported as a change. Values in results are strings or null.',
  params,
  rules: { mutuallyExclusive: [['positional_args', 'named_args']] },
  acts: true,
  looks: (task) => {
    const all = statementsOf(task);
    return typeof all !== 'string' && all.every(onlyReads);
  },
  ask: (task, { environment }) => {
    const all = statementsOf(task);
    const reads = typeof all !== 'string' && all.every(onlyReads);
    return { reply: reads ? myTry(loginOf(task, environment), myScript(all), 'database:mysql*') : nothing() };
  },
  plan({ reply }, task, { environment }): Plan {
    const all = statementsOf(task);
    if (typeof all === 'string') return { failed: all };
    if (reply !== undefined) {
      const read = readMyReply(all, reply);
      return 'failed' in read ? { failed: read.failed } : { changes: [], result: resultOf(all, read.results) };
    }
    const sql = myScript(all);
    const whole = task.single_transaction ? `START TRANSACTION;\n${sql}COMMIT;\n` : sql;
    const written = [task.query].flat().map(String).join('; ');
    const change = {
      what: 'query',
      from: '',
      to: written,
      commands: [
        {
          ...mysql(loginOf(task, environment), whole, '--xml', '--comments'),
          shown: `mysql: ${written}`,
          accepts: [0, 1, 127],
          long: true,
        },
      ],
      // Code in a procedure and writing to files may do more than change databases.
      ...(all.some(({ bare }) => /\bcall\b|\boutfile\b|\bdumpfile\b/i.test(bare))
        ? {}
        : { effects: [mayAlter('database:mysql*')] }),
    };
    return { changes: [change] };
  },
  result: ({ params: task, state: { reply }, replies: [done] }) => {
    const all = statementsOf(task);
    if (reply !== undefined || done === undefined || typeof all === 'string') return {};
    const { code, stdout } = done;
    const read = readMyReply(all, { code, stdout: decodeText(stdout), stderr: mysqlComplaint(done) });
    return 'failed' in read ? { changed: false, failed: true, msg: read.failed } : resultOf(all, read.results);
  },
  returns: {
    executed_queries: 'The statements that were executed.',
    query_result: 'The rows that each statement returned, as lists of dictionaries.',
    rowcount: 'How many rows each statement returned or changed.',
  },
  examples: [
    {
      title: 'List the open orders',
      yaml: 'mysql_query:\n  login_db: shop\n  query: SELECT * FROM orders WHERE state = %s\n  positional_args: [open]\nregister: orders',
      runs: { no: 'needs a MySQL server' },
    },
    {
      title: 'Change rows in one transaction',
      yaml: 'mysql_query:\n  login_db: shop\n  query:\n    - UPDATE orders SET state = %(state)s WHERE id = 7\n    - INSERT INTO log (what) VALUES (%(state)s)\n  named_args:\n    state: paid\n  single_transaction: true',
      runs: { no: 'needs a MySQL server' },
    },
  ],
});

function loginOf(task: Task, environment: Readonly<Record<string, string>>): MyLogin {
  const login = myLogin(task, environment);
  const database = task.login_db === undefined ? [] : optionLines([['database', task.login_db]], 'mysql');
  return { ...login, options: [...login.options, ...database] };
}

function statementsOf({ query, positional_args, named_args }: Task): readonly Statement[] | string {
  const filled = [query].flat().map((text) => myFilled(String(text), positional_args, named_args));
  const wrong = filled.find((one) => 'refused' in one);
  if (wrong !== undefined && 'refused' in wrong) return wrong.refused;
  return filled.flatMap((one) => ('text' in one ? statementsIn(one.text, 'mysql') : []));
}

const resultOf = (
  all: readonly Statement[],
  results: readonly { readonly rows: readonly unknown[]; readonly count: number }[],
): TaskResult => ({
  changed: all.some(
    (one, index) =>
      !isQuery(one) && !/^(?:use|set)\b/i.test(one.bare) && (isDdl(one) || (results[index]?.count ?? 0) > 0),
  ),
  executed_queries: all.map(({ text }) => text),
  query_result: results.map(({ rows }) => rows),
  rowcount: results.map(({ count }) => count),
});

/** Whether a statement changes something, although it counts no rows. */
const isDdl = ({ bare }: Statement): boolean => !/^(?:insert|update|delete|replace|with|load)\b/i.test(bare);
