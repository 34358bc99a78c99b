import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { mark } from './mark.ts';
import { outside } from './outside.ts';
import { state, stateDir } from './paths.ts';

/** How long killed processes may take to disappear: the kernel may first have to write out their file systems. */
export const endDeadlineMs = 60_000;

/** Start something that outlives this program, and record its process ID under a name. */
export function startDaemon(name: string, command: readonly string[]): number {
  mkdirSync(state('run'), { recursive: true });
  const log = openSync(state('run', `${name}.log`), 'w');
  const [file = '', ...args] = [...outside(), ...command];
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', [mark]: stateDir() };
  const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], env, cwd: '/' });
  child.on('error', () => {}); // then the pid below is undefined, which is reported
  closeSync(log);
  if (child.pid === undefined) throw new Error(`cannot start ${file}`);
  child.unref();
  writeFileSync(state('run', `${name}.pid`), `${child.pid} ${startOf(child.pid)}`);
  return child.pid;
}

/** The process ID of a running daemon. */
export function daemonPid(name: string): number | undefined {
  try {
    const [pid = '', start = ''] = readFileSync(state('run', `${name}.pid`), 'utf8').split(' ');
    return isAlive(Number(pid), start) ? Number(pid) : undefined;
  } catch {
    return undefined; // never started
  }
}

/** Forget a daemon's process ID. */
export const forgetDaemon = (name: string): void => rmSync(state('run', `${name}.pid`), { force: true });

/**
 * When a process started, in clock ticks since the machine booted. It distinguishes the process from a later one with
 * the same ID.
 */
export function startOf(pid: number): string {
  return statFields(pid)[19] ?? '';
}

/** Whether the process with this ID is running and is the one that started at `start`, not a later one. */
export const isAlive = (pid: number, start: string): boolean =>
  start !== '' && startOf(pid) === start && statFields(pid)[0] !== 'Z';

/** The direct children of a process. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // already gone
  }
}

/** Whether a process is in a different process namespace than this program; once a host boots, it has its own. */
export function isElsewhere(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) !== readlinkSync('/proc/self/ns/pid');
  } catch {
    return false; // already gone
  }
}

/**
 * The processes outside that entered a process's PID namespace and wait for a child in there. If one of them is
 * stopped, it never reaps that child, and the namespace's first process cannot end before that.
 */
export function entrantsOf(init: number): readonly number[] {
  const namespace = (pid: number, of: 'pid' | 'pid_for_children'): string | undefined => {
    try {
      return readlinkSync(`/proc/${pid}/ns/${of}`);
    } catch {
      return undefined; // already gone
    }
  };
  const inside = namespace(init, 'pid');
  if (inside === undefined) return [];
  return allPids().filter((pid) => namespace(pid, 'pid_for_children') === inside && namespace(pid, 'pid') !== inside);
}

/** All process IDs on this machine. */
export const allPids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Wait until a condition holds; if the deadline passes, throw an error that names what was awaited. */
export async function until<T>(
  what: string,
  deadlineMs: number,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not complete within ${deadlineMs / 1000} s`);
    await sleep(50);
  }
}

// The second field, the name, may contain anything, including blanks and parentheses.
function statFields(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // no such process
  }
}
