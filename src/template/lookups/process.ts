import { spawnSync } from 'node:child_process';
import { decodeText } from '../../core/text-codec.ts';
import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import type { Kwargs } from '../python/object.ts';
import { str } from '../python/repr.ts';
import { splitLines } from '../python/string-methods.ts';
import { mapping, truth } from '../python/values.ts';
import { type Lookups, lookup } from './lookup.ts';

/** Lookups that run other programs. */
export const processLookups: Lookups = {
  pipe: lookup((terms, _options, { session }) =>
    terms.map((term) => shell(str(term), session.env.folder, 'pipe').trimEnd()),
  ),
  lines: lookup((terms, _options, { session }) =>
    terms.flatMap((term) => splitLines(shell(str(term), session.env.folder, 'lines'))),
  ),
  url: lookup((terms, options) => terms.flatMap((term) => fetchUrl(str(term), options))),
};

function shell(command: string, folder: string, name: string): string {
  const { status, stdout, error } = spawnSync('/bin/sh', ['-c', command], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  if (error) return fail(`lookup_plugin.${name}(${command}) failed: ${error.message}`);
  return status === 0 ? decodeText(stdout) : fail(`lookup_plugin.${name}(${command}) returned ${status}`);
}

// Templates are evaluated synchronously, so run a child process with our own runtime to fetch the response, and wait
// for it.
const FETCH = `
const { url, init, timeout } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
fetch(url, { ...init, signal: AbortSignal.timeout(timeout) }).then(
  async (answer) => console.log(JSON.stringify({ status: answer.status, body: await answer.text() })),
  (error) => console.log(JSON.stringify({ error: String(error.cause ?? error) })),
);`;

function fetchUrl(given: string, options: Kwargs): Value[] {
  const { url, login } = withoutLogin(given);
  const timeout = Number(options.get('timeout') ?? 10) * 1000;
  const environment = truth(options.get('validate_certs') ?? true)
    ? process.env
    : { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  const request = JSON.stringify({ url, init: { headers: headers(options, login) }, timeout });
  const { stdout } = spawnSync(process.execPath, ['-e', FETCH], {
    input: request,
    encoding: 'utf8',
    env: environment,
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const answer: { status?: number; body?: string; error?: string } = JSON.parse(stdout || '{"error":"no answer"}');
  if (answer.error !== undefined) return fail(`Failed lookup url for ${url} : ${answer.error}`);
  const { status = 0, body = '' } = answer;
  if (status >= 400) return fail(`Received HTTP error for ${url} : HTTP Error ${status}`);
  return truth(options.get('split_lines') ?? true) ? splitLines(body) : [body];
}

/** A URL without its user and password, which are sent as a header and not shown in errors. */
function withoutLogin(given: string): { readonly url: string; readonly login?: LoginInUrl } {
  if (!URL.canParse(given)) return { url: given };
  const parsed = new URL(given);
  const { username, password } = parsed;
  if (username === '' && password === '') return { url: given };
  parsed.username = '';
  parsed.password = '';
  return { url: parsed.href, login: { user: decodeURIComponent(username), password: decodeURIComponent(password) } };
}

interface LoginInUrl {
  readonly user: string;
  readonly password: string;
}

function headers(options: Kwargs, inUrl: LoginInUrl | undefined): Record<string, string> {
  const user = options.get('username') ?? null;
  const login = user === null ? inUrl : { user: str(user), password: str(options.get('password') ?? '') };
  const credentials =
    login === undefined
      ? {}
      : { Authorization: `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}` };
  const given = [...(mapping(options.get('headers') ?? new Map()) ?? [])].map(([name, value]) => [
    str(name),
    str(value),
  ]);
  return {
    'User-Agent': str(options.get('http_agent') ?? 'ansible-httpget'),
    ...credentials,
    ...Object.fromEntries(given),
  };
}
