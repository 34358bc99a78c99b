import { join, relative, resolve } from 'node:path';
import { byPlaces, lintClone } from '../clone/lint-clone.ts';
import { testNginx } from '../clone/nginx/run-nginx.ts';
import { readClone } from '../clone/read-clone.ts';
import { systemReason } from '../core/system-error.ts';
import { visible } from '../core/visible.ts';
import type { CallIo } from './command.ts';
import { tellFound } from './tell-found.ts';

/** Reports what is wrong in a clone. Exit code 2 if anything is, 1 if the clone cannot be read. */
export async function lintCloneCommand(
  {
    folder,
    deployedAt,
    output,
  }: { readonly folder: string; readonly deployedAt: string | undefined; readonly output: string | undefined },
  io: CallIo,
): Promise<number> {
  if (deployedAt !== undefined && !/^\/[^/]/.test(deployedAt))
    return io.refuse([`--deployed-at: expected an absolute path, got "${deployedAt}"`]);
  try {
    const clone = readClone(resolve(io.cwd, folder), deployedAt);
    const { found, unread } = testNginx(clone, io.env['PATH'] ?? '');
    const shown = relative(io.cwd, resolve(io.cwd, folder)) || '.';
    const all = [...lintClone(clone), ...found].map((one) =>
      one.at === undefined ? one : { ...one, at: { ...one.at, file: join(shown, one.at.file) } },
    );
    // No line of a file is shown: there may be a secret in it.
    return tellFound({ found: byPlaces(all), unread: [...clone.unread, ...unread] }, output, io);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return io.refuse([visible(reason)]);
  }
}
