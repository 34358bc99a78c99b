import { beforeAll, describe, expect, test } from 'vitest';
import mysqlDb from '../../tasks/mysql_db.ts';
import mysqlInfo from '../../tasks/mysql_info.ts';
import mysqlQuery from '../../tasks/mysql_query.ts';
import mysqlRole from '../../tasks/mysql_role.ts';
import mysqlUser from '../../tasks/mysql_user.ts';
import mysqlVariables from '../../tasks/mysql_variables.ts';
import { as, changing, threeRunsOf, upWith } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

const { sh, said, run, checkAll } = as('root');
const threeRuns = threeRunsOf(run);
const odd = `o'dd"; drop table x; -- \\ é \``;

beforeAll(async () => {
  await upWith('postgresql', 'mariadb-server');
  await sh(
    'mysql',
    `DROP DATABASE IF EXISTS shop; DROP DATABASE IF EXISTS shop2; DROP DATABASE IF EXISTS \`o'dd"; drop table x; -- \\ é \`\`\`;
DROP USER IF EXISTS shop@localhost, shop@'%', ann@localhost, tls@localhost;`,
  );
  await sh('rm -f /tmp/dump.*');
});

describe('mysql_db', () => {
  test('creates databases once, and removes them', async () => {
    const args = { name: ['shop', odd], encoding: 'utf8mb4', collation: 'utf8mb4_bin' };
    const told = "CHARACTER SET 'utf8mb4' COLLATE 'utf8mb4_bin'";
    expect(await threeRuns(mysqlDb, args)).toEqual(
      changing(`database shop: absent → ${told}`, `database ${odd}: absent → ${told}`),
    );
    expect(await run(mysqlDb, { name: 'shop', encoding: 'latin1' })).toMatchObject({
      status: 'ok',
      warnings: ['database shop exists with utf8mb4 utf8mb4_bin and keeps it: latin1 applies only to a new database'],
      result: { db: 'shop', db_list: ['shop'] },
    });
    expect(await threeRuns(mysqlDb, { name: odd, state: 'absent' })).toEqual(
      changing(`database ${odd}: present → absent`),
    );
  });

  test.each(['sql', 'sql.gz'])('dumps and imports .%s', async (ending) => {
    const target = `/tmp/dump.${ending}`;
    await sh('mysql shop', 'CREATE OR REPLACE TABLE t (a int); INSERT INTO t VALUES (7);');
    expect(outcomeOf(await run(mysqlDb, { name: 'shop', state: 'dump', target }))).toEqual([
      'changed',
      `dump of shop:  → ${target}`,
    ]);
    await run(mysqlDb, { name: 'shop2', state: 'absent' });
    expect(outcomeOf(await run(mysqlDb, { name: 'shop2', state: 'import', target }, { check: true }))).toEqual([
      'changed',
      `import into shop2:  → ${target}`,
    ]);
    expect(await said('mysql -NBe "show databases like \'shop2\'"')).toBe('');
    expect((await run(mysqlDb, { name: 'shop2', state: 'import', target })).status).toBe('changed');
    expect(await said('mysql -NBe "select a from shop2.t"')).toBe('7');
  });

  test('a dump or an import that fails is a failure', async () => {
    expect(outcomeOf(await run(mysqlDb, { name: 'nosuch', state: 'dump', target: '/tmp/dump.sql' }))).toEqual([
      'failed',
      'Cannot dump database(s) nosuch - not found',
    ]);
    const failing = { name: 'shop', state: 'dump', target: '/tmp/dump.xz', dump_extra_args: '--where=nonsense' };
    expect(outcomeOf(await run(mysqlDb, failing)).at(-1)).toContain("Unknown column 'nonsense'");
    await sh('echo nonsense | gzip >/tmp/dump.gz; echo nonsense >/tmp/dump.bz2');
    for (const [target, why] of [
      ['/tmp/dump.gz', 'You have an error in your SQL syntax'],
      ['/tmp/dump.bz2', 'bzip2: not found'],
      ['/tmp/none', 'target /tmp/none does not exist on the host'],
    ])
      expect(outcomeOf(await run(mysqlDb, { name: 'shop', state: 'import', target })).at(-1)).toContain(why);
  });

  test('the login comes from the parameters or the option file, and is told if it fails', async () => {
    await sh(
      'mysql',
      `CREATE OR REPLACE USER shop@localhost IDENTIFIED BY 's3cr''et "\\\\# ü'; GRANT ALL ON *.* TO shop@localhost`,
    );
    const password = `s3cr'et "\\# ü`;
    const there = { name: 'shop', login_user: 'shop', login_password: password };
    expect(outcomeOf(await run(mysqlDb, there))).toEqual(['ok']);
    expect(outcomeOf(await run(mysqlDb, { ...there, login_port: 3306, login_host: '127.0.0.1' }))).toEqual(['ok']);
    await sh('cat >/root/other.cnf', '[client]\nuser=shop\npassword=wrong\n');
    expect(outcomeOf(await run(mysqlDb, { ...there, config_file: '/root/other.cnf' }))).toEqual(['ok']);
    expect(outcomeOf(await run(mysqlDb, { name: 'shop', config_file: '/root/other.cnf' }))).toEqual([
      'failed',
      "ERROR 1045 (28000): Access denied for user 'shop'@'localhost' (using password: YES)",
    ]);
    expect(outcomeOf(await run(mysqlDb, { ...there, login_password: 'wrong', check_implicit_admin: true }))).toEqual([
      'ok',
    ]);
    expect(outcomeOf(await run(mysqlDb, { name: 'shop', login_unix_socket: '/run/none.sock' }))).toEqual([
      'failed',
      expect.stringContaining(`Can't connect to local server through socket '/run/none.sock'`),
    ]);
  });
});

