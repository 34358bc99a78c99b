import {
  blurs,
  type Change,
  type Checksum,
  type ChecksumAlgorithm,
  checksum,
  defineTask,
  download,
  followed,
  type HttpReply,
  type HttpRequest,
  http,
  joinPath,
  nameOf,
  nothing,
  type Params,
  type PathState,
  type Plan,
  parentOf,
  type Question,
  type Self,
  servedName,
  servedPath,
  stat,
  type TaskContext,
  tidyPath,
  type UrlState,
  urlState,
  writeFile,
} from '../src/sdk.ts';
import {
  type Accounts,
  attributeChanges,
  attributeParams,
  unknownAccount,
  withAttributes,
} from './shared/files/attributes.ts';
import { askAccounts, backupFile } from './shared/files/copy-file.ts';
import { entryEffect, followedInfo, newEntry, throughEffect } from './shared/files/path-info.ts';
import { destThings } from './shared/retire/files.ts';
import { isUrl } from './shared/text.ts';

const params = {
  url: { type: 'str', required: true, secret: 'password in URL', doc: 'The URL to fetch.' },
  dest: {
    type: 'path',
    required: true,
    doc: 'The destination. If it is a directory, the file gets the name that the server gives it (Content-Disposition), or else the last part of the URL.',
  },
  checksum: {
    type: 'str',
    default: '',
    doc: 'The checksum the file must have: `sha256:HEX`, or `sha256:URL` with the URL of a checksum list.',
  },
  force: {
    type: 'bool',
    default: false,
    doc: 'Download and compare the file even if the server reports that it is not newer.',
  },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  timeout: { type: 'int', default: 10, doc: 'Seconds to wait for a response.' },
  headers: { type: 'dict', doc: 'The header fields to send.' },
  url_username: { type: 'str', aliases: ['username'], doc: 'The user name for the server.' },
  url_password: { type: 'str', aliases: ['password'], secret: true, doc: 'The password for the server.' },
  force_basic_auth: { type: 'bool', default: false, doc: 'Send the password without waiting to be asked for it.' },
  validate_certs: { type: 'bool', default: true, doc: "Verify the server's certificate." },
  client_cert: { type: 'path', doc: 'A file on the host with the client certificate.' },
  client_key: { type: 'path', doc: 'A file on the host with the key for the client certificate.' },
  ciphers: { type: 'list', elements: 'str', doc: 'The TLS ciphers to offer.' },
  http_agent: { type: 'str', default: 'ansible-httpget', doc: 'The User-Agent header.' },
  use_proxy: { type: 'bool', default: true, doc: 'Use the proxy set in the environment.' },
  use_netrc: { type: 'bool', default: true, doc: "Use the passwords in the user's .netrc." },
  decompress: { type: 'bool', default: true, doc: 'Decompress content that was compressed for transfer.' },
  tmp_dest: { type: 'path', ignored: 'files are downloaded to the destination directory' },
  unredirected_headers: {
    type: 'list',
    elements: 'str',
    default: [],
    ignored: 'curl sends credentials only to the first server',
  },
  use_gssapi: { type: 'bool', default: false, ignored: 'Kerberos is not supported' },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

interface UrlTaskState extends Accounts {
  readonly dest: PathState;
  readonly destParent: PathState;
  readonly inside: PathState;
  readonly destSum: Checksum;
  readonly insideSum: Checksum;
  readonly sums?: HttpReply;
  readonly served?: UrlState;
  /** Asked only if the checksum does not match, or to learn the name that the server gives. */
  readonly servedNow?: UrlState;
  /** If the file goes into a directory: the name that the server gives it, and the entry at that path. */
  readonly name?: string;
  readonly named?: PathState;
  readonly namedSum?: Checksum;
  readonly self: Self;
  /** The state of the file, if the URL is for one of the host's own files. */
  readonly source?: PathState;
}

export default defineTask({
  name: 'ansible.builtin.get_url',
  summary: 'Download a file from a URL to the host.',
  params,
  ask(task, context) {
    const dest = tidyPath(task.dest);
    const sum = checksumOf(task);
    const source = servedPath(task.url);
    return {
      dest: stat(dest),
      destParent: stat(parentOf(dest)),
      inside: stat(joinPath(dest, nameIn(task.url))),
      destSum: checksum(dest, sum?.algorithm ?? 'sha1'),
      insideSum: checksum(joinPath(dest, nameIn(task.url)), sum?.algorithm ?? 'sha1'),
      sums: sum !== undefined && isUrl(sum.value) ? http(requestOf(task, context, sum.value)) : nothing(),
      // If there is a checksum, use the network only if the file does not match it.
      served: sum === undefined ? askUrl(task, context, nameIn(task.url)) : nothing(),
      // Only HTTP has a header that gives a name.
      name: /^https?:/i.test(task.url) ? servedName(requestOf(task, context, task.url), dest) : nothing(),
      source: source === undefined ? nothing() : stat(source),
      ...askAccounts(task),
    };
  },
  thenAsk(state, task, context): ThenAsked {
    const { name } = state as UrlTaskState;
    const algorithm = checksumOf(task)?.algorithm;
    if (name !== undefined && name !== nameIn(task.url)) {
      const path = joinPath(tidyPath(task.dest), name);
      return {
        named: stat(path),
        namedSum: checksum(path, algorithm ?? 'sha1'),
        servedNow: askUrl(task, context, name),
      };
    }
    const isRight = placeOf(state as UrlTaskState, task).sum?.hex === wantedSum(state as UrlTaskState, task);
    return { servedNow: algorithm === undefined || isRight ? nothing() : askUrl(task, context, nameIn(task.url)) };
  },
  plan: (state, task, context) => planUrl(state as UrlTaskState, task, context),
  result({ state, params: task, replies, startedAt, endedAt }) {
    const place = placeOf(state as UrlTaskState, task);
    const served = servedOf(state as UrlTaskState);
    return {
      url: task.url,
      dest: place.path,
      status_code: served?.status,
      msg: served === undefined ? 'file already exists' : 'OK',
      elapsed: Math.round((endedAt.getTime() - startedAt.getTime()) / 1000),
      checksum_dest: place.sum?.hex,
      ...followedInfo(place.before),
      ...backupFile(replies, task.backup),
    };
  },
  retire: (task, result) => destThings({ dest: task.dest, src: task.url }, result),
  returns: {
    dest: 'the path of the file',
    url: 'the URL it was downloaded from',
    status_code: "the status code of the server's response",
    msg: 'the outcome',
    elapsed: 'how many seconds it took',
    checksum_dest: 'the checksum of the file',
    backup_file: 'the path of the backup',
    size: 'size in bytes',
  },
  examples: [
    {
      title: 'Download a release once',
      yaml: "get_url:\n  url: https://example.org/tool-1.2.tar.gz\n  dest: /usr/local/src/tool-1.2.tar.gz\n  checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n  mode: '0644'",
      runs: { no: 'needs the internet' },
    },
    {
      title: 'Download a key, and download it again whenever there is a newer one',
      yaml: 'get_url:\n  url: https://example.org/key.asc\n  dest: /etc/apt/keyrings/example.asc',
      runs: { no: 'needs the internet' },
    },
  ],
});

interface ThenAsked {
  readonly [name: string]: Question<unknown>;
  readonly servedNow: Question<UrlState | undefined>;
}

/** The last component of a URL's path. */
const nameIn = (url: string): string =>
  decodeURIComponent(nameOf(url.replace(/[?#].*$/, '').replace(/\/+$/, ''))) || 'index.html';

function checksumOf(task: Task): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  const [, algorithm, value = ''] = /^(md5|sha1|sha224|sha256|sha384|sha512):(.+)$/is.exec(task.checksum.trim()) ?? [];
  return algorithm === undefined
    ? undefined
    : {
        algorithm: algorithm.toLowerCase() as ChecksumAlgorithm,
        value: isUrl(value) ? value : value.replace(/\W/g, '').toLowerCase(),
      };
}

/** The checksum that the file must have; undefined if it is missing from a list of checksums. */
function wantedSum(state: UrlTaskState, task: Task): string | undefined {
  const sum = checksumOf(task);
  if (sum === undefined || !isUrl(sum.value)) return sum?.value;
  const lines = (state.sums?.body ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  const named = lines.find(
    ([, name]) =>
      name !== undefined &&
      name
        .replace(/^[*.]?\/?/, '')
        .split('/')
        .at(-1) === nameIn(task.url),
  );
  return (named ?? lines.find((words) => words.length === 1 && words[0] !== ''))?.[0]?.toLowerCase();
}

function placeOf(state: UrlTaskState, task: Task) {
  const dest = tidyPath(task.dest);
  const { name, named } = state;
  if (name !== undefined && named !== undefined)
    return { path: joinPath(dest, name), before: named, sum: state.namedSum, parent: state.dest };
  return followed(state.dest)?.kind === 'directory' || task.dest.endsWith('/')
    ? { path: joinPath(dest, nameIn(task.url)), before: state.inside, sum: state.insideSum, parent: state.dest }
    : { path: dest, before: state.dest, sum: state.destSum, parent: state.destParent };
}

const servedOf = (state: UrlTaskState): UrlState | undefined => state.servedNow ?? state.served;

const askUrl = (task: Task, context: TaskContext, name: string) =>
  urlState({
    request: requestOf(task, context, task.url),
    dest: tidyPath(task.dest),
    name,
    always: task.force || task.checksum !== '',
  });

const requestOf = (task: Task, context: TaskContext, url: string): HttpRequest => ({
  url,
  method: 'GET',
  headers: Object.entries(task.headers ?? {}).map(([name, value]) => [name, String(value)]),
  user: task.url_username,
  password: task.url_password,
  basic: task.force_basic_auth,
  validateCerts: task.validate_certs,
  clientCert: task.client_cert,
  clientKey: task.client_key,
  ciphers: task.ciphers,
  timeout: task.timeout,
  follow: true,
  agent: task.http_agent,
  compressed: task.decompress,
  proxy: task.use_proxy,
  netrc: task.use_netrc,
  environment: context.environment,
});

function planUrl(state: UrlTaskState, task: Task, context: TaskContext): Plan {
  const place = placeOf(state, task);
  const sum = checksumOf(task);
  const wanted = wantedSum(state, task);
  if (task.checksum !== '' && sum === undefined)
    return { failed: 'The checksum parameter has to be in format <algorithm>:<checksum>' };
  if (sum !== undefined && wanted === undefined)
    return { failed: `Unable to find a checksum for file '${nameIn(task.url)}' in '${sum.value}'` };
  const wrong = unknownAccount(task, state);
  if (wrong !== undefined) return { failed: wrong };
  const there = followed(place.before);
  const served = servedOf(state);
  // Some versions of curl make an empty file of a directory.
  if (state.source !== undefined && followed(state.source)?.kind === 'directory')
    return {
      failed: `Request failed: ${servedPath(task.url)} is a directory`,
      result: { url: task.url, dest: place.path },
    };
  if (
    served !== undefined &&
    (served.status < 0 || served.status >= 400) &&
    !(there === undefined && [403, 405, 501].includes(served.status))
  )
    return {
      failed: `Request failed: ${served.failure ?? `HTTP Error ${served.status}`}`,
      result: { url: task.url, dest: place.path, status_code: served.status },
    };
  if (followed(place.parent)?.kind !== 'directory')
    return { failed: `Destination directory ${parentOf(place.path)} does not exist` };
  const same =
    there !== undefined &&
    (sum !== undefined ? place.sum?.hex === wanted : served?.status === 304 || served?.sha1 === place.sum?.hex);
  if (same)
    return {
      changes: attributeChanges(place.path, there, task, state).map((change) => ({
        ...change,
        effects: [throughEffect(place.path, place.before, withAttributes(there, task, state))],
        paths: [place.path],
      })),
    };
  return { changes: [downloadChange(state, task, context, wanted)] };
}

function downloadChange(state: UrlTaskState, task: Task, context: TaskContext, wanted: string | undefined): Change {
  const place = placeOf(state, task);
  const there = followed(place.before);
  const after = withAttributes(there ?? newEntry('file', state.self, followed(place.parent)), task, state);
  const { mode } = after;
  const source = state.source && followed(state.source);
  const sha1 = servedOf(state)?.sha1;
  const algorithm = checksumOf(task)?.algorithm;
  const { path } = place;
  const replaces = place.before.exists && place.before.link === undefined;
  return {
    what: there === undefined ? 'file' : 'content',
    from: there === undefined ? null : (place.sum?.hex?.slice(0, 12) ?? `${there.size} bytes`),
    to: wanted === undefined ? task.url : `${wanted.slice(0, 12)} from ${task.url}`,
    commands: [
      {
        ...writeFile({
          path,
          content: download(requestOf(task, context, task.url)),
          expects: algorithm === undefined || wanted === undefined ? undefined : { algorithm, hex: wanted },
          mode,
          owner: task.owner,
          group: task.group,
          backup: task.backup,
          unsafe: task.unsafe_writes,
        }),
        long: true,
      },
    ],
    effects:
      source === undefined || task.backup
        ? [blurs(`entry:${path}`)]
        : [
            // A link is replaced, not followed.
            entryEffect(
              path,
              place.before,
              { ...after, kind: 'file', size: source.size },
              {
                holds: { copyOf: state.source?.resolved ?? '', ...(sha1 !== undefined && { sha1 }) },
                inPlace: task.unsafe_writes && replaces,
              },
            ),
          ],
    paths: [path],
  };
}
