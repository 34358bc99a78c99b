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
  // This program knows what is meant, also when a terminal has sent the signal to it as well.
  return runInside([process.execPath, ...process.execArgv, process.argv[1] ?? '', ...argv], 'SIGUSR2');
}

/**
 * Run a command in the lab's network, on this terminal, and return its exit code. `passedOn` is how it is told of a signal that this
 * process got; without it, as the signal means to most programs.
 */
export function runInside(command: readonly string[], passedOn?: NodeJS.Signals): Promise<number> {
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
    // A terminal sends Ctrl-C to the child as well, which decides what it means; `kill` sends it to this process alone.
    const interrupt = () => passedOn !== undefined && child.kill(passedOn);
    const pass = () => child.kill(passedOn ?? 'SIGTERM');
    process.on('SIGINT', interrupt).on('SIGTERM', pass).on('SIGHUP', pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', interrupt).off('SIGTERM', pass).off('SIGHUP', pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
