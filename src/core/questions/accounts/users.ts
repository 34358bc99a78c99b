import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import type { Subject } from '../../touches.ts';
import { onlyReply } from '../only-reply.ts';

/** A user according to the host's databases. */
export interface UserState {
  readonly exists: boolean;
  readonly uid: number;
  readonly gid: number;
  /** The name of the primary group. */
  readonly group: string;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
  /** All groups except the primary one. */
  readonly groups: readonly string[];
  readonly homeExists: boolean;
  /** What manages accounts on the host, if it is not `useradd` and the like. */
  readonly tools?: AccountTools;
  /** Asked only if a task needs it, since it requires root and is secret. */
  readonly shadow?: Shadow;
  /** An ssh key, if asked for: its public part and fingerprint. */
  readonly key?: {
    readonly file: string;
    readonly exists: boolean;
    readonly public: string;
    readonly fingerprint: string;
  };
}

/** Other programs than `useradd` and the like, which manage accounts: those of BusyBox (`adduser`) can do less; or none. */
export type AccountTools = 'busybox' | 'none';

/** A script line that prints the tools if they are not the usual ones. It needs no process. */
export const accountTools =
  'command -v useradd >/dev/null || if command -v adduser >/dev/null; then echo busybox; else echo none; fi';

/** The tools in what that line prints. */
export const readTools = (line: string): { readonly tools?: AccountTools } =>
  line === 'busybox' || line === 'none' ? { tools: line } : {};

/** The subjects that decide about the tools. */
export const toolSubjects = (answer: { readonly tools?: AccountTools } | undefined): readonly Subject[] =>
  answer?.tools === undefined ? [] : ['by:package:shadow'];

/** The `/etc/shadow` entry; days are counted since the epoch. */
export interface Shadow {
  readonly password: string;
  readonly minDays?: number;
  readonly maxDays?: number;
  readonly warnDays?: number;
  /** How long an expired password can still be changed. */
  readonly inactiveDays?: number;
  readonly expiresOnDay?: number;
  /** The user has no entry; the first change of an expiry date creates it. */
  readonly isMissing?: boolean;
}

interface Arg {
  readonly name: string;
  readonly shadow: boolean;
  /** Relative to the user's home. */
  readonly key?: string;
}

const prelude = `export LC_ALL=C
user() {
  printf '\\036\\n'; entry=$(getent passwd -- "$1") || return 0
  # A name that consists of digits also refers to the user with that number.
  [ "\${entry%%:*}" = "$1" ] || return 0
  home=\${entry%:*}; home=\${home##*:}
  printf '%s\\n' "$entry"; id -Gn -- "$1"
  if [ -d "$home" ]; then echo yes; else echo no; fi
  if [ "$2" = yes ]; then getent shadow -- "$1" || { [ ! -r /etc/shadow ] || printf none; echo; }; else echo; fi
  [ -n "$3" ] || return 0
  case $3 in /*) key=$3 ;; *) key=$home/$3 ;; esac
  printf '%s\\n' "$key"; [ -e "$key" ] || return 0
  echo exists; head -n 1 -- "$key.pub" 2>/dev/null | grep . || echo; ssh-keygen -lf "$key" 2>/dev/null </dev/null || ssh-keygen -lf "$key.pub" 2>/dev/null
}
${accountTools}
`;

const kind: QuestionKind<Arg, UserState> = {
  name: 'user',
  scripts: (args) => [
    {
      script:
        prelude +
        args
          .map(({ name, shadow, key = '' }) => `user ${quote(name)} ${shadow ? 'yes' : 'no'} ${quote(key)}`)
          .join('\n'),
    },
  ],
  read: onlyReply((reply, args) => {
    const [tools = '', ...parts] = decodeText(reply.stdout).split('\x1e\n');
    return args.map((arg, index) => ({
      ok: true,
      value: { ...readUser(parts[index] ?? '', arg), ...readTools(tools.trim()) },
    }));
  }),
  about: ({ name }, answer) => [
    `user:${name}`,
    ...(answer?.exists === true ? [] : [`absent:user:${name}`]),
    ...toolSubjects(answer),
  ],
};

/** The state of a user; with `shadow` also password and expiry, with `key` also an ssh key in the home. */
export const user = (name: string, more: { shadow?: boolean; key?: string } = {}): Question<UserState> =>
  question(
    kind,
    { name, shadow: more.shadow ?? false, ...(more.key === undefined ? {} : { key: more.key }) },
    more.shadow === true ? { secret: true } : {},
  );

/** The state of a user that does not exist. */
export const noUser: UserState = {
  exists: false,
  uid: -1,
  gid: -1,
  group: '',
  comment: '',
  home: '',
  shell: '',
  groups: [],
  homeExists: false,
};

function readUser(part: string, { shadow, key }: Arg): UserState {
  const [entry = '', groups = '', home = '', secret = '', file = '', there = '', pub = '', fingerprint = ''] =
    part.split('\n');
  if (entry === '') return noUser;
  const [, , uid, gid, comment = '', path = '', shell = ''] = entry.split(':');
  // The primary group comes first, by its number if it has no name.
  const [group = '', ...others] = groups.split(' ').filter((one) => one !== '');
  return {
    exists: true,
    uid: Number(uid),
    gid: Number(gid),
    group,
    comment,
    home: path,
    shell,
    groups: others.filter((one) => one !== group),
    homeExists: home === 'yes',
    ...(shadow && secret !== '' ? { shadow: readShadow(secret) } : {}),
    ...(key === undefined ? {} : { key: { file, exists: there === 'exists', public: pub, fingerprint } }),
  };
}

function readShadow(line: string): Shadow {
  if (line === 'none') return { password: '', isMissing: true };
  const [, password = '', , min, max, warn, inactive, expires] = line.split(':');
  const days = (text: string | undefined) => (text === undefined || text === '' ? undefined : Number(text));
  return {
    password,
    minDays: days(min),
    maxDays: days(max),
    warnDays: days(warn),
    inactiveDays: days(inactive),
    expiresOnDay: days(expires),
  };
}
