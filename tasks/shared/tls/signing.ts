import { type Script, script } from '../../../src/sdk.ts';
import { der, oid, sequence, TAG } from './der.ts';
import { type KeySource, NEEDS_OPENSSL, withKey } from './private-key.ts';
import type { KeyType } from './public-key.ts';

const SIGNATURES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  RSA: {
    md5: '1.2.840.113549.1.1.4',
    sha1: '1.2.840.113549.1.1.5',
    sha224: '1.2.840.113549.1.1.14',
    sha256: '1.2.840.113549.1.1.11',
    sha384: '1.2.840.113549.1.1.12',
    sha512: '1.2.840.113549.1.1.13',
  },
  ECC: {
    sha1: '1.2.840.10045.4.1',
    sha224: '1.2.840.10045.4.3.1',
    sha256: '1.2.840.10045.4.3.2',
    sha384: '1.2.840.10045.4.3.3',
    sha512: '1.2.840.10045.4.3.4',
  },
  DSA: {
    sha1: '1.2.840.10040.4.3',
    sha224: '2.16.840.1.101.3.4.3.1',
    sha256: '2.16.840.1.101.3.4.3.2',
    sha384: '2.16.840.1.101.3.4.3.3',
    sha512: '2.16.840.1.101.3.4.3.4',
  },
};

// These keys determine how they sign.
const ALONE: Readonly<Record<string, string>> = { Ed25519: '1.3.101.112', Ed448: '1.3.101.113' };

/** The identifier of a signature; undefined if such a key cannot make one with that digest. */
export const signatureOid = (type: KeyType, digest: string): string | undefined =>
  ALONE[type] ?? SIGNATURES[type]?.[digest.toLowerCase()];

/** How a signature was made, in DER; RSA has a parameter, which is empty. */
export const algorithmDer = (id: string): Uint8Array =>
  sequence(oid(id), ...(id.startsWith('1.2.840.113549.1.1.') ? [der(TAG.null)] : []));

/** The digest of a signature (undefined for keys that have none of their own), and its name as openssl spells it. */
export function digestOf(id: string): { readonly digest: string | undefined; readonly name: string } | undefined {
  const alone = Object.entries(ALONE).find(([, one]) => one === id);
  if (alone !== undefined) return { digest: undefined, name: alone[0].toUpperCase() };
  for (const [type, digests] of Object.entries(SIGNATURES))
    for (const [digest, one] of Object.entries(digests))
      if (one === id) return { digest, name: signatureName(type, digest) };
  return undefined;
}

function signatureName(type: string, digest: string): string {
  if (type === 'RSA') return `${digest}WithRSAEncryption`;
  if (type === 'ECC') return `ecdsa-with-${digest.toUpperCase()}`;
  return digest === 'sha1' ? 'dsaWithSHA1' : `dsa_with_${digest.toUpperCase()}`;
}

/** What a host is to sign. */
interface ToSign {
  /** In DER. */
  readonly info: Uint8Array;
  readonly key: KeySource;
  readonly signature: string;
  /** The label in the result's PEM. */
  readonly label: string;
}

/**
 * A script that prints signed information as PEM: the information, how it is signed, and the signature. Only the host
 * knows how long the signature is, so the script writes the lengths.
 */
export function signedPem({ info, key, signature, label }: ToSign): {
  readonly script: Script;
  readonly stdin: string | undefined;
} {
  const signed = Buffer.concat([info, algorithmDer(signature)]);
  const digest = digestOf(signature)?.digest;
  const { script: body, stdin } = withKey(key, (file, options) =>
    digest === undefined
      ? script`openssl pkeyutl -sign -rawin -inkey ${file} ${options} -in "$d/i" -out "$d/s"`
      : script`openssl dgst ${`-${digest}`} -sign ${file} ${options} -out "$d/s" "$d/i"`,
  );
  return {
    stdin,
    script: script`(
${NEEDS_OPENSSL}LC_ALL=C; export LC_ALL
len() {
  if [ "$1" -lt 128 ]; then printf "\\$(printf %03o "$1")"
  elif [ "$1" -lt 256 ]; then printf "\\201\\$(printf %03o "$1")"
  else printf "\\202\\$(printf %03o $(($1 >> 8)))\\$(printf %03o $(($1 & 255)))"; fi
}
d=$(mktemp -d) || exit
trap 'rm -rf -- "$d"' EXIT
trap 'exit 129' HUP INT TERM
printf %s ${Buffer.from(info).toString('base64')} | base64 -d >"$d/i" || exit
( ${body}
) || exit
n=$(($(wc -c <"$d/s") + 1))
len "$n" >"$d/l"
t=$((${signed.length} + 1 + $(wc -c <"$d/l") + n))
echo ${`-----BEGIN ${label}-----`}
{ printf '\060'; len "$t"; printf %s ${Buffer.from(signed).toString('base64')} | base64 -d; printf '\003'; cat "$d/l"; printf '\000'; cat "$d/s"; } | base64 -w 64
echo ${`-----END ${label}-----`}
)`,
  };
}
