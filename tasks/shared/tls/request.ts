import { type Content, decodeText, isSignedBy, type Question, type ShellAnswer, sh, shell } from '../../../src/sdk.ts';
import { type Der, der, integer, oid, oidOf, partsOf, readDer, sequence, TAG } from './der.ts';
import { type Extension, extensionDer, readExtensions } from './extensions.ts';
import { type Name, nameDer, readName } from './names.ts';
import { fromPem, toPem } from './pem.ts';
import { digestOf } from './signing.ts';

/** A request for a certificate. */
export interface CertificateRequest {
  readonly subject: Name;
  /** The subject in DER. */
  readonly rawSubject: Uint8Array;
  /** In DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
  /** Whether its own key signed it. In a check, a request that will be made counts as signed. */
  readonly isSigned: boolean;
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** What a request asks for, in the form that is signed. */
export const requestInfo = (subject: Name, publicKey: Uint8Array, extensions: readonly Extension[]): Uint8Array =>
  sequence(
    integer(0),
    nameDer(subject),
    publicKey,
    der(
      0xa0,
      ...(extensions.length === 0
        ? []
        : [sequence(oid(EXTENSION_REQUEST), der(TAG.set, sequence(...extensions.map(extensionDer))))]),
    ),
  );

/** In a check: the text of the request that will be made, whose signature nobody knows yet. */
export const foreseenRequest = (info: Uint8Array): string => toPem('CERTIFICATE REQUEST', sequence(info));

/** The request in a PEM text; undefined if it has none. */
export function readRequest(text: string): CertificateRequest | undefined {
  const bytes = fromPem(text, 'CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST');
  const [info, algorithm, signature] = partsOf((bytes && readDer(bytes)) ?? { body: new Uint8Array() });
  const [, subject, publicKey, attributes] = partsOf(info ?? { body: new Uint8Array() });
  if (info === undefined || subject === undefined || publicKey === undefined) return undefined;
  return {
    subject: readName(subject),
    rawSubject: subject.raw,
    publicKey: publicKey.raw,
    extensions: requested(attributes),
    isSigned: isSigned({ info, algorithm, signature }, publicKey.raw),
  };
}

/** The parts of something signed. */
export interface Signed {
  readonly info: Der;
  readonly algorithm: Der | undefined;
  readonly signature: Der | undefined;
}

/** Whether the signature was made with this key. In a check, what will be signed has none yet. */
export function isSigned({ info, algorithm, signature }: Signed, publicKey: Uint8Array): boolean {
  if (algorithm === undefined || signature === undefined) return true;
  const id = partsOf(algorithm)[0];
  const how = id && digestOf(oidOf(id));
  return (
    how !== undefined &&
    isSignedBy({ data: info.raw, signature: signature.body.subarray(1), digest: how.digest }, publicKey)
  );
}

function requested(attributes: Der | undefined): readonly Extension[] {
  for (const attribute of partsOf(attributes ?? { body: new Uint8Array() })) {
    const [id, values] = partsOf(attribute);
    const all = values && partsOf(values)[0];
    if (id !== undefined && all !== undefined && oidOf(id) === EXTENSION_REQUEST) return readExtensions(all);
  }
  return [];
}

/**
 * Asks for the text of a file with a request or certificate; the answer is empty if there is none. Unlike the content
 * of the file, a check can predict this without knowing the signature.
 */
export const tlsText = (path: string): Question<ShellAnswer> =>
  shell({ ...sh`[ ! -f ${path} ] || cat -- ${path}`, about: [`data:${path}`] });

/** The text of a file, for a result. */
export const textIn = ({ bytes }: Content): string => decodeText(bytes ?? new Uint8Array());
