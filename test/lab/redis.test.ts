import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import redis from '../../tasks/redis.ts';
import redisData from '../../tasks/redis_data.ts';
import redisDataIncr from '../../tasks/redis_data_incr.ts';
import redisDataInfo from '../../tasks/redis_data_info.ts';
import redisInfo from '../../tasks/redis_info.ts';
import { isThorough } from '../thorough.ts';
import { as, changing, threeRunsOf, upWith } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

const { sh, said, run, checkAll } = as('root');
const threeRuns = threeRunsOf(run);
const odd = `o'dd"; \\ é $HOME\n\ttwo`;
const secret = `s3cr'et "\\ ü`;

const clear = 'redis-cli replicaof no one; redis-cli flushall; redis-cli config set maxmemory 0 save ""';

beforeAll(async () => {
  await upWith('redis-server');
  await sh('systemctl restart redis-server');
});
beforeEach(() => sh(clear));
afterAll(() => sh('redis-cli flushall; systemctl restart redis-server'));

describe('redis', () => {
  test('sets a parameter once, by its value', async () => {
    const args = { command: 'config', name: 'maxmemory', value: '100mb' };
    expect(await threeRuns(redis, args)).toEqual(changing('setting maxmemory: 0 → 104857600'));
    expect(await run(redis, args)).toMatchObject({ result: { name: 'maxmemory', value: '100mb' } });
    await sh('redis-cli config set maxmemory 5');
    expect(outcomeOf(await run(redis, args, { check: true }))).toEqual(['changed', 'setting maxmemory: 5 → 104857600']);
    const checked = await checkAll([
      [redis, { command: 'config', name: 'appendfsync', value: 'no' }],
      [redis, { command: 'config', name: 'appendfsync', value: 'no' }],
    ]);
    expect(checked.map(outcomeOf)).toEqual([['changed', 'setting appendfsync: everysec → no'], ['ok']]);
  });

  test('empties databases that are not empty', async () => {
    await sh('redis-cli set a 1; redis-cli -n 3 set b 1; redis-cli -n 3 set c 1');
    expect(await threeRuns(redis, { command: 'flush', flush_mode: 'db', db: 3 })).toEqual(
      changing('database 3: db3: 2 keys → empty'),
    );
    expect(await said('redis-cli get a')).toBe('1');
    expect(await threeRuns(redis, { command: 'flush' })).toEqual(changing('all databases: db0: 1 keys → empty'));
  });

  test('makes the server a replica, and a master again', async () => {
    const args = { command: 'replica', master_host: '127.0.0.1', master_port: 6399 };
    expect(await threeRuns(redis, args)).toEqual(changing('the server: master → replica of 127.0.0.1:6399'));
    expect(await run(redis, { ...args, command: 'slave' })).toMatchObject({
      status: 'ok',
      result: { mode: { status: 'replica', master_host: '127.0.0.1', master_port: 6399 } },
    });
    expect(await threeRuns(redis, { command: 'replica', replica_mode: 'master' })).toEqual(
      changing('the server: replica of 127.0.0.1:6399 → master'),
    );
  });

  test('sets the password that it logs in with, and tells it nowhere', async () => {
    const args = { command: 'config', name: 'requirepass', value: secret };
    const ended = await run(redis, args);
    expect(outcomeOf(ended)).toEqual(['changed', 'setting requirepass: (hidden) → (hidden, different)']);
    const scripts = ended.status === 'changed' ? ended.changes.flatMap(({ commands }) => commands) : [];
    expect(JSON.stringify(scripts.map(({ script, shown }) => [script, shown]))).not.toContain('s3cr');
    expect(outcomeOf(await run(redisInfo, {}))).toEqual(['failed', 'NOAUTH Authentication required.']);
    expect(outcomeOf(await run(redisInfo, { login_password: 'wrong' })).at(-1)).toMatch(/^WRONGPASS /);
    expect(outcomeOf(await run(redis, { ...args, login_password: secret }))).toEqual(['ok']);
    const back = { command: 'config', name: 'requirepass', value: '', login_password: secret };
    expect((await run(redis, back)).status).toBe('changed');
    expect((await run(redisInfo, {})).status).toBe('ok');
  });

  test('what cannot be done fails, in a check as well', async () => {
    const refused = [
      [{ command: 'config', name: 'nothing', value: '1' }, 'nothing is not a setting of this server'],
      [{ command: 'config', name: 'max*', value: '1' }, 'max* is not the name of a setting'],
      [{ command: 'flush', flush_mode: 'db' }, 'In db mode the db number must be provided'],
      [{ command: 'replica' }, 'In replica mode master host must be provided'],
      [
        { command: 'flush', login_port: 6399 },
        'unable to connect to database: Could not connect to Redis at localhost:6399: Connection refused',
      ],
    ] as const;
    for (const [args, why] of refused)
      for (const check of [true, false]) expect(outcomeOf(await run(redis, args, { check }))).toEqual(['failed', why]);
    expect(outcomeOf(await run(redis, { command: 'config', name: 'maxmemory-policy', value: 'most' })).at(-1)).toMatch(
      /argument\(s\) must be one of the following/,
    );
  });
});

