import {
  type Der,
  derText,
  integer,
  integerOf,
  numberIn,
  partsOf,
  readDer,
  sequence,
  TAG,
  tagged,
  time,
  timeOf,
} from './der.ts';
import { type Extension, extensionDer, readExtensions } from './extensions.ts';
import { type Name, readName } from './names.ts';
import { fromPem, toPem } from './pem.ts';
import type { Signed } from './request.ts';
import { algorithmDer } from './signing.ts';

/** What a certificate says. */
export interface X509 {
  readonly version: number;
  readonly serial: bigint;
  readonly subject: Name;
  readonly issuer: Name;
  /** The subject in DER. */
  readonly rawSubject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** In DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly signed: Signed;
  /** The whole certificate in DER. */
  readonly der: Uint8Array;
}

/** What a certificate is to say. */
export interface ToCertify {
  readonly serial: bigint;
  readonly signature: string;
  /** Names in DER. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** What a certificate says, in the form that is signed. */
export const certificateInfo = (one: ToCertify): Uint8Array =>
  sequence(
    tagged(0, integer(2)),
    integer(one.serial),
    algorithmDer(one.signature),
    one.issuer,
    sequence(time(one.notBefore), time(one.notAfter)),
    one.subject,
    one.publicKey,
    ...(one.extensions.length === 0 ? [] : [tagged(3, sequence(...one.extensions.map(extensionDer)))]),
  );

/** In a check: the text of the certificate that will be made, whose signature nobody knows yet. */
export const foreseenCertificate = (info: Uint8Array): string => toPem('CERTIFICATE', sequence(info));

/** The first certificate in a PEM text; undefined if there is none. */
export function readX509(text: string): X509 | undefined {
  const bytes = fromPem(text, 'CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE');
  return bytes && readX509Der(bytes);
}

/** A certificate in DER; undefined if it is none. */
export function readX509Der(bytes: Uint8Array): X509 | undefined {
  const whole = readDer(bytes);
  const [info, algorithm, signature] = partsOf(whole ?? { body: new Uint8Array() });
  if (whole === undefined || info === undefined) return undefined;
  const parts = partsOf(info);
  const [first] = parts;
  const isNumbered = first?.tag === 0xa0;
  const [serial, , issuer, validity, subject, publicKey, ...more] = isNumbered ? parts.slice(1) : parts;
  const [notBefore, notAfter] = partsOf(validity ?? { body: new Uint8Array() }).map((one) => timeOf(derText(one)));
  if (serial?.tag !== TAG.integer || issuer === undefined || subject === undefined || publicKey === undefined)
    return undefined;
  if (notBefore === undefined || notAfter === undefined) return undefined;
  return {
    version: isNumbered ? numberIn(readDer(first.body)?.body ?? new Uint8Array()) + 1 : 1,
    serial: integerOf(serial),
    subject: readName(subject),
    issuer: readName(issuer),
    rawSubject: subject.raw,
    notBefore,
    notAfter,
    publicKey: publicKey.raw,
    extensions: extensionsIn(more),
    signed: { info, algorithm, signature },
    der: whole.raw,
  };
}

function extensionsIn(parts: readonly Der[]): readonly Extension[] {
  const all = parts.find(({ tag }) => tag === 0xa3);
  const list = all && readDer(all.body);
  return list === undefined ? [] : readExtensions(list);
}

/** Whether it is only foreseen. */
export const isForeseen = ({ signed }: X509): boolean => signed.signature === undefined;
