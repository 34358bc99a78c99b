import { encodeText } from '../text-codec.ts';

/** A regular file in an archive. */
interface ArchivedFile {
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: Uint8Array;
  /** Root if they are not given. */
  readonly owner?: number;
  readonly group?: number;
}

const BLOCK = 512;

/**
 * A tar archive of regular files that have no date, in the format of POSIX.1-1988 (ustar). Every
 * name must fit, see `fitsUstar`.
 */
export function ustar(files: readonly ArchivedFile[]): Uint8Array {
  const size = files.reduce((sum, { content }) => sum + BLOCK + padded(content.length), 2 * BLOCK);
  const archive = new Uint8Array(size);
  let at = 0;
  for (const file of files) {
    archive.set(header(file), at);
    archive.set(file.content, at + BLOCK);
    at += BLOCK + padded(file.content.length);
  }
  return archive;
}

/** Whether a file of this name can be in such an archive: at most 255 bytes, divided at a slash. */
export const fitsUstar = (name: string): boolean => divided(encodeText(name)) !== undefined;

const padded = (length: number): number => Math.ceil(length / BLOCK) * BLOCK;

/** The fields `prefix` (155 bytes) and `name` (100 bytes); a name that is too long is divided at a slash. */
function divided(name: Uint8Array): readonly [prefix: Uint8Array, name: Uint8Array] | undefined {
  if (name.length <= 100) return [new Uint8Array(), name];
  const slash = name.indexOf(0x2f, name.length - 101);
  return slash === -1 || slash > 155 || slash === name.length - 1
    ? undefined
    : [name.subarray(0, slash), name.subarray(slash + 1)];
}

function header({ name, mode, content, owner = 0, group = 0 }: ArchivedFile): Uint8Array {
  const fields = divided(encodeText(name));
  if (fields === undefined) throw new Error(`${name} is too long for a tar archive`);
  const bytes = new Uint8Array(BLOCK);
  const octal = (value: number, digits: number): Uint8Array => encodeText(value.toString(8).padStart(digits, '0'));
  bytes.set(fields[1], 0);
  bytes.set(octal(mode, 7), 100);
  bytes.set(octal(owner, 7), 108); // uid
  bytes.set(octal(group, 7), 116); // gid
  bytes.set(octal(content.length, 11), 124);
  bytes.set(octal(0, 11), 136); // mtime
  bytes.set(encodeText('        '), 148); // The checksum is computed as if it were blank.
  bytes.set(encodeText('0'), 156); // a regular file
  bytes.set(encodeText('ustar\u000000'), 257);
  bytes.set(fields[0], 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.set(encodeText(`${sum.toString(8).padStart(6, '0')}\u0000 `), 148);
  return bytes;
}