describe('mysql_user', () => {
  const secret = `s3cr'et "\\# ü`;

  test('creates a user once, with a password that works and is never sent', async () => {
    const args = {
      name: 'ann',
      password: secret,
      priv: 'shop.*:ALL/*.*:PROCESS,GRANT',
      resource_limits: { MAX_USER_CONNECTIONS: 5 },
    };
    expect(await threeRuns(mysqlUser, args)).toEqual(
      changing(
        'user ann@localhost: absent → password (hidden, different), limits MAX_USER_CONNECTIONS 5',
        'privileges of ann@localhost on shop.*: absent → ALL PRIVILEGES',
        'privileges of ann@localhost on *.*: absent → GRANT, PROCESS',
      ),
    );
    const login = await sh(
      'IFS= read -r MYSQL_PWD; export MYSQL_PWD; mysql -u ann -NBe "select current_user()"',
      `${secret}\n`,
    );
    expect(login.stdout.toString()).toBe('ann@localhost\n');
    const ended = await run(mysqlUser, { ...args, password: 'an0ther' });
    const commands = ended.status === 'changed' ? ended.changes.flatMap((one) => one.commands) : [];
    expect(commands).toHaveLength(1);
    expect(JSON.stringify(commands.map(({ script, shown }) => [script, shown]))).not.toMatch(/an0ther|\*[0-9A-F]{40}/);
    expect(Buffer.from(commands[0]?.stdin as Uint8Array).toString()).not.toContain('an0ther');
  });

  test('drift is found again, whatever it concerns', async () => {
    const args = {
      name: 'ann',
      password: 'an0ther',
      priv: { 'shop.*': 'ALL', '*.*': 'PROCESS,GRANT' },
      tls_requires: { SSL: null },
      resource_limits: { MAX_USER_CONNECTIONS: 5 },
    };
    expect(await threeRuns(mysqlUser, args)).toEqual(changing('user ann@localhost, TLS: REQUIRE NONE → REQUIRE SSL'));
    await sh(
      'mysql',
      `SET PASSWORD FOR ann@localhost = PASSWORD('drift'); ALTER USER ann@localhost REQUIRE NONE WITH MAX_USER_CONNECTIONS 7;
REVOKE ALL ON shop.* FROM ann@localhost; GRANT SELECT ON shop.* TO ann@localhost; GRANT INSERT (a), UPDATE ON shop.t TO ann@localhost; REVOKE GRANT OPTION ON *.* FROM ann@localhost;`,
    );
    expect(await threeRuns(mysqlUser, args)).toEqual(
      changing(
        'user ann@localhost, password: (hidden) → (hidden, different)',
        'user ann@localhost, TLS: REQUIRE NONE → REQUIRE SSL',
        'user ann@localhost, limits: MAX_USER_CONNECTIONS 7 → MAX_USER_CONNECTIONS 5',
        'privileges of ann@localhost on *.*: PROCESS → GRANT, PROCESS',
        'privileges of ann@localhost on shop.*: SELECT → ALL PRIVILEGES',
        'privileges of ann@localhost on shop.t: INSERT (a), UPDATE → absent',
      ),
    );
    expect(outcomeOf(await run(mysqlUser, { name: 'ann', password: 'new', update_password: 'on_create' }))).toEqual([
      'ok',
    ]);
    expect(
      outcomeOf(await run(mysqlUser, { ...args, password: `*${'0'.repeat(40)}`, encrypted: true })).at(1),
    ).toContain('password');
  });

  test('privileges are added, taken away and replaced', async () => {
    await run(mysqlUser, { name: 'ann', priv: '*.*:USAGE' });
    const on = 'privileges of ann@localhost on';
    expect(await threeRuns(mysqlUser, { name: 'ann', priv: 'shop.t:SELECT(a),INSERT/my\\_db.*:SELECT' })).toEqual(
      changing(`${on} shop.t: absent → INSERT, SELECT (a)`, `${on} my\\_db.*: absent → SELECT`),
    );
    expect(
      await threeRuns(mysqlUser, {
        name: 'ann',
        priv: 'shop.t:DELETE,INSERT/*.*:replication client',
        append_privs: true,
      }),
    ).toEqual(
      changing(
        `${on} *.*: absent → REPLICATION CLIENT`,
        `${on} shop.t: INSERT, SELECT (a) → DELETE, INSERT, SELECT (a)`,
      ),
    );
    expect(await threeRuns(mysqlUser, { name: 'ann', priv: 'shop.t:INSERT,UPDATE', subtract_privs: true })).toEqual(
      changing(`${on} shop.t: DELETE, INSERT, SELECT (a) → DELETE, SELECT (a)`),
    );
    expect(await threeRuns(mysqlUser, { name: 'ann', priv: 'shop.*:ALL,GRANT' })).toEqual(
      changing(
        `${on} *.*: REPLICATION CLIENT → absent`,
        `${on} my\\_db.*: SELECT → absent`,
        `${on} shop.t: DELETE, SELECT (a) → absent`,
        `${on} shop.*: absent → ALL PRIVILEGES, GRANT`,
      ),
    );
    expect(await threeRuns(mysqlUser, { name: 'ann', priv: 'shop.*:SELECT,INSERT' })).toEqual(
      changing(`${on} shop.*: ALL PRIVILEGES, GRANT → INSERT, SELECT`),
    );
    expect(await said(`mysql -NBe "show grants for ann@localhost" | tail -n +2`)).toBe(
      'GRANT SELECT, INSERT ON `shop`.* TO `ann`@`localhost`',
    );
  });

  test('plugins, several hosts, and what a check builds on', async () => {
    expect(await threeRuns(mysqlUser, { name: 'shop', host: '%', plugin: 'unix_socket' })).toEqual(
      changing('user shop@%: absent → password (hidden, different)'),
    );
    expect(await threeRuns(mysqlUser, { name: 'shop', host: '%', password: 'pw' })).toEqual(
      changing('user shop@%, authentication: unix_socket → mysql_native_password'),
    );
    expect(
      (await threeRuns(mysqlUser, { name: 'shop', host_all: true, password: 'for-all' })).map((lines) => lines.length),
    ).toEqual([3, 3, 1]);
    expect(outcomeOf(await run(mysqlUser, { name: 'nobody', host_all: true }))).toEqual([
      'failed',
      'host_all parameter cannot be used when adding a user',
    ]);
    const checked = await checkAll([
      [mysqlUser, { name: odd, password: 'x', priv: 'shop.*:SELECT' }],
      [mysqlUser, { name: odd, password: 'x', priv: 'shop.*:SELECT' }],
      [mysqlUser, { name: odd, password: 'x', priv: 'shop.*:SELECT,INSERT' }],
    ]);
    expect(checked.map((one) => outcomeOf(one).slice(0, 3))).toEqual([
      [
        'changed',
        `user ${odd}@localhost: absent → password (hidden, different)`,
        `privileges of ${odd}@localhost on shop.*: absent → SELECT`,
      ],
      ['ok'],
      ['changed', `privileges of ${odd}@localhost on shop.*: SELECT → INSERT, SELECT`],
    ]);
    expect((await threeRuns(mysqlUser, { name: odd, password: odd })).map(([status]) => status)).toEqual([
      'changed',
      'changed',
      'ok',
    ]);
    expect(await threeRuns(mysqlUser, { name: odd, state: 'absent' })).toEqual(
      changing(`user ${odd}@localhost: present → absent`),
    );
    expect(await threeRuns(mysqlUser, { name: 'shop', host_all: true, state: 'absent' })).toEqual(
      changing('user shop@%: present → absent', 'user shop@localhost: present → absent'),
    );
  });

  test('a user that changes its own password, with which it was logged in', async () => {
    await sh(
      'mysql',
      "CREATE OR REPLACE USER tls@localhost IDENTIFIED BY 'old'; GRANT ALL ON *.* TO tls@localhost WITH GRANT OPTION",
    );
    const args = { name: 'tls', password: 'new', login_user: 'tls', login_password: 'old' };
    expect(await threeRuns(mysqlUser, args)).toEqual(
      changing('user tls@localhost, password: (hidden) → (hidden, different)'),
    );
    expect(outcomeOf(await run(mysqlUser, { ...args, password: 'newer' }))).toEqual([
      'failed',
      "ERROR 1045 (28000): Access denied for user 'tls'@'localhost' (using password: YES)",
    ]);
  });

  test('wrong parameters are refused', async () => {
    for (const [args, why] of [
      [{ priv: 'shop:ALL' }, 'invalid privileges string: expected `database.table:PRIVILEGE`, found `shop:ALL`'],
      [{ tls_requires: { TLS: null } }, 'tls_requires: TLS is none of SSL, X509, SUBJECT, ISSUER, CIPHER'],
      [{ resource_limits: { MAX: 1 } }, 'resource_limits: MAX is none of'],
      [{ password: 'plain', encrypted: true }, 'the password must be a hash'],
    ] as const)
      expect(outcomeOf(await run(mysqlUser, { name: 'ann', ...args }))).toEqual([
        'failed',
        expect.stringContaining(why),
      ]);
    const failing = await run(mysqlUser, { name: 'ann', password: 'an0ther', priv: 'shop.*:NONSENSE' });
    expect(JSON.stringify(failing)).not.toMatch(/an0ther|IDENTIFIED VIA mysql_native_password USING/);
    expect(outcomeOf(failing).at(-1)).toContain('You have an error in your SQL syntax');
  });
});

