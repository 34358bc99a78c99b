import { beforeAll, describe, expect, test } from 'vitest';
import postgresqlDb from '../../tasks/postgresql_db.ts';
import postgresqlExt from '../../tasks/postgresql_ext.ts';
import postgresqlPing from '../../tasks/postgresql_ping.ts';
import postgresqlPrivs from '../../tasks/postgresql_privs.ts';
import postgresqlQuery from '../../tasks/postgresql_query.ts';
import postgresqlUser from '../../tasks/postgresql_user.ts';
import { as, changing, threeRunsOf, upWith } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

const { sh, said, run, checkAll } = as('postgres');
const odd = `o'dd"; drop table x; -- \\ é`;
const secret = `s3cr'et "\\ ü`;

const threeRuns = threeRunsOf(run);

beforeAll(async () => {
  await upWith('postgresql', 'mariadb-server');
  await sh(
    `psql -qXAt`,
    `DROP DATABASE IF EXISTS shop; DROP DATABASE IF EXISTS shop2; DROP DATABASE IF EXISTS "o'dd""; drop table x; -- \\ é";
DROP ROLE IF EXISTS shop; DROP ROLE IF EXISTS crew; DROP ROLE IF EXISTS "o'dd""; drop table x; -- \\ é"; ALTER SYSTEM RESET password_encryption; SELECT pg_reload_conf();`,
  );
});

describe('postgresql_user', () => {
  test('creates a role once, with a password that works and is never sent', async () => {
    const args = { name: 'shop', password: secret, role_attr_flags: 'CREATEDB,NOSUPERUSER', conn_limit: 5 };

    expect(await threeRuns(postgresqlUser, args)).toEqual(
      changing('role shop: absent → password (hidden, different), CREATEDB, connection limit 5'),
    );
    const login = await sh(
      `IFS= read -r PGPASSWORD; export PGPASSWORD; psql -XAtq -h localhost -U shop postgres -c 'select current_user'`,
      `${secret}\n`,
    );
    expect(login.stdout.toString()).toBe('shop\n');
    expect(await said(`psql -XAt -c "select left(rolpassword, 13) from pg_authid where rolname = 'shop'"`)).toBe(
      'SCRAM-SHA-256',
    );
  });

  test('each attribute that differs is a change, and drift is found again', async () => {
    const args = {
      name: 'shop',
      password: 'another',
      role_attr_flags: 'NOCREATEDB,CREATEROLE,LOGIN',
      expires: '2040-01-01 00:00:00+00',
      conn_limit: -1,
      comment: odd,
    };
    expect(await threeRuns(postgresqlUser, args)).toEqual(
      changing(
        'role shop, password: (hidden) → (hidden, different)',
        'role shop: CREATEDB → NOCREATEDB',
        'role shop: NOCREATEROLE → CREATEROLE',
        'role shop, password expires: never → 2040-01-01 00:00:00+00',
        'role shop, connection limit: 5 → -1',
        `role shop, comment: absent → ${odd}`,
      ),
    );
    await sh(`psql -qX -c "ALTER ROLE shop PASSWORD 'drifted' VALID UNTIL 'infinity'"`);
    expect(outcomeOf(await run(postgresqlUser, args, { check: true }))).toEqual([
      'changed',
      'role shop, password: (hidden) → (hidden, different)',
      'role shop, password expires: infinity → 2040-01-01 00:00:00+00',
    ]);
    expect(outcomeOf(await run(postgresqlUser, { ...args, expires: undefined, no_password_changes: true }))).toEqual([
      'ok',
    ]);
  });

  test('a password that is given as the server stores it, and one of the time before SCRAM', async () => {
    const stored = await said(`psql -XAt -c "select rolpassword from pg_authid where rolname = 'shop'"`);
    expect(outcomeOf(await run(postgresqlUser, { name: 'shop', password: stored }))).toEqual(['ok']);
    await sh(`psql -qX -c "SET password_encryption = 'md5'" -c "ALTER ROLE shop PASSWORD 'old'"`);
    expect(outcomeOf(await run(postgresqlUser, { name: 'shop', password: 'old' }))).toEqual(['ok']);
    expect(outcomeOf(await run(postgresqlUser, { name: 'shop', password: 'new' }))[0]).toBe('changed');
    expect(await threeRuns(postgresqlUser, { name: 'shop', password: '' })).toEqual(
      changing('role shop, password: (hidden) → none'),
    );
  });

  test('no password is told', async () => {
    const ended = await run(postgresqlUser, { name: 'shop', password: secret });
    expect(ended).toMatchObject({
      status: 'changed',
      result: { user: 'shop', queries: ['ALTER USER "shop" PASSWORD (hidden)'] },
    });
    const scripts = ended.status === 'changed' ? ended.changes.flatMap(({ commands }) => commands) : [];
    expect(JSON.stringify(scripts.map(({ script, shown }) => [script, shown]))).not.toMatch(/s3cr|SCRAM/);
    expect(Buffer.from(scripts[0]?.stdin as Uint8Array).toString()).not.toContain('s3cr');
  });

  test('names and comments may contain anything', async () => {
    await run(postgresqlUser, { name: 'crew' });
    expect(await threeRuns(postgresqlUser, { name: odd, password: secret, comment: secret, groups: ['crew'] })).toEqual(
      changing(`role ${odd}: absent → password (hidden, different), comment ${secret}, member of crew`),
    );
    expect(await threeRuns(postgresqlUser, { name: odd, state: 'absent' })).toEqual(
      changing(`role ${odd}: present → absent`),
    );
  });

  test('attributes that do not exist, and times that are none, are refused', async () => {
    expect(outcomeOf(await run(postgresqlUser, { name: 'shop', role_attr_flags: 'ROOT' }))).toEqual([
      'failed',
      expect.stringContaining('Invalid role_attr_flags specified: ROOT'),
    ]);
    expect(outcomeOf(await run(postgresqlUser, { name: 'shop', role_attr_flags: 'LOGIN,NOLOGIN' }))).toEqual([
      'failed',
      expect.stringContaining('Conflicting'),
    ]);
    expect(outcomeOf(await run(postgresqlUser, { name: 'shop', expires: 'soon' }))).toEqual([
      'failed',
      'invalid input syntax for type timestamp with time zone: "soon"',
    ]);
  });

  test('a server that does not respond, and a wrong password, are told with what the client said', async () => {
    expect(outcomeOf(await run(postgresqlUser, { name: 'shop', port: 5999 }))).toEqual([
      'failed',
      expect.stringMatching(
        /^connection to server on socket "\/var\/run\/postgresql\/\.s\.PGSQL\.5999" failed: No such file/,
      ),
    ]);
    expect(
      outcomeOf(
        await run(postgresqlUser, {
          name: 'shop',
          login_user: 'shop',
          login_password: 'wrong',
          login_host: '127.0.0.1',
        }),
      ),
    ).toEqual(['failed', expect.stringContaining('password authentication failed for user "shop"')]);
  });
});

