import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { resolver } from './hosts.ts';
import { outsideEnvironment } from './outside.ts';
import { state } from './paths.ts';
import { switchNamespace } from './switch.ts';

const insideMark = 'RETRACE_INSIDE_LAB';

/** Whether this program stands in the lab's network already. */
export function isInsideLab(): boolean {
  const namespace = `/run/netns/${switchNamespace()}`;
  if (process.env[insideMark] !== '1' || !existsSync(namespace)) return false;
  return statSync('/proc/self/ns/net').ino === statSync(namespace).ino;
}

/** Run this program again in the lab's network, and return its exit code; nothing when it stands there already. */
export async function insideLab(argv: readonly string[]): Promise<number | undefined> {
  if (isInsideLab()) return undefined;
  return runInside([process.execPath, ...process.execArgv, process.argv[1] ?? '', ...argv]);
}

/** Run a command in the lab's network, on this terminal, and return its exit code. */
export function runInside(command: readonly string[]): Promise<number> {
  const resolvConf = state('run', 'resolv.conf');
  writeFileSync(resolvConf, `search openfoodfacts.org\nnameserver ${resolver}\n`);
  // ip-netns gives the command a mount namespace of its own: the machine's /etc/resolv.conf is not touched.
  const script = 'mount --bind "$1" "$(readlink -f /etc/resolv.conf)"; shift; exec "$@"';
  const args = isInsideLab()
    ? [...command]
    : ['ip', 'netns', 'exec', switchNamespace(), 'sh', '-c', script, 'sh', resolvConf, ...command];
  const [file = '', ...rest] = args;
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, {
      stdio: 'inherit',
      env: { ...process.env, [insideMark]: '1', ...outsideEnvironment() },
    });
    // A terminal sends Ctrl-C to the child as well, which decides what it means; this process only passes on the outcome.
    const ignore = () => {};
    const pass = () => child.kill('SIGTERM');
    process.on('SIGINT', ignore).on('SIGTERM', pass).on('SIGHUP', pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', pass).off('SIGHUP', pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