describe('mysql_query, mysql_variables and mysql_info', () => {
  test('a query is read in a check as well, and counts what it changes', async () => {
    await sh(
      'mysql shop',
      "CREATE OR REPLACE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'one <&> \\\\'), (2, NULL);",
    );
    const reading = { login_db: 'shop', query: 'SELECT a, b FROM t ORDER BY a # all;' };
    const rows = [
      { a: '1', b: 'one <&> \\' },
      { a: '2', b: null },
    ];
    for (const check of [true, false])
      expect(await run(mysqlQuery, reading, { check })).toMatchObject({
        status: 'ok',
        changes: [],
        result: { changed: false, query_result: [rows], rowcount: [2] },
      });
    const update = {
      login_db: 'shop',
      query: 'UPDATE t SET b = %(new)s WHERE a = %(a)s',
      named_args: { new: odd, a: 1 },
    };
    expect(await run(mysqlQuery, update, { check: true })).toMatchObject({ status: 'changed' });
    expect(await said('mysql -NBre "select b from shop.t where a = 1"')).toBe('one <&> \\');
    expect(await run(mysqlQuery, update)).toMatchObject({ result: { changed: true, rowcount: [1] } });
    expect(await said('mysql -NBre "select b from shop.t where a = 1"')).toBe(odd.trim());
    expect(await run(mysqlQuery, update)).toMatchObject({ result: { changed: false, rowcount: [0] } });
    expect(
      await run(mysqlQuery, {
        login_db: 'shop',
        query: ['INSERT INTO t VALUES (%s, %s)', "SELECT ';' AS x"],
        positional_args: [3, null],
      }),
    ).toMatchObject({ status: 'failed', result: { msg: expect.stringContaining('not all arguments converted') } });
    expect(
      await run(mysqlQuery, {
        login_db: 'shop',
        query: ["INSERT INTO t VALUES (3, 'x;y'), (4, '')", "SELECT ';' AS x", 'DELETE FROM t WHERE a > 2'],
      }),
    ).toMatchObject({ result: { changed: true, query_result: [[], [{ x: ';' }], []], rowcount: [2, 1, 2] } });
    const failing = { login_db: 'shop', query: ['DELETE FROM t', 'SELECT nonsense FROM t'], single_transaction: true };
    expect(outcomeOf(await run(mysqlQuery, failing)).at(-1)).toBe(
      "Cannot execute SQL 'SELECT nonsense FROM t': ERROR 1054 (42S22): Unknown column 'nonsense' in 'SELECT'",
    );
    expect(await said('mysql -NBe "select count(*) from shop.t"')).toBe('2');
  });

  test('a variable is set once', async () => {
    await sh('mysql', 'SET GLOBAL max_connections = 151; SET GLOBAL read_only = 0');
    expect(await threeRuns(mysqlVariables, { variable: 'max_connections', value: '200' })).toEqual(
      changing('variable max_connections: 151 → 200'),
    );
    expect(outcomeOf(await run(mysqlVariables, { variable: 'read_only', value: 'false' }))).toEqual(['ok']);
    expect(await run(mysqlVariables, { variable: 'max_connections' })).toMatchObject({
      status: 'ok',
      result: { msg: '200' },
    });
    expect(outcomeOf(await run(mysqlVariables, { variable: 'no_such', value: '1' }))).toEqual([
      'failed',
      'Variable not available "no_such"',
    ]);
  });

  test('information about the server', async () => {
    expect(await run(mysqlInfo, {})).toMatchObject({
      status: 'ok',
      result: {
        version: { major: 10, suffix: expect.stringContaining('MariaDB') },
        databases: { shop: { size: expect.any(Number) } },
        settings: { port: 3306 },
        users: { localhost: { root: {} } },
        engines: { InnoDB: { Support: 'DEFAULT' } },
        global_status: { Uptime: expect.any(Number) },
      },
    });
    expect(await run(mysqlInfo, { filter: ['version', 'nonsense'] })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('nonsense is none of'),
    });
  });
});

