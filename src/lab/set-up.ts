import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { containers } from './containers.ts';
import { enter } from './enter.ts';
import { initOf } from './host.ts';
import type { LabHost } from './hosts.ts';
import { hostKey, keyPair } from './keys.ts';
import { contentDir, forgeSeed, state } from './paths.ts';

const folder = '/run/lab-setup';

/** Run a host's setup script inside it, with the lab's content and keys available while it runs. */
export async function setUp(host: LabHost): Promise<void> {
  const init = initOf(host.name);
  if (!host.setup || init === undefined) return;
  for (const { name, addresses } of containers) await hostKey(name, addresses);
  for (const name of ['off1-root']) await keyPair(name, `${name}@retrace-lab`);
  const seed = host.name === 'services' ? forgeSeed() : undefined;
  if (seed !== undefined) await unpack(init, ['-C', seed, '.'], `${folder}/forge`);
  await unpack(init, ['-C', contentDir(), '.', '-C', state(), 'keys'], folder);
  await inHost(init, `cd ${folder}; sh -eu ${host.setup}; cd /; rm -rf ${folder}`, `${host.setup} on ${host.name}`);
}

async function unpack(init: number, files: readonly string[], to: string): Promise<void> {
  const { stdout } = await promisify(execFile)('tar', ['-c', ...files], { encoding: 'buffer', maxBuffer: 1e9 });
  await inHost(init, `mkdir -p ${to}; cd ${to}; tar -x --no-same-owner -f -`, `unpacking ${files.join(' ')}`, stdout);
}

async function inHost(init: number, script: string, what: string, input?: Buffer): Promise<void> {
  const ended = await enter(init, ['sh', '-euc', script], input);
  if (ended.code !== 0) throw new Error(`${what} failed:\n${ended.stdout}${ended.stderr}`);
}
