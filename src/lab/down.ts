import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { removeAllGroups } from './cgroups.ts';
import { shutDown } from './host.ts';
import { restoreLimits } from './limits.ts';
import { withLock } from './lock.ts';
import { obstacle } from './machine.ts';
import { mark } from './mark.ts';
import { outside } from './outside.ts';
import { state, stateDir } from './paths.ts';
import { allPids, childrenOf, endDeadlineMs, startOf, until } from './processes.ts';
import { type Progress, silent } from './progress.ts';
import { runUnjudged } from './run-command.ts';
import { namespaceOf, switchNamespace } from './switch.ts';

/**
 * Remove everything that belongs to the lab from this machine except files: processes, mounts, namespaces, interfaces
 * and control groups. It looks for them instead of relying on records, so that it also works after a crash. The hosts'
 * disks stay for the next `up`.
 */
export async function labDown(progress: Progress = silent): Promise<void> {
  const why = obstacle();
  if (why) throw new Error(why);
  if (outside().length > 0)
    throw new Error(
      "`lab down` ends everything that runs in the lab's network, including this shell: run it from outside",
    );
  if (!existsSync(stateDir())) return;
  await withLock(progress, async () => {
    await progress.step('switching the lab off', async () => {
      await Promise.all(runningHosts().map((host) => shutDown(host)));
      await endProcesses();
      await removeMounts();
      await removeNamespaces();
      await removeAllGroups();
      if (!anyLab()) restoreLimits();
      rmSync(state('run'), { recursive: true, force: true });
    });
  });
}

/** The hosts that a process was started for, even if it is no longer running. */
function runningHosts(): readonly string[] {
  if (!existsSync(state('run'))) return [];
  return readdirSync(state('run')).flatMap((name) => /^host-(.*)\.pid$/.exec(name)?.[1] ?? []);
}

/** The mounts on this machine that are inside the lab's directory. */
function labMounts(): readonly string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => unescapeOctal(line.split(' ')[4] ?? ''));
  return points.filter((point) => point.startsWith(`${stateDir()}/`)).reverse();
}

/** The lab's network namespaces. */
function labNamespaces(): readonly string[] {
  if (!existsSync('/run/netns')) return [];
  return readdirSync('/run/netns').filter((name) => name === switchNamespace() || name.startsWith(namespaceOf('')));
}

// Another lab on this machine, with its state elsewhere, may still need the limit.
const anyLab = () => existsSync('/run/netns') && readdirSync('/run/netns').some((name) => name.startsWith('rtlab'));

/** The lab's processes: those with its mark, those in its networks, and their children. */
function labProcesses(): readonly number[] {
  const networks = new Set(labNamespaces().map((name) => statSync(`/run/netns/${name}`).ino));
  const own = ancestorsOf(process.pid);
  const found = new Set<number>();
  const add = (pid: number) => {
    if (found.has(pid) || own.has(pid)) return;
    found.add(pid);
    childrenOf(pid).forEach(add);
  };
  for (const pid of allPids()) if (isMarked(pid) || networks.has(networkOf(pid))) add(pid);
  return [...found];
}

async function endProcesses(): Promise<void> {
  await until("the termination of the lab's processes", endDeadlineMs, () => {
    const pids = labProcesses();
    for (const pid of pids) kill(pid);
    return pids.length === 0 || undefined;
  });
}

async function removeMounts(): Promise<void> {
  for (const point of labMounts()) await runUnjudged`umount -l ${point}`;
}

async function removeNamespaces(): Promise<void> {
  for (const name of labNamespaces()) await runUnjudged`ip netns del ${name}`;
  // ip-netns turns this directory into a mount of its own on first use; once it is empty, that mount is no longer needed.
  if (existsSync('/run/netns') && readdirSync('/run/netns').length === 0) {
    await runUnjudged`umount -l /run/netns`;
    rmSync('/run/netns', { recursive: true, force: true });
  }
}

function isMarked(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${mark}=${stateDir()}`);
  } catch {
    return false; // already gone
  }
}

function networkOf(pid: number): number {
  try {
    return statSync(`/proc/${pid}/ns/net`).ino;
  } catch {
    return 0; // already gone
  }
}

function ancestorsOf(pid: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = pid; at > 0 && !found.has(at); ) {
    found.add(at);
    at = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? 0);
  }
  return found;
}

function kill(pid: number): void {
  if (startOf(pid) === '') return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}

const unescapeOctal = (point: string) =>
  point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
