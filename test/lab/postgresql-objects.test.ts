import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import postgresqlInfo from '../../tasks/postgresql_info.ts';
import postgresqlMembership from '../../tasks/postgresql_membership.ts';
import postgresqlOwner from '../../tasks/postgresql_owner.ts';
import postgresqlSchema from '../../tasks/postgresql_schema.ts';
import postgresqlSet from '../../tasks/postgresql_set.ts';
import postgresqlUser from '../../tasks/postgresql_user.ts';
import { isThorough } from '../thorough.ts';
import { as, changing, threeRunsOf, upWith } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

const { sh, said, run, checkAll } = as('postgres');
const threeRuns = threeRunsOf(run);
const odd = `o'dd". drop table x; -- \\ é`;
const db = 'store';

const clear = `DROP DATABASE IF EXISTS store; DROP ROLE IF EXISTS owner1, owner2, readers, writers, newcomer;
ALTER SYSTEM RESET ALL; SELECT pg_reload_conf();`;

beforeAll(async () => {
  await upWith('postgresql', 'mariadb-server');
  await sh('psql -qXAt', clear);
  await sh(
    'psql -qXAt -v ON_ERROR_STOP=1',
    `CREATE ROLE owner1 LOGIN; CREATE ROLE owner2; CREATE ROLE readers; CREATE ROLE writers; CREATE DATABASE store;
\\c store
CREATE SCHEMA stock; CREATE TABLE stock.goods (a int); CREATE TABLE plain (a int); CREATE VIEW seen AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a; CREATE SEQUENCE counter; CREATE TYPE pair AS (a int, b int); CREATE DOMAIN price AS numeric;
CREATE FUNCTION add(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION twice(text) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE work() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE total (int) (sfunc = int4pl, stype = int); CREATE COLLATION own FROM "C"; CREATE STATISTICS both_columns ON a, (a + 1) FROM plain;
CREATE FOREIGN DATA WRAPPER wrap; CREATE SERVER away FOREIGN DATA WRAPPER wrap; CREATE FOREIGN TABLE far (a int) SERVER away; CREATE PUBLICATION news;
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple); CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple);
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8; SELECT lo_create(4711);
CREATE FUNCTION trig() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION trig();
GRANT CREATE, USAGE ON SCHEMA public, stock TO owner1;`,
  );
});
afterAll(() => sh('psql -qXAt', clear));

describe('postgresql_schema', () => {
  test('creates a schema once, changes its owner and comment, and removes it', async () => {
    const args = { name: odd, db, owner: 'owner1', comment: odd };
    const told = `schema ${odd} in store`;
    expect(await threeRuns(postgresqlSchema, args)).toEqual(
      changing(`${told}: absent → owned by owner1, comment ${odd}`),
    );
    expect(await threeRuns(postgresqlSchema, { schema: odd, database: db, owner: 'owner2', comment: '' })).toEqual(
      changing(`${told}, owner: owner1 → owner2`, `${told}, comment: ${odd} → absent`),
    );
    await sh('psql -qX store', `ALTER SCHEMA "o'dd"". drop table x; -- \\ é" OWNER TO postgres;`);
    expect(outcomeOf(await run(postgresqlSchema, { name: odd, db, owner: 'owner2' }, { check: true }))).toEqual([
      'changed',
      `${told}, owner: postgres → owner2`,
    ]);
    expect(await threeRuns(postgresqlSchema, { name: odd, db, state: 'absent' })).toEqual(
      changing(`${told}: owned by postgres → absent`),
    );
  });

  test('a schema with something in it is removed only with it', async () => {
    for (const check of [true, false])
      expect(outcomeOf(await run(postgresqlSchema, { name: 'stock', db, state: 'absent' }, { check }))).toEqual([
        'failed',
        'cannot drop schema stock because other objects depend on it: table stock.goods. With `cascade_drop`, they are removed as well',
      ]);
    await sh(`psql -qX store -c 'CREATE SCHEMA doomed; CREATE TABLE doomed.t (a int)'`);
    const ended = await run(postgresqlSchema, { name: 'doomed', db, state: 'absent', cascade_drop: true });
    expect(ended).toMatchObject({
      status: 'changed',
      result: { schema: 'doomed', queries: ['DROP SCHEMA "doomed" CASCADE'] },
    });
  });

  test('a missing owner or database fails', async () => {
    for (const check of [true, false]) {
      expect(outcomeOf(await run(postgresqlSchema, { name: 'x', db, owner: 'nobody1' }, { check }))).toEqual([
        'failed',
        'role "nobody1" does not exist: create it with postgresql_user first',
      ]);
      expect(outcomeOf(await run(postgresqlSchema, { name: 'x', db: 'nosuch' }, { check })).at(-1)).toMatch(
        /database "nosuch" does not exist/,
      );
    }
  });
});

