import type { HttpRequest } from '../../src/sdk.ts';

/** A request's body and the content type that it has by its format. */
interface Encoded {
  readonly body: NonNullable<HttpRequest['body']>;
  readonly type?: string;
}

/** Write data as the body of a request, in one of the formats that Ansible knows. Text that is JSON already stays as it is. */
export function encodeBody(
  body: unknown,
  format: 'raw' | 'json' | 'form-urlencoded' | 'form-multipart',
): Encoded | undefined {
  if (body === undefined || body === null) return undefined;
  if (format === 'json')
    return { body: { text: typeof body === 'string' ? body : pythonJson(body) }, type: 'application/json' };
  if (format === 'form-urlencoded')
    return {
      body: { text: typeof body === 'string' ? body : urlencoded(body) },
      type: 'application/x-www-form-urlencoded',
    };
  if (format === 'form-multipart') return multipart(body as Readonly<Record<string, unknown>>);
  return { body: { text: typeof body === 'string' ? body : pythonJson(body) } };
}

/** JSON with the spaces that Python puts after commas and colons, since servers may sign or compare bodies. */
function pythonJson(data: unknown): string {
  if (Array.isArray(data)) return `[${data.map(pythonJson).join(', ')}]`;
  if (typeof data !== 'object' || data === null) return JSON.stringify(data);
  return `{${Object.entries(data)
    .map(([key, value]) => `${JSON.stringify(key)}: ${pythonJson(value)}`)
    .join(', ')}}`;
}

/** Pairs of a dict or of a list of pairs; a list as a value repeats its name. */
function urlencoded(data: unknown): string {
  const pairs = Array.isArray(data) ? (data as [string, unknown][]) : Object.entries(data as object);
  const flat = pairs.flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  );
  return new URLSearchParams(flat).toString();
}

function multipart(fields: Readonly<Record<string, unknown>>): Encoded {
  const boundary = `==============${[...JSON.stringify(fields)].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 0x7fffffff, 7)}==`;
  const parts = Object.entries(fields).map(([name, value]) => {
    const field =
      typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : { content: value };
    const filename =
      field['filename'] === undefined ? '' : `; filename="${String(field['filename']).split('/').at(-1)}"`;
    const type = field['mime_type'] ?? (filename === '' ? 'text/plain' : 'application/octet-stream');
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename}\r\nContent-Type: ${String(type)}\r\n\r\n${String(field['content'] ?? '')}\r\n`;
  });
  return {
    body: { text: `${parts.join('')}--${boundary}--\r\n` },
    type: `multipart/form-data; boundary="${boundary}"`,
  };
}
