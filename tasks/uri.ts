import {
  type Change,
  type Content,
  computeMode,
  content,
  defineTask,
  exists,
  followed,
  type HttpReply,
  type HttpRequest,
  http,
  httpScript,
  joinPath,
  nameOf,
  type Params,
  type PathState,
  type Plan,
  type Questions,
  readHttp,
  stat,
  type TaskResult,
  writeFile,
} from '../src/sdk.ts';
import { uriResult } from './shared/network/http-result.ts';
import { toRequest, uriParams } from './shared/network/uri-request.ts';

type Prepared = Params<typeof uriParams> & { readonly request: HttpRequest };

/** Whether a request leaves the server unchanged. */
const asks = ({ request }: Prepared): boolean => request.method === 'GET' || request.method === 'HEAD';

export default defineTask({
  name: 'ansible.builtin.uri',
  summary: 'Send an HTTP request from the host, and check the response.',
  description:
    'The request is made with curl. GET and HEAD are read-only questions: they are sent in a check as well and never count as a change. Requests with other methods are sent every time, except in a check. With `resolve_to`, the request goes to the given machine even if DNS does not point there (yet), so that nobody has to edit /etc/hosts.',
  params: uriParams,
  rules: { mutuallyExclusive: [['body', 'src']] },
  acts: true,
  looks: asks,
  skippedByAnsible: true,
  prepare: (given, controller, context): Prepared => ({
    ...given,
    request: toRequest(given, controller, context.environment),
  }),
  ask: (given): Questions => ({
    ...(given.creates === undefined ? {} : { creates: exists(given.creates) }),
    ...(given.removes === undefined ? {} : { removes: exists(given.removes) }),
    ...(asks(given) ? { reply: http(given.request) } : {}),
    ...(given.dest === undefined ? {} : { dest: stat(given.dest) }),
  }),
  thenAsk: (state, given): Questions => {
    const path = fileFor(state, given);
    return path === undefined ? {} : { old: content(path) };
  },
  plan: (state, given): Plan => {
    const { creates, removes, reply, old } = state as State;
    if (creates === true) return { changes: [], skipped: `skipped, since '${given.creates}' exists` };
    if (removes === false) return { changes: [], skipped: `skipped, since '${given.removes}' does not exist` };
    if (reply === undefined) return { changes: [send(given)] };
    const result = uriResult(reply, given);
    if (result['failed'] === true) return wrong(given, result);
    const path = fileFor(state, given);
    if (path === undefined) return { changes: [], result };
    const bytes = Buffer.from(reply.body, 'latin1');
    return { changes: differs(old, bytes) ? [keepBody(path, bytes, given)] : [], result: { ...result, path } };
  },
  result: ({ params: given, replies, state }) => {
    const reply = replies[0];
    if (reply === undefined || 'reply' in state) return {};
    const read = readHttp(reply, given.request);
    return read.ok ? uriResult(read.value, given) : { failed: true, msg: read.why };
  },
  returnsMore: true,
  returns: {
    status: 'The status code; -1 if there was no HTTP response.',
    url: 'The final URL, after redirects.',
    redirected: 'Whether the final URL differs from the requested one.',
    msg: 'The status in words, or the error.',
    content: 'The body, with `return_content` or after a failure.',
    json: 'The body as data, if its type is JSON.',
    content_type: 'The type of the body. Every other header field is also returned under its own key.',
    cookies: 'The cookies that were set.',
    cookies_string: 'The cookies as a single string.',
    elapsed: 'How many seconds the request took.',
  },
  examples: [
    {
      title: 'Check that the site responds on the new machine before DNS points to it',
      yaml: 'uri:\n  url: https://images.openfoodfacts.org/\n  resolve_to: 10.1.0.100',
      runs: { no: 'there is no such site on a test host' },
    },
    {
      title: 'Wait up to ten seconds until the metrics are available',
      yaml: 'uri:\n  url: http://10.1.0.100:9113/metrics\n  expect:\n    contains: nginx_up 1\n  wait: 10',
      runs: { no: 'there is no such site on a test host' },
    },
    {
      title: 'Check that the page cannot be accessed without the password',
      yaml: 'uri:\n  url: http://127.0.0.1:8080/metrics\n  status_code: 401',
      runs: { no: 'there is no such site on a test host' },
    },
    {
      title: 'Check that nothing is listening there',
      yaml: 'uri:\n  url: http://127.0.0.1:1/\n  status_code: -1',
      runs: { no: 'curl is not in the base image' },
    },
  ],
});

/** A reply that does not meet the requirements; a run may wait for a better one. */
function wrong({ request, wait }: Prepared, { failed, ...result }: TaskResult): Plan {
  const said = String(result.msg);
  const shown = `${request.method} ${request.url}: ${said}`;
  if (wait > 0) return { wait: { againMs: 1000, deadlineMs: wait * 1000, failed: said, shown } };
  return { failed: said, result: { ...result, failed }, would: [] };
}

interface State {
  readonly creates?: boolean;
  readonly removes?: boolean;
  readonly reply?: HttpReply;
  readonly dest?: PathState;
  readonly old?: Content;
}

/** The path for the body: `dest` or, if that is a directory, a file in it named after the URL. */
function fileFor({ dest, reply }: State, given: Prepared): string | undefined {
  if (given.dest === undefined || dest === undefined || reply === undefined) return undefined;
  const isFolder = followed(dest)?.kind === 'directory';
  return isFolder
    ? joinPath(given.dest, nameOf(reply.url.replace(/[?#].*/, '').replace(/^[a-z]+:\/\/[^/]*/, '')) || 'index.html')
    : given.dest;
}

const differs = (old: Content | undefined, bytes: Uint8Array): boolean =>
  old?.bytes === undefined || Buffer.compare(old.bytes, bytes) !== 0;

const keepBody = (path: string, bytes: Uint8Array, { mode, owner, group }: Prepared): Change => ({
  what: `content of ${path}`,
  from: null,
  to: `${bytes.length} bytes`,
  commands: [
    writeFile({
      path,
      content: bytes,
      mode: mode === undefined ? undefined : computeMode(mode, 0o666, false),
      owner,
      group,
    }),
  ],
  paths: [path],
});

const send = ({ request }: Prepared): Change => ({
  what: `${request.method} ${request.url}`,
  from: null,
  to: 'sent',
  commands: [
    {
      ...httpScript(request),
      shown: `curl --request ${request.method} ${request.url}`,
      deadlineMs: request.timeout * 10_000 + 5_000,
    },
  ],
});
