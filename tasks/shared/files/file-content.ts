import type { Self } from '../../../src/sdk.ts';
import {
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

/** A file of the host whose content another gets. */
interface HostFile {
  readonly copyOf: string;
  /** The same with links resolved. */
  readonly place: string;
  readonly size: number;
  readonly sha1: string;
}

/** What is needed to tell how a file must change, and how. */
interface FileWrite {
  readonly path: string;
  readonly before: PathState;
  readonly parent: PathState;
  readonly self: Self;
  readonly accounts: Accounts;
  readonly wanted: Attributes;
  /** The content that it should have; or another file of the host that has it. */
  readonly content: Uint8Array | HostFile;
  /** Whether it has that content already. */
  readonly same: boolean;
  /** The current content, if known, for the diff. */
  readonly now?: Uint8Array;
  /** A link at the path is written through; without it, it is replaced by the file. */
  readonly follow: boolean;
  readonly validate?: string;
  readonly backup?: boolean;
  readonly unsafe?: boolean;
  /** Report a diff if nothing is secret. */
  readonly diff: boolean;
  /** What the change of content is called: `content`, `line 12`. */
  readonly what?: string;
  readonly from?: string | null;
  readonly to?: string | null;
}

/** The changes that give a file its content, owner and mode: written right from the first byte, and each difference told. */
export function fileChanges(file: FileWrite): readonly Change[] {
  const { path, before, follow } = file;
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
  const foreseen = [
    through ? throughEffect(path, before, after, holds) : entryEffect(path, before, after, holds && { holds }),
    // The copy that is kept has a name with the time in it.
    ...(file.backup === true && holds !== undefined && old !== undefined ? [blurs(`listed:${parentOf(at)}`)] : []),
  ];
  const attributes = old === undefined ? [] : attributeChanges(at, old, file.wanted, file.accounts);
  const changes =
    file.same && old !== undefined ? attributes : [contentChange(file, at, old, after), ...withoutCommands(attributes)];
  return changes.map((change) => ({ ...change, effects: foreseen, paths: [at] }));
}

/** What was there before, in a few words. */
function toldContent({ before, now, follow }: FileWrite, old: Entry | undefined): string | null {
  if (old !== undefined)
    return now === undefined ? `${old.size} bytes` : `${hash('sha1', now).slice(0, 12)} (${now.length} bytes)`;
  return before.exists && before.link !== undefined && !follow ? `link → ${before.link.target}` : null;
}

function contentChange(file: FileWrite, at: string, old: Entry | undefined, after: Entry): Change {
  const { wanted } = file;
  const sha1 = file.content instanceof Uint8Array ? hash('sha1', file.content) : file.content.sha1;
  // A checksum is only useful next to another one.
  const size = `${sizeOf(file.content)} bytes`;
  const label = old === undefined ? size : `${sha1.slice(0, 12)} (${size})`;
  return {
    what: file.what ?? (old === undefined ? 'file' : 'content'),
    from: file.from !== undefined ? file.from : toldContent(file, old),
    to: file.to !== undefined ? file.to : label,
    ...(file.diff &&
      file.content instanceof Uint8Array && {
        diff: contentDiff(at, old === undefined ? undefined : file.now, file.content),
      }),
    commands: [
      writeFile({
        path: at,
        content: file.content,
        // A replaced file keeps the attributes that are not given; the mode is computed, so that it counts before the rename.
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

/** What is shown of a change of content; for binary content, only that it differs. */
export function contentDiff(path: string, before: Uint8Array | undefined, after: Uint8Array): Diff {
  return { before: shown(before ?? new Uint8Array()), after: shown(after), beforeHeader: path, afterHeader: path };
}

const shown = (bytes: Uint8Array): string =>
  isText(bytes) ? decodeText(bytes) : `(binary, ${bytes.length} bytes, sha1 ${hash('sha1', bytes)})\n`;

const sizeOf = (content: FileWrite['content']): number =>
  content instanceof Uint8Array ? content.length : content.size;

/** Whether bytes can be shown to people. */
const isText = (bytes: Uint8Array): boolean => !bytes.subarray(0, 8192).includes(0);

/** What a file holds once it has this content. */
const holding = (content: FileWrite['content']): Holding =>
  content instanceof Uint8Array ? { bytes: content } : { copyOf: content.place, sha1: content.sha1 };
