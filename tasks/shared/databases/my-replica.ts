import { compareVersions, decodeText, type Question, type QuestionKind, question } from '../../../src/sdk.ts';
import { mysql, mysqlComplaint, type Rows } from './my-client.ts';
import type { MyLogin } from './my-login.ts';
import { myText } from './my-quote.ts';
import { readXmlRows } from './my-statements.ts';

/** How a server calls replication: MariaDB and MySQL have different words, and newer versions of MySQL have new ones. */
export interface ReplicaWords {
  readonly server: 'mariadb' | 'mysql';
  readonly replica: 'REPLICA' | 'SLAVE';
  /** As in `MASTER_HOST`. */
  readonly primary: 'MASTER' | 'SOURCE';
  readonly change: string;
  readonly primaryStatus: string;
  readonly resetPrimary: string;
}

/** The words of the server with this version. */
export function replicaWords(version: Rows): ReplicaWords {
  const text = version[0]?.[0] ?? '';
  const isMaria = /mariadb/i.test(text);
  const since = (one: string): boolean => !isMaria && compareVersions(text.replace(/[^\d.].*$/, ''), one) >= 0;
  return {
    server: isMaria ? 'mariadb' : 'mysql',
    replica: since('8.0.22') ? 'REPLICA' : 'SLAVE',
    primary: since('8.0.23') ? 'SOURCE' : 'MASTER',
    change: since('8.0.23') ? 'CHANGE REPLICATION SOURCE' : 'CHANGE MASTER',
    primaryStatus: since('8.2.0') ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS',
    resetPrimary: since('8.2.0') ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER',
  };
}

/** A row by the names of its columns; null is SQL's. */
export type NamedRow = Readonly<Record<string, string | null>>;

interface Show {
  readonly login: MyLogin;
  readonly sql: string;
  readonly about: string;
  /** Only these columns, under the names that MariaDB has for them. */
  readonly columns?: readonly string[];
}

const kind: QuestionKind<Show, readonly NamedRow[]> = {
  name: 'mysql, replication',
  scripts: (all) =>
    all.map(({ login, sql }) => {
      const { script, stdin } = mysql(login, `${sql};\n`, '--xml', '--comments');
      return { script, stdin, deadlineMs: 120_000 };
    }),
  read: (replies, all) =>
    replies.map((reply, index) => {
      const why = reply.code === 0 ? '' : mysqlComplaint(reply);
      // There is no connection, or no channel, of that name.
      if (/^ERROR (?:1617|3074) /.test(why)) return { ok: true, value: [] };
      if (why !== '') return { ok: false, why };
      const rows = readXmlRows(decodeText(reply.stdout));
      const columns = all[index]?.columns;
      return { ok: true, value: columns === undefined ? rows : rows.map((row) => chosen(row, columns)) };
    }),
  about: ({ about }, answer) =>
    answer === undefined
      ? [about, 'by:package:*', 'by:unit:*', 'by:path:/etc/mysql', 'by:path:/root/.my.cnf']
      : [about],
};

const chosen = (row: NamedRow, columns: readonly string[]): NamedRow => {
  const plain = Object.entries(row).map(
    ([name, value]) => [name.replaceAll('Source_', 'Master_').replaceAll('Replica_', 'Slave_'), value] as const,
  );
  return Object.fromEntries(plain.filter(([name]) => columns.includes(name)));
};

const show = (arg: Show): Question<readonly NamedRow[]> =>
  question(kind, arg, { secret: arg.login.secret, beyond: arg.login.elsewhere });

/** Which replication a statement is about: the default one, or one of several. */
interface Which {
  /** For MariaDB. */
  readonly connection_name?: string | undefined;
  /** For MySQL. */
  readonly channel?: string | undefined;
}

const nameOf = ({ connection_name, channel }: Which): string => connection_name ?? channel ?? '';

/** ` 'name'` after the verb, as MariaDB has it. */
export const afterVerb = ({ connection_name: name }: Which): string => (name === undefined ? '' : ` ${myText(name)}`);

/** ` FOR CHANNEL 'name'` at the end, as MySQL has it. */
export const forChannel = ({ channel: name }: Which): string =>
  name === undefined ? '' : ` FOR CHANNEL ${myText(name)}`;

const showReplica = (words: ReplicaWords, which: Which): string =>
  `SHOW ${words.replica}${afterVerb(which)} STATUS${forChannel(which)}`;

/** Where binary logs are written to; no row if they are not written. */
export const primaryStatus = (login: MyLogin, words: ReplicaWords): Question<readonly NamedRow[]> =>
  show({ login, sql: words.primaryStatus, about: 'database:mysql/primary' });

/** All that the server tells about a replication; no row if there is none. */
export const replicaStatus = (login: MyLogin, words: ReplicaWords, which: Which): Question<readonly NamedRow[]> =>
  show({ login, sql: showReplica(words, which), about: `database:mysql/replica-status/${nameOf(which)}` });

/** What tasks set of a replication, under MariaDB's names. */
const SETTINGS = [
  'Master_Host',
  'Master_User',
  'Master_Port',
  'Connect_Retry',
  'Master_Log_File',
  'Read_Master_Log_Pos',
  'Relay_Log_File',
  'Relay_Log_Pos',
  'Master_SSL_Allowed',
  'Master_SSL_CA_File',
  'Master_SSL_CA_Path',
  'Master_SSL_Cert',
  'Master_SSL_Cipher',
  'Master_SSL_Key',
  'Master_SSL_Verify_Server_Cert',
  'Using_Gtid',
  'Auto_Position',
  'SQL_Delay',
  'Slave_IO_Running',
  'Slave_SQL_Running',
  'Last_IO_Errno',
];

/** What is set for a replication, and whether it runs; no row if there is none. */
export const replicaSettings = (login: MyLogin, words: ReplicaWords, which: Which): Question<readonly NamedRow[]> =>
  show({
    login,
    sql: showReplica(words, which),
    about: `database:mysql/replica/${nameOf(which)}`,
    columns: SETTINGS,
  });
