import { afterAll, beforeAll } from 'vitest';
import type { Endpoint } from '../../src/core/session.ts';
import { createConnector } from '../../src/session/index.ts';
import { sessionContract } from './contract.ts';
import { type Sshd, startSshd } from './sshd.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  name: 'web',
  connection: 'ssh',
  address: '127.0.0.1',
  port: sshd.port,
  user: 'root',
  privateKeyFile: sshd.privateKey,
  knownHostsFiles: [sshd.knownHosts],
  ...more,
});

sessionContract('ssh', async () => {
  const connector = createConnector({ env: { HOME: sshd.folder } });
  const opened = await connector.open(endpoint());
  if (!opened.ok) throw new Error(opened.failure.message);
  return { session: opened.session, close: () => connector.close() };
});
