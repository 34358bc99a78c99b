import { describe, expect, test } from 'vitest';
import { createConnector } from '../../src/session/index.ts';
import { sessionContract } from './contract.ts';

for (const shell of ['/bin/dash', '/bin/bash']) {
  sessionContract(`local with ${shell}`, async () => {
    const connector = createConnector({ env: process.env });
    const opened = await connector.open({ name: 'localhost', connection: 'local', shell });
    if (!opened.ok) throw new Error(opened.failure.message);
    return { session: opened.session, close: () => connector.close() };
  });
}

describe('local', () => {
  test('says why there is no shell', async () => {
    const connector = createConnector({ env: process.env });

    const opened = await connector.open({ name: 'here', connection: 'local', shell: '/no/such/shell' });

    expect(opened).toMatchObject({
      ok: false,
      failure: { reason: 'unreachable', message: expect.stringMatching(/here.*not found/) },
    });
  });
});
