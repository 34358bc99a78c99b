import { describe, expect, test } from 'vitest';
import { launchLocal } from '../../src/session/connections/local.ts';
import { createConnector } from '../../src/session/index.ts';
import { startShell } from '../../src/session/start-shell.ts';

const local = { name: 'here', connection: 'local' } as const;

describe('XM12: a host that sends endless output', () => {
  test.for(['yes', 'yes >&2', 'while :; do head -c 4000 /dev/zero; done'])(
    'is abandoned before its shell greets: %s',
    async (script) => {
      const started = await startShell({
        launch: launchLocal(process.env),
        shell: '/bin/sh',
        wrap: () => script,
        home: 'inherited',
        prompts: [],
        timeoutMs: 60_000,
        explain: (said, { message }) => ({ reason: 'unreachable', message: said || message }),
      });

      expect(started).toEqual({
        ok: false,
        failure: { reason: 'unreachable', message: 'more than 1 MiB of output before the shell started' },
      });
    },
  );

  test('is abandoned during an answer, and later exchanges fail at once', async () => {
    const connector = createConnector({ env: process.env });
    const opened = await connector.open(local);
    if (!opened.ok) throw new Error(opened.failure.message);
    const failure = { reason: 'unreachable', message: 'here: more than 32 MiB of output in one answer' };

    const exchanged = await opened.session.exchange([{ script: 'yes' }]);
    const again = await opened.session.exchange([{ script: 'echo' }]);

    expect(exchanged).toMatchObject({ ok: false, failure });
    expect(again).toMatchObject({ ok: false, failure });
    expect(opened.session.traffic.bytesReceived).toBeLessThan(40 * 1024 ** 2);
    await connector.close();
  });

  test('may send the content of a requested file', async () => {
    const connector = createConnector({ env: process.env });
    const opened = await connector.open(local);
    if (!opened.ok) throw new Error(opened.failure.message);

    const exchanged = await opened.session.exchange([{ script: 'head -c 40000000 /dev/zero', large: true }]);

    expect(exchanged.ok && exchanged.replies[0]?.stdout.length).toBe(40_000_000);
    await connector.close();
  });
});
