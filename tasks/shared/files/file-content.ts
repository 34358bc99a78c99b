import type { Effect, Self } from '../../../src/sdk.ts';
import {
  type Bytes,
  blurs,
  type Change,
  type Diff,
  decodeText,
  type Entry,
  followed,
  type Holding,
  hash,
  type PathState,
  parentOf,
  writeFile,
} from '../../../src/sdk.ts';
import { type Accounts, type Attributes, attributeChanges, withAttributes, withoutCommands } from './attributes.ts';
import { entryEffect, newEntry, throughEffect } from './path-info.ts';

/** A file on the host whose content is copied to another. */
interface HostFile {
  readonly copyOf: string;
  /** Its path with links resolved. */
  readonly place: string;
  readonly size: number;
  readonly sha1: string;
}

/** The wanted and current state of a file. */
interface FileWrite {
  readonly path: string;
  readonly before: PathState;
  readonly parent: PathState;
  readonly self: Self;
  readonly accounts: Accounts;
  readonly wanted: Attributes;
  /** The wanted content, or another file on the host that has it. */
  readonly content: Bytes | HostFile;
  /** Whether the file already has that content. */
  readonly same: boolean;
  /** The current content, if known, for the diff. */
  readonly now?: Uint8Array;
  /** Whether a link at the path is followed; if not, the file replaces it. */
  readonly follow: boolean;
  readonly validate?: string;
  /** Keep a backup of the previous content, next to the file or to this path. */
  readonly backup?: boolean | string;
  readonly unsafe?: boolean;
  /** Whether to report a diff; false if the content is secret. */
  readonly diff: boolean;
  /** How to describe the change of content: `content`, `line 12`. */
  readonly what?: string;
  readonly from?: string | null;
  readonly to?: string | null;
}

/** The changes that give a file its content, owner and mode. All are set before the rename, and each difference is reported. */
export function fileChanges(file: FileWrite): readonly Change[] {
  const { path, before, follow, backup = false } = file;
  const through = follow && before.exists && before.link !== undefined;
  const at = through ? (before.resolved ?? path) : path;
  const old = through || (before.exists && before.link === undefined) ? followed(before) : undefined;
  const holds = file.same && old !== undefined ? undefined : holding(file.content);
  const start: Entry = old ?? newEntry('file', file.self, followed(file.parent));
  const after: Entry = {
    ...withAttributes(start, file.wanted, file.accounts),
    kind: 'file',
    size: sizeOf(file.content),
  };
  const effectOf = through ? throughEffect : entryEffect;
  const foreseen = [
    effectOf(path, before, after, holds && { holds, inPlace: file.unsafe === true && old !== undefined }),
    ...(backup !== false && holds !== undefined && old !== undefined ? [backedUp(backup === true ? at : backup)] : []),
  ];
  const attributes = old === undefined ? [] : attributeChanges(at, old, file.wanted, file.accounts);
  const changes =
    file.same && old !== undefined ? attributes : [contentChange(file, at, old, after), ...withoutCommands(attributes)];
  return changes.map((change) => ({ ...change, effects: foreseen, paths: [at] }));
}

/** The effect of keeping a backup of a file: its name contains the time. */
export const backedUp = (path: string): Effect => blurs(`listed:${parentOf(path)}`);

/** A short description of the previous content or entry. */
function toldContent({ before, now, follow }: FileWrite, old: Entry | undefined): string | null {
  if (old !== undefined)
    return now === undefined ? `${old.size} bytes` : `${hash('sha1', now).slice(0, 12)} (${now.length} bytes)`;
  return before.exists && before.link !== undefined && !follow ? `link → ${before.link.target}` : null;
}

function contentChange(file: FileWrite, at: string, old: Entry | undefined, after: Entry): Change {
  const { wanted } = file;
  const sha1 = isOnHost(file.content) ? file.content.sha1 : hash('sha1', file.content);
  // A checksum is useful only for comparison with another one.
  const size = `${sizeOf(file.content)} bytes`;
  const label = old === undefined ? size : `${sha1.slice(0, 12)} (${size})`;
  return {
    what: file.what ?? (old === undefined ? 'file' : 'content'),
    from: file.from !== undefined ? file.from : toldContent(file, old),
    to: file.to !== undefined ? file.to : label,
    ...(file.diff &&
      !isOnHost(file.content) && {
        diff: contentDiff(at, old === undefined ? undefined : file.now, file.content),
      }),
    commands: [
      writeFile({
        path: at,
        content: file.content,
        // A replaced file keeps attributes that are not given. The mode is computed here, so that it is set before the rename.
        mode: after.mode,
        owner: wanted.owner,
        group: wanted.group,
        validate: file.validate,
        backup: file.backup,
        unsafe: file.unsafe,
      }),
    ],
  };
}

/** The diff to show for a change of content; for binary content, only that it differs. */
export function contentDiff(path: string, before: Uint8Array | undefined, after: Bytes): Diff {
  return { before: shown(before ?? new Uint8Array()), after: shown(after), beforeHeader: path, afterHeader: path };
}

const shown = (bytes: Bytes): string =>
  bytes instanceof Uint8Array && isText(bytes) ? decodeText(bytes) : described(bytes);

const described = (bytes: Bytes): string =>
  `(${bytes instanceof Uint8Array ? 'binary' : 'large'}, ${bytes.length} bytes, sha1 ${hash('sha1', bytes)})\n`;

const isOnHost = (content: FileWrite['content']): content is HostFile => 'copyOf' in content;

const sizeOf = (content: FileWrite['content']): number => (isOnHost(content) ? content.size : content.length);

/** Whether bytes can be shown to people as text. */
const isText = (bytes: Uint8Array): boolean => !bytes.subarray(0, 8192).includes(0);

/** The known content of a file after the write. */
const holding = (content: FileWrite['content']): Holding =>
  isOnHost(content) ? { copyOf: content.place, sha1: content.sha1 } : { bytes: content };
