import type { Params, Script } from '../../../src/sdk.ts';
import { script } from '../../../src/sdk.ts';
import {
  canBeRaw,
  type KeySource,
  NEEDS_OPENSSL,
  type PrivateKey,
  wholeKey,
  withKey,
  wrongSource,
} from './private-key.ts';
import { curveSize, KEY_TYPES, type KeyKind } from './public-key.ts';

/** The parameters of the types that generate a private key. */
export const newKeyParams = {
  type: { type: 'str', default: 'RSA', choices: KEY_TYPES, doc: 'The kind of key.' },
  size: { type: 'int', default: 4096, doc: 'The number of bits of an RSA or DSA key.' },
  curve: {
    type: 'str',
    choices: [
      'brainpoolP256r1',
      'brainpoolP384r1',
      'brainpoolP512r1',
      'secp192r1',
      'secp224r1',
      'secp256k1',
      'secp256r1',
      'secp384r1',
      'secp521r1',
      'sect163k1',
      'sect163r2',
      'sect233k1',
      'sect233r1',
      'sect283k1',
      'sect283r1',
      'sect409k1',
      'sect409r1',
      'sect571k1',
      'sect571r1',
    ],
    doc: 'The curve of an ECC key; required for `type: ECC`.',
  },
  passphrase: { type: 'str', secret: true, doc: 'The passphrase that protects the key (default: none).' },
  cipher: {
    type: 'str',
    default: 'auto',
    doc: 'How the key is encrypted, if there is a passphrase: a name that openssl knows. `auto` is AES-256.',
  },
  format: {
    type: 'str',
    default: 'auto_ignore',
    choices: ['auto', 'auto_ignore', 'pkcs1', 'pkcs8', 'raw'],
    doc: 'How the key is written. `auto` is `pkcs1` for RSA, DSA and ECC and `pkcs8` for others; `auto_ignore` means the same for a new key, and any format for an existing one. `raw` is only for X25519, X448, Ed25519 and Ed448.',
  },
  format_mismatch: {
    type: 'str',
    default: 'regenerate',
    choices: ['regenerate', 'convert'],
    doc: 'What to do if an existing key has another format: generate a new one, or convert it.',
  },
  regenerate: {
    type: 'str',
    default: 'full_idempotence',
    choices: ['never', 'fail', 'partial_idempotence', 'full_idempotence', 'always'],
    doc: 'When to replace an existing key. `never`: never; `fail`: never, but fail if it is another one than wanted; `partial_idempotence`: if it is; `full_idempotence`: also if it cannot be read, or the passphrase is another one; `always`: every time.',
  },
} as const;

type Task = Params<typeof newKeyParams> & { readonly force?: boolean };

/** An empty passphrase is none. */
export const passphraseOf = ({ passphrase }: Task): string | undefined => (passphrase === '' ? undefined : passphrase);

/** Why the parameters contradict each other; undefined if they do not. */
export function wronglyGiven(task: Task): string | undefined {
  const passphrase = passphraseOf(task);
  if (task.format === 'raw' && !canBeRaw(task.type))
    return `format: raw is not possible for a key of type ${task.type}`;
  if (task.format === 'raw' && passphrase !== undefined) return 'format: raw is not possible with a passphrase';
  if (!/^[A-Za-z0-9-]+$/.test(task.cipher)) return `there is no cipher "${task.cipher}"`;
  return wrongSource({ passphrase });
}

/** The kind of key that is wanted. */
export const wantedKind = ({ type, size, curve }: Task): KeyKind => {
  if (type === 'ECC') return { type, curve, size: curveSize(curve ?? '') };
  return { type, size: { Ed25519: 253, X25519: 253, Ed448: 456, X448: 448, RSA: size, DSA: size }[type] };
};

/** A kind of key as it is reported. */
export const kindText = ({ type, size, curve }: KeyKind): string =>
  type === 'RSA' || type === 'DSA' ? `${type} ${size}` : [type, curve].filter((word) => word !== undefined).join(' ');

const isSameKind = (one: KeyKind, other: KeyKind): boolean => kindText(one) === kindText(other);

/** A key as it is reported; null if there is none. */
export function described(key: PrivateKey): string | null {
  if (!key.exists) return null;
  return key.kind === undefined ? 'unreadable' : kindText(key.kind);
}

/** Whether a new key is wanted every time. */
export const isForced = ({ force = false, regenerate }: Task): boolean => force || regenerate === 'always';

/** How a new key is written. */
export function wantedFormat({ format, type }: Task): 'pkcs1' | 'pkcs8' | 'raw' {
  if (format !== 'auto' && format !== 'auto_ignore') return format;
  return canBeRaw(type) ? 'pkcs8' : 'pkcs1';
}

interface Decided {
  readonly does: 'keep' | 'new' | 'convert' | 'fail';
  readonly why: string;
}

const HINT = 'call the module with `regenerate` set to';

