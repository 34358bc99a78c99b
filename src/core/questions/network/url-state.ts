import { type ShellText, script, sh } from '../../command.ts';
import { NotForeseen } from '../../picture/picture.ts';
import { type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText, encodeText } from '../../text-codec.ts';
import { checksumAt } from '../files/checksum.ts';
import { contents, joinPath } from '../files/paths.ts';
import { endAt, stat } from '../files/stat.ts';
import { type HttpRequest, httpScript } from './http.ts';

/** The comparison of what a URL serves with a file on the host. */
export interface UrlState {
  /**
   * HTTP status (226 for ftp, 0 for file:); 304 if what is served is not newer than the file; -1 without a response.
   */
  readonly status: number;
  /** SHA-1 of what is served, if it was compared with a file. */
  readonly sha1: string | undefined;
  readonly failure: string | undefined;
}

interface Arg {
  readonly request: HttpRequest;
  /** The file to compare with; if it is a directory, `name` is the name in it. */
  readonly dest: string;
  readonly name: string;
  /** Compare the content even if the server says that nothing is newer. */
  readonly always: boolean;
}

const kind: QuestionKind<Arg, UrlState> = {
  name: 'url state',
  scripts: (args) => args.map((arg) => ({ ...urlScript(arg), deadlineMs: arg.request.timeout * 10_000 + 60_000 })),
  read: (replies) =>
    replies.map((reply) => {
      const sha1 = /^([0-9a-f]{40}) /m.exec(decodeText(reply.stdout))?.[1];
      const status = /^status (\d+)$/m.exec(decodeText(reply.stderr))?.[1];
      const failure = decodeText(reply.stderr)
        .split('\n')
        .find((line) => line.startsWith('curl: '));
      return {
        ok: true,
        value: {
          status: status === undefined || (status === '000' && failure !== undefined) ? -1 : Number(status),
          sha1,
          failure: failure ?? (status === undefined ? decodeText(reply.stderr).trim() : undefined),
        },
      };
    }),
  about: ({ request, dest, name }) => [
    ...contents(dest, `${dest}/${name}`, servedPath(request.url)),
    'path:/usr/bin/curl',
    'data:/etc/resolv.conf',
    'data:/etc/hosts',
  ],
  foretell: foretold,
  alongside: ({ dest, request }) =>
    [dest, servedPath(request.url)].flatMap((path) => (path === undefined ? [] : [stat(path) as Question<unknown>])),
};

/** The path of the file on the host that a `file:` URL refers to; undefined for any other URL. */
export function servedPath(url: string): string | undefined {
  const [, path] = /^file:\/\/(?:localhost)?(\/[^?#]*)/i.exec(url) ?? [];
  try {
    return path === undefined ? undefined : decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** In a check: the comparison of what a URL serves with a file that is predicted to change or disappear. */
function foretold(arg: Arg, picture: Picture): UrlState {
  const { request, dest, name } = arg;
  const into = endAt(picture, dest);
  const end = into?.entry?.kind === 'directory' ? endAt(picture, joinPath(dest, name)) : into;
  const source = servedPath(request.url);
  const task = picture.files.touchedBy('everything') ?? '';
  const compares = end?.entry?.kind === 'file';
  const isSameDest = end !== undefined && end.foreseen === undefined && into?.foreseen === undefined;
  if (source !== undefined) {
    const from = endAt(picture, source);
    // A foreseen link on the way leads to another file.
    const isSame = from?.foreseen === undefined && from?.place === picture.now(stat(source)).resolved;
    if (isSameDest && isSame) return picture.now(urlState(arg));
    // What curl makes of a directory depends on its version.
    if (from?.entry?.kind === 'directory') throw new NotForeseen(task);
    if (from?.entry?.kind !== 'file')
      return { status: -1, sha1: undefined, failure: `curl: (37) Couldn't open file ${source}` };
    return { status: 0, sha1: compares ? checksumAt(picture, from.place) : undefined, failure: undefined };
  }
  const now = picture.now(urlState(arg));
  if (isSameDest) return now;
  // The server may report nothing newer than a file that is changed only later, and then nothing is compared.
  if (compares && (!arg.always || now.sha1 === undefined)) throw new NotForeseen(task);
  return { ...now, status: now.status === 304 ? 200 : now.status, sha1: compares ? now.sha1 : undefined };
}

/**
 * Compare what a URL serves with a file on the host, by checksum; if the file does not exist, only find out whether
 * the URL is available.
 */
export const urlState = (arg: Arg): Question<UrlState> =>
  question(kind, arg, { beyond: true, secret: arg.request.password !== undefined });

/** curl as a program on the host, with its configuration on stdin, so that no password is in its arguments. */
export function download(request: HttpRequest): { script: ShellText; stdin: Uint8Array } {
  const { script, stdin } = httpScript({ ...request, method: 'GET' });
  return { script, stdin: configured(stdin, ['fail']) };
}

function configured(stdin: Uint8Array, more: readonly string[]): Uint8Array {
  const config = decodeText(stdin)
    .replace(/^include\n/m, '')
    .replace(/^write-out = .*\n/m, '');
  return encodeText(
    `${config}${more.map((line) => `${line}\n`).join('')}write-out = "%{stderr}status %{http_code}\\n"\n`,
  );
}

// The configuration is read completely, then used in one of two ways: compare with the file, or only make a request.
function urlScript({ request, dest, name, always }: Arg): { script: ShellText; stdin: Uint8Array } {
  const { stdin, ...command } = httpScript({ ...request, method: 'GET' }, script` "$@"`);
  const config = configured(stdin, []);
  // For file: and ftp:, curl prints nothing if nothing is newer, as if an empty file were served; only HTTP has a
  // status for that.
  const onlyNewer = always || !/^https?:/i.test(request.url) ? script`` : script` --time-cond "$d"`;
  const text = sh`command -v curl >/dev/null || { echo 'curl is not on the host' >&2; exit 1; }
d=${dest}
[ ! -d "$d" ] || d=$d/${name}
if [ -f "$d" ]; then set --${onlyNewer} --fail; ${command} | sha1sum
else set -- --head --fail --output /dev/null; ${command}; fi`;
  return { ...text, stdin: config };
}
