import { describe, expect, test } from 'vitest';
import { scramMatches, scramVerifier } from '../../src/core/scram.ts';
import { optionLines } from '../../tasks/shared/databases/my-login.ts';
import { privilegeDifferences, readGrants, readPriv } from '../../tasks/shared/databases/my-privileges.ts';
import { myName, myText } from '../../tasks/shared/databases/my-quote.ts';
import { myFilled } from '../../tasks/shared/databases/my-statements.ts';
import { connectionWords, isElsewhere } from '../../tasks/shared/databases/pg-login.ts';
import { pgName, pgText } from '../../tasks/shared/databases/pg-quote.ts';
import { pgFilled } from '../../tasks/shared/databases/pg-statements.ts';
import { type Dialect, isQuery, onlyReads, statementsIn } from '../../tasks/shared/databases/sql-text.ts';

describe('quoting for SQL', () => {
  test.for([
    ['shop', '"shop"', "'shop'", '`shop`', "'shop'"],
    [`"; drop`, `"""; drop"`, `'"; drop'`, '`"; drop`', `'"; drop'`],
    [`it's`, `"it's"`, `'it''s'`, "`it's`", `'it\\'s'`],
    ['a\\', '"a\\"', `E'a\\\\'`, '`a\\`', `'a\\\\'`],
    ['`é`', '"`é`"', `'\`é\`'`, '```é```', "'`é`'"],
  ])('of %j', ([text, ...quoted]) => {
    expect([pgName(text!), pgText(text!), myName(text!), myText(text!)]).toEqual(quoted);
  });

  test('of connection parameters and option files', () => {
    const login = { parameters: { dbname: `it's \\ x`, port: '1' }, password: '', environment: {} };
    expect(connectionWords(login)).toBe(`dbname='it\\'s \\\\ x' port='1'`);
    expect(
      optionLines([
        ['password', `a"b\\c\n#`],
        ['host', undefined],
      ]),
    ).toEqual(['[client]', 'password="a\\"b\\\\c\\n#"']);
  });

  test.for([
    ['', false],
    ['/run/postgresql', false],
    ['127.0.0.1', false],
    ['db1', true],
  ] as const)('a server at %j is elsewhere: %s', ([host, elsewhere]) => {
    expect(isElsewhere({ parameters: { host }, password: '', environment: {} })).toBe(elsewhere);
  });
});

