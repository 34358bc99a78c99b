import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Connector, Endpoint } from '../../../src/core/session.ts';
import { createConnector } from '../../../src/session/index.ts';
import { freePort, type Sshd, startSshd } from '../sshd.ts';

let sshd: Sshd;
let gate: Sshd;
beforeAll(async () => {
  [sshd, gate] = await Promise.all([startSshd(), startSshd()]);
});
afterAll(() => Promise.all([sshd.stop(), gate.stop()]));

const endpoint = (config: string, more: Partial<Endpoint> = {}): Endpoint => {
  const file = join(sshd.folder, `config_${Math.random()}`);
  writeFileSync(file, config);
  return {
    name: 'web',
    connection: 'ssh',
    address: '127.0.0.1',
    port: sshd.port,
    user: 'root',
    privateKeyFile: sshd.privateKey,
    knownHostsFiles: [sshd.knownHosts, gate.knownHosts],
    sshConfigFile: file,
    ...more,
  };
};

function connect(): Connector {
  const connector = createConnector({ env: { HOME: sshd.folder, PATH: process.env.PATH } });
  onTestFinished(() => connector.close());
  return connector;
}

const sshConnection = async (connector: Connector, at: Endpoint): Promise<string> => {
  const opened = await connector.open(at);
  if (!opened.ok) return opened.failure.message;
  const exchanged = await opened.session.exchange([{ script: 'echo $SSH_CONNECTION' }]);
  return exchanged.ok ? exchanged.replies[0]!.stdout.toString() : exchanged.failure.message;
};

describe('ssh', { timeout: 20_000 }, () => {
  test('connects through a jump host, with one login on each', async () => {
    const config = `Host gate\nHostName 127.0.0.1\nPort ${gate.port}\nUser root\nIdentityFile ${gate.privateKey}\nHost 127.0.0.1\nProxyJump gate\n`;
    const connector = connect();

    const said = await sshConnection(connector, endpoint(config));
    const other = await sshConnection(connector, endpoint(config, { name: 'other' }));

    expect([said, other]).toEqual([
      expect.stringContaining(`127.0.0.1 ${sshd.port}`),
      expect.stringContaining(`127.0.0.1 ${sshd.port}`),
    ]);
    expect(connector.logins).toBeLessThanOrEqual(3);
  });

  test('reports which jump host failed', async () => {
    const config = `Host web\nHostName 127.0.0.1\nProxyJump nobody@127.0.0.1:${await freePort()}\n`;

    expect(await sshConnection(connect(), endpoint(config, { address: 'web' }))).toMatch(
      /127.0.0.1:\d+.*connection refused/,
    );
  });

  test('reports a loop of jump hosts', async () => {
    const config = 'Host one\nProxyJump two\nHost two\nProxyJump one\n';

    expect(await sshConnection(connect(), endpoint(config, { address: 'one' }))).toMatch(
      /ProxyJump forms a loop: two, one, two/,
    );
  });

  test('reports that the jump host could not reach the host', async () => {
    const config = `Host gate\nHostName 127.0.0.1\nPort ${gate.port}\nUser root\nIdentityFile ${gate.privateKey}\nHost web\nHostName 127.0.0.1\nProxyJump gate\n`;

    expect(await sshConnection(connect(), endpoint(config, { address: 'web', port: await freePort() }))).toMatch(
      /web.* cannot be reached through gate.*refused/i,
    );
  });

  test('connects through a ProxyCommand', async () => {
    const relay = join(sshd.folder, 'relay.cjs');
    writeFileSync(
      relay,
      'const s = require("net").connect(+process.argv[3], process.argv[2]); process.stdin.pipe(s).pipe(process.stdout);',
    );

    const said = await sshConnection(connect(), endpoint(`ProxyCommand ${process.execPath} ${relay} %h %p\n`));

    expect(said).toContain(`127.0.0.1 ${sshd.port}`);
  });

  test('reports the output of a failed ProxyCommand', async () => {
    expect(await sshConnection(connect(), endpoint('ProxyCommand echo no way >&2; exit 3\n'))).toMatch(
      /ProxyCommand: no way/,
    );
  });

  test('logs in again when a login accepts no more sessions', async () => {
    const connector = connect();
    const opened = await Promise.all(
      Array.from({ length: 12 }, (_, at) => connector.open(endpoint('', { name: `name${at}`, sshConfigFile: 'none' }))),
    );

    const said = await Promise.all(
      opened.map(async (it, at) => it.ok && (await it.session.exchange([{ script: `echo ${at}` }])).ok),
    );

    expect(said).toEqual(Array.from({ length: 12 }, () => true));
    expect(connector.logins).toBe(2);
  });

  test('limits the number of concurrent logins', async () => {
    const connector = createConnector({ env: { HOME: sshd.folder, PATH: process.env.PATH }, forks: 1 });
    onTestFinished(() => connector.close());
    const began = Date.now();

    const slow = connector.open(endpoint('', { port: await silentPort(), connectTimeoutMs: 800 }));
    const opened = await connector.open(endpoint(''));

    expect(opened.ok || opened.failure).toBe(true);
    expect(Date.now() - began).toBeGreaterThan(750);
    expect((await slow).ok).toBe(false);
  });

  test('does not deadlock on a jump host if only one login is allowed at a time', async () => {
    const connector = createConnector({ env: { HOME: sshd.folder, PATH: process.env.PATH }, forks: 1 });
    onTestFinished(() => connector.close());
    const config = `Host gate\nHostName 127.0.0.1\nPort ${gate.port}\nUser root\nIdentityFile ${gate.privateKey}\nHost 127.0.0.1\nProxyJump gate\n`;

    expect(await sshConnection(connector, endpoint(config))).toContain(`127.0.0.1 ${sshd.port}`);
  });

  test('stops waiting for a login when it is aborted', async () => {
    const opened = await connect().open(endpoint('', { port: await silentPort() }), AbortSignal.timeout(200));

    expect(opened).toMatchObject({ ok: false, failure: { message: expect.stringContaining('interrupted') } });
  });
});

async function silentPort(): Promise<number> {
  const port = await freePort();
  const server = createServer(() => {}).listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  return port;
}