/** What happens to an existing key. */
export function decided(key: PrivateKey, task: Task, path: string): Decided {
  const { regenerate } = task;
  if (!key.exists || isForced(task)) return { does: 'new', why: '' };
  if (!isReadable(key, task))
    return {
      does: regenerate === 'full_idempotence' ? 'new' : 'fail',
      why: `Unable to read the key. The key is protected with a another passphrase / no passphrase or broken. Will not proceed. To force regeneration, ${HINT} \`full_idempotence\` or \`always\`, or with \`force=yes\`. (${path}: ${key.broken ?? 'it has no passphrase'})`,
    };
  const replaces = regenerate === 'partial_idempotence' || regenerate === 'full_idempotence';
  const isOther = key.kind === undefined || !isSameKind(key.kind, wantedKind(task));
  if (isOther && regenerate !== 'never')
    return {
      does: replaces ? 'new' : 'fail',
      why: `Key has wrong type and/or size. Will not proceed. To force regeneration, ${HINT} \`partial_idempotence\`, \`full_idempotence\` or \`always\`, or with \`force=yes\`. (${path}: ${described(key)}, not ${kindText(wantedKind(task))})`,
    };
  if (task.format === 'auto_ignore' || key.format === wantedFormat(task)) return { does: 'keep', why: '' };
  if (task.format_mismatch === 'convert') return { does: 'convert', why: '' };
  if (regenerate === 'never') return { does: 'keep', why: '' };
  return {
    does: replaces ? 'new' : 'fail',
    why: `Key has wrong format. Will not proceed. To force regeneration, ${HINT} \`partial_idempotence\`, \`full_idempotence\` or \`always\`, or with \`force=yes\`. To convert the key, set \`format_mismatch\` to \`convert\`.`,
  };
}

/** Whether the key can be read with exactly this passphrase. */
const isReadable = ({ broken, encrypted }: PrivateKey, task: Task): boolean =>
  broken === undefined && (passphraseOf(task) !== undefined) === (encrypted === true);

const CURVE_NAMES: Readonly<Record<string, string>> = { secp256r1: 'prime256v1', secp192r1: 'prime192v1' };

/** Prints a new key and, after it, its public half if `withPublic` is set. */
export function generating(
  task: Task,
  format: string,
  { withPublic = false } = {},
): { readonly script: Script; readonly stdin: string | undefined } {
  const { type, size, curve = '' } = task;
  const passphrase = passphraseOf(task);
  const make = {
    RSA: script`openssl genpkey -algorithm RSA -pkeyopt ${`rsa_keygen_bits:${size}`}`,
    DSA: script`openssl genpkey -genparam -algorithm DSA -pkeyopt ${`dsa_paramgen_bits:${size}`} | openssl genpkey -paramfile /dev/stdin`,
    ECC: script`openssl genpkey -algorithm EC -pkeyopt ${`ec_paramgen_curve:${CURVE_NAMES[curve] ?? curve}`} -pkeyopt ec_param_enc:named_curve`,
    Ed25519: script`openssl genpkey -algorithm ED25519`,
    Ed448: script`openssl genpkey -algorithm ED448`,
    X25519: script`openssl genpkey -algorithm X25519`,
    X448: script`openssl genpkey -algorithm X448`,
  }[type];
  return {
    script: script`${NEEDS_OPENSSL}LC_ALL=C; export LC_ALL; exec 3<&0 </dev/null
k=$(${make} 2>/dev/null) || { ${make} >/dev/null; exit 1; }
printf '%s\n' "$k" | ${written(task, format, [])}${withPublic ? script` && printf '%s\n' "$k" | openssl pkey -pubout` : script``}`,
    stdin: passphrase === undefined ? undefined : `${passphrase}\n`,
  };
}

/** Prints the key from a source again, in another format. */
export function converting(key: PrivateKey, task: Task, format: string, source: KeySource) {
  const passphrase = passphraseOf(task);
  const { script: body, stdin } = withKey(source, (file, options) =>
    key.format === 'raw'
      ? script`${wholeKey(task.type, file)} | ${written(task, format, ['-inform', 'DER'])}`
      : written(task, format, ['-in', file, ...options]),
  );
  return {
    script: script`${NEEDS_OPENSSL}LC_ALL=C; export LC_ALL
${body}`,
    // openssl asks for the passphrase twice: to read the key, and to write it.
    stdin: passphrase === undefined ? stdin : `${passphrase}\n${passphrase}\n`,
  };
}

/** The pipe or command that writes a key in this format. */
function written(task: Task, format: string, input: readonly string[]): Script {
  if (format === 'raw')
    return script`openssl pkey ${input} -outform DER | tail -c ${{ 253: 32, 456: 57, 448: 56 }[wantedKind(task).size] ?? 0}`;
  const cipher = task.cipher === 'auto' ? 'aes256' : task.cipher;
  return script`openssl pkey ${input} ${format === 'pkcs1' ? ['-traditional'] : []} ${passphraseOf(task) === undefined ? [] : [`-${cipher}`, '-passout', 'fd:3']}`;
}
