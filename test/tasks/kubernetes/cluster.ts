import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { ApiServer } from './api-server.ts';
import { debianKubectl } from './kubectl.ts';

/** The token that the server expects. */
export const TOKEN = 'a-token-that-nobody-may-see';

/** Time for downloading kubectl, and for starting it often on a busy machine. */
export const PATIENCE = 120_000;

/** Runs the tests of a file with kubectl and a server; returns how to get that server. */
export function clusterForTests(): () => ApiServer {
  const server = new ApiServer(TOKEN);
  const { PATH } = process.env;
  let kubectl: string | undefined;
  beforeAll(async () => {
    kubectl = debianKubectl();
    process.env['PATH'] = `${kubectl}:${PATH}`;
    await server.start();
  }, PATIENCE);
  afterAll(() => {
    process.env['PATH'] = PATH;
    server.stop();
    if (kubectl !== undefined) rmSync(join(kubectl, '..', '..'), { recursive: true });
  });
  return () => server;
}

/** Parameters with which a task reaches the server. */
export const loginTo = (server: ApiServer) => ({ host: server.url, api_key: TOKEN, ca_cert: server.authority });
