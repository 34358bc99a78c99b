import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { realpath } from '../files/paths.ts';

/** A file below a user's home, and the directory that contains it. */
export interface HomeFile {
  /** The file's path with the home filled in; undefined if there is no such user. */
  readonly path: string | undefined;
  readonly uid: number;
  readonly gid: number;
  /** Undefined if the file does not exist. */
  readonly bytes: Uint8Array | undefined;
  readonly file: Owned | undefined;
  readonly folder: Owned | undefined;
  readonly resolved: string | undefined;
}

/** Owner and permission bits. */
interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

interface Arg {
  readonly user: string;
  /** Relative to the user's home, or absolute; `%u`, `%h` and `~` stand for the user's name and home. */
  readonly path: string;
}

const kind: QuestionKind<Arg, HomeFile> = {
  name: 'home file',
  scripts: (args) => args.map((arg) => ({ script: homeScript(arg) })),
  read: (replies) =>
    replies.map((reply) => {
      if (reply.code !== 0) return { ok: false, why: decodeText(reply.stderr).trim() || `exit code ${reply.code}` };
      return { ok: true, value: readHomeFile(reply.stdout) };
    }),
  about: ({ user }, answer) => [
    `user:${user}`,
    ...(answer !== undefined && answer.path === undefined ? [`absent:user:${user}`] : []),
    ...[answer?.path, answer?.resolved, answer?.path?.replace(/\/[^/]*$/, '')].flatMap((path) =>
      path === undefined ? [] : [`entry:${path}`],
    ),
  ],
};

/** Ask for a file in a user's home, wherever that is. */
export const homeFile = (user: string, path: string): Question<HomeFile> => question(kind, { user, path });

// One header of NUL-terminated words, then the file's bytes. Without the directory there is no file either, so the
// words come in that order.
const homeScript = ({ user, path }: Arg): string => `LC_ALL=C; export LC_ALL
e=$(getent passwd ${quote(user)}) || { printf '\\0'; exit 0; }
h=\${e%:*}; h=\${h##*:}; r=\${e#*:*:}; u=\${r%%:*}; r=\${r#*:}; g=\${r%%:*}
p=${quote(path)}
case $p in "~/"*) p=$h/\${p#"~/"} ;; esac
case $p in *%h*) p=\${p%%%h*}$h\${p#*%h} ;; esac
case $p in *%u*) p=\${p%%%u*}${quote(user)}\${p#*%u} ;; esac
case $p in /*) ;; *) p=$h/$p ;; esac
printf '%s\\0%s\\0%s\\0' "$p" "$u" "$g"
stat -L --printf '%u %g %a\\0' -- "\${p%/*}" "$p" 2>/dev/null; printf '\\0'
${realpath('-mz', '"$p"')} || printf '\\0'
if [ -f "$p" ]; then cat -- "$p"; fi`;

function readHomeFile(stdout: Buffer): HomeFile {
  let at = 0;
  const word = (): string => {
    const end = stdout.indexOf(0, at);
    if (end < 0) return '';
    const text = decodeText(stdout.subarray(at, end));
    at = end + 1;
    return text;
  };
  const path = word();
  if (path === '') return noHome;
  const [uid, gid] = [Number(word()), Number(word())];
  const owners: Owned[] = [];
  for (let owner = word(); owner !== ''; owner = word()) owners.push(readOwned(owner));
  const [folder, file] = owners;
  const resolved = word();
  return { path, uid, gid, file, folder, resolved, bytes: file && stdout.subarray(at) };
}

const noHome: HomeFile = {
  path: undefined,
  uid: -1,
  gid: -1,
  bytes: undefined,
  file: undefined,
  folder: undefined,
  resolved: undefined,
};

function readOwned(text: string): Owned {
  const [uid, gid, mode = ''] = text.split(' ');
  return { uid: Number(uid), gid: Number(gid), mode: Number.parseInt(mode, 8) };
}
