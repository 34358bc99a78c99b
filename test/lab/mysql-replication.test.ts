import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import mysqlQuery from '../../tasks/mysql_query.ts';
import mysqlReplication from '../../tasks/mysql_replication.ts';
import { as, changing, threeRunsOf, upWith } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

const { sh, said, run, checkAll } = as('root');
const threeRuns = threeRunsOf(run);

const primary = { login_unix_socket: '/run/replication/primary.sock' };
const replica = { login_unix_socket: '/run/replication/replica.sock' };
const secret = `s3cr'et "\\`;

/** Two servers of their own, beside the one of the package. */
const START = `mkdir -p /run/replication && chown mysql /run/replication || exit
[ -d /var/lib/mysql-fresh ] || {
  mariadb-install-db --no-defaults --user=mysql --datadir=/var/lib/mysql-new --skip-test-db --auth-root-authentication-method=socket --innodb-log-file-size=8M \\
    --innodb-flush-log-at-trx-commit=0 >/dev/null && mv /var/lib/mysql-new /var/lib/mysql-fresh
} || exit
for each in primary:1:3311:--log-bin=primary-bin replica:2:3312:--skip-log-bin; do
  name=\${each%%:*} rest=\${each#*:}
  id=\${rest%%:*} rest=\${rest#*:}
  port=\${rest%%:*} log=\${rest#*:} data=/var/lib/mysql-$name
  cp -a /var/lib/mysql-fresh "$data" || exit
  systemd-run -q --unit="test-$name" --uid=mysql mariadbd --no-defaults --datadir="$data" --server-id="$id" "$log" --port="$port" --bind-address=127.0.0.1 \\
    --socket="/run/replication/$name.sock" --pid-file="/run/replication/$name.pid" --innodb-log-file-size=8M || exit
done
for name in primary replica; do
  for i in $(seq 300); do mysql -S "/run/replication/$name.sock" -e 'DO 0' 2>/dev/null && break; sleep 0.1; done || exit
done
mysql -S /run/replication/primary.sock`;

const STOP = 'systemctl stop test-primary test-replica; rm -rf /var/lib/mysql-primary /var/lib/mysql-replica; :';

const now = async (): Promise<Readonly<Record<string, unknown>>> => {
  const ended = await run(mysqlReplication, { mode: 'getreplica', ...replica });
  return (ended as { result: Readonly<Record<string, unknown>> }).result;
};

beforeAll(async () => {
  await upWith('postgresql', 'mariadb-server');
  await sh(`${STOP} systemctl reset-failed test-primary test-replica 2>/dev/null`);
  const { code, stderr } = await sh(
    START,
    `CREATE USER copy@'%' IDENTIFIED BY 's3cr\\'et "\\\\'; GRANT REPLICATION SLAVE ON *.* TO copy@'%';`,
  );
  if (code !== 0) throw new Error(stderr.toString());
});

afterAll(() => sh(STOP));

const source = {
  mode: 'changeprimary',
  primary_host: '127.0.0.1',
  primary_port: 3311,
  primary_user: 'copy',
  primary_password: secret,
  primary_connect_retry: 1,
  primary_use_gtid: 'replica_pos',
  ...replica,
};

