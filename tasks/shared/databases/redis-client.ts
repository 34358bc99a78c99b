import {
  type Command,
  decodeText,
  encodeText,
  exporting,
  type Params,
  type Question,
  reading,
  type ShellAnswer,
  type Subject,
  sh,
  shell,
} from '../../../src/sdk.ts';
import { missingTool } from '../commands/unanswered.ts';

/** Parameters with which all Redis types log in; whether TLS is the default differs. */
export const redisLoginParams = {
  login_host: {
    type: 'str',
    default: 'localhost',
    doc: 'The machine that the server runs on, as seen from the host.',
  },
  login_port: { type: 'int', default: 6379, doc: 'The port of the server.' },
  login_user: { type: 'str', doc: 'The user to log in as.' },
  login_password: { type: 'str', secret: true, doc: 'The password.' },
  validate_certs: { type: 'bool', default: true, doc: 'With `tls`, verify the certificate of the server.' },
  ca_certs: { type: 'str', doc: 'A file on the host with the certificate authorities to trust.' },
  client_cert_file: { type: 'str', doc: 'A file on the host with the certificate to log in with.' },
  client_key_file: { type: 'str', doc: 'A file on the host with the key of that certificate.' },
} as const;

/** How to log in to a Redis server: plain data. */
export interface RedisLogin {
  /** The options of redis-cli, without the password. */
  readonly options: readonly string[];
  readonly password: string;
  /** A password to try if that one is wrong: the task itself may have changed it. */
  readonly otherwise: string | undefined;
  readonly isElsewhere: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** The login that a task's parameters describe. */
export function redisLogin(
  params: Params<typeof redisLoginParams> & { readonly tls: boolean },
  environment: Readonly<Record<string, string>>,
  { db, otherwise }: { readonly db?: number | undefined; readonly otherwise?: string | undefined } = {},
): RedisLogin {
  const option = (name: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [name, String(value)];
  const tls = [
    '--tls',
    ...(params.validate_certs ? [] : ['--insecure']),
    ...option('--cacert', params.ca_certs),
    ...option('--cert', params.client_cert_file),
    ...option('--key', params.client_key_file),
  ];
  return {
    options: [
      ...['-h', params.login_host, '-p', String(params.login_port)],
      ...option('--user', params.login_user),
      ...option('-n', db),
      ...(params.tls ? tls : []),
    ],
    password: params.login_password ?? '',
    otherwise,
    isElsewhere: !/^(?:localhost|127\..*|::1)$/.test(params.login_host),
    environment,
  };
}

/** A command for the server, as words. */
type Words = readonly string[];

/** Ask a server with one command, which must not change anything. */
export const redisAsk = (login: RedisLogin, words: Words, ...about: readonly Subject[]): Question<ShellAnswer> =>
  shell(
    {
      ...calling(login, ['timeout', '15']),
      input: inputOf(login, words),
      about: [...about, 'by:package:redis*', 'by:unit:redis*', 'by:path:/etc/redis'],
      deadlineMs: 60_000,
    },
    { secret: login.password !== '' || login.otherwise !== undefined, beyond: login.isElsewhere },
  );

/** Change something with one command, which fails if the server refuses it. Its output is the reply. */
export const redisRun = (login: RedisLogin, words: Words, shown = words): Command => ({
  ...reading(calling(login, []), inputOf(login, words)),
  shown: `redis-cli ${shown.join(' ')}`,
});

/**
 * Calls redis-cli with a command on stdin, after two lines with passwords. The client ends with 0 even if it cannot log
 * in, but then its output is no reply.
 */
const calling = (
  { options, environment }: RedisLogin,
  limit: Words,
): Command => sh`${exporting(environment)}command -v redis-cli >/dev/null || exit 127
IFS= read -r REDISCLI_AUTH
IFS= read -r other
export REDISCLI_AUTH
[ "$REDISCLI_AUTH" ] || unset REDISCLI_AUTH
# An equals sign before it: it may be that no password is needed.
if [ "$other" ]; then
  case $(${limit} redis-cli ${options} PING </dev/null 2>&1) in PONG) ;; *) REDISCLI_AUTH=\${other#=}; export REDISCLI_AUTH ;; esac
fi
[ "$REDISCLI_AUTH" ] || unset REDISCLI_AUTH
out=$(${limit} redis-cli --no-raw ${options} 2>&1)
case $out in
  '(error) '*) printf '%s\n' "$out" | sed 's/^(error) //' >&2; exit 1 ;;
  '"'* | '('* | '1) '* | OK* | '#'* | cluster_*) printf '%s\n' "$out" ;;
  '') echo 'no response; does the server expect TLS, or not?' >&2; exit 1 ;;
  *) printf '%s\n' "$out" | head -n 1 >&2; exit 1 ;;
esac`;

const inputOf = ({ password, otherwise }: RedisLogin, words: Words): string =>
  `${password}\n${otherwise === undefined ? '' : `=${otherwise}`}\n${words.map(redisQuoted).join(' ')}\n`;

/** Why a server gave no answer; undefined if it did. */
export function redisFailure({ code, stderr }: ShellAnswer): string | undefined {
  if (code === 127) return missingTool({ name: 'redis-cli', package: 'redis-tools' });
  return code === 0 ? undefined : `unable to connect to database: ${stderr.trim()}`.replace(/^.*: (?=[A-Z]+ )/, '');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  '"': '"',
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\u0007',
  b: '\b',
};
const LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ESCAPES).map(([letter, char]) => [char, letter]),
);

/** A text as redis-cli reads it in a command, and shows it in a reply. */
export const redisQuoted = (text: string): string =>
  `"${[...encodeText(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      const letter = LETTERS[char];
      if (letter !== undefined) return `\\${letter}`;
      return byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('')}"`;

/** The text that a reply shows. */
const redisUnquoted = (shown: string): string =>
  decodeText(
    Buffer.from(
      shown
        .slice(1, -1)
        .replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, letter = '') =>
          hex === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
        ),
      'latin1',
    ),
  );

/** The texts in a reply; empty if it is nil. */
export const redisTexts = ({ stdout }: ShellAnswer): readonly string[] =>
  [...stdout.matchAll(/^(?: *\d+\) )?("(?:[^"\\]|\\.)*")$/gm)].map(([, shown = '""']) => redisUnquoted(shown));

/** The lines of `INFO` and its like, as the names and values in them. */
export const redisFields = ({ stdout }: ShellAnswer): ReadonlyMap<string, string> =>
  new Map(
    [...stdout.matchAll(/^([^#:\r\n][^:\r\n]*):(.*?)\r?$/gm)].map(
      ([, name = '', value = '']) => [name, value] as const,
    ),
  );
