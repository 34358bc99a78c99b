import { quote } from '../../command.ts';
import { type ChecksumAlgorithm, hash } from '../../hash.ts';
import { must } from '../../must.ts';
import { pairs } from '../../pairs.ts';
import { type Answer, type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { mustHoldKnown } from './foreseen-path.ts';
import { complaintsIn, contents, inGroups, nulWords, readRealpaths, realpaths } from './paths.ts';
import { printedChecksum } from './printed.ts';
import { endAt, stat } from './stat.ts';

/** A file's checksum in hexadecimal, following links; undefined if it is not a regular file. */
export interface Checksum {
  readonly hex: string | undefined;
  readonly resolved: string | undefined;
}

interface Arg {
  readonly path: string;
  readonly algorithm: ChecksumAlgorithm;
}

const kind: QuestionKind<Arg, Checksum> = {
  name: 'checksum',
  scripts: (args) => grouped(args).map(({ algorithm, paths }) => ({ script: checksumScript(algorithm, paths) })),
  read: (replies, args) => {
    const sums = new Map(
      pairs(replies, grouped(args)).flatMap(([reply, { algorithm, paths }]) =>
        pairs(paths, readSums(reply, paths)).map(([path, sum]) => [`${algorithm} ${path}`, sum] as const),
      ),
    );
    return args.map(({ path, algorithm }) => must(sums.get(`${algorithm} ${path}`), `the sum of ${path}`));
  },
  about: ({ path }, answer) => [
    ...contents(path, answer?.resolved),
    ...(answer !== undefined && answer.hex === undefined ? [`missing:${path}`] : []),
  ],
  foretell: (arg, picture) => foretold(picture, arg),
  alongside: ({ path }) => [stat(path) as Question<unknown>],
};

/** In a check: the SHA-1 of the predicted file at a place. */
export const checksumAt = (picture: Picture, place: string): string | undefined =>
  foretold(picture, { path: place, algorithm: 'sha1' }).hex;

/** In a check: the foreseen checksum of a path. */
function foretold(picture: Picture, { path, algorithm }: Arg): Checksum {
  const end = endAt(picture, path);
  if (end?.entry?.kind !== 'file') return { hex: undefined, resolved: end?.place };
  mustHoldKnown(picture, end, path);
  const { place, foreseen } = end;
  if (foreseen?.is !== 'file') return checksumNow(picture, { path, algorithm }, place);
  const { held, task } = foreseen;
  if ('bytes' in held) return { hex: hash(algorithm, held.bytes), resolved: place };
  if ('printedBy' in held) return { hex: printedChecksum(picture, held.printedBy, algorithm, task), resolved: place };
  if (held.sha1 !== undefined && algorithm === 'sha1') return { hex: held.sha1, resolved: place };
  return { ...checksumNow(picture, { path, algorithm }, held.place), resolved: place };
}

/**
 * The current checksum of a file on the host: the answer for the requested path if it is known, otherwise for its
 * place.
 */
function checksumNow(picture: Picture, { path, algorithm }: Arg, place: string): Checksum {
  const known = picture.nowIfAsked(checksum(path, algorithm));
  return known?.resolved === place ? known : picture.now(checksum(place, algorithm));
}

/** The checksum of a file on the host. */
export const checksum = (
  path: string,
  algorithm: ChecksumAlgorithm = 'sha1',
  options: { host?: string } = {},
): Question<Checksum> => question(kind, { path, algorithm }, options);

const grouped = (args: readonly Arg[]): readonly { algorithm: ChecksumAlgorithm; paths: readonly string[] }[] =>
  [...new Set(args.map((arg) => arg.algorithm))].flatMap((algorithm) =>
    inGroups(args.filter((arg) => arg.algorithm === algorithm).map((arg) => arg.path)).map((paths) => ({
      algorithm,
      paths,
    })),
  );

// Only regular files: reading a FIFO would block until there is a writer.
const checksumScript = (algorithm: ChecksumAlgorithm, paths: readonly string[]): string => `LC_ALL=C; export LC_ALL
set -- ${paths.map(quote).join(' ')}
n=$#
for p do [ -f "$p" ] && set -- "$@" "$p"; done
shift "$n"
[ "$#" -eq 0 ] || ${algorithm}sum -bz -- "$@" || [ $? != 127 ] || exit 127
printf '\\0'
${realpaths(paths)}`;

function readSums(reply: Reply, paths: readonly string[]): readonly Answer<Checksum>[] {
  if (reply.code === 127) {
    const why = decodeText(reply.stderr).trim();
    return paths.map(() => ({ ok: false, why }));
  }
  const words = nulWords(reply.stdout);
  const end = words.indexOf('');
  const sums = new Map(
    words.slice(0, end).map((line) => [line.slice(line.indexOf(' *') + 2), line.slice(0, line.indexOf(' *'))]),
  );
  const real = readRealpaths(words.slice(end + 1), paths.length);
  const complaint = complaintsIn(decodeText(reply.stderr));
  return paths.map((path, index) => {
    const hex = sums.get(path);
    const why = hex === undefined ? complaint(path) : undefined;
    return why === undefined ? { ok: true, value: { hex, resolved: real[index] } } : { ok: false, why };
  });
}