describe('postgresql_membership', () => {
  test('grants, revokes, and makes exact, once', async () => {
    const args = { groups: ['readers', 'writers'], target_roles: ['owner1', 'owner2'] };
    expect(await threeRuns(postgresqlMembership, args)).toEqual(
      changing('role owner1, member of: none → readers, writers', 'role owner2, member of: none → readers, writers'),
    );
    await sh('psql -qX', 'REVOKE readers FROM owner2;');
    expect(await run(postgresqlMembership, args)).toMatchObject({
      status: 'changed',
      result: { granted: { readers: ['owner2'], writers: [] }, queries: ['GRANT "readers" TO "owner2"'] },
    });
    const exact = { groups: 'pg_monitor,readers', target_roles: 'owner1', state: 'exact' };
    expect(await threeRuns(postgresqlMembership, exact)).toEqual(
      changing('role owner1, member of: readers, writers → pg_monitor, readers'),
    );
    expect(
      await threeRuns(postgresqlMembership, { groups: ['readers', 'writers'], users: 'owner2', state: 'absent' }),
    ).toEqual(changing('role owner2, member of: readers, writers → none'));
  });

  test('a check builds on roles that an earlier task creates', async () => {
    const checked = await checkAll([
      [postgresqlUser, { name: 'newcomer', groups: ['writers'] }],
      [postgresqlMembership, { groups: 'readers', target_roles: 'newcomer' }],
      [postgresqlMembership, { groups: ['readers', 'writers'], target_roles: 'newcomer' }],
    ]);
    expect(checked.map(outcomeOf).slice(1)).toEqual([
      ['changed', 'role newcomer, member of: writers → readers, writers'],
      ['ok'],
    ]);
  });

  test('roles that do not exist fail, or are passed over', async () => {
    const args = { groups: ['readers', 'nogroup1'], target_roles: ['owner2', 'nobody1'] };
    expect(outcomeOf(await run(postgresqlMembership, args))).toEqual(['failed', 'Role nogroup1 does not exist']);
    expect(await run(postgresqlMembership, { ...args, fail_on_role: false })).toMatchObject({
      status: 'changed',
      warnings: ['Role nogroup1 does not exist, pass', 'Role nobody1 does not exist, pass'],
      result: { groups: ['readers'], target_roles: ['owner2'], granted: { readers: ['owner2'] } },
    });
    expect(outcomeOf(await run(postgresqlMembership, { groups: 'readers', target_roles: 'readers' }))).toEqual([
      'failed',
      'role "readers" is a member of role "readers"',
    ]);
  });
});

