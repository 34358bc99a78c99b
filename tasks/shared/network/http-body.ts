import { type HttpRequest, hash } from '../../../src/sdk.ts';
import { pythonJson } from '../text.ts';

/** A request body, and the content type for its format. */
interface Encoded {
  readonly body: NonNullable<HttpRequest['body']>;
  readonly type?: string;
}

/**
 * Encodes data as a request body, in one of the formats that Ansible supports. Text that is already JSON is left
 * unchanged.
 */
export function encodeBody(
  body: unknown,
  format: 'raw' | 'json' | 'form-urlencoded' | 'form-multipart',
  readFile: (name: string) => Uint8Array,
): Encoded | undefined {
  if (body === undefined || body === null) return undefined;
  if (format === 'json')
    return { body: { text: typeof body === 'string' ? body : pythonJson(body) }, type: 'application/json' };
  if (format === 'form-urlencoded')
    return {
      body: { text: typeof body === 'string' ? body : urlencoded(body) },
      type: 'application/x-www-form-urlencoded',
    };
  if (format === 'form-multipart') return multipart(body as Readonly<Record<string, unknown>>, readFile);
  return { body: { text: typeof body === 'string' ? body : pythonJson(body) } };
}

/** URL-encodes a dict or a list of pairs. If a value is a list, the name is repeated for each item. */
function urlencoded(data: unknown): string {
  const pairs = Array.isArray(data) ? (data as [string, unknown][]) : Object.entries(data as object);
  const flat = pairs.flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  );
  return new URLSearchParams(flat).toString();
}

/** Encodes fields as parts of a form. A field is text, `content` with a `filename` for the server, or the name of a file to read. */
function multipart(fields: Readonly<Record<string, unknown>>, readFile: (name: string) => Uint8Array): Encoded {
  const parts = Object.entries(fields).map(([name, value]) => {
    const field =
      typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : { content: value };
    const file = field['filename'] === undefined ? undefined : String(field['filename']);
    const content =
      field['content'] === undefined && file !== undefined
        ? readFile(file)
        : Buffer.from(String(field['content'] ?? ''));
    const type = field['mime_type'] ?? (file === undefined ? 'text/plain' : 'application/octet-stream');
    const named = file === undefined ? '' : `; filename="${file.split('/').at(-1)}"`;
    const head = `Content-Disposition: form-data; name="${name}"${named}\r\nContent-Type: ${String(type)}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n')]);
  });
  // Derive the boundary from the form, so that a repeated question is identical to the first.
  const boundary = `==============${hash('sha1', Buffer.concat(parts))}==`;
  const body = Buffer.concat([
    ...parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return { body: { base64: body.toString('base64') }, type: `multipart/form-data; boundary="${boundary}"` };
}
