import { type ShellText, script, sh } from '../../command.ts';
import { NotForeseen } from '../../picture/picture.ts';
import { type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText, encodeText } from '../../text-codec.ts';
import { checksumAt } from '../files/checksum.ts';
import { contents, joinPath } from '../files/paths.ts';
import { endAt, stat } from '../files/stat.ts';
import { type HttpRequest, httpScript } from './http.ts';

/** How what a URL serves compares with a file of the host. */
export interface UrlState {
  /** HTTP status (or 226 of ftp, 0 of file:); 304 where the file is not older than what is served; -1 without an answer. */
  readonly status: number;
  /** SHA-1 of what is served, where it was compared with a file. */
  readonly sha1: string | undefined;
  readonly failure: string | undefined;
}

interface Arg {
  readonly request: HttpRequest;
  /** The file to compare with; where it is a folder, the name in it. */
  readonly dest: string;
  readonly name: string;
  /** Compare the content even where the server says that nothing is newer. */
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

/** The file of the host that a URL is of; undefined where it is none. */
export function servedPath(url: string): string | undefined {
  const [, path] = /^file:\/\/(?:localhost)?(\/[^?#]*)/i.exec(url) ?? [];
  try {
    return path === undefined ? undefined : decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** In a check: how what a URL serves will compare with a file that is foreseen, or foreseen to be gone. */
function foretold(arg: Arg, picture: Picture): UrlState {
  const { request, dest, name } = arg;
  const into = endAt(picture, dest);
  const end = into?.entry?.kind === 'directory' ? endAt(picture, joinPath(dest, name)) : into;
  const source = servedPath(request.url);
  const from = source === undefined ? undefined : endAt(picture, source);
  const task = picture.files.touchedBy('everything') ?? '';
  if (end !== undefined && end.foreseen === undefined && into?.foreseen === undefined && from?.foreseen === undefined)
    return picture.now(urlState(arg));
  const compares = end?.entry?.kind === 'file';
  if (source !== undefined) {
    if (from?.entry?.kind !== 'file')
      return { status: -1, sha1: undefined, failure: `curl: (37) Couldn't open file ${source}` };
    return { status: 0, sha1: compares ? checksumAt(picture, from.place) : undefined, failure: undefined };
  }
  const now = picture.now(urlState(arg));
  // Of a file that is then newer than what is served nobody is told that it differs.
  if (compares && (!arg.always || now.sha1 === undefined)) throw new NotForeseen(task);
  return { ...now, status: now.status === 304 ? 200 : now.status, sha1: compares ? now.sha1 : undefined };
}

/** Ask what a URL serves, from the host: of a file that is there its checksum is compared, of one that is not only whether it can be had. */
export const urlState = (arg: Arg): Question<UrlState> =>
  question(kind, arg, { beyond: true, secret: arg.request.password !== undefined });

/** curl as a program of the host, with its configuration on stdin, so that no password is in its arguments. */
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

// The configuration is read whole, then one of its two forms is used: compare with the file, or only ask.
function urlScript({ request, dest, name, always }: Arg): { script: ShellText; stdin: Uint8Array } {
  const { stdin, ...command } = httpScript({ ...request, method: 'GET' }, script` "$@"`);
  const config = configured(stdin, []);
  // Of file: and ftp: curl says nothing where nothing is newer, as if an empty file were served; only HTTP has a status for it.
  const onlyNewer = always || !/^https?:/i.test(request.url) ? script`` : script` --time-cond "$d"`;
  const text = sh`command -v curl >/dev/null || { echo 'curl is not on the host' >&2; exit 1; }
d=${dest}
[ ! -d "$d" ] || d=$d/${name}
if [ -f "$d" ]; then set --${onlyNewer} --fail; ${command} | sha1sum
else set -- --head --fail --output /dev/null; ${command}; fi`;
  return { ...text, stdin: config };
}