describe('postgresql_owner', () => {
  // The name, and its owner before.
  const objects = [
    ['table', 'stock.goods'],
    ['table', 'plain'],
    ['sequence', 'public."counter"'],
    ['function', 'twice(text)'],
    ['collation', 'own'],
    ['large_object', '4711'],
    ['schema', 'stock'],
    ['database', 'store'],
  ];
  const others = [
    ['matview', 'kept'],
    ['type', 'pair'],
    ['function', 'add'],
    ['aggregate', 'total(int)'],
    ['foreign_table', 'far'],
    ['view', 'seen'],
    ['domain', 'price'],
    ['procedure', 'work'],
    ['statistics', 'both_columns'],
    ['server', 'away'],
    ['publication', 'news'],
    ['text_search_configuration', 'words'],
    ['text_search_dictionary', 'dict'],
    ['conversion', 'conv'],
    ['language', 'plpgsql'],
    ['tablespace', 'pg_default'],
    ['routine', 'public.trig()'],
  ];

  test('is set, as a check foretells', async () => {
    const tasks = [...objects, ...(isThorough ? others : [])].map(
      ([obj_type, obj_name]) => [postgresqlOwner, { db, obj_type, obj_name, new_owner: 'owner2' }] as const,
    );
    const expected = tasks.map(([, { obj_type = '', obj_name }]) => [
      'changed',
      `owner of ${obj_type.replaceAll('_', ' ')} ${obj_name}: postgres → owner2`,
    ]);
    expect((await checkAll(tasks)).map(outcomeOf)).toEqual(expected);
    const ended = await Promise.all(tasks.map(([type, args]) => run(type, args)));
    expect(ended.map(outcomeOf)).toEqual(expected);
  });

  test('is not set twice; only a superuser owns an event trigger or a wrapper', async () => {
    for (const [obj_type, obj_name] of [
      ['event_trigger', 'watch'],
      ['foreign_data_wrapper', 'wrap'],
    ])
      expect(outcomeOf(await run(postgresqlOwner, { db, obj_type, obj_name, new_owner: 'owner2' })).at(-1)).toMatch(
        /permission denied to change owner/,
      );
    expect(
      outcomeOf(await run(postgresqlOwner, { db, type: 'table', obj_name: 'plain', new_owner: 'owner2' })),
    ).toEqual(['ok']);
  });

  test('everything that a role owns gets another owner, once', async () => {
    await sh(`psql -qX store -c 'SET ROLE owner1' -c 'CREATE TABLE public.mine (a int)' -c 'CREATE SCHEMA mine' 2>&1`);
    const args = { db, reassign_owned_by: ['owner2', 'owner1'], new_owner: 'postgres' };
    const outcomes = await threeRuns(postgresqlOwner, args);
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[0]?.[1]).toMatch(/^owner of collation own, .* and \d+ more: owner2 → postgres$/);
    expect(outcomes[0]?.at(-1)).toMatch(/: owner1 → postgres$/);
    expect(outcomes[2]).toEqual(['ok']);
    expect(await said(`psql -XAt store -c "SELECT count(*) FROM pg_tables WHERE tableowner <> 'postgres'"`)).toBe('0');
  });

  test('what does not exist, or is not unique, fails', async () => {
    const refused = [
      [{ obj_type: 'table', obj_name: 'goods', new_owner: 'owner1' }, 'table "goods" does not exist'],
      [{ obj_type: 'view', obj_name: 'plain', new_owner: 'owner1' }, 'view "plain" does not exist'],
      [{ obj_type: 'table', obj_name: 'plain', new_owner: 'nobody1' }, "Role 'nobody1' does not exist"],
      [
        { obj_type: 'function', obj_name: 'twice', new_owner: 'owner1' },
        'function name "twice" is not unique: name it with the types of its arguments, or its schema',
      ],
      [{ reassign_owned_by: 'nobody1', new_owner: 'owner1' }, "Role 'nobody1' does not exist"],
      [
        { reassign_owned_by: 'postgres', new_owner: 'owner1' },
        'cannot reassign ownership of objects owned by role postgres because they are required by the database system',
      ],
    ] as const;
    for (const [index, [args, why]] of refused.entries())
      expect(outcomeOf(await run(postgresqlOwner, { db, ...args }, { check: index % 2 === 0 }))).toEqual([
        'failed',
        why,
      ]);
    expect(
      await run(postgresqlOwner, { db, reassign_owned_by: 'nobody1', new_owner: 'owner1', fail_on_role: false }),
    ).toMatchObject({ status: 'ok', warnings: ["Role 'nobody1' does not exist, pass"] });
  });
});