describe('mysql_role', () => {
  const members = ['ann@localhost', 'bob@%'];
  const args = { name: "dev'elopers", members, priv: 'shop.*:SELECT,INSERT/*.*:PROCESS' };
  const grantsOf = () => said('mysql -NB', "SHOW GRANTS FOR `dev'elopers`");
  beforeAll(() =>
    sh(
      'mysql',
      "CREATE OR REPLACE USER ann@localhost; CREATE OR REPLACE USER bob@'%'; CREATE OR REPLACE ROLE others; DROP ROLE IF EXISTS `dev'elopers`;",
    ),
  );

  test('a role, its members and its privileges are made, changed and removed once', async () => {
    expect(await threeRuns(mysqlRole, args)).toEqual(
      changing(
        "role dev'elopers: absent → present",
        "member ann@localhost of dev'elopers: absent → present",
        "member bob@% of dev'elopers: absent → present",
        "privileges of dev'elopers on shop.*: absent → INSERT, SELECT",
        "privileges of dev'elopers on *.*: absent → PROCESS",
      ),
    );
    expect(await grantsOf()).toMatch(/GRANT SELECT, INSERT ON `shop`\.\*/);
    expect(
      await threeRuns(mysqlRole, { ...args, members: ['ann@localhost', 'others'], priv: 'shop.*:SELECT' }),
    ).toEqual(
      changing(
        "member others of dev'elopers: absent → present",
        "member bob@% of dev'elopers: present → absent",
        "privileges of dev'elopers on *.*: PROCESS → absent",
        "privileges of dev'elopers on shop.*: INSERT, SELECT → SELECT",
      ),
    );
    const { name } = args;
    expect(
      await threeRuns(mysqlRole, {
        name,
        members: ['bob@%'],
        append_members: true,
        priv: 'shop.*:UPDATE',
        append_privs: true,
      }),
    ).toEqual(
      changing(
        "member bob@% of dev'elopers: absent → present",
        "privileges of dev'elopers on shop.*: SELECT → SELECT, UPDATE",
      ),
    );
    expect(await threeRuns(mysqlRole, { name, members: ['others'], detach_members: true })).toEqual(
      changing("member others of dev'elopers: present → absent"),
    );
    expect(await threeRuns(mysqlRole, { name, state: 'absent' })).toEqual(
      changing("role dev'elopers: present → absent"),
    );
  });

  test('another user may be the administrator of a new role', async () => {
    const { name } = args;
    expect(await threeRuns(mysqlRole, { name, admin: 'ann@localhost' })).toEqual(
      changing("role dev'elopers: absent → present"),
    );
    expect(
      await said('mysql -NB', "SELECT user, admin_option FROM mysql.roles_mapping WHERE role = 'dev\\'elopers'"),
    ).toBe('ann\tY');
    await run(mysqlRole, { name, state: 'absent' });
  });

  test('a member that does not exist is an error, unless it may be left out', async () => {
    const lost = { ...args, members: ['nobody@localhost'] };
    expect(outcomeOf(await run(mysqlRole, lost, { check: true }))).toEqual([
      'failed',
      'user / role nobody@localhost does not exist',
    ]);
    const [, ...changes] = outcomeOf(
      await run(mysqlRole, { name: lost.name, members: lost.members, members_must_exist: false }, { check: true }),
    );
    expect(changes).toEqual(["role dev'elopers: absent → present"]);
  });

  test('a check of several tasks builds on what was foretold', async () => {
    const ended = await checkAll([
      [mysqlRole, args],
      [mysqlRole, args],
      [mysqlRole, { ...args, state: 'absent' }],
      [mysqlRole, { ...args, state: 'absent' }],
    ]);
    expect(ended.map(({ status }) => status)).toEqual(['changed', 'ok', 'changed', 'ok']);
  });
});
