import { existsSync } from 'node:fs';
import type { Progress } from './progress.ts';
import { run, runUnjudged } from './run-command.ts';

/** Why this machine cannot run a lab, in one sentence; undefined if it can. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux')
    return `the lab needs Linux with namespaces and overlay mounts; this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'the lab needs root, for namespaces and mounts: start it with sudo';
  if (process.arch !== 'x64') return `the lab's images are for amd64; this machine is ${process.arch}`;
  return undefined;
}

/** Make sure the programs needed for the lab exist, installing missing ones with apt. */
export async function prepareMachine(progress: Progress): Promise<void> {
  const missing = needed.filter(({ path }) => !path.some(existsSync)).map(({ debian }) => debian);
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get'))
    throw new Error(`the lab needs ${missing.join(', ')}, and there is no apt-get here to install them`);
  await progress.step(`installing ${missing.join(', ')} on this machine`, () => install(missing));
}

const needed = [
  { debian: 'mmdebstrap', path: ['/usr/bin/mmdebstrap'] },
  { debian: 'systemd-container', path: ['/usr/bin/systemd-nspawn'] },
  { debian: 'iproute2', path: ['/sbin/ip', '/usr/sbin/ip', '/usr/bin/ip'] },
  { debian: 'openssh-client', path: ['/usr/bin/ssh'] },
  { debian: 'openssl', path: ['/usr/bin/openssl'] },
  { debian: 'zstd', path: ['/usr/bin/zstd'] },
  { debian: 'debian-archive-keyring', path: ['/usr/share/keyrings/debian-archive-keyring.gpg'] },
];

// A mirror may be slow, or our package lists older than its pool: retry, and refresh the lists only if installing failed.
async function install(packages: readonly string[]): Promise<void> {
  const options = ['-o', 'Acquire::Retries=5', '-o', 'DPkg::Lock::Timeout=120', '-y', '-q', '--no-install-recommends'];
  const quietly = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  if ((await runUnjudged`${quietly} ${options} install ${packages}`).exitCode === 0) return;
  await run`${quietly} -o Acquire::Retries=5 -q update`;
  await run`${quietly} ${options} install ${packages}`;
}
