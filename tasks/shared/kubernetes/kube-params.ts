/** Parameters that say how to reach a cluster, of all types that use `kubectl`. */
export const kubeParams = {
  kubeconfig: {
    type: 'raw',
    doc: 'A configuration file on the host, or several with `:` between them; or the configuration itself, as a dictionary (default: `KUBECONFIG`, or `~/.kube/config`).',
  },
  context: { type: 'str', doc: 'The context to use, of those in the configuration.' },
  host: { type: 'str', doc: 'The URL of the API server.' },
  api_key: { type: 'str', secret: true, doc: 'The token to log in with.' },
  username: { type: 'str', doc: 'The user to log in as, with `password`.' },
  password: { type: 'str', secret: true, doc: 'The password of that user.' },
  client_cert: {
    type: 'path',
    aliases: ['cert_file'],
    doc: 'A file on the host with the certificate to log in with.',
  },
  client_key: { type: 'path', aliases: ['key_file'], doc: 'A file on the host with the key of that certificate.' },
  ca_cert: {
    type: 'path',
    aliases: ['ssl_ca_cert'],
    doc: 'A file on the host with the certificate authority that the server must be certified by.',
  },
  validate_certs: { type: 'bool', aliases: ['verify_ssl'], doc: "Whether to verify the server's certificate." },
  proxy: { type: 'str', secret: 'password in URL', doc: 'The URL of an HTTP proxy.' },
  no_proxy: { type: 'str', doc: 'Names and addresses that are reached without the proxy, with commas between them.' },
  proxy_headers: {
    type: 'dict',
    doc: 'How to log in to the proxy.',
    options: {
      proxy_basic_auth: { type: 'str', secret: true, doc: 'The user and the password, with a colon between them.' },
      basic_auth: {
        type: 'str',
        secret: true,
        ignored: 'kubectl logs in to the server with `username` and `password`',
      },
      user_agent: { type: 'str', ignored: 'kubectl sends its own name' },
    },
  },
  persist_config: { type: 'bool', ignored: 'kubectl keeps new tokens in the configuration by itself' },
  impersonate_user: { type: 'str', doc: 'The user to act as.' },
  impersonate_groups: { type: 'list', elements: 'str', doc: 'The groups to act as a member of.' },
} as const;

/** Parameters that name an object or a kind of objects. */
export const nameParams = {
  api_version: {
    type: 'str',
    default: 'v1',
    aliases: ['api', 'version'],
    doc: 'The version of the API, for example `apps/v1`.',
  },
  kind: { type: 'str', doc: 'The kind of the object.' },
  name: { type: 'str', doc: 'The name of the object.' },
  namespace: { type: 'str', doc: 'The namespace of the object.' },
} as const;

/** Parameters about waiting for objects. */
export const waitParams = {
  wait: {
    type: 'bool',
    default: false,
    doc: 'Wait until the objects are as they should be: deployments, daemon sets, stateful sets and pods until they are ready, removed objects until they are gone. A check does not wait.',
  },
  wait_sleep: { type: 'int', default: 5, doc: 'How many seconds to wait before looking again.' },
  wait_timeout: { type: 'int', default: 120, doc: 'How many seconds to wait for each object.' },
  wait_condition: {
    type: 'dict',
    doc: 'Wait for this condition in the status of the objects instead.',
    options: {
      type: { type: 'str', doc: 'The type of the condition, for example `Available`.' },
      status: { type: 'str', default: 'True', choices: ['True', 'False', 'Unknown'], doc: 'Its status.' },
      reason: { type: 'str', doc: 'Its reason; any by default.' },
    },
  },
} as const;

/** Parameters that define objects. */
export const definitionParams = {
  resource_definition: {
    type: 'raw',
    aliases: ['definition', 'inline'],
    doc: 'The objects: a dictionary, a list of them, or YAML text, which may have several documents. It takes precedence over `kind`, `name` and the like.',
  },
  src: {
    type: 'path',
    doc: 'A YAML file with the objects: a path on the host, or a URL that the host can reach.',
  },
} as const;
