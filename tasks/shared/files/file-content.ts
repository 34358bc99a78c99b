import type { Self } from '../../../src/sdk.ts';
import {
  blurs,
  type Change,
  checksum,
  content,
  type Diff,
  decodeText,
  type Effect,
  type Entry,
  followed,
  hash,
  type PathState,
  predicts,
  writeFile,
} from '../../../src/sdk.ts';
import { type Accounts, type Attributes, attributeChanges, withAttributes, withoutCommands } from './attributes.ts';
import { newEntry, predictsEntry, predictsThrough } from './path-info.ts';

/** What is needed to tell how a file must change, and how. */
interface FileWrite {
  readonly path: string;
  readonly before: PathState;
  readonly parent: PathState;
  readonly self: Self;
  readonly accounts: Accounts;
  readonly wanted: Attributes;
  /** The content that it should have; or another file of the host that has it. */
  readonly content: Uint8Array | { readonly copyOf: string; readonly size: number; readonly sha1: string };
  /** Whether it has that content already. */
  readonly same: boolean;
  /** What it has now, where known: for the diff. */
  readonly now?: Uint8Array;
  /** A link at the path is written through; without it, it is replaced by the file. */
  readonly follow: boolean;
  readonly validate?: string;
  readonly backup?: boolean;
  readonly unsafe?: boolean;
  /** Tell a diff, when nothing is secret. */
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
  const old = through ? followed(before) : before.exists && before.link === undefined ? before : undefined;
  const start: Entry = old ?? newEntry('file', file.self, followed(file.parent));
  const after: Entry = {
    ...withAttributes(start, file.wanted, file.accounts),
    kind: 'file',
    size: sizeOf(file.content),
  };
  const foreseen = [
    ...(through ? predictsThrough(path, before, after) : predictsEntry(path, before, after)),
    ...(file.same && old !== undefined ? [] : contentEffects(file, at)),
  ];
  const attributes = old === undefined ? [] : attributeChanges(at, old, file.wanted, file.accounts);
  const changes =
    file.same && old !== undefined ? attributes : [contentChange(file, at, old, after), ...withoutCommands(attributes)];
  return changes.map((change) => ({ ...change, effects: foreseen, paths: [at] }));
}

function contentChange(file: FileWrite, at: string, old: Entry | undefined, after: Entry): Change {
  const { wanted, before } = file;
  const sha1 = file.content instanceof Uint8Array ? hash('sha1', file.content) : file.content.sha1;
  // A checksum says something only beside another.
  const size = `${sizeOf(file.content)} bytes`;
  const label = old === undefined ? size : `${sha1.slice(0, 12)} (${size})`;
  const replaced = before.exists && before.link !== undefined && old === undefined && !file.follow;
  return {
    what: file.what ?? (old === undefined ? 'file' : 'content'),
    from:
      file.from !== undefined
        ? file.from
        : old !== undefined
          ? file.now === undefined
            ? `${old.size} bytes`
            : `${hash('sha1', file.now).slice(0, 12)} (${file.now.length} bytes)`
          : replaced
            ? `link → ${before.link?.target}`
            : null,
    to: file.to !== undefined ? file.to : label,
    ...(file.diff &&
      file.content instanceof Uint8Array && {
        diff: contentDiff(at, old === undefined ? undefined : file.now, file.content),
      }),
    commands: [
      writeFile({
        path: at,
        content: file.content,
        // A file that is replaced keeps what is not given; the mode is computed, so that it counts before the rename.
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

/** What is shown of a change of content; of binary content only that it differs. */
export function contentDiff(path: string, before: Uint8Array | undefined, after: Uint8Array): Diff {
  return { before: shown(before ?? new Uint8Array()), after: shown(after), beforeHeader: path, afterHeader: path };
}

const shown = (bytes: Uint8Array): string =>
  isText(bytes) ? decodeText(bytes) : `(binary, ${bytes.length} bytes, sha1 ${hash('sha1', bytes)})\n`;

const sizeOf = (content: FileWrite['content']): number =>
  content instanceof Uint8Array ? content.length : content.size;

/** Whether bytes can be shown to people. */
const isText = (bytes: Uint8Array): boolean => !bytes.subarray(0, 8192).includes(0);

function contentEffects(file: FileWrite, at: string): readonly Effect[] {
  const { content: wanted } = file;
  return [...new Set([file.path, at])].flatMap((path) =>
    wanted instanceof Uint8Array
      ? fileEffects(path, wanted, at)
      : [predicts(checksum(path), { hex: wanted.sha1, resolved: at }), blurs(`data:${path}`)],
  );
}

/** What questions about a file's content would answer once it has these bytes. */
export function fileEffects(path: string, bytes: Uint8Array, resolved = path): readonly Effect[] {
  return [
    predicts(content(path), { bytes, resolved }),
    ...(['sha1', 'md5', 'sha256'] as const).map((algorithm) =>
      predicts(checksum(path, algorithm), { hex: hash(algorithm, bytes), resolved }),
    ),
    blurs(`data:${path}`),
  ];
}
