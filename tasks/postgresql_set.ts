import { blurs, type Change, defineTask, type Params, type Plan, predicts, type Question } from '../src/sdk.ts';
import { pgAsk, pgRunAlone } from './shared/databases/pg-client.ts';
import { type PgLogin, pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { pgName, pgText } from './shared/databases/pg-quote.ts';
import { numberIn, shownNumber } from './shared/databases/pg-units.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The setting.' },
  value: { type: 'str', doc: 'Its value; `default` removes what was set in this way.' },
  reset: {
    type: 'bool',
    default: false,
    doc: 'Remove what was set in this way: what the other configuration files say applies again.',
  },
  login_db: {
    type: 'str',
    default: '',
    aliases: ['db'],
    doc: 'The database to log in to (default: the one named after `login_user`).',
  },
  trust_input: { type: 'bool', default: true, ignored: 'all names and values are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.postgresql.postgresql_set',
  summary: 'Set a configuration parameter of a PostgreSQL server.',
  description:
    'Needs `psql` on the host, and a login that may read and change the settings of the server. Uses `ALTER SYSTEM`, which writes `postgresql.auto.conf`, and makes the server read it. A value that takes effect only after a restart is set once, not again until then.',
  params,
  rules: { mutuallyExclusive: [['value', 'reset']] },
  ask: (task, { environment }) => ({ now: setting(pgLogin(task, task.login_db, environment), task.name) }),
  plan({ now }, task, { environment, done }): Plan {
    const { name, value, reset } = task;
    const login = pgLogin(task, task.login_db, environment);
    if (value === undefined && !reset)
      return { failed: `${name}: at least one of value or reset param must be specified` };
    if (now === null)
      return {
        failed: `No such parameter: ${name}. Please check its spelling or presence in your PostgreSQL version (https://www.postgresql.org/docs/current/runtime-config.html)`,
      };
    if (now.context === 'internal')
      return {
        failed: `${name}: cannot be changed (internal context). See https://www.postgresql.org/docs/current/runtime-config-preset.html`,
      };
    if (value === undefined || value === 'default')
      return now.written === null
        ? unchanged
        : planned(login, task, now, { statement: `ALTER SYSTEM RESET ${nameOf(name)}`, after: undefined });
    if (name === 'shared_preload_libraries' && value === '')
      return { failed: 'shared_preload_libraries cannot be set to nothing: use `value: default` or `reset: true`' };
    const wanted = normal(value, now);
    if ('failed' in wanted) return wanted;
    const isWritten = now.written !== null && sameValue(now.written, wanted.text, now);
    const isEffective = sameValue(now.setting, wanted.text, now);
    if (isEffective && (now.written === null || isWritten)) return unchanged;
    if (isWritten && needsRestart(now)) return { changes: [], warnings: [restartOf(name)], result: { queries: [] } };
    if (isWritten && done !== undefined)
      return {
        wait: {
          againMs: 100,
          deadlineMs: 3000,
          failed: `${name} is still ${now.pretty}, although postgresql.auto.conf says ${now.written}: the role, the database or the command line of the server sets it to something else`,
        },
      };
    const statement = `ALTER SYSTEM SET ${nameOf(name)} = ${literal(wanted.text, now)}`;
    return planned(login, task, now, { statement, after: wanted.text });
  },
  result: ({ before, state: { now }, params: task, changes }) =>
    now === null ? {} : told(task, before.now?.pretty ?? now.pretty, now, changes.length > 0),
  returns: {
    name: 'The setting.',
    context: 'When and by whom it can be changed, in the words of the server.',
    restart_required: 'Whether a new value takes effect only after a restart.',
    prev_val_pretty: 'The value before.',
    value_pretty: 'The value now, or the new one if it takes effect after a restart.',
    value: 'The value now as `value` and `unit`: bytes (`b`) if the server counts in kB or MB.',
    queries: 'The statements that were executed.',
  },
  examples: [
    {
      title: 'Let sorting use more memory',
      yaml: 'postgresql_set:\n  name: work_mem\n  value: 64MB\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Return to what the configuration files say',
      yaml: 'postgresql_set:\n  name: work_mem\n  reset: true\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

/** A setting of a server. */
interface PgSetting {
  /** Its value now, in its own unit. */
  readonly setting: string;
  readonly pretty: string;
  readonly unit: string | null;
  readonly context: string;
  readonly vartype: string;
  readonly choices: readonly string[] | null;
  readonly min: string | null;
  readonly max: string | null;
  /** Whether it is a list of names, each of which the server quotes. */
  readonly isList: boolean;
  /** What ALTER SYSTEM has written; null if nothing. */
  readonly written: string | null;
  /** The file that it is written to. */
  readonly file: string;
}

const LISTS = [
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
];

const setting = (login: PgLogin, name: string): Question<PgSetting | null> =>
  pgAsk(
    login,
    `SELECT pg_catalog.json_build_object('setting', s.setting, 'pretty', pg_catalog.current_setting(s.name), 'unit', s.unit, 'context', s.context,
  'vartype', s.vartype, 'choices', s.enumvals, 'min', s.min_val, 'max', s.max_val,
  'isList', s.name IN (${LISTS.map(pgText).join(', ')}) OR s.name = 'unix_socket_directories' AND pg_catalog.current_setting('server_version_num')::int >= 140000,
  'written', (SELECT f.setting FROM pg_catalog.pg_file_settings f WHERE pg_catalog.lower(f.name) = pg_catalog.lower(s.name) AND f.sourcefile LIKE '%/postgresql.auto.conf' ORDER BY f.seqno DESC LIMIT 1),
  'file', pg_catalog.current_setting('data_directory') || '/postgresql.auto.conf')
FROM pg_catalog.pg_settings s WHERE pg_catalog.lower(s.name) = pg_catalog.lower(${pgText(name)});`,
    `database:postgresql/setting/${name.toLowerCase()}`,
    'by:path:/etc/postgresql',
    'by:unit:postgresql*',
  );

const nameOf = (name: string): string => name.split('.').map(pgName).join('.');

const unchanged: Plan = { changes: [], result: { queries: [] } };

const needsRestart = ({ context }: PgSetting): boolean => context === 'postmaster';

const restartOf = (name: string): string => `Restart of PostgreSQL is required for setting ${name}`;

/** The elements of a list, without quotes. */
const elementsOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) =>
      one
        .trim()
        .replace(/^"(.*)"$/s, '$1')
        .replaceAll('""', '"'),
    )
    .filter((one) => one !== '');

/** A value in one form, for comparison. */
function comparable(text: string, { vartype, unit, isList }: PgSetting): string {
  if (vartype === 'bool') return String(truth(text) ?? text);
  if (vartype === 'enum') return text.toLowerCase();
  if (vartype === 'integer' || vartype === 'real') return String(numberIn(text, unit, vartype === 'integer') ?? text);
  return isList ? JSON.stringify(elementsOf(text)) : text;
}

const sameValue = (one: string, other: string, now: PgSetting): boolean =>
  comparable(one, now) === comparable(other, now);

/** A truth value as the server reads it: any unique start of the words is enough. */
function truth(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === '1' || word === 'on' || (word !== '' && ['true', 'yes'].some((one) => one.startsWith(word))))
    return true;
  const isOff = word === '0' || (word.length > 1 && 'off'.startsWith(word));
  return isOff || (word !== '' && ['false', 'no'].some((one) => one.startsWith(word))) ? false : undefined;
}

