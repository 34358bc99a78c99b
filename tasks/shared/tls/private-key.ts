import {
  encodeText,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  shellAnswer,
} from '../../../src/sdk.ts';
import { der, TAG } from './der.ts';
import { fromPem } from './pem.ts';
import { type KeyKind, type KeyType, kindOf } from './public-key.ts';

/** Where a private key is: in a file on the host, or in the task itself. */
export interface KeySource {
  readonly path?: string | undefined;
  readonly content?: string | undefined;
  readonly passphrase?: string | undefined;
}

/** A private key, of which we never read the private half. */
export interface PrivateKey {
  readonly exists: boolean;
  /** Why it cannot be read; undefined if it can. */
  readonly broken?: string;
  readonly format?: string;
  readonly encrypted?: boolean;
  /** Its public half, in DER. */
  readonly publicKey?: Uint8Array;
  readonly kind?: KeyKind | undefined;
  /** In a check: it will be generated, so that nobody knows its public half. */
  readonly foreseen?: boolean;
}

/**
 * A script that uses a key, and what it reads: the passphrase, and a key that the task contains. Neither is in an
 * argument, the environment or a file. `use` gets the name of the key's file and the options for the passphrase; what
 * it runs must not read stdin.
 */
export function withKey(
  { path, content, passphrase }: KeySource,
  use: (file: string, passphrase: readonly string[]) => Script,
): { readonly script: Script; readonly stdin: string | undefined } {
  const options = passphrase === undefined ? ['-passin', 'pass:'] : ['-passin', 'fd:3'];
  if (content === undefined)
    return {
      script: script`exec 3<&0 </dev/null
${use(path ?? '', options)}`,
      stdin: passphrase === undefined ? undefined : `${passphrase}\n`,
    };
  return {
    script: script`IFS= read -r _pass; _key=$(cat)
printf '%s\n' "$_key" | { exec 4<&0; printf '%s\n' "$_pass" | { exec 3<&0 </dev/null; ${use('/dev/fd/4', options)}
}; }`,
    stdin: `${passphrase ?? ''}\n${content}`,
  };
}

/** Why a source cannot be used; undefined if it can. */
export const wrongSource = ({ passphrase }: KeySource): string | undefined =>
  passphrase?.includes('\n') === true ? 'a passphrase must be one line' : undefined;

// Before a raw key, this makes it a whole one. The length of a raw key tells nothing about its kind.
const RAW_HEADS: Readonly<Record<string, string>> = {
  Ed25519: '302e020100300506032b657004220420',
  X25519: '302e020100300506032b656e04220420',
  Ed448: '3047020100300506032b6571043b0439',
  X448: '3046020100300506032b656f043a0438',
};

/** The kinds of key that can be written without any structure. */
export const canBeRaw = (type: KeyType): boolean => Object.hasOwn(RAW_HEADS, type);

/** Prints a raw key as a whole one, in DER. */
export const wholeKey = (type: KeyType, file: string): Script =>
  script`{ printf ${octal(RAW_HEADS[type] ?? '')}; cat -- ${file}; }`;

/** Bytes for `printf`. */
const octal = (hex: string): string =>
  (hex.match(/../g) ?? []).map((byte) => `\\${Number.parseInt(byte, 16).toString(8).padStart(3, '0')}`).join('');

/** Asks for a private key. A file without any structure is read as a key of that kind. */
export function privateKey(source: KeySource, raw?: KeyType): Question<ShellAnswer> {
  const secret = source.passphrase !== undefined || source.content !== undefined;
  const print = (file: string, options: readonly string[]) =>
    script`LC_ALL=C openssl pkey -in ${file} ${options} -pubout`;
  if (source.path === undefined || source.content !== undefined) {
    const { script: body, stdin } = withKey(source, print);
    return shell(
      {
        ...sh`${NEEDS_OPENSSL}echo pem
${body}`,
        input: stdin,
        about: ['by:package:openssl'],
      },
      { secret },
    );
  }
  const head = RAW_HEADS[raw ?? ''];
  const readRaw =
    head === undefined
      ? script`echo raw; echo 'it is not in PEM format' >&2; exit 1`
      : script`echo raw; ${wholeKey(raw ?? 'RSA', source.path)} | LC_ALL=C openssl pkey -inform DER -pubout; exit`;
  const { script: body, stdin } = withKey(source, print);
  return shell(
    {
      ...sh`${NEEDS_OPENSSL}f=${source.path}
[ -e "$f" ] || { echo absent; exit 0; }
[ -f "$f" ] && [ -r "$f" ] || { echo 'it is not a readable file' >&2; exit 126; }
case $(LC_ALL=C grep -a -m 1 -e '^-----BEGIN .*PRIVATE KEY-----' -- "$f") in
'') ${readRaw} ;;
*'BEGIN ENCRYPTED '*) echo 'pkcs8 encrypted' ;;
*'BEGIN PRIVATE '*) echo pkcs8 ;;
*) if LC_ALL=C grep -qa '^Proc-Type: 4,ENCRYPTED' -- "$f"; then echo 'pkcs1 encrypted'; else echo pkcs1; fi ;;
esac
${body}`,
      input: stdin,
      about: [`data:${source.path}`, 'by:package:openssl'],
    },
    { secret },
  );
}

/** Ends a script if there is no openssl on the host. */
export const NEEDS_OPENSSL = script`command -v openssl >/dev/null || { echo 'openssl is missing on the host: install the openssl package' >&2; exit 127; }
`;

/** The key that the host has. The answer is expected to be one: see `unreadable`. */
export function readPrivateKey({ code, stdout, stderr }: ShellAnswer): PrivateKey {
  const [first = '', ...rest] = stdout.split('\n');
  const [format = '', more] = first.split(' ');
  if (format === 'absent') return { exists: false };
  if (format === FORESEEN) return foreseenIn(rest);
  const publicKey = fromPem(stdout, 'PUBLIC KEY');
  const shape = { exists: true, format, encrypted: more === 'encrypted' };
  if (code !== 0 || publicKey === undefined)
    return { ...shape, broken: firstLine(stderr) || 'it is not a private key' };
  return { ...shape, publicKey, kind: kindOf(publicKey) };
}

/** Why nothing can be said about a key at all: its file cannot be read, or openssl is missing. */
export const unreadable = ({ code, stderr }: ShellAnswer): string | undefined =>
  code === 126 || code === 127 ? stderr.trim() : undefined;

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';

const FORESEEN = 'foreseen';

/** The answer once there is a new key at a path. */
export const foreseenKey = (
  path: string,
  { type, size, curve }: KeyKind,
  shape: { readonly format: string; readonly encrypted: boolean },
): ShellAnswer =>
  shellAnswer(
    [FORESEEN, path, type, size, curve ?? '', shape.format, shape.encrypted ? 'encrypted' : '', ''].join('\n'),
  );

/** A key that will be generated differs from all that exist, so anything can stand for it. */
function foreseenIn([path = '', type, size, curve, format = '', encrypted]: readonly string[]): PrivateKey {
  return {
    exists: true,
    foreseen: true,
    format,
    encrypted: encrypted === 'encrypted',
    publicKey: der(TAG.octets, encodeText(`the future key ${path}`)),
    kind: { type: type as KeyType, size: Number(size), curve: curve === '' ? undefined : curve },
  };
}
