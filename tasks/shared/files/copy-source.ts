import { type Bytes, type Controller, ControllerError, encodeText, hash, nameOf } from '../../../src/sdk.ts';
import { pythonJson } from '../text.ts';

/** A single file from the controller. */
export interface FileSource {
  readonly from: 'file' | 'text';
  readonly bytes: Bytes;
  /** Its name inside a directory. */
  readonly name: string;
  readonly path: string | undefined;
}

/** A directory from the controller. */
export interface TreeSource {
  readonly from: 'tree';
  readonly path: string;
  /** The directory below the destination that receives the entries; empty if the source ended in a slash. */
  readonly into: string;
  readonly entries: readonly SourceEntry[];
}

/** A directory entry; parents come before children. */
interface SourceEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly mode: number;
  readonly content?: Uint8Array;
  /** The hash of the content. */
  readonly sha1?: string;
  readonly target?: string;
}

/** Reads a whole file or directory next to the playbook. */
export function localSources(
  src: string,
  controller: Controller,
  { follow, decrypt }: { readonly follow: boolean; readonly decrypt: boolean },
): FileSource | TreeSource {
  const found = controller.find('files', src.replace(/(.)\/+$/, '$1'));
  if (!found.ok) throw new ControllerError(`Could not find or access '${src}'; searched: ${found.searched.join(', ')}`);
  if (!controller.isDirectory(found.path))
    return { from: 'file', bytes: controller.content(found.path, { decrypt }), name: nameOf(src), path: found.path };
  return {
    from: 'tree',
    path: found.path,
    into: src.endsWith('/') ? '' : nameOf(src),
    entries: controller
      .readTree(found.path, { follow, decrypt })
      .map((entry) => (entry.content === undefined ? entry : { ...entry, sha1: hash('sha1', entry.content) })),
  };
}

/** The bytes of `content:`; lists and dicts become JSON in Python's format. */
export const textContent = (content: unknown): Uint8Array =>
  encodeText(typeof content === 'object' && content !== null ? pythonJson(content) : scalarText(content));

function scalarText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? '' : String(value);
}
