import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
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

describe('local', () => {
  test('reports why there is no shell', async () => {
    const connector = createConnector({ env: process.env });

    const opened = await connector.open({ name: 'here', connection: 'local', shell: '/no/such/shell' });

    expect(opened).toMatchObject({
      ok: false,
      failure: { reason: 'unreachable', message: expect.stringMatching(/here.*not found/) },
    });
  });
});
