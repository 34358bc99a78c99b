import { type Controller, ControllerError, type HttpRequest, type Params } from '../../../src/sdk.ts';
import { encodeBody } from './http-body.ts';

/** The parameters of `uri`. */
export const uriParams = {
  url: { type: 'str', required: true, secret: 'password in URL', doc: 'The address, `http://…` or `https://…`.' },
  method: {
    type: 'str',
    default: 'GET',
    doc: 'The HTTP method. GET and HEAD are read-only and are also sent in a check; all others count as changes.',
  },
  headers: { type: 'dict', default: {}, doc: 'The header fields to send.' },
  body: { type: 'raw', doc: 'The body to send: text, or data to encode in the format `body_format`.' },
  body_format: {
    type: 'str',
    default: 'raw',
    choices: ['form-urlencoded', 'json', 'raw', 'form-multipart'],
    doc: 'The encoding for data in `body`; it also sets the content type.',
  },
  src: { type: 'path', doc: 'A file to send instead of `body`.' },
  remote_src: { type: 'bool', default: false, doc: 'Whether `src` is on the host.' },
  status_code: {
    type: 'list',
    elements: 'int',
    default: [200],
    doc: 'The expected status codes; -1 means no response.',
  },
  return_content: {
    type: 'bool',
    default: false,
    doc: 'Whether to return the body as `content`; after a failure it is always returned.',
  },
  dest: { type: 'path', doc: 'A file or directory to write the body to.' },
  creates: { type: 'path', doc: 'If this exists, no request is sent.' },
  removes: { type: 'path', doc: 'If this does not exist, no request is sent.' },
  url_username: { type: 'str', aliases: ['user'], doc: 'The user name for basic and digest authentication.' },
  url_password: {
    type: 'str',
    aliases: ['password'],
    secret: true,
    doc: "The user's password; it never appears in a process list.",
  },
  force_basic_auth: { type: 'bool', default: false, doc: 'Send the password without waiting to be asked for it.' },
  validate_certs: { type: 'bool', default: true, doc: "Whether the server's certificate must be valid for the name." },
  ca_path: { type: 'path', doc: 'A file on the host with the CA certificates to trust.' },
  client_cert: { type: 'path', doc: 'A file on the host with the client certificate, and possibly its key.' },
  client_key: { type: 'path', doc: 'A file on the host with the key for the client certificate.' },
  ciphers: { type: 'list', elements: 'str', doc: 'The ciphers to offer.' },
  timeout: {
    type: 'int',
    default: 30,
    doc: 'Seconds to wait for the connection, and then for each part of the response.',
  },
  follow_redirects: {
    type: 'str',
    default: 'safe',
    choices: ['all', 'no', 'none', 'safe', 'urllib2', 'yes'],
    doc: 'Which redirects to follow; `safe` means only those for GET and HEAD requests.',
  },
  resolve_to: {
    type: 'str',
    doc: "Not in Ansible: connect to this address (or address:port) instead of the one that DNS returns for the URL's host.",
  },
  expect: {
    type: 'dict',
    doc: 'Not in Ansible: additional requirements for the response.',
    options: {
      content_type: {
        type: 'str',
        doc: 'The content type of the response, without parameters, for example `image/jpeg`.',
      },
      contains: { type: 'str', doc: 'Text that must appear in the body.' },
    },
  },
  wait: {
    type: 'int',
    default: 0,
    doc: 'Not in Ansible: seconds to keep trying until the response is as expected (GET and HEAD). A check tries only once.',
  },
  unix_socket: { type: 'path', doc: 'The Unix socket to connect to.' },
  http_agent: { type: 'str', default: 'ansible-httpget', doc: 'The User-Agent to send to the server.' },
  decompress: { type: 'bool', default: true, doc: 'Whether to accept compressed responses and decompress them.' },
  use_proxy: { type: 'bool', default: true, doc: 'Whether to use the proxy set in the environment.' },
  use_netrc: { type: 'bool', default: true, doc: "Whether to use the passwords in the user's `.netrc`." },
  unredirected_headers: {
    type: 'list',
    elements: 'str',
    default: [],
    ignored: 'credentials are never forwarded to another host',
  },
  force: { type: 'bool', default: false, ignored: 'nothing is ever taken from a cache' },
  use_gssapi: { type: 'bool', default: false, ignored: 'Kerberos is not supported' },
  mode: { type: 'mode', doc: 'The mode of `dest`.' },
  owner: { type: 'str', doc: 'The owner of `dest`.' },
  group: { type: 'str', doc: 'The group of `dest`.' },
} as const;

/** The request that the parameters of `uri` describe. */
export function toRequest(
  given: Params<typeof uriParams>,
  controller: Controller,
  environment: Readonly<Record<string, string>>,
): HttpRequest {
  const { follow_redirects: follow } = given;
  const method = given.method.toUpperCase();
  const sent =
    given.src === undefined
      ? encodeBody(given.body, given.body_format, (name) => partOf(name, given.remote_src, controller))
      : fromFile(given.src, given.remote_src, controller);
  const headers = Object.entries(given.headers).map(([name, value]) => [name, String(value)] as const);
  const typed =
    sent?.type === undefined || headers.some(([name]) => name.toLowerCase() === 'content-type')
      ? headers
      : [...headers, ['Content-Type', sent.type] as const];
  return {
    url: given.url,
    method,
    headers: typed,
    body: sent?.body,
    user: given.url_username,
    password: given.url_password,
    basic: given.force_basic_auth,
    validateCerts: given.validate_certs,
    caPath: given.ca_path,
    clientCert: given.client_cert,
    clientKey: given.client_key,
    ciphers: given.ciphers,
    timeout: given.timeout,
    follow:
      follow === 'all' ||
      follow === 'yes' ||
      follow === 'urllib2' ||
      (follow !== 'none' && (method === 'GET' || method === 'HEAD')),
    resolveTo: given.resolve_to,
    unixSocket: given.unix_socket,
    agent: given.http_agent,
    compressed: given.decompress,
    proxy: given.use_proxy,
    netrc: given.use_netrc,
    environment,
  };
}

function fromFile(
  src: string,
  remote: boolean,
  controller: Controller,
): { body: NonNullable<HttpRequest['body']>; type?: string } {
  if (remote) return { body: { file: src } };
  return { body: { base64: Buffer.from(localFile(src, controller)).toString('base64') } };
}

function partOf(name: string, remote: boolean, controller: Controller): Uint8Array {
  if (remote)
    throw new ControllerError(
      `a form cannot contain ${name}, a file on the host: fetch it first, or give its \`content\``,
    );
  return localFile(name, controller);
}

function localFile(name: string, controller: Controller): Uint8Array {
  const found = controller.find('files', name);
  if (!found.ok) throw new ControllerError(`could not find \`${name}\`; searched ${found.searched.join(', ')}`);
  return controller.readFile(found.path);
}
