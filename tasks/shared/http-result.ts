import type { HttpReply, TaskResult } from '../../src/sdk.ts';

/** What decides how a reply is judged and told. */
export interface Expected {
  readonly status_code: readonly number[];
  readonly return_content: boolean;
}

/** Ansible's return values of a request; `failed` where the status is none of the expected. */
export function uriResult(reply: HttpReply, { status_code: expected, return_content: wanted }: Expected): TaskResult {
  const failed = !expected.includes(reply.status);
  const said = saying(reply);
  const text = new TextDecoder().decode(Buffer.from(reply.body, 'latin1'));
  const json = isJson(reply.headers['content-type']) ? parsed(text) : undefined;
  return {
    ...headerKeys(reply.headers),
    url: reply.url,
    status: reply.status,
    redirected: reply.redirected,
    elapsed: Math.floor(reply.seconds),
    cookies: reply.cookies,
    cookies_string: Object.entries(reply.cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
    msg: failed ? `Status code was ${reply.status} and not [${expected.join(', ')}]: ${said}` : said,
    ...(wanted || failed ? { content: text } : {}),
    ...(json === undefined ? {} : { json }),
    ...(failed ? { failed: true } : {}),
  };
}

function saying({ status, reason, headers, failure }: HttpReply): string {
  if (failure !== undefined) return `Request failed: ${failure}`;
  if (status >= 400) return `HTTP Error ${status}: ${reason}`;
  return `${reason || 'OK'} (${headers['content-length'] ?? 'unknown'} bytes)`;
}

/** `Content-Type` becomes `content_type`, as variables are named. */
const headerKeys = (headers: HttpReply['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replaceAll('-', '_'), value]));

const isJson = (type = ''): boolean => /^[^;]*[/+]json\b/i.test(type) || /^text\/javascript\b/i.test(type);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said to be JSON and is not: the text tells more
  }
}
