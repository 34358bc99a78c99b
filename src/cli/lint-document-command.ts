import { resolve } from 'node:path';
import { readClone } from '../clone/read-clone.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import { systemReason } from '../core/system-error.ts';
import { visible } from '../core/visible.ts';
import { lintDocument } from '../document/lint/lint-document.ts';
import { readDocument } from '../document/read-document.ts';
import { loadInventory } from '../language/inventory/load-inventory.ts';
import type { CallIo } from './command.ts';
import { readLocalText } from './read-local-text.ts';
import { tellFound } from './tell-found.ts';

/** What to look at, and what to judge it by. */
interface DocumentRequest {
  readonly file: string;
  readonly clone: string | undefined;
  readonly deployedAt: string | undefined;
  readonly inventory: readonly string[] | undefined;
  readonly output: string | undefined;
}

/** Reports what is wrong in a document. Exit code 2 if anything is, 1 if something cannot be read. */
export async function lintDocumentCommand(
  { file, clone: folder, deployedAt, inventory: sources, output }: DocumentRequest,
  io: CallIo,
): Promise<number> {
  if (deployedAt !== undefined && !/^\/[^/]/.test(deployedAt))
    return io.refuse([`--deployed-at: expected an absolute path, got "${deployedAt}"`]);
  if (deployedAt !== undefined && folder === undefined)
    return io.refuse(['--deployed-at tells where a clone is deployed: give --clone, too']);
  const known = sources === undefined ? undefined : knownBy(sources, io);
  if (known?.ok === false) return tellFound({ found: known.error }, output, io) && 1;
  const text = readLocalText(file);
  if (!text.ok) return io.refuse([visible(`${file}: ${text.error}`)]);
  try {
    const document = readDocument(text.value, file);
    const clone = folder === undefined ? undefined : readClone(resolve(io.cwd, folder), deployedAt);
    const found = lintDocument({
      document,
      now: Date.now(),
      ...(clone !== undefined && { clone }),
      ...(known !== undefined && { inventory: known.value }),
    });
    const unread = [
      ...(clone === undefined ? ['links and excerpts against the repository: no --clone was given'] : clone.unread),
      ...(known === undefined ? ['hosts and addresses: no inventory (-i) was given'] : []),
    ];
    // No line of the document is shown: there may be a secret in it.
    return tellFound({ found, unread }, output, io);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return io.refuse([visible(reason)]);
  }
}

/** The names of hosts and groups in an inventory, and the addresses in its variables as they are written. */
function knownBy(
  sources: readonly string[],
  io: CallIo,
): Result<{ readonly names: ReadonlySet<string>; readonly addresses: ReadonlySet<string> }, readonly Diagnostic[]> {
  const loaded = loadInventory(sources, { cwd: io.cwd });
  if (!loaded.ok) return loaded;
  const { hosts, groups } = loaded.value;
  const text = JSON.stringify([...hosts.values()].flatMap(({ layers }) => layers.map(({ vars }) => vars)));
  const addresses = [...text.matchAll(/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g)].map(([address]) => address);
  return { ok: true, value: { names: new Set([...hosts.keys(), ...groups.keys()]), addresses: new Set(addresses) } };
}