describe('postgresql_db', () => {
  test('creates a database for a role that the same check would create', async () => {
    await run(postgresqlUser, { name: 'crew', state: 'absent' });
    const checked = await checkAll([
      [postgresqlUser, { name: 'crew' }],
      [postgresqlDb, { name: 'shop', owner: 'crew' }],
      [postgresqlDb, { name: 'shop', owner: 'crew', conn_limit: '3' }],
    ]);
    expect(checked.map(outcomeOf)).toEqual([
      ['changed', 'role crew: absent → present'],
      ['changed', 'database shop: absent → OWNER "crew"'],
      ['changed', 'database shop, connection limit: -1 → 3'],
    ]);
    expect(outcomeOf(await run(postgresqlDb, { name: 'shop', owner: 'crew' }))).toEqual([
      'failed',
      'role "crew" does not exist: create it with postgresql_user first',
    ]);
  });

  test('creates a database once, and changes what can be changed', async () => {
    const args = { name: 'shop', encoding: 'utf8', template: 'template0', lc_collate: 'C', lc_ctype: 'C' };
    expect(await threeRuns(postgresqlDb, args)).toEqual([
      ['changed', expect.stringMatching(/^database shop: absent → TEMPLATE "template0" ENCODING 'utf8'/)],
      ['changed', expect.stringMatching(/^database shop: absent → TEMPLATE "template0" ENCODING 'utf8'/)],
      ['ok'],
    ]);
    expect(await threeRuns(postgresqlDb, { name: 'shop', comment: `it's "mine"` })).toEqual(
      changing(`database shop, comment:  → it's "mine"`),
    );
    expect(await threeRuns(postgresqlDb, { name: 'told', comment: 'new' })).toEqual(
      changing('database told: absent → present'),
    );
    expect(
      await said(
        `psql -XAtc "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname IN ('shop', 'told') ORDER BY datname"`,
      ),
    ).toBe(`it's "mine"\nnew`);
    expect(await threeRuns(postgresqlDb, { name: 'told', state: 'absent' })).toHaveLength(3);
    expect(await threeRuns(postgresqlDb, { name: 'shop', owner: 'shop', conn_limit: '7' })).toEqual(
      changing('database shop, owner: postgres → shop', 'database shop, connection limit: -1 → 7'),
    );
    expect(outcomeOf(await run(postgresqlDb, { name: 'shop', encoding: 'LATIN1' }))).toEqual([
      'failed',
      'Changing database encoding is not supported. Current encoding: UTF8',
    ]);
    expect(outcomeOf(await run(postgresqlDb, { name: 'shop', lc_collate: 'POSIX' }))).toEqual([
      'failed',
      'Changing LC_COLLATE is not supported. Current LC_COLLATE: C',
    ]);
  });

  test('an encoding that its template does not have is refused, as the server would', async () => {
    expect(outcomeOf(await run(postgresqlDb, { name: 'x', encoding: 'EUC_JP' }, { check: true }))).toEqual([
      'failed',
      expect.stringContaining('Use `template: template0`'),
    ]);
    expect(outcomeOf(await run(postgresqlDb, { name: 'x', encoding: 'ROT13' }))).toEqual([
      'failed',
      'ROT13 is not a valid encoding name',
    ]);
  });

  test('the owner of a database cannot be removed', async () => {
    const why = 'Unable to remove user shop: these depend on it: database shop.';
    expect(outcomeOf(await run(postgresqlUser, { name: 'shop', state: 'absent' }, { check: true }))).toEqual([
      'failed',
      expect.stringContaining(why),
    ]);
    expect(await run(postgresqlUser, { name: 'shop', state: 'absent', fail_on_user: false })).toMatchObject({
      status: 'ok',
      warnings: [expect.stringContaining(why)],
    });
  });

  test.each(['sql', 'sql.gz', 'pgc', 'tar', 'dir'])('is dumped to and restored from .%s', async (ending) => {
    const target = `/tmp/pg-dump.${ending}`;
    await sh(`rm -rf ${target}; psql -qX shop -c 'DROP TABLE IF EXISTS t' -c 'CREATE TABLE t AS SELECT 7 AS a'`);
    expect(outcomeOf(await run(postgresqlDb, { name: 'shop', state: 'dump', target }))).toEqual([
      'changed',
      `dump of shop:  → ${target}`,
    ]);
    await sh(`psql -qX shop -c 'DROP TABLE t'`);
    const restore = { name: 'shop', state: 'restore', target };
    expect((await run(postgresqlDb, restore, { check: true })).status).toBe('changed');
    expect(await said(`psql -XAt shop -c "SELECT to_regclass('t')"`)).toBe('');
    expect((await run(postgresqlDb, restore)).status).toBe('changed');
    expect(await said(`psql -XAt shop -c 'SELECT a FROM t'`)).toBe('7');
    // The table is already there.
    expect(outcomeOf(await run(postgresqlDb, restore))).toEqual([
      'failed',
      `restore of shop:  → ${target}`,
      expect.stringContaining('relation "t" already exists'),
    ]);
  });

  test('a dump or a restore that cannot work is a failure', async () => {
    expect(outcomeOf(await run(postgresqlDb, { name: 'nosuch', state: 'dump', target: '/tmp/x.sql' }))).toEqual([
      'failed',
      'database "nosuch" does not exist',
    ]);
    expect(outcomeOf(await run(postgresqlDb, { name: 'shop', state: 'restore', target: '/tmp/none' }))).toEqual([
      'failed',
      'target /tmp/none does not exist on the host',
    ]);
    const failing = { name: 'shop', state: 'dump', target: '/tmp/pg-dump.xz', dump_extra_args: '--table=none' };
    expect(outcomeOf(await run(postgresqlDb, failing)).at(-1)).toContain('no matching tables were found');
  });

  test('is renamed, and removed although it is in use', async () => {
    expect(await threeRuns(postgresqlDb, { name: 'shop', state: 'rename', target: 'shop2' })).toEqual(
      changing('database: shop → shop2'),
    );
    await sh(`psql -qX shop2 -c 'select pg_sleep(60)' >/dev/null 2>&1 & sleep 0.3`);
    expect(await threeRuns(postgresqlDb, { name: 'shop2', state: 'absent', force: true })).toEqual(
      changing('database shop2: owned by shop → absent'),
    );
    expect(await threeRuns(postgresqlDb, { name: odd })).toEqual(changing(`database ${odd}: absent → present`));
    expect(await threeRuns(postgresqlDb, { name: odd, state: 'absent' })).toEqual(
      changing(`database ${odd}: owned by postgres → absent`),
    );
  });
});