/** A value as the server should read it, or why it cannot. */
function normal(value: string, now: PgSetting): { readonly text: string } | { readonly failed: string } {
  const { vartype, unit, choices, min, max } = now;
  const invalid = (hint: string) => ({ failed: `invalid value "${value}": ${hint}` });
  if (vartype === 'bool') {
    const is = truth(value);
    return is === undefined ? invalid('it must be on or off') : { text: is ? 'on' : 'off' };
  }
  if (vartype === 'enum') {
    const word = value.toLowerCase();
    // Some values have names that the server understands but does not list.
    return choices === null || choices.includes(word) || truth(word) !== undefined
      ? { text: word }
      : invalid(`available values: ${choices.join(', ')}`);
  }
  if (vartype === 'integer' || vartype === 'real') {
    // The server knows only one spelling of each unit.
    const text = value.replace(/\s*(?:([kmgt])?b)$/i, (_, letter: string | undefined) => {
      const upper = letter?.toUpperCase() ?? '';
      return `${upper === 'K' ? 'k' : upper}B`;
    });
    const number = numberIn(text, unit, vartype === 'integer');
    if (number === undefined)
      return invalid(`it must be a number${unit === null ? '' : `, in ${unit} or with a unit`}`);
    const isOutside = (min !== null && number < Number(min)) || (max !== null && number > Number(max));
    return isOutside ? invalid(`it is outside the valid range (${min} .. ${max})`) : { text };
  }
  return { text: value };
}

const literal = (text: string, { isList }: PgSetting): string =>
  isList && text !== '' ? elementsOf(text).map(pgText).join(', ') : pgText(text);

interface Alteration {
  readonly statement: string;
  /** The new value; undefined if what was written is removed. */
  readonly after: string | undefined;
}

function planned(login: PgLogin, task: Task, now: PgSetting, { statement, after }: Alteration): Plan {
  const { name } = task;
  const restart = needsRestart(now);
  const reloading = restart ? [] : ['SELECT pg_catalog.pg_reload_conf()'];
  const next = after === undefined ? undefined : foreseen(now, after);
  const change: Change = {
    what: `setting ${name}`,
    from: after === undefined ? now.written : now.pretty,
    to: after ?? null,
    commands: [statement, ...reloading].map((one) => pgRunAlone(login, one)),
    effects: [
      // What applies then is in other files.
      next === undefined
        ? blurs(`database:postgresql/setting/${name.toLowerCase()}`)
        : predicts(setting(login, name), next),
      blurs(`path:${now.file}`),
    ],
  };
  return {
    changes: [change],
    warnings: restart ? [restartOf(name)] : [],
    result: { queries: [statement] },
  };
}

/** A setting after `ALTER SYSTEM SET`. */
function foreseen(now: PgSetting, written: string): PgSetting {
  if (needsRestart(now)) return { ...now, written };
  const { vartype, unit } = now;
  if (vartype !== 'integer' && vartype !== 'real') return { ...now, written, setting: written, pretty: written };
  const number = numberIn(written, unit, vartype === 'integer') ?? 0;
  return { ...now, written, setting: String(number), pretty: shownNumber(number, unit) };
}

function told({ name, value }: Task, before: string, now: PgSetting, isChanged: boolean) {
  const factor = { kB: 1024, MB: 1024 ** 2 }[now.unit ?? ''];
  const number = Number(now.setting);
  return {
    name,
    context: now.context,
    restart_required: needsRestart(now),
    prev_val_pretty: before,
    value_pretty: isChanged && needsRestart(now) ? value : now.pretty,
    value:
      factor === undefined
        ? { value: now.setting, unit: now.unit }
        : { value: number > 0 ? number * factor : now.setting, unit: 'b' },
  };
}
