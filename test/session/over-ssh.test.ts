import { afterAll, beforeAll } from 'vitest';
import { createConnector } from '../../src/session/index.ts';
import { sessionContract } from './contract.ts';
import { type Sshd, startSshd } from './sshd.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

for (const connection of ['ssh', 'openssh'] as const)
  sessionContract(
    connection,
    async () => {
      const connector = createConnector({ env: { HOME: sshd.folder, PATH: process.env.PATH } });
      const opened = await connector.open({
        name: 'web',
        connection,
        address: '127.0.0.1',
        port: sshd.port,
        user: 'root',
        privateKeyFile: sshd.privateKey,
        knownHostsFiles: [sshd.knownHosts],
      });
      if (!opened.ok) throw new Error(opened.failure.message);
      return { session: opened.session, close: () => connector.close() };
    },
    { wire: connection === 'ssh' ? 'tried here' : 'as local' },
  );
