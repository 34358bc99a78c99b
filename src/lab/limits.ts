import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { state } from './paths.ts';

const limit = '/proc/sys/fs/inotify/max_user_instances';

// Each systemd takes about five; the kernel's usual 128 for all of root's are gone with two dozen hosts and containers.
const enough = 2048;

const before = () => state('inotify-before');

/** Let this machine have as many systemds as a lab may want, and remember what it let before. */
export function raiseLimits(): void {
  const now = readFileSync(limit, 'utf8').trim();
  if (Number(now) >= enough) return;
  writeFileSync(before(), now);
  writeFileSync(limit, String(enough));
}

/** Give this machine back the limit that it had. */
export function restoreLimits(): void {
  if (!existsSync(before())) return;
  writeFileSync(limit, readFileSync(before(), 'utf8'));
  rmSync(before());
}
