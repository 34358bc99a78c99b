import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { resolver } from './hosts.ts';
import { outsideEnvironment } from './outside.ts';
import { state } from './paths.ts';
import { switchNamespace } from './switch.ts';

const insideMark = 'RETRACE_INSIDE_LAB';

/** Whether this program is already in the lab's network. */
export function isInsideLab(): boolean {
  const namespace = `/run/netns/${switchNamespace()}`;
  if (process.env[insideMark] !== '1' || !existsSync(namespace)) return false;
  return statSync('/proc/self/ns/net').ino === statSync(namespace).ino;
}

/** Run this program again in the lab's network and return its exit code; undefined if it is already there. */
export async function insideLab(argv: readonly string[]): Promise<number | undefined> {
  if (isInsideLab()) return undefined;
  // This program counts SIGUSR2 separately from the signals that the terminal sends it (see src/cli/interrupt.ts).
  return runInside([process.execPath, ...process.execArgv, process.argv[1] ?? '', ...argv], 'SIGUSR2');
}

/**
 * Run a command in the lab's network, on this terminal, and return its exit code. `passedOn` is the signal to send it
 * when this process gets one; by default, it is one that most programs understand.
 */
export function runInside(command: readonly string[], passedOn?: NodeJS.Signals): Promise<number> {
  const resolvConf = state('run', 'resolv.conf');
  writeFileSync(resolvConf, `search openfoodfacts.org\nnameserver ${resolver}\n`);
  // ip-netns gives the command its own mount namespace, so the machine's /etc/resolv.conf is not affected.
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
    // A terminal also sends Ctrl-C to the child, which decides what to do with it; `kill` sends a signal to this
    // process alone.
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
