import { existsSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createConnector } from '../../src/session/index.ts';
import { sessionContract } from './contract.ts';

// Called by this name, busybox acts as its shell.
const folder = mkdtempSync(join(tmpdir(), 'retrace-'));
afterAll(() => rmSync(folder, { recursive: true }));
if (existsSync('/bin/busybox')) symlinkSync('/bin/busybox', join(folder, 'ash'));

for (const shell of ['/bin/dash', '/bin/bash', join(folder, 'ash')].filter((file) => existsSync(file))) {
  sessionContract(`local with ${basename(shell)}`, async () => {
    const connector = createConnector({ env: process.env });
    const opened = await connector.open({ name: 'localhost', connection: 'local', shell });
    if (!opened.ok) throw new Error(opened.failure.message);
    return { session: opened.session, close: () => connector.close() };
  });
}

/** How much more memory buffers take up from now on, at most, in bytes. */
function memoryWhile(): () => number {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 1);
  return () => {
    clearInterval(timer);
    return most;
  };
}

describe('local', () => {
  test('sends a large file a piece at a time, so that it is never in memory as a whole', async () => {
    const local = join(folder, 'large');
    const length = 300_000_000;
    writeFileSync(local, '');
    truncateSync(local, length);
    const connector = createConnector({ env: process.env });
    const opened = await connector.open({ name: 'localhost', connection: 'local' });
    if (!opened.ok) throw new Error(opened.failure.message);
    const most = memoryWhile();

    const exchanged = await opened.session.exchange([{ script: 'wc -c', stdin: { local, length } }]);
    const held = most();
    await connector.close();

    expect(exchanged.ok && exchanged.replies[0]?.stdout.toString()).toBe(`${length}\n`);
    // Pieces that were sent are freed some time later.
    expect(held).toBeLessThan(length / 2);
  });

  test('reports why there is no shell', async () => {
    const connector = createConnector({ env: process.env });

    const opened = await connector.open({ name: 'here', connection: 'local', shell: '/no/such/shell' });

    expect(opened).toMatchObject({
      ok: false,
      failure: { reason: 'unreachable', message: expect.stringMatching(/here.*not found/) },
    });
  });
});
