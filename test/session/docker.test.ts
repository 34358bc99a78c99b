import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../src/core/session.ts';
import { createConnector } from '../../src/session/index.ts';
import { sessionContract } from './contract.ts';
import { dockerClient } from './docker-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'retrace-docker-'));
afterAll(() => rmSync(folder, { recursive: true }));
const PATH = dockerClient(folder);

const box: Endpoint = { name: 'web', connection: 'docker', address: 'box' };

function open(endpoint: Endpoint, path = PATH) {
  const connector = createConnector({ env: { ...process.env, PATH: path } });
  onTestFinished(() => connector.close());
  return connector.open(endpoint);
}

sessionContract(
  'docker',
  async () => {
    const connector = createConnector({ env: { ...process.env, PATH } });
    const opened = await connector.open(box);
    if (!opened.ok) throw new Error(opened.failure.message);
    return { session: opened.session, close: () => connector.close() };
  },
  { wire: 'as local' },
);

describe('docker', () => {
  test('runs in the container, with words from the inventory as arguments of the client', async () => {
    const opened = await open({ ...box, settings: { extraArgs: "--context 'my $(touch x) host'" } });
    if (!opened.ok) throw new Error(opened.failure.message);

    const exchanged = await opened.session.exchange([{ script: 'echo $CONTAINER' }]);

    expect(exchanged.ok && exchanged.replies[0]?.stdout.toString()).toBe('box\n');
    expect(readFileSync(join(folder, 'bin/calls'), 'utf8')).toContain(
      '--context my $(touch x) host exec -i box /bin/sh',
    );
  });

  test.skipIf(process.getuid?.() !== 0).for([
    ['the user from the inventory', { user: 'nobody' }],
    ['a user to become', { become: { method: 'su', user: 'nobody', flags: '-s /bin/sh' } }],
    ['a user to become with sudo', { user: 'root', become: { method: 'sudo', user: 'nobody' } }],
  ] as const)('as %s', async ([, more]) => {
    const opened = await open({ ...box, ...more });

    expect(opened.ok ? opened.session.greeting.user : opened.failure).toBe('nobody');
  });

  test.for([
    ['a missing container', { address: 'gone' }, 'No such container: gone', /create the container/],
    ['one that is not running', { address: 'stopped' }, 'is not running', /docker start/],
    ['one without a shell', { address: 'bare' }, 'stat /bin/sh: no such file', /needs a \/bin\/sh/],
    ['a missing user', { user: 'nosuch' }, 'unable to find user nosuch', /ansible_user/],
    ['a wrong option', { settings: { extraArgs: '--nosuch' } }, 'unknown flag: --nosuch', /extra_args/],
    // Not a failure of sudo, which was never reached.
    [
      'a missing container, with a user to become',
      { address: 'gone', become: { method: 'sudo', user: 'nobody' } },
      'No such container: gone',
      /create the container/,
    ],
  ] as const)('%s is unreachable, with the reason', async ([, more, message, hint]) => {
    const opened = await open({ ...box, ...more });

    expect(opened).toMatchObject({
      ok: false,
      failure: {
        reason: 'unreachable',
        message: expect.stringMatching(/^web \(container \w+\): docker exec \w+: /),
        hint: expect.stringMatching(hint),
      },
    });
    expect(opened.ok ? '' : opened.failure.message).toContain(message);
  });

  test('reports a missing client', async () => {
    const bare = join(folder, 'bare');
    mkdirSync(bare);
    symlinkSync('/bin/cat', join(bare, 'cat'));

    const opened = await open(box, bare);

    expect(opened).toMatchObject({
      ok: false,
      failure: {
        reason: 'unreachable',
        message: 'web (container box): docker exec box: there is no docker client on this machine',
      },
    });
  });

  test.for([
    ['a name that the client would mistake for an option', { address: '--privileged' }, /not the name of a container/],
    ['an unclosed quote', { settings: { extraArgs: "'x" } }, /unclosed quote/],
  ] as const)('refuses %s', async ([, more, message]) => {
    const opened = await open({ ...box, ...more });

    expect(opened).toMatchObject({
      ok: false,
      failure: { reason: 'unsupported', message: expect.stringMatching(message) },
    });
  });
});
