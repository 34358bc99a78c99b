import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type TcpQuestion, tcp } from '../../../src/core/questions/network/tcp.ts';
import type { Reply } from '../../../src/core/session.ts';
import { runScript } from '../../tasks/local-host.ts';

describe('tcp', () => {
  test('an open port is open, and what the server sends unprompted is returned', async () => {
    await using server = await serve('220 hello\r\n');

    expect(await knock({ host: '127.0.0.1', port: server.port, timeoutSeconds: 20 })).toMatchObject({ is: 'open' });
    expect(await knock({ host: '127.0.0.1', port: server.port, timeoutSeconds: 20, listenSeconds: 1 })).toMatchObject({
      is: 'open',
      heard: '220 hello\r\n',
    });
  });

  test('a port without a listener is refused, not timed out', async () => {
    expect(await knock({ host: '127.0.0.1', port: 1, timeoutSeconds: 20 })).toMatchObject({
      is: 'refused',
      said: expect.stringContaining('refused'),
    });
  });

  test('a name that does not exist is distinguished from a closed port', async () => {
    expect(await knock({ host: 'nosuch.invalid', port: 1, timeoutSeconds: 20 })).toMatchObject({
      is: 'name-not-found',
    });
  });

  test.for([['perl', '/usr/bin/perl']] as const)('works with %s on a host without bash', async ([, tool]) => {
    await using server = await serve('220 hello\r\n');

    expect(
      await knock({ host: '127.0.0.1', port: server.port, timeoutSeconds: 20, listenSeconds: 1 }, [tool]),
    ).toMatchObject({ is: 'open', heard: '220 hello\r\n' });
    expect(await knock({ host: '127.0.0.1', port: 1, timeoutSeconds: 20 }, [tool])).toMatchObject({ is: 'refused' });
  });

  test('a timeout is reported as such', () => {
    expect(read({ code: 124, stdout: Buffer.of(), stderr: Buffer.of() })).toMatchObject({
      ok: true,
      value: { is: 'timeout' },
    });
  });
});

const read = (reply: Reply) => tcp(nowhere).kind.read([reply], [nowhere])[0];
const nowhere: TcpQuestion = { host: 'h', port: 1, timeoutSeconds: 1 };

/** Connects from this machine; `tools`, if given, are the only programs available besides `timeout` and `head`. */
async function knock(arg: TcpQuestion, tools?: readonly string[]) {
  const { script } = tcp(arg).kind.scripts([arg])[0]!;
  const only =
    tools === undefined
      ? ''
      : `command() { case $2 in ${tools.map((tool) => tool.split('/').at(-1)).join('|')}) return 0;; *) return 1;; esac; }\n`;
  const answer = read(await runScript(only + script));
  if (answer?.ok !== true) throw new Error(answer?.why);
  return answer.value;
}

async function serve(greeting: string) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).write(greeting);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
}
