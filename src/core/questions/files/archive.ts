import { hash } from '../../hash.ts';
import type { Printing } from '../../picture/becoming.ts';
import type { Question, QuestionKind } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { readArchive } from './archive-reading.ts';
import { archiveScript, memberScript } from './archive-script.ts';
import type { ArchiveArg, ArchiveMember, ArchiveSource, ArchiveState } from './archive-state.ts';
import { foretoldArchive } from './foreseen-archive.ts';
import { tidyPath } from './paths.ts';
import { stat } from './stat.ts';

const kind: QuestionKind<ArchiveArg, ArchiveState> = {
  name: 'archive',
  scripts: (args) =>
    args.map((arg) => ({
      script: archiveScript(arg),
      stdin: arg.source.download?.stdin ?? arg.source.bytes,
      ...(arg.source.download !== undefined && { deadlineMs: 600_000 }),
    })),
  read: (replies, args) =>
    args.map((arg, index) => ({
      ok: true,
      value: readArchive(
        replies[index]?.stdout ?? Buffer.alloc(0),
        decodeText(replies[index]?.stderr ?? Buffer.alloc(0)),
        arg,
      ),
    })),
  about: ({ dest, source }) => [
    `path:${tidyPath(dest)}`,
    ...(source.bytes === undefined && source.download === undefined ? [`path:${tidyPath(source.path)}`] : []),
    ...(source.download === undefined ? [] : ['path:/usr/bin/curl', 'data:/etc/resolv.conf', 'data:/etc/hosts']),
  ],
  foretell: (arg, picture) => foretoldArchive(arg, picture, { archive, memberPrintings }),
  alongside: ({ dest }) => [stat(dest) as Question<unknown>],
};

/** Identifies an archive. A question's key contains the checksum of its bytes, not the bytes. */
function identityOf({ bytes, path, download }: ArchiveSource): object {
  const sum = bytes ?? download?.stdin;
  return { path, sum: sum === undefined ? undefined : hash('sha1', sum) };
}

/** Compare an archive with a directory. */
export function archive(arg: ArchiveArg): Question<ArchiveState> {
  const { download } = arg.source;
  return {
    kind: kind as QuestionKind<unknown, ArchiveState>,
    arg,
    key: `archive ${JSON.stringify({ ...arg, source: identityOf(arg.source) })}`,
    ...(download !== undefined && { beyond: true, secret: true }),
  };
}

/**
 * The content of each archive member. It cannot be known in advance if members are renamed, if the archive must be
 * downloaded first, or if it is big.
 */
export function memberPrintings(arg: ArchiveArg, zip: boolean): (member: ArchiveMember) => Printing {
  const { source, extra } = arg;
  const identity = JSON.stringify([identityOf(source), extra]);
  const isPrintable = extra.length === 0 && source.download === undefined;
  return ({ name, size }) => {
    const key = `member ${JSON.stringify(name)} of ${identity}`;
    return isPrintable && size <= mostBytes
      ? { key, script: memberScript(arg, name, zip), stdin: source.bytes }
      : { key };
  };
}

const mostBytes = 16 * 1024 * 1024;
