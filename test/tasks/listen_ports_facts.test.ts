import { createSocket } from 'node:dgram';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellAnswer } from '../../src/core/questions/shell.ts';
import listenPortsFacts from '../../tasks/listen_ports_facts.ts';
import { planOn, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

interface Facts {
  readonly tcp_listen: readonly { readonly port: number }[];
  readonly udp_listen: readonly { readonly port: number }[];
}

async function facts(args: object): Promise<Facts> {
  const ended = await runHere(listenPortsFacts, args as Record<string, unknown>);
  if (ended.status !== 'ok') throw new Error(outcomeOf(ended).join(' '));
  return ended.result['ansible_facts'] as Facts;
}

const answered = (stdout: string, args: object) =>
  planOn(listenPortsFacts, { ports: shellAnswer(stdout) }, args as Record<string, unknown>);

describe('listen_ports_facts', () => {
  const tcp = createServer();
  const udp = createSocket('udp6');
  beforeAll(async () => {
    await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done));
    await new Promise<void>((done) => udp.bind(0, '::1', done));
  });
  afterAll(() => {
    tcp.close();
    udp.close();
  });
  const port = () => (tcp.address() as AddressInfo).port;

  test.each([{}, { command: 'ss' }, { include_non_listening: true }])('tells who listens, with %o', async (args) => {
    const { tcp_listen, udp_listen } = await facts(args);
    const mine = {
      pid: process.pid,
      name: expect.stringMatching(/./),
      user: expect.stringMatching(/./),
      stime: expect.stringMatching(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/),
    };
    expect(tcp_listen).toContainEqual(
      expect.objectContaining({ ...mine, address: '127.0.0.1', port: port(), protocol: 'tcp' }),
    );
    expect(udp_listen).toContainEqual(
      expect.objectContaining({ ...mine, address: '::1', port: udp.address().port, protocol: 'udp' }),
    );
  });

  test('a connection is told only if it is asked for', async () => {
    const client = connect(port(), '127.0.0.1');
    await new Promise((done) => client.once('connect', done));
    const states = async (args: object) =>
      (await facts(args)).tcp_listen.filter((one) => one.port === port()).map((one) => 'state' in one && one.state);
    expect(await states({ command: 'ss' })).toEqual([false]);
    expect(new Set(await states({ command: 'ss', include_non_listening: true }))).toEqual(new Set(['LISTEN', 'ESTAB']));
    client.destroy();
  });
});

test('reads what ss and netstat print', () => {
  const processes = '\x1e\n    7 root     Mon Nov 30 20:12:46 2026\n    9 www-data Tue Dec  1 08:00:00 2026\n';
  const of = (pid: number, name: string, more: object) => ({
    pid,
    name,
    user: pid === 7 ? 'root' : pid === 9 ? 'www-data' : '',
    stime: pid === 7 ? 'Mon Nov 30 20:12:46 2026' : pid === 9 ? 'Tue Dec  1 08:00:00 2026' : '',
    protocol: 'tcp',
    ...more,
  });
  expect(
    answered(
      `ss\nNetid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
udp   UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=7,fd=13))
tcp   LISTEN 0 511 *:80 *:* users:(("nginx",pid=9,fd=6),("nginx",pid=7,fd=6))
tcp   LISTEN 0 128 [::]:2049 [::]:*
${processes}`,
      {},
    ),
  ).toEqual({
    changes: [],
    result: {
      ansible_facts: {
        tcp_listen: [
          of(9, 'nginx', { address: '*', port: 80 }),
          of(7, 'nginx', { address: '*', port: 80 }),
          of(0, '', { address: '::', port: 2049 }),
        ],
        udp_listen: [of(7, 'systemd-resolve', { address: '127.0.0.53%lo', port: 53, protocol: 'udp' })],
      },
    },
  });
  expect(
    answered(
      `netstat\nActive Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address Foreign Address State PID/Program name
tcp        0      0 0.0.0.0:25            0.0.0.0:*               LISTEN      9/master
tcp6       0      0 :::22                 :::*                    LISTEN      7/sshd: /usr/sbin/s
tcp        0      0 127.0.0.1:22          127.0.0.1:5000          ESTABLISHED -
udp6       0      0 ::1:123               :::*                                7/ntpd
${processes}`,
      { include_non_listening: true },
    ),
  ).toEqual({
    changes: [],
    result: {
      ansible_facts: {
        tcp_listen: [
          of(9, 'master', { address: '0.0.0.0', port: 25, state: 'LISTEN', foreign_address: '0.0.0.0:*' }),
          of(7, 'sshd: /usr/sbin/s', { address: '::', port: 22, state: 'LISTEN', foreign_address: ':::*' }),
          of(0, '', { address: '127.0.0.1', port: 22, state: 'ESTABLISHED', foreign_address: '127.0.0.1:5000' }),
        ],
        udp_listen: [of(7, 'ntpd', { address: '::1', port: 123, protocol: 'udp', state: '', foreign_address: ':::*' })],
      },
    },
  });
});
