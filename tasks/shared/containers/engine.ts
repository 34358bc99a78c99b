import { exporting, type Script, script } from '../../../src/sdk.ts';

const tls = {
  docker_host: {
    type: 'str',
    aliases: ['docker_url'],
    doc: 'The address of the Docker daemon, as seen from the host, for example `unix:///var/run/docker.sock` (default: `DOCKER_HOST`, or the local socket).',
  },
  tls_hostname: { type: 'str', ignored: 'the client checks the certificate against the name in `docker_host`' },
  api_version: {
    type: 'str',
    default: 'auto',
    aliases: ['docker_api_version'],
    doc: 'The version of the API to use; `auto` lets the client choose.',
  },
  ca_path: {
    type: 'path',
    aliases: ['ca_cert', 'tls_ca_cert', 'cacert_path'],
    doc: 'A file on the host with the certificate authority that the daemon must be certified by.',
  },
  client_cert: {
    type: 'path',
    aliases: ['tls_client_cert', 'cert_path'],
    doc: 'A file on the host with the certificate to log in with.',
  },
  client_key: {
    type: 'path',
    aliases: ['tls_client_key', 'key_path'],
    doc: 'A file on the host with the key of that certificate.',
  },
  tls: { type: 'bool', default: false, doc: 'Use TLS, without verifying the daemon.' },
  validate_certs: { type: 'bool', default: false, aliases: ['tls_verify'], doc: 'Use TLS, and verify the daemon.' },
} as const;

/** Parameters that say which daemon is meant, of the types that use its API in Ansible. */
export const dockerParams = {
  ...tls,
  timeout: { type: 'int', default: 60, ignored: 'the client has no such limit' },
  use_ssh_client: { type: 'bool', default: false, ignored: 'the client uses ssh if `docker_host` starts with ssh://' },
  debug: { type: 'bool', default: false, ignored: 'use `-vvv` to see the commands' },
} as const;

/** The same, of the types that use the client in Ansible, too. */
export const dockerCliParams = {
  ...tls,
  docker_cli: { type: 'path', doc: 'The client to use (default: `docker`).' },
  cli_context: { type: 'str', doc: "The client's context to use, instead of `docker_host`." },
} as const;

/** How to reach a container engine: plain data. */
export interface Engine {
  readonly program: string;
  /** The Debian package with the program. */
  readonly package: string;
  /** Options that come before the command. */
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface DockerLogin {
  readonly docker_host: string | undefined;
  readonly api_version: string;
  readonly ca_path: string | undefined;
  readonly client_cert: string | undefined;
  readonly client_key: string | undefined;
  readonly tls: boolean;
  readonly validate_certs: boolean;
  readonly docker_cli?: string | undefined;
  readonly cli_context?: string | undefined;
}

/** The daemon that a task's parameters mean. */
export function dockerEngine(given: DockerLogin, environment: Readonly<Record<string, string>>): Engine {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const { validate_certs: verified, api_version: version } = given;
  return {
    program: given.docker_cli ?? 'docker',
    package: 'docker.io',
    options: [
      ...option('--context', given.cli_context),
      ...option('--host', given.docker_host?.replace(/^unix:\/\/(?=[^/])/, 'unix:///')),
      ...(verified ? ['--tlsverify'] : []),
      ...(given.tls && !verified ? ['--tls'] : []),
      ...option('--tlscacert', given.ca_path),
      ...option('--tlscert', given.client_cert),
      ...option('--tlskey', given.client_key),
    ],
    environment: version === 'auto' ? environment : { ...environment, DOCKER_API_VERSION: version },
  };
}

/** The start of a script that uses an engine: `_engine` is its client. It ends if there is no client. */
export const withEngine = ({
  program,
  package: from,
  options,
  environment,
}: Engine): Script => script`${exporting(environment)}command -v ${program} >/dev/null || { echo ${`${program} is missing on the host: install the ${from} package`} >&2; exit 127; }
_engine() { ${program} ${options} "$@"; }`;

/** Everything that decides whether a client can reach its daemon. */
export const REACHING = ['by:package:*', 'by:unit:*', 'by:path:/etc/docker', 'by:path:/usr/local/bin'] as const;

/** Why a client failed, in its own words. */
export const engineComplaint = (stderr: string, code: number): string =>
  stderr
    .trim()
    .replace(/^(?:docker: )?(?:Error response from daemon: |Error: )/, '')
    .replace(/\nSee 'docker .*--help'\.?$/, '') || `the client ended with exit code ${code}`;
