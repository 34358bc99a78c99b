import type { HttpReply, TaskResult } from '../../../src/sdk.ts';
import { decodeText } from '../../../src/sdk.ts';

/** The parameters that determine how a reply is judged and reported. */
interface Expected {
  readonly status_code: readonly number[];
  readonly return_content: boolean;
  readonly expect: { readonly content_type: string | undefined; readonly contains: string | undefined } | undefined;
}

/** Ansible's return values for a request; `failed` if the response is not as expected. */
export function uriResult(reply: HttpReply, wanted: Expected): TaskResult {
  const fault = faultOf(reply, wanted);
  const failed = fault !== undefined;
  const said = saying(reply);
  const text = decodeText(Buffer.from(reply.body, 'latin1'));
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
    msg: fault === undefined ? said : `${fault}${reply.failure === undefined && reply.status < 400 ? '' : `: ${said}`}`,
    ...(wanted.return_content || failed ? { content: text } : {}),
    ...(json === undefined ? {} : { json }),
    ...(failed ? { failed: true } : {}),
  };
}

/** The reason why a reply is not as expected. */
function faultOf({ status, headers, body }: HttpReply, { status_code: codes, expect }: Expected): string | undefined {
  if (!codes.includes(status)) return `Status code was ${status} and not [${codes.join(', ')}]`;
  const type = headers['content-type']?.replace(/;.*/, '').trim();
  if (expect?.content_type !== undefined && type !== expect.content_type)
    return `the content type is ${type ?? 'missing'}, not ${expect.content_type}`;
  const sought = expect?.contains;
  if (sought !== undefined && !body.includes(Buffer.from(sought).toString('latin1')))
    return `\`${sought}\` is not in the body`;
  return undefined;
}

function saying({ status, reason, headers, failure }: HttpReply): string {
  if (failure !== undefined) return `Request failed: ${failure}`;
  if (status >= 400) return `HTTP Error ${status}: ${reason}`;
  return `${reason || 'OK'} (${headers['content-length'] ?? 'unknown'} bytes)`;
}

/** Turns `Content-Type` into `content_type`, the style of variable names. */
const headerKeys = (headers: HttpReply['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replaceAll('-', '_'), value]));

const isJson = (type = ''): boolean => /^[^;]*[/+]json\b/i.test(type) || /^text\/javascript\b/i.test(type);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // claims to be JSON but is not: the text is more useful
  }
}
