import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { state } from './paths.ts';

const limit = '/proc/sys/fs/inotify/max_user_instances';

// Each systemd uses about five; two dozen hosts and containers exhaust the kernel's default of 128 for root.
const enough = 2048;

const before = () => state('inotify-before');

/** Allow as many systemds on this machine as a lab may need, and remember the previous limit. */
export function raiseLimits(): void {
  const now = readFileSync(limit, 'utf8').trim();
  if (Number(now) >= enough) return;
  writeFileSync(before(), now);
  writeFileSync(limit, String(enough));
}

/** Restore this machine's previous limit. */
export function restoreLimits(): void {
  if (!existsSync(before())) return;
  writeFileSync(limit, readFileSync(before(), 'utf8'));
  rmSync(before());
}
