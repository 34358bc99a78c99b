import { type Change, fitsTree, type TreeFile, writeFiles } from '../../../src/sdk.ts';

/** A change that writes a file, which can be written together with others. */
export interface TreeWrite {
  /** Its position in the list of changes. */
  readonly at: number;
  readonly file: TreeFile;
}

const FEW = 4;
const MOST_FILES = 1000;
const MOST_BYTES = 8_000_000;
const BIG = 1_000_000;

/** Whether it is worth writing a file with others: a big one costs more to send than to put in place. */
export const canBeTogether = (file: TreeFile): boolean => sizeOf(file) <= BIG && fitsTree(file);

/**
 * The same changes with fewer commands: files are written many at a time. A batch is written at the place of its last
 * file, so that all directories exist by then.
 */
export function writtenTogether(
  changes: readonly Change[],
  writes: readonly TreeWrite[],
  { owner, group }: { readonly owner?: string | undefined; readonly group?: string | undefined },
): readonly Change[] {
  if (writes.length <= FEW) return changes;
  const whose = group === undefined ? owner : `${owner ?? ''}:${group}`;
  const commands = new Map(
    batches(writes).flatMap((batch) => {
      const files = batch.map(({ file }) => file);
      return batch.map(({ at }, index) => [at, index === batch.length - 1 ? [writeFiles(files, whose)] : []] as const);
    }),
  );
  return changes.map((change, at) => ({ ...change, commands: commands.get(at) ?? change.commands }));
}

const sizeOf = ({ content }: TreeFile): number => (content instanceof Uint8Array ? content.length : 0);

function batches(writes: readonly TreeWrite[]): readonly (readonly TreeWrite[])[] {
  const all: TreeWrite[][] = [];
  let bytes = 0;
  for (const write of writes) {
    const batch = all.at(-1);
    bytes += sizeOf(write.file);
    if (batch === undefined || batch.length === MOST_FILES || bytes > MOST_BYTES) {
      all.push([write]);
      bytes = sizeOf(write.file);
    } else batch.push(write);
  }
  return all;
}
