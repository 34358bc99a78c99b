import { existsSync } from 'node:fs';
import type { Progress } from './progress.ts';
import { run, runUnjudged } from './run-command.ts';

/** What stands in the way of a lab on this machine, in one sentence; nothing when it can be. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux')
    return `the lab needs Linux with namespaces and overlay mounts; this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'the lab needs root, for namespaces and mounts: start it with sudo';
  if (process.arch !== 'x64') return `the lab's images are for amd64; this machine is ${process.arch}`;
  return undefined;
}

/** Have the programs that the lab is made with, installing by apt what is missing. */
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

// A mirror may be slow or its lists older than the pool: retry, and refresh the lists only when installing failed.
async function install(packages: readonly string[]): Promise<void> {
  const options = ['-o', 'Acquire::Retries=5', '-o', 'DPkg::Lock::Timeout=120', '-y', '-q', '--no-install-recommends'];
  const quietly = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  if ((await runUnjudged`${quietly} ${options} install ${packages}`).exitCode === 0) return;
  await run`${quietly} -o Acquire::Retries=5 -q update`;
  await run`${quietly} ${options} install ${packages}`;
}