describe('SCRAM', () => {
  test('a verifier is that of the server', () => {
    // From RFC 7677, as PostgreSQL stores it.
    expect(scramVerifier('pencil', 'W22ZaJ0SNY7soEsUEjb6gQ==')).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  test('a password matches, in any form of its letters, and another does not', () => {
    const stored = scramVerifier('café x', 'W22ZaJ0SNY7soEsUEjb6gQ==', 10);
    expect(scramMatches(stored, 'cafe\u0301\u00a0x')).toBe(true);
    expect(scramMatches(stored, 'cafe x')).toBe(false);
    expect(scramMatches('md5xyz', 'x')).toBe(false);
  });
});

describe('statements in a text', () => {
  test.for([
    [
      'postgresql',
      `SELECT 'a;b' -- c;\n; SELECT $$;$$; SELECT "x;"`,
      [`SELECT 'a;b' -- c;`, 'SELECT $$;$$', 'SELECT "x;"'],
    ],
    ['postgresql', `SELECT E'\\';' /* ; */;;`, [`SELECT E'\\';' /* ; */`]],
    ['postgresql', 'SELECT $a$ ; $$ ; $a$, 1; SELECT 2', ['SELECT $a$ ; $$ ; $a$, 1', 'SELECT 2']],
    ['mysql', "SELECT 'a\\';' # c;\n; SELECT `x;`, 1--1;", ["SELECT 'a\\';' # c;", 'SELECT `x;`, 1--1']],
  ] as const)('of %s: %j', ([dialect, text, all]) => {
    expect(statementsIn(text, dialect).map((one) => one.text)).toEqual(all);
  });

  const only = (text: string, dialect: Dialect = 'postgresql') => statementsIn(text, dialect).every(onlyReads);

  test.for([
    ['SELECT 1', true],
    ["SELECT count(*) FROM t WHERE a IN ('delete')", true],
    ['SHOW server_version', true],
    ['WITH x AS (SELECT 1) SELECT * FROM x', true],
    ['WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x', false],
    ["SELECT nextval('x')", false],
    ['SELECT "my function"(\'x\')', false],
    ['SELECT pg_terminate_backend(1)', false],
    ['SELECT * INTO x FROM t', false],
    ['SELECT 1 FROM t FOR UPDATE', false],
    ['EXPLAIN ANALYZE DELETE FROM t', false],
    ['UPDATE t SET a = 1', false],
    ['SELECT 1; DROP TABLE t', false],
  ] as const)('%j certainly only reads: %s', ([text, reads]) => {
    expect(only(text)).toBe(reads);
  });

  test('what only shows something is no change', () => {
    const query = (text: string) => statementsIn(text, 'postgresql').map(isQuery);
    expect(query('SELECT nextval(1); EXPLAIN DELETE FROM t; EXPLAIN ANALYZE DELETE FROM t; DROP TABLE t')).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('values take the place of their marks', () => {
    expect(pgFilled("SELECT %s, '100%%', %s", [`it's`, [1, 'a"b', null]], undefined)).toBe(
      `SELECT 'it''s', '100%', E'{"1","a\\\\"b",NULL}'`,
    );
    expect(pgFilled('SELECT %(a)s', undefined, { a: null })).toBe('SELECT NULL');
    expect(pgFilled('SELECT %', undefined, undefined)).toBe('SELECT %');
    expect(pgFilled('SELECT 1', ['x'], undefined)).toMatchObject({
      refused: expect.stringContaining('not all arguments'),
    });
    expect(myFilled('SELECT %s IN %s', ['\\', [1, 'x']], undefined)).toEqual({ text: `SELECT '\\\\' IN (1, 'x')` });
    expect(myFilled('SELECT %(b)s', undefined, { a: 1 })).toMatchObject({ refused: expect.stringContaining('b') });
  });
});

describe('privileges of MySQL', () => {
  test('as the parameter tells them', () => {
    expect(readPriv('`a/b`.*:ALL,GRANT/FUNCTION x.f:execute/x.t:select( b , a)')).toEqual([
      { scope: { kind: '', database: 'a/b', table: '*' }, words: ['ALL PRIVILEGES', 'GRANT'] },
      { scope: { kind: 'FUNCTION', database: 'x', table: 'f' }, words: ['EXECUTE'] },
      { scope: { kind: '', database: 'x', table: 't' }, words: ['SELECT (a, b)'] },
    ]);
    expect(readPriv('nonsense')).toContain('invalid privileges string');
  });

  test('as the server tells them', () => {
    const lines = [
      "GRANT USAGE ON *.* TO `u`@`h` IDENTIFIED BY PASSWORD '*x' REQUIRE SSL WITH MAX_USER_CONNECTIONS 5 GRANT OPTION",
      'GRANT SELECT (`b`, `a`), INSERT ON `my\\_db`.`t``x` TO `u`@`h`',
      'GRANT `role` TO `u`@`h`',
      "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
    ];
    expect(readGrants(lines)).toEqual([
      { scope: { kind: '', database: '*', table: '*' }, words: ['GRANT'] },
      { scope: { kind: '', database: 'my\\_db', table: 't`x' }, words: ['SELECT (a, b)', 'INSERT'] },
    ]);
  });

  test('only what differs is granted and revoked', () => {
    const scope = { kind: '', database: 'x', table: '*' };
    const on = (...words: string[]) => [{ scope, words }];
    const all = 'ALL PRIVILEGES';
    expect(privilegeDifferences(on('SELECT'), on('SELECT'), 'exactly')).toEqual([]);
    expect(privilegeDifferences(on(all), on('SELECT'), 'append')).toEqual([]);
    expect(privilegeDifferences(on(all, 'GRANT'), on('SELECT', 'GRANT'), 'exactly')).toMatchObject([
      { grant: ['SELECT'], revoke: [all] },
    ]);
    expect(privilegeDifferences(on('SELECT', 'GRANT'), on(all), 'exactly')).toMatchObject([
      { grant: [all], revoke: ['GRANT'] },
    ]);
    expect(privilegeDifferences(on('SELECT'), on('UPDATE'), 'subtract')).toEqual([]);
  });
});