describe('postgresql_set', () => {
  const settings = [
    ['work_mem', '65536kB', 'setting work_mem: 4MB → 65536kB', '64MB'],
    ['log_line_prefix', `%m [%p], 'q' `, `setting log_line_prefix: %m [%p] %q%u@%d  → %m [%p], 'q' `, `%m [%p], 'q' `],
    [
      'search_path',
      'stock, "$user",public',
      'setting search_path: "$user", public → stock, "$user",public',
      'stock, "$user", public',
    ],
  ] as const;
  const otherSettings = [
    ['autovacuum_vacuum_cost_delay', '0.005s', 'setting autovacuum_vacuum_cost_delay: 2ms → 0.005s', '5ms'],
    ['log_connections', 'True', 'setting log_connections: off → on', 'on'],
  ] as const;
  test.each([...settings, ...(isThorough ? otherSettings : [])])(
    '%s is set once to %s',
    async (name, value, told, shown) => {
      expect(await threeRuns(postgresqlSet, { name, value })).toEqual(changing(told));
      expect(await said(`psql -XAt -c 'SHOW ${name}' | sed 's/$/|/'`)).toBe(`${shown}|`);
    },
  );

  test('is removed once; what applies then is not known in a check', async () => {
    const name = 'work_mem';
    const checked = await checkAll([
      [postgresqlSet, { name, reset: true }],
      [postgresqlSet, { name, value: '64MB' }],
    ]);
    expect(checked.map(({ status }) => status)).toEqual(['changed', 'unknown']);
    expect(outcomeOf(await run(postgresqlSet, { name, value: 'default' }))).toEqual([
      'changed',
      'setting work_mem: 65536kB → absent',
    ]);
    expect(outcomeOf(await run(postgresqlSet, { name, reset: true }))).toEqual(['ok']);
  });

  test.runIf(isThorough)('a value that takes effect after a restart is set once', async () => {
    const args = { name: 'max_connections', value: '123' };
    for (const check of [true, false])
      expect(await run(postgresqlSet, args, { check })).toMatchObject({
        status: 'changed',
        warnings: ['Restart of PostgreSQL is required for setting max_connections'],
        result: {
          restart_required: true,
          prev_val_pretty: '100',
          value_pretty: '123',
          value: { value: '100' },
          queries: [`ALTER SYSTEM SET "max_connections" = '123'`],
        },
      });
    expect(await run(postgresqlSet, args)).toMatchObject({
      status: 'ok',
      warnings: ['Restart of PostgreSQL is required for setting max_connections'],
    });
    await sh(`psql -qXAt -c 'SELECT pg_reload_conf()'; sleep 0.2`);
    expect(await run(postgresqlInfo, { filter: 'settings' })).toMatchObject({
      result: { pending_restart_settings: ['max_connections'] },
    });
    expect(outcomeOf(await run(postgresqlSet, { name: 'max_connections', reset: true }))).toEqual([
      'changed',
      'setting max_connections: 123 → absent',
    ]);
  });

  test('the result is that of Ansible, and a check predicts it', async () => {
    for (const check of [true, false])
      expect(await run(postgresqlSet, { name: 'maintenance_work_mem', value: '1gb' }, { check })).toMatchObject({
        result: {
          name: 'maintenance_work_mem',
          context: 'user',
          restart_required: false,
          prev_val_pretty: '64MB',
          value_pretty: '1GB',
          value: { value: 1024 ** 3, unit: 'b' },
        },
      });
  });

  test('what the server would refuse fails, in a check as well', async () => {
    const refused = [
      [{ name: 'nothing_like_it', value: '1' }, /^No such parameter: nothing_like_it/],
      [{ name: 'block_size', value: '1' }, /^block_size: cannot be changed \(internal context\)/],
      [{ name: 'work_mem', value: 'much' }, 'invalid value "much": it must be a number, in kB or with a unit'],
      [{ name: 'work_mem', value: '1kB' }, /^invalid value "1kB": it is outside the valid range \(64 /],
      [{ name: 'log_connections', value: 'maybe' }, 'invalid value "maybe": it must be on or off'],
      [{ name: 'wal_level', value: 'most' }, 'invalid value "most": available values: minimal, replica, logical'],
      [{ name: 'work_mem' }, 'work_mem: at least one of value or reset param must be specified'],
      [{ name: 'shared_preload_libraries', value: '' }, /^shared_preload_libraries cannot be set to nothing/],
    ] as const;
    for (const [index, [args, why]] of refused.entries())
      expect(outcomeOf(await run(postgresqlSet, args, { check: index % 2 === 0 }))).toEqual([
        'failed',
        typeof why === 'string' ? why : expect.stringMatching(why),
      ]);
  });

  test.runIf(isThorough)('a value that something else overrides fails', async () => {
    await sh('psql -qX', "ALTER ROLE postgres SET work_mem = '7MB';");
    const ended = outcomeOf(await run(postgresqlSet, { name: 'work_mem', value: '9MB' }));
    await sh('psql -qX', 'ALTER ROLE postgres RESET work_mem;');
    expect(ended.at(-1)).toMatch(/^work_mem is still 7MB, although postgresql\.auto\.conf says 9MB/);
  });
});

describe('postgresql_info', () => {
  test('tells about the server', async () => {
    const told = await run(postgresqlInfo, {});
    expect(told).toMatchObject({
      status: 'ok',
      result: {
        version: {
          major: 15,
          patch: null,
          full: expect.stringMatching(/^15\.\d+$/),
          raw: expect.stringMatching(/^PostgreSQL 15/),
        },
        in_recovery: false,
        databases: {
          store: {
            encoding: 'UTF8',
            size: expect.stringMatching(/^\d+$/),
            access_priv: '',
            namespaces: { stock: { nspowner: 'postgres' } },
            extensions: { plpgsql: { extversion: { major: 1, minor: 0, raw: '1.0' }, nspname: 'pg_catalog' } },
            languages: { sql: { lanowner: 'postgres' } },
            publications: { news: { ownername: 'postgres', puballtables: false } },
            subscriptions: {},
          },
        },
        tablespaces: { pg_default: { spcowner: 'postgres', spcacl: expect.any(String), spcoptions: [] } },
        settings: { work_mem: { unit: 'kB', val_in_bytes: expect.any(Number), pending_restart: false } },
        roles: { owner1: { superuser: false, canlogin: true, valid_until: '', member_of: expect.any(Array) } },
        replications: {},
        repl_slots: {},
      },
    });
  });

  test('tells only what the filter includes, or does not exclude', async () => {
    expect(await run(postgresqlInfo, { filter: ['in_*', 'ver*'] })).toMatchObject({
      result: { in_recovery: false, version: { major: 15 }, settings: {}, roles: {} },
    });
    const rest = await run(postgresqlInfo, { filter: ['!databases', '!settings'] });
    expect(rest).toMatchObject({ result: { databases: {}, settings: {}, in_recovery: false } });
  });

  test('a server that does not respond fails', async () => {
    expect(outcomeOf(await run(postgresqlInfo, { port: 5999, filter: 'roles' })).at(-1)).toMatch(/No such file/);
  });
});
