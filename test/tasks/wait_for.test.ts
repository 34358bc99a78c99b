import { rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { activeConnections } from '../../tasks/shared/network/connections.ts';
import waitFor from '../../tasks/wait_for.ts';
import { context, planOn, runHere } from './harness.ts';
import { folder } from './local-host.ts';

describe('wait_for', () => {
  test.for([
    ['started', 'open', true],
    ['started', 'refused', false],
    ['stopped', 'refused', true],
    ['stopped', 'timeout', true],
    ['stopped', 'open', false],
    ['refused', 'refused', true],
    ['refused', 'timeout', false],
    ['refused', 'unreachable', false],
    ['refused', 'open', false],
  ] as const)('%s is %s: %s', ([state, is, holds]) => {
    const plan = planOn(waitFor, { knock: { is, said: '', heard: '' } }, { port: 80, state });

    expect('changes' in plan).toBe(holds);
  });

  test('M6: waits until the condition holds, except in a check', () => {
    const plan = planOn(
      waitFor,
      { knock: { is: 'open', said: '', heard: '' } },
      { host: '192.0.2.1', port: 9113, state: 'refused' },
      { ...context, check: true },
    );

    expect(plan).toMatchObject({ wait: { failed: 'Timeout when waiting for 192.0.2.1:9113 to be refused: open' } });
  });

  test('waits for a port, and for text from it', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('220 ready to serve\r\n'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;

    expect(
      await runHere(waitFor, { port, search_regex: '^(\\d+) ready', timeout: 5, connect_timeout: 1 }),
    ).toMatchObject({
      status: 'ok',
      result: { port, match_groups: ['220'], state: 'started' },
    });
    await new Promise((done) => server.close(done));
    expect(await runHere(waitFor, { port, state: 'refused', timeout: 5 })).toMatchObject({ status: 'ok' });
  });

  test('waits until a file contains the text', async () => {
    using place = folder();
    writeFileSync(place.at('log'), 'nothing\n');
    setTimeout(() => writeFileSync(place.at('log'), 'nothing\nready: 42\n'), 300);

    expect(
      await runHere(waitFor, { path: place.at('log'), search_regex: '^ready: (?P<n>\\d+)$', timeout: 10 }),
    ).toMatchObject({
      status: 'ok',
      result: { match_groupdict: { n: '42' } },
    });
  });

  test('waits until a path is gone', async () => {
    using place = folder();
    writeFileSync(place.at('lock'), '');
    setTimeout(() => rmSync(place.at('lock')), 300);

    expect(await runHere(waitFor, { path: place.at('lock'), state: 'absent', timeout: 10 })).toMatchObject({
      status: 'ok',
    });
  });

  test('reports the last state after the timeout', async () => {
    expect(await runHere(waitFor, { port: 1, timeout: 1 })).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(
        /^Timeout when waiting for 127\.0\.0\.1:1 to be open: refused \(.*Connection refused\)$/,
      ),
    });
  });

  test('counts the connections to be drained', () => {
    const table = [
      '  sl  local_address rem_address   st',
      '   0: 00000000:0050 00000000:0000 0A',
      '   1: 0100007F:0050 0200007F:9C40 01',
      '   2: 0100007F:0050 0300007F:9C41 06',
      '   3: 0100007F:0051 0300007F:9C42 01',
    ].join('\n');

    expect(activeConnections(table, 80, ['ESTABLISHED', 'TIME_WAIT'], [])).toBe(2);
    expect(activeConnections(table, 80, ['ESTABLISHED'], [])).toBe(1);
    expect(activeConnections(table, 80, ['ESTABLISHED', 'TIME_WAIT'], ['127.0.0.2'])).toBe(1);
  });
});
