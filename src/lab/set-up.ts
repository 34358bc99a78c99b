import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { containers } from './containers.ts';
import { enter } from './enter.ts';
import { initOf } from './host.ts';
import type { LabHost } from './hosts.ts';
import { hostKey, keyPair } from './keys.ts';
import { contentDir, state } from './paths.ts';

const folder = '/run/lab-setup';

/** Run a host's setup script in it, with the lab's content and keys beside it while it runs. */
export async function setUp(host: LabHost): Promise<void> {
  const init = initOf(host.name);
  if (!host.setup || init === undefined) return;
  for (const { name, addresses } of containers) await hostKey(name, addresses);
  for (const name of ['off1-root']) await keyPair(name, `${name}@retrace-lab`);
  const tar = ['-c', '-C', contentDir(), '.', '-C', state(), 'keys'];
  const { stdout: content } = await promisify(execFile)('tar', tar, { encoding: 'buffer', maxBuffer: 1e8 });
  const script = `mkdir -p ${folder}; cd ${folder}; tar -x --no-same-owner -f -; sh -eu ${host.setup}; cd /; rm -rf ${folder}`;
  const ended = await enter(init, ['sh', '-euc', script], content);
  if (ended.code !== 0) throw new Error(`${host.setup} failed on ${host.name}:\n${ended.stdout}${ended.stderr}`);
}