describe('mysql_replication', () => {
  test('tells what a server is', async () => {
    expect(await run(mysqlReplication, { mode: 'getprimary', ...primary })).toMatchObject({
      status: 'ok',
      result: { Is_Primary: true, File: expect.stringMatching(/^primary-bin\./), Position: expect.any(Number) },
    });
    expect(await run(mysqlReplication, { mode: 'getprimary', ...replica })).toMatchObject({
      status: 'ok',
      result: { Is_Primary: false },
    });
    expect(await now()).toMatchObject({ Is_Replica: false });
  });

  test('without a replication, nothing can be started', async () => {
    const why = 'there is no replication on this server that could be started or stopped';
    expect(await run(mysqlReplication, { mode: 'startreplica', ...replica })).toMatchObject({
      status: 'ok',
      warnings: [why],
    });
    const failing = { mode: 'startreplica', fail_on_error: true, ...replica };
    expect(outcomeOf(await run(mysqlReplication, failing))).toEqual(['failed', why]);
    expect(outcomeOf(await run(mysqlReplication, { mode: 'resetreplicaall', ...replica }))).toEqual(['ok']);
  });

  test('a check of several tasks builds on what was foretold', async () => {
    const ended = await checkAll([
      [mysqlReplication, source],
      [mysqlReplication, source],
      [mysqlReplication, { ...source, primary_delay: 5 }],
      [mysqlReplication, { mode: 'startreplica', ...replica }],
      [mysqlReplication, { mode: 'startreplica', ...replica }],
      [mysqlReplication, { mode: 'resetreplicaall', ...replica }],
      [mysqlReplication, { mode: 'stopreplica', ...replica }],
      [mysqlReplication, { mode: 'resetreplicaall', ...replica }],
      [mysqlReplication, { mode: 'resetreplicaall', ...replica }],
    ]);
    expect(ended.map(({ status }) => status)).toEqual([
      'changed',
      'ok',
      'unknown',
      'changed',
      'ok',
      'failed',
      'changed',
      'changed',
      'ok',
    ]);
  });

  test('sets where a server replicates from, once, and it does', async () => {
    expect(await threeRuns(mysqlReplication, source)).toEqual(
      changing(
        'Master_Host of replication: absent → 127.0.0.1',
        'Master_User of replication: absent → copy',
        'Master_Port of replication: absent → 3311',
        'Connect_Retry of replication: absent → 1',
        'Using_Gtid of replication: absent → Slave_Pos',
      ),
    );
    expect(await threeRuns(mysqlReplication, { mode: 'startreplica', ...replica })).toEqual(
      changing('replication: stopped → started'),
    );
    await sh(
      'mysql -S /run/replication/primary.sock',
      'CREATE DATABASE shop; CREATE TABLE shop.t (a int); INSERT INTO shop.t VALUES (7);',
    );
    const rows =
      'for i in $(seq 100); do mysql -S /run/replication/replica.sock -NBe "select a from shop.t" 2>/dev/null | grep . && break; sleep 0.1; done';
    expect(await said(rows)).toBe('7');
    expect(await now()).toMatchObject({
      Is_Replica: true,
      Slave_IO_Running: 'Yes',
      Slave_SQL_Running: 'Yes',
      Master_Port: 3311,
    });
    expect(outcomeOf(await run(mysqlReplication, source))).toEqual(['ok']);
    expect(outcomeOf(await run(mysqlReplication, { ...source, primary_delay: 5 }, { check: true }))).toEqual([
      'failed',
      'the replication is running: stop it first, with `mode: stopreplica`',
    ]);
  });

  test('what differs is changed, and the password only when the primary server refuses it', async () => {
    expect(await threeRuns(mysqlReplication, { mode: 'stopreplica', ...replica })).toEqual(
      changing('replication: running → stopped'),
    );
    const other = { ...source, primary_delay: 2, primary_password: 'wrong', primary_ssl: false };
    expect(await threeRuns(mysqlReplication, other)).toEqual(changing('SQL_Delay of replication: 0 → 2'));
    await run(mysqlReplication, { mode: 'startreplica', ...replica });
    await sh(
      `for i in $(seq 100); do mysql -S ${replica.login_unix_socket} -e 'SHOW SLAVE STATUS\\G' | grep -q 'Last_IO_Errno: 1045' && break; sleep 0.1; done`,
    );
    await run(mysqlReplication, { mode: 'stopreplica', ...replica });
    const ended = await run(mysqlReplication, source);
    expect(outcomeOf(ended)).toEqual(['changed', 'password of replication: (hidden) → (hidden, different)']);
    expect(JSON.stringify(ended)).not.toContain("s3cr\\\\'et");
    await run(mysqlReplication, { mode: 'startreplica', ...replica });
    await sh(
      `for i in $(seq 100); do mysql -S ${replica.login_unix_socket} -e 'SHOW SLAVE STATUS\\G' | grep -q 'Slave_IO_Running: Yes' && break; sleep 0.1; done`,
    );
    expect(await now()).toMatchObject({ Slave_IO_Running: 'Yes', SQL_Delay: 2, Last_IO_Errno: 0 });
  });

  test('a replica that is further than the given position stays there', async () => {
    await run(mysqlReplication, { mode: 'stopreplica', ...replica });
    const { File: primary_log_file, Position: primary_log_pos } = (
      (await run(mysqlReplication, { mode: 'getprimary', ...primary })) as {
        result: Readonly<Record<string, unknown>>;
      }
    ).result;
    const { primary_use_gtid: _, ...byPlace } = source;
    const args = { ...byPlace, primary_log_file, primary_log_pos };
    await run(mysqlReplication, { mode: 'resetreplica', ...replica });
    await run(mysqlReplication, { ...args, primary_log_pos: 4, primary_use_gtid: 'disabled' });
    expect((await threeRuns(mysqlReplication, args)).map(([status]) => status)).toEqual(['changed', 'changed', 'ok']);
    expect(outcomeOf(await run(mysqlReplication, { ...args, primary_log_pos: 4 }))).toEqual(['ok']);
  });

  test('a second connection has its own settings, and is removed', async () => {
    const named = { ...source, connection_name: `o'ther`, primary_host: 'localhost' };
    expect((await threeRuns(mysqlReplication, named)).map(([status]) => status)).toEqual(['changed', 'changed', 'ok']);
    const gone = { mode: 'resetreplicaall', connection_name: `o'ther`, ...replica };
    expect(await threeRuns(mysqlReplication, gone)).toEqual(changing(`replication o'ther: configured → absent`));
  });

  test('resets the binary logs and the relay logs every time', async () => {
    for (const [mode, login] of [
      ['resetprimary', primary],
      ['resetreplica', replica],
    ] as const)
      for (const check of [true, false, false])
        expect((await run(mysqlReplication, { mode, ...login }, { check })).status).toBe('changed');
    expect(await threeRuns(mysqlReplication, { mode: 'resetreplicaall', ...replica })).toEqual(
      changing('replication: configured → absent'),
    );
    const left = await run(mysqlQuery, { query: 'SHOW SLAVE STATUS', ...replica });
    expect(left).toMatchObject({ result: { query_result: [[]] } });
  });

  test.each([
    [{ mode: 'changereplication' }, 'changereplication needs MySQL 8.0.23 or newer: use `mode: changeprimary`'],
    [{ channel: 'one' }, 'channel is only possible on MySQL: use `connection_name`'],
    [{ mode: 'resetprimary', fail_on_error: true }, 'the server writes no binary logs that could be reset'],
  ])('%j is refused', async (args, why) => {
    expect(outcomeOf(await run(mysqlReplication, { ...args, ...replica }))).toEqual(['failed', why]);
  });
});
