import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { state, stateDir } from './paths.ts';
import { isAlive, startOf } from './processes.ts';
import type { Progress } from './progress.ts';

/** Do some work while no other program changes the lab; a lock whose holder is dead is taken over. */
export async function withLock<T>(progress: Progress, work: () => Promise<T>): Promise<T> {
  mkdirSync(stateDir(), { recursive: true, mode: 0o755 });
  const file = state('lock');
  let told = false;
  while (!take(file)) {
    if (!told) progress.say(`another program is using the lab (process ${holder(file)?.pid ?? '?'}); waiting for it`);
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

// Linking a complete file is atomic, so a lock is never seen half-written.
function take(file: string): boolean {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, start: startOf(process.pid) }));
  try {
    linkSync(mine, file);
    return true;
  } catch {
    const other = holder(file);
    if (other && !isAlive(other.pid, other.start)) rmSync(file, { force: true });
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function holder(file: string): { pid: number; start: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // already released
  }
}