describe('in a database', () => {
  beforeAll(async () => {
    await sh(
      'psql -qX',
      `DROP DATABASE IF EXISTS shop; DROP ROLE IF EXISTS crew; CREATE ROLE crew; CREATE DATABASE shop;
\\c shop
CREATE TABLE "o'dd"" table" (a int, b text); CREATE TABLE plain (a int PRIMARY KEY, b text); CREATE SEQUENCE counter;
CREATE FUNCTION add(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2'; INSERT INTO plain VALUES (1, 'one'), (2, NULL);`.replaceAll(
        '\\\\',
        '\\',
      ),
    );
  });

  test('postgresql_privs grants what is missing, and revokes it', async () => {
    const args = { db: 'shop', roles: 'crew', privs: 'SELECT,INSERT', objs: 'plain' };
    expect(await threeRuns(postgresqlPrivs, args)).toEqual(
      changing('privileges of crew on table public.plain: absent → INSERT, SELECT'),
    );
    expect(await threeRuns(postgresqlPrivs, { ...args, privs: 'SELECT', grant_option: true })).toEqual(
      changing('privileges of crew on table public.plain: INSERT, SELECT → INSERT, SELECT (may grant it)'),
    );
    expect(await threeRuns(postgresqlPrivs, { ...args, privs: 'SELECT', grant_option: false })).toEqual(
      changing('privileges of crew on table public.plain: INSERT, SELECT (may grant it) → INSERT, SELECT'),
    );
    expect(await threeRuns(postgresqlPrivs, { ...args, privs: 'ALL', state: 'absent' })).toEqual(
      changing('privileges of crew on table public.plain: INSERT, SELECT → absent'),
    );
    const all = { ...args, privs: 'ALL', objs: 'ALL_IN_SCHEMA' };
    expect((await threeRuns(postgresqlPrivs, all)).map((lines) => lines.length)).toEqual([3, 3, 1]);
    await sh(`psql -qX shop -c 'REVOKE DELETE ON plain FROM crew'`);
    expect(outcomeOf(await run(postgresqlPrivs, all))).toEqual([
      'changed',
      expect.stringMatching(/^privileges of crew on table public\.plain: INSERT, .* → DELETE, INSERT/),
    ]);
  });

  test.each([
    [{ type: 'database', privs: 'CREATE,TEMP' }, 'database shop: absent → CREATE, TEMPORARY'],
    [{ type: 'schema', objs: 'public', privs: 'USAGE' }, 'schema public: absent → USAGE'],
    [{ type: 'sequence', objs: 'counter', privs: 'USAGE' }, 'sequence public.counter: absent → USAGE'],
    [
      { type: 'function', objs: 'add(int:int)', privs: 'EXECUTE' },
      'function public.add(integer, integer): absent → EXECUTE',
    ],
    [{ type: 'language', objs: 'sql', privs: 'USAGE' }, 'language sql: absent → USAGE'],
    [{ type: 'tablespace', objs: 'pg_default', privs: 'CREATE' }, 'tablespace pg_default: absent → CREATE'],
    [{ type: 'group', objs: 'pg_monitor' }, 'group pg_monitor: absent → MEMBER'],
    [
      { type: 'default_privs', objs: 'TABLES', privs: 'SELECT', schema: 'public', usage_on_types: false },
      'new TABLES of postgres: absent → SELECT',
    ],
  ])('on %j', async (args, change) => {
    const all = { db: 'shop', roles: 'crew', ...args };
    expect(outcomeOf(await run(postgresqlPrivs, all))).toEqual(['changed', `privileges of crew on ${change}`]);
    const [line, gone] = change.split(': absent → ');
    expect(outcomeOf(await run(postgresqlPrivs, { ...all, state: 'absent' }))).toEqual([
      'changed',
      `privileges of crew on ${line}: ${gone} → absent`,
    ]);
  });

  test('PUBLIC, odd names, and what does not exist', async () => {
    const args = { db: 'shop', roles: 'PUBLIC', privs: 'SELECT', objs: `o'dd" table` };
    expect((await threeRuns(postgresqlPrivs, args)).map(([status]) => status)).toEqual(['changed', 'changed', 'ok']);
    const wrong: readonly (readonly [object, string])[] = [
      [{ roles: 'nobody' }, 'Role nobody does not exist: create it with postgresql_user first'],
      [{ objs: 'nothing' }, 'table nothing does not exist in database shop'],
      [{ privs: 'EXECUTE' }, 'Invalid privileges specified: EXECUTE is none of'],
      [{ db: 'nosuch' }, 'database "nosuch" does not exist'],
    ];
    for (const [more, why] of wrong)
      expect(outcomeOf(await run(postgresqlPrivs, { ...args, ...more }))).toEqual([
        'failed',
        expect.stringContaining(why),
      ]);
  });

  test('postgresql_ext', async () => {
    expect(await threeRuns(postgresqlExt, { name: 'plpgsql', db: 'shop', state: 'absent' })).toEqual(
      changing('extension plpgsql in shop: 1.0 → absent'),
    );
    expect(await threeRuns(postgresqlExt, { name: 'plpgsql', db: 'shop', version: 'latest' })).toEqual(
      changing('extension plpgsql in shop: absent → 1.0'),
    );
    const commented = { name: 'plpgsql', db: 'shop', comment: `it's "mine"` };
    expect(await threeRuns(postgresqlExt, commented)).toEqual(
      changing(`extension plpgsql in shop, comment: PL/pgSQL procedural language → it's "mine"`),
    );
    await run(postgresqlExt, { name: 'plpgsql', db: 'shop', state: 'absent' });
    expect(await threeRuns(postgresqlExt, { ...commented, comment: '' })).toEqual(
      changing(
        'extension plpgsql in shop: absent → 1.0',
        'extension plpgsql in shop, comment: PL/pgSQL procedural language → ',
      ),
    );
    expect(outcomeOf(await run(postgresqlExt, { name: 'no-such', db: 'shop' }))).toEqual([
      'failed',
      expect.stringContaining('Extension no-such is not available: install its package'),
    ]);
    expect(outcomeOf(await run(postgresqlExt, { name: 'plpgsql', db: 'shop', version: '9' }))).toEqual([
      'failed',
      'Extension plpgsql is not available in version 9. Available: 1.0',
    ]);
  });

  test('postgresql_ping', async () => {
    expect(await run(postgresqlPing, {})).toMatchObject({
      status: 'ok',
      result: { is_available: true, server_version: { major: 15, full: expect.stringMatching(/^15\.\d+$/) } },
    });
    expect(await run(postgresqlPing, { port: 1 })).toMatchObject({
      status: 'ok',
      result: { is_available: false, conn_err_msg: expect.stringContaining('PGSQL.1" failed') },
    });
  });

  test('postgresql_query reads in a check as well, and counts what it changes', async () => {
    const query = { db: 'shop', query: 'SELECT a, b FROM plain ORDER BY a -- all;' };
    const rows = [
      { a: 1, b: 'one' },
      { a: 2, b: null },
    ];
    for (const check of [true, false])
      expect(await run(postgresqlQuery, query, { check })).toMatchObject({
        status: 'ok',
        changes: [],
        result: { changed: false, query_result: rows, rowcount: 2, statusmessage: 'SELECT 2' },
      });
    const update = {
      db: 'shop',
      query: 'UPDATE plain SET b = %(new)s WHERE a = %(a)s',
      named_args: { new: odd, a: 1 },
    };
    expect(await run(postgresqlQuery, update, { check: true })).toMatchObject({ status: 'changed' });
    expect(await said(`psql -XAt shop -c 'select b from plain where a = 1'`)).toBe('one');
    expect(await run(postgresqlQuery, update)).toMatchObject({ result: { changed: true, statusmessage: 'UPDATE 1' } });
    expect(await said(`psql -XAt shop -c 'select b from plain where a = 1'`)).toBe(odd);
    expect(await run(postgresqlQuery, { ...update, named_args: { new: '', a: 99 } })).toMatchObject({
      result: { changed: false, statusmessage: 'UPDATE 0' },
    });
    expect(
      await run(postgresqlQuery, {
        db: 'shop',
        query: [
          `INSERT INTO plain VALUES (3, 'x;y'), (4, $$it's$$) RETURNING b`,
          'SHOW server_version_num',
          'DELETE FROM plain WHERE a > 2',
        ],
      }),
    ).toMatchObject({
      result: {
        changed: true,
        query_all_results: [[{ b: 'x;y' }, { b: "it's" }], [{ server_version_num: expect.stringMatching(/^15/) }], []],
        statusmessage: 'DELETE 2',
      },
    });
    expect(outcomeOf(await run(postgresqlQuery, { db: 'shop', query: 'DELETE FROM plain; SELECT nonsense' }))).toEqual([
      'failed',
      'query:  → DELETE FROM plain; SELECT nonsense',
      expect.stringContaining(`Cannot execute SQL 'SELECT nonsense': column "nonsense" does not exist`),
    ]);
    expect(await said(`psql -XAt shop -c 'select count(*) from plain'`)).toBe('2');
    expect(outcomeOf(await run(postgresqlQuery, { db: 'shop', query: 'SELECT %s', positional_args: [] }))).toEqual([
      'failed',
      'the query needs a value that is not given: number 1',
    ]);
  });
});
