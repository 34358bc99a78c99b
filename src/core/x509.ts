import { createPrivateKey, createPublicKey, verify, X509Certificate } from 'node:crypto';

/** The content of a certificate, as plain data. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** The DNS names and IP addresses that it covers. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serial: string;
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
  readonly pem: string;
}

/** The certificates in a PEM file, in order; undefined if it has none or one of them is unreadable. */
export function readCertificates(file: Uint8Array): readonly Certificate[] | undefined {
  const blocks = new TextDecoder().decode(file).match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  try {
    return blocks?.map(readCertificate);
  } catch {
    return undefined; // the file is damaged; the caller reports it
  }
}

/** Whether a private key (PEM, without passphrase) belongs to a certificate; undefined if it is not such a key. */
export function keyMatches({ pem }: Certificate, key: Uint8Array): boolean | undefined {
  try {
    return new X509Certificate(pem).checkPrivateKey(createPrivateKey(Buffer.from(key)));
  } catch {
    return undefined; // not a key, or protected by a passphrase
  }
}

/** Whether a certificate covers a name or address, including by wildcard. */
export const covers = ({ pem }: Certificate, name: string): boolean =>
  new X509Certificate(pem)[/^[\d.]+$|:/.test(name) ? 'checkIP' : 'checkHost'](name) !== undefined;

/** Whether the second certificate signed the first. */
export function issuedBy(issued: Certificate, issuer: Certificate): boolean {
  const by = new X509Certificate(issuer.pem);
  const certificate = new X509Certificate(issued.pem);
  return certificate.checkIssued(by) && certificate.verify(by.publicKey);
}

function readCertificate(pem: string): Certificate {
  const certificate = new X509Certificate(pem);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: (certificate.subjectAltName ?? '')
      .split(', ')
      .flatMap((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1] ?? []),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    serial: certificate.serialNumber,
    fingerprint: certificate.fingerprint256,
    pem,
  };
}

// Node prints each part of a name on its own line.
const oneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ');

/** Whether a signature was made with the private half of a key. `digest` is undefined for keys that have their own. */
export function isSignedBy(
  signed: { readonly data: Uint8Array; readonly signature: Uint8Array; readonly digest: string | undefined },
  publicKey: Uint8Array,
): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    return verify(signed.digest, signed.data, key, signed.signature);
  } catch {
    return false; // not a key that can sign
  }
}