describe('redis_info', () => {
  test('tells about the server, with numbers as numbers', async () => {
    await sh('redis-cli set a 1');
    expect(await run(redisInfo, { cluster: true })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('This instance has cluster support disabled'),
    });
    expect(await run(redisInfo, {})).toMatchObject({
      status: 'ok',
      result: { info: { redis_version: expect.stringMatching(/^7\./), tcp_port: 6379, db0: { keys: 1, expires: 0 } } },
    });
  });
});

describe('redis_data', () => {
  const plain = { tls: false };

  test('a key is set and removed once, whatever is in it', async () => {
    const args = { ...plain, key: odd, value: secret };
    expect(await threeRuns(redisData, args)).toEqual(changing(`key ${odd}: absent → ${secret}`));
    expect(await run(redisDataInfo, { ...plain, key: odd })).toMatchObject({
      status: 'ok',
      result: { exists: true, value: secret, msg: `Got key "${odd}"` },
    });
    for (const check of [true, false])
      expect(await run(redisData, { ...args, value: odd }, { check })).toMatchObject({
        status: 'changed',
        result: { old_value: secret, value: odd, msg: `Set key: ${odd}` },
      });
    expect(await threeRuns(redisData, { ...plain, key: odd, state: 'absent' })).toEqual(
      changing(`key ${odd}: ${odd} → absent`),
    );
    expect(await run(redisDataInfo, { ...plain, key: odd })).toMatchObject({ result: { exists: false } });
    const empty = { ...plain, key: 'empty', value: '' };
    expect(await threeRuns(redisData, empty)).toEqual(changing('key empty: absent → '));
  });

  test('the time after which a key is removed', async () => {
    const args = { ...plain, key: 'soon', value: '1', expiration: 100_000 };
    expect(outcomeOf(await run(redisData, args))).toEqual(['changed', 'key soon: absent → 1, for 100000 ms']);
    expect(outcomeOf(await run(redisData, args))[0]).toBe('changed');
    const { expiration: _, ...rest } = args;
    expect(outcomeOf(await run(redisData, { ...rest, keep_ttl: true, value: '2' }))).toEqual([
      'changed',
      'key soon: 1 → 2',
    ]);
    expect(Number(await said('redis-cli ttl soon'))).toBeGreaterThan(50);
    expect(await threeRuns(redisData, { ...rest, keep_ttl: false, value: '2' })).toEqual(
      changing('key soon:  → 2, for ever'),
    );
    expect(await said('redis-cli ttl soon')).toBe('-1');
  });

  test('a key that should or should not exist, and one that is no text', async () => {
    await sh('redis-cli rpush list 1; redis-cli set there 1');
    const refused = [
      [{ key: 'there', value: '2', non_existing: true }, 'Could not set key: there. Key already present.'],
      [{ key: 'away', value: '2', existing: true }, 'Could not set key: away. Key not present.'],
      [
        { key: 'list', value: '2' },
        'the value of key list is not a text: WRONGTYPE Operation against a key holding the wrong kind of value',
      ],
    ] as const;
    for (const [args, why] of refused)
      for (const check of [true, false])
        expect(outcomeOf(await run(redisData, { ...plain, ...args }, { check }))).toEqual(['failed', why]);
  });

  test.runIf(isThorough)('a server that does not encrypt', async () => {
    await sh('redis-cli config set timeout 1');
    const encrypted = outcomeOf(await run(redisData, { key: 'there', value: '1' }));
    await sh('redis-cli config set timeout 0');
    expect(encrypted.at(-1)).toMatch(/^unable to connect to database: (?:Could not connect|no response)/);
  });

  test('numbers are added to', async () => {
    const args = { ...plain, key: 'count' };
    for (const check of [true, false])
      expect(await run(redisDataIncr, args, { check })).toMatchObject({
        status: 'changed',
        result: { value: 1, msg: 'Incremented key: count to 1' },
      });
    const checked = await checkAll([
      [redisDataIncr, { ...args, increment_int: 41 }],
      [redisData, { ...args, value: '42' }],
      [redisDataIncr, { ...args, increment_float: 0.5 }],
    ]);
    expect(checked.map(outcomeOf)).toEqual([
      ['changed', 'key count: 1 → 42'],
      ['ok'],
      ['changed', 'key count: 42 → 42.5'],
    ]);
    expect(await run(redisDataIncr, { ...args, increment_float: 0.5 })).toMatchObject({
      result: { value: 1.5, msg: 'Incremented key: count by 0.5 to 1.5' },
    });
    expect(outcomeOf(await run(redisDataIncr, args, { check: true }))).toEqual([
      'failed',
      'Value: 1.5 of key: count is not incrementable(int or float)',
    ]);
  });
});
