import { type Script, type ShellText, script, sh } from '../../command.ts';
import { exporting } from '../../commands/exporting.ts';
import { pairs } from '../../pairs.ts';
import type { Answer, Question, QuestionKind } from '../../question.ts';
import { question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText, encodeText } from '../../text-codec.ts';

/** An HTTP request, made by `curl` on the host. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Text, or bytes as base64: the arguments of questions are plain data. */
  readonly body?: { readonly text: string } | { readonly base64: string } | { readonly file: string };
  readonly user?: string;
  readonly password?: string;
  /** Send the password at once, without waiting for a challenge. */
  readonly basic?: boolean;
  readonly validateCerts: boolean;
  readonly caPath?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly ciphers?: readonly string[];
  readonly timeout: number;
  readonly follow: boolean;
  /** Connect to this address instead of the one from DNS; the name in the request stays. */
  readonly resolveTo?: string;
  readonly unixSocket?: string;
  readonly agent?: string;
  readonly compressed?: boolean;
  readonly proxy?: boolean;
  readonly netrc?: boolean;
  /** Environment variables for curl, such as `https_proxy`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A server's response; `status` is -1 if there was no HTTP response, and `failure` says why. */
export interface HttpReply {
  readonly status: number;
  readonly reason: string;
  /** Header fields of the last response, with lower-case names; repeated ones are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, string>>;
  /** The body with each byte as one character (latin1), so that it stays plain data. */
  readonly body: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly seconds: number;
  readonly failure?: string;
}

const kind: QuestionKind<HttpRequest, HttpReply> = {
  name: 'http',
  scripts: (requests) =>
    requests.map((request) => ({ ...httpScript(request), deadlineMs: request.timeout * 10_000 + 5_000 })),
  read: (replies, requests) => pairs(replies, requests).map(([reply, request]) => readHttp(reply, request)),
};

/** Make a request that changes nothing on the server (GET, HEAD), from the host. */
export const http = (request: HttpRequest): Question<HttpReply> =>
  question(kind, request, { beyond: true, secret: request.password !== undefined });

/**
 * The script that makes a request, and its stdin: curl's configuration, then the body. None of it is in argv, except
 * the `more` options if there is no body.
 */
export function httpScript(request: HttpRequest, more: Script = script``): { script: ShellText; stdin: Uint8Array } {
  const config = encodeText(curlConfig(request));
  const body = bodyOf(request);
  const exports = exporting(request.environment ?? {});
  if (body === undefined) return { ...sh`${exports}LC_ALL=C curl --disable --config -${more}`, stdin: config };
  const fed = sh`${exports}exec 3<&0; c=$(head -c ${config.length}); printf '%s\n' "$c" | LC_ALL=C curl --disable --config /dev/fd/4 4<&0 <&3`;
  return { ...fed, stdin: Buffer.concat([config, body]) };
}

function bodyOf({ body }: HttpRequest): Uint8Array | undefined {
  if (body === undefined || 'file' in body) return undefined;
  return 'text' in body ? encodeText(body.text) : Buffer.from(body.base64, 'base64');
}

