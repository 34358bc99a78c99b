import { encodeText, hash } from '../../../src/sdk.ts';

/** A mail, before it becomes a message. */
interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly charset: string;
  readonly subtype: string;
  /** More headers, as `NAME=VALUE`. */
  readonly headers: readonly string[];
  readonly date: Date;
  readonly attachments: readonly Attachment[];
}

/** A file that a mail carries. */
interface Attachment {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The address in `Name <address>`. */
export const mailboxAddress = (text: string): string => (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim();

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  'us-ascii': 'ascii',
  ascii: 'ascii',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
};

/** The bytes of a text in a charset; undefined if the charset is not known here, or lacks one of the characters. */
export function inCharset(text: string, charset: string): Uint8Array | undefined {
  const encoding = ENCODINGS[charset.toLowerCase()];
  if (encoding === undefined) return undefined;
  const highest = { utf8: 0x10ffff, ascii: 0x7f, latin1: 0xff }[encoding as 'utf8' | 'ascii' | 'latin1'];
  return [...text].every((char) => (char.codePointAt(0) ?? 0) <= highest) ? Buffer.from(text, encoding) : undefined;
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** A header's value on one line; encoded if it is not ASCII. */
function headerValue(text: string): string {
  const line = text.replace(/[\r\n]+/g, ' ');
  if (isPlain(line)) return line;
  return encodedPieces(line)
    .map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`)
    .join('\r\n ');
}

/** Pieces that each fit into an encoded word, which has at most 75 characters and must not split a character. */
function encodedPieces(line: string): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const char of line) {
    if (encodeText(piece + char).length > 42) {
      pieces.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...pieces, piece];
}

/** `Name <address>`, of which only the name may have to be encoded. */
function mailbox(text: string): string {
  const [, name = '', address] = /^(.*?)\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  return address === undefined ? headerValue(text) : `${headerValue(name)} <${address}>`.trim();
}

const base64Lines = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n');

/** A date as mails have it, in UTC. */
const mailDate = (date: Date): string => date.toUTCString().replace('GMT', '+0000');

/** The names and values of headers given as `NAME=VALUE`, several of which may be in one text, separated by `|`. */
export const extraHeaders = (
  headers: readonly string[],
): readonly { readonly given: string; readonly name: string | undefined; readonly value: string }[] =>
  headers
    .flatMap((text) => text.split('|'))
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((given) => {
      const [, name, value = ''] = /^([!-9;<>-~]+)=([^=]*)$/.exec(given) ?? [];
      return { given, name, value: value.trim() };
    });

/** The message, with the line endings of SMTP; undefined if the charset cannot express the text. */
export function composedMail(mail: Mail): Uint8Array | undefined {
  const { from, to, cc, subject, body, charset, subtype, headers, date, attachments } = mail;
  const bytes = inCharset(body.replace(/\r?\n/g, '\r\n'), charset);
  if (bytes === undefined) return undefined;
  const extra = extraHeaders(headers).flatMap(({ name, value }) =>
    name === undefined ? [] : [[name, value] as const],
  );
  const has = (name: string) => extra.some(([one]) => one.toLowerCase() === name.toLowerCase());
  const top = [
    `From: ${mailbox(from)}`,
    ...(to.length === 0 ? [] : [`To: ${to.map(mailbox).join(', ')}`]),
    ...(cc.length === 0 ? [] : [`Cc: ${cc.map(mailbox).join(', ')}`]),
    `Subject: ${headerValue(subject)}`,
    `Date: ${mailDate(date)}`,
    ...extra.map(([name, value]) => `${name}: ${headerValue(value)}`),
    ...(has('X-Mailer') ? [] : ['X-Mailer: Retrace']),
    'MIME-Version: 1.0',
  ];
  const text = [
    `Content-Type: text/${subtype}; charset="${charset}"`,
    'Content-Transfer-Encoding: base64',
    '',
    base64Lines(bytes),
  ];
  if (attachments.length === 0) return encodeText([...top, ...text, ''].join('\r\n'));
  const boundary = `=_${hash('sha1', encodeText(JSON.stringify([subject, body, date])))}`;
  const files = attachments.map((one) => [
    'Content-Type: application/octet-stream',
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${fileName(one.name)}"`,
    '',
    base64Lines(one.bytes),
  ]);
  const parts = [text, ...files].flatMap((part) => [`--${boundary}`, ...part]);
  const kind = `Content-Type: multipart/mixed; boundary="${boundary}"`;
  return encodeText([...top, kind, '', ...parts, `--${boundary}--`, ''].join('\r\n'));
}

const fileName = (name: string): string =>
  isPlain(name) ? name.replace(/["\\]/g, '\\$&') : headerValue(name).replaceAll('\r\n ', '');
