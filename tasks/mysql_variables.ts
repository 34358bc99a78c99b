import { blurs, type Change, defineTask, type Params, type Plan, predicts, type Question } from '../src/sdk.ts';
import { myAsk, myRun, type Rows } from './shared/databases/my-client.ts';
import { type MyLogin, myLogin, myLoginParams } from './shared/databases/my-login.ts';
import { myName, myText } from './shared/databases/my-quote.ts';

const params = {
  variable: { type: 'str', required: true, doc: 'The variable.' },
  value: { type: 'str', doc: 'The value (default: only report the current one).' },
  mode: {
    type: 'str',
    default: 'global',
    choices: ['global', 'persist', 'persist_only'],
    doc: 'Whether to set it for the running server, for the running server and after a restart, or only after a restart. MariaDB supports only `global`.',
  },
  ...myLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.mysql.mysql_variables',
  summary: 'Manage a global variable of a MySQL or MariaDB server.',
  description:
    'Needs `mysql` or `mariadb` on the host. A value set with `mode: global` is lost when the server restarts: set it in the server configuration as well.',
  params,
  ask: (task, { environment }) => {
    const login = myLogin(task, environment);
    return { now: variable(login, task) };
  },
  plan({ now }, task, { environment }): Plan {
    const { variable: name, value, mode } = task;
    if (!/^[\w.]+$/.test(name)) return { failed: `invalid variable name "${name}"` };
    const is = now.at(0)?.at(1);
    if (is === undefined)
      return {
        failed:
          mode === 'global' || now.length > 0
            ? `Variable not available "${name}"`
            : `${name} is not persisted, or mode ${mode} needs MySQL 8`,
      };
    if (value === undefined) return { changes: [], result: { msg: is } };
    if (sameValue(is, value)) return { changes: [], result: { msg: 'Variable already set to requested value.' } };
    const login = myLogin(task, environment);
    const statement = `SET ${mode.toUpperCase()} ${name.split('.').map(myName).join('.')} = ${/^-?\d+(?:\.\d+)?$/.test(value) ? value : myText(value)}`;
    const change: Change = {
      what: `variable ${name}`,
      from: is,
      to: value,
      commands: [myRun(login, [statement])],
      effects: [predicts(variable(login, task), [[name, value]]), blurs('database:mysql/info')],
    };
    return { changes: [change], result: { queries: [statement], msg: 'Variable change succeeded' } };
  },
  returns: { msg: 'The value, or what was done.', queries: 'The statements that were executed.' },
  examples: [
    {
      title: 'Allow more connections',
      yaml: 'mysql_variables:\n  variable: max_connections\n  value: 500',
      runs: { no: 'needs a MySQL server' },
    },
    {
      title: 'Find out whether the server is read-only',
      yaml: 'mysql_variables:\n  variable: read_only\nregister: read_only',
      runs: { no: 'needs a MySQL server' },
    },
  ],
});

const variable = (login: MyLogin, { variable: name, mode }: Task): Question<Rows> =>
  myAsk(
    login,
    mode === 'persist_only'
      ? `SELECT variable_name, variable_value FROM performance_schema.persisted_variables WHERE variable_name = ${myText(name)};`
      : `SHOW GLOBAL VARIABLES WHERE variable_name = ${myText(name)};`,
    `database:mysql/variable/${name}`,
  );

const WORDS: Readonly<Record<string, string>> = { on: '1', true: '1', yes: '1', off: '0', false: '0', no: '0' };

/** Whether the server's value is the given one: ON is 1, and numbers are compared as such. */
function sameValue(is: string, value: string): boolean {
  const [one = '', other = ''] = [is, value].map((text) => WORDS[text.toLowerCase()] ?? text);
  return one === other || (one.trim() !== '' && other.trim() !== '' && Number(one) === Number(other));
}