function curlConfig(request: HttpRequest): string {
  const { method, body, timeout } = request;
  const lines: (string | [string, string | number | undefined] | false | undefined)[] = [
    'silent',
    'show-error',
    'include',
    'globoff',
    'http1.1', // its status line has a reason phrase, which HTTP/2 does not have
    ['url', request.url],
    ['output', '-'],
    ['write-out', '%{stderr}\n%{http_code} %{size_header} %{num_redirects} %{time_total}\n%{url_effective}\n'],
    ['connect-timeout', timeout],
    // Ansible's timeout applies to the socket: a transfer may take longer as long as data arrives.
    ['speed-time', timeout],
    ['speed-limit', 1],
    method === 'HEAD' && 'head',
    body !== undefined && ['data-binary', 'file' in body ? `@${body.file}` : '@-'],
    method !== 'HEAD' && !(method === 'GET' && body === undefined) && ['request', method],
    ...request.headers.map(([name, value]): [string, string] => [
      'header',
      value === '' ? `${name};` : `${name}: ${value}`,
    ]),
    request.agent !== undefined && ['user-agent', request.agent],
    request.user !== undefined && ['user', `${request.user}:${request.password ?? ''}`],
    request.user !== undefined && (request.basic === true ? 'basic' : 'anyauth'),
    request.netrc === true && request.user === undefined && 'netrc-optional',
    !request.validateCerts && 'insecure',
    ['cacert', request.caPath],
    ['cert', request.clientCert],
    ['key', request.clientKey],
    ['ciphers', request.ciphers?.join(':')],
    request.follow && 'location',
    request.resolveTo !== undefined && ['connect-to', connectTo(request.url, request.resolveTo)],
    ['unix-socket', request.unixSocket],
    request.compressed === true && 'compressed',
    request.proxy === false && ['noproxy', '*'],
  ];
  return lines.map(configLine).join('');
}

function configLine(line: string | [string, string | number | undefined] | false | undefined): string {
  if (line === false || line === undefined) return '';
  if (typeof line === 'string') return `${line}\n`;
  const [key, value] = line;
  return value === undefined ? '' : `${key} = "${String(value).replace(/[\\"\n\r\t\v]/g, (c) => escapes[c] ?? c)}"\n`;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** curl's `HOST:PORT:ADDRESS:PORT`, for the URL's own host only: a redirect elsewhere uses DNS. */
function connectTo(url: string, address: string): string {
  const host = /^[a-z]+:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(url)?.[1] ?? '';
  const bracketed = /^[^[]*:[^:]*:/.test(address) ? `[${address}]` : address;
  return `${host}::${/\]:\d+$|^[^[\]:]+:\d+$/.test(bracketed) ? bracketed : `${bracketed}:`}`;
}

/** Parse curl's output. */
export function readHttp(
  { code, stdout, stderr }: Pick<Reply, 'code' | 'stdout' | 'stderr'>,
  { url }: HttpRequest,
): Answer<HttpReply> {
  if (code === 127) return { ok: false, why: 'HTTP requests need curl, which is not installed on this host' };
  const [, complaint = '', numbers = '', effective = url] =
    /^([\s\S]*?)\n?(\d+ \d+ \d+ [\d.,]+)\n([^\n]*)\n$/.exec(decodeText(stderr)) ?? [];
  if (numbers === '') return { ok: false, why: decodeText(stderr).trim() || `curl ended with exit code ${code}` };
  const [status, headerSize, redirects, seconds] = numbers.replace(',', '.').split(' ').map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const said = stdout.subarray(0, headerSize).toString('latin1');
  const failure = code === 0 && status > 0 ? undefined : complaint.trim() || `curl ended with exit code ${code}`;
  return {
    ok: true,
    value: {
      status: failure === undefined ? status : -1,
      ...readHeaders(said),
      body: stdout.subarray(headerSize).toString('latin1'),
      url: effective,
      redirected: redirects > 0,
      seconds,
      ...(failure === undefined ? {} : { failure }),
    },
  };
}

/** The header fields of the last response: redirects, challenges and `100 Continue` may precede it. */
function readHeaders(said: string): Pick<HttpReply, 'reason' | 'headers' | 'cookies'> {
  const [statusLine = '', ...lines] = (
    said
      .trimEnd()
      .split(/\r?\n\r?\n/)
      .at(-1) ?? ''
  ).split(/\r?\n/);
  const headers: Record<string, string> = {};
  const cookies: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
    const cookie = name === 'set-cookie' ? /^([^=;]+)=([^;]*)/.exec(value) : null;
    if (cookie !== null) cookies[(cookie[1] ?? '').trim()] = cookie[2] ?? '';
  }
  return { reason: /^HTTP\/\S+ \d+ ?(.*)$/.exec(statusLine)?.[1] ?? '', headers, cookies };
}
