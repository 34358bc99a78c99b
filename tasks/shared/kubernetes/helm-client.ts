import {
  exporting,
  type Params,
  type Question,
  type Script,
  type ShellAnswer,
  type Subject,
  script,
  sh,
  shellAnswer,
  tidyPath,
} from '../../../src/sdk.ts';
import { isObject } from '../json.ts';
import { askCluster, homePath } from './kubectl.ts';

/** Parameters of all types that use `helm`. */
export const helmParams = {
  binary_path: { type: 'path', doc: 'The helm program to use.' },
  context: { type: 'str', aliases: ['kube_context'], doc: 'The context to use, of those in the configuration.' },
  kubeconfig: {
    type: 'raw',
    aliases: ['kubeconfig_path'],
    doc: 'A configuration file on the host, or the configuration itself, as a dictionary (default: `KUBECONFIG`, or `~/.kube/config`).',
  },
  host: { type: 'str', doc: 'The URL of the API server.' },
  api_key: { type: 'str', secret: true, doc: 'The token to log in with.' },
  validate_certs: {
    type: 'bool',
    default: true,
    aliases: ['verify_ssl'],
    doc: "Whether to verify the server's certificate. If false, helm 3.10 or newer is needed.",
  },
  ca_cert: {
    type: 'path',
    aliases: ['ssl_ca_cert'],
    doc: 'A file on the host with the certificate authority that the server must be certified by. Needs helm 3.5 or newer.',
  },
} as const;

type Given = Partial<Params<typeof helmParams>> & { readonly release_namespace?: string | undefined };

/** How `helm` reaches a cluster: plain data. */
export interface Helm {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly token: string | undefined;
  /** A configuration to send, as JSON. */
  readonly config: string | undefined;
  readonly file: string | undefined;
}

/** The cluster that a task's parameters, or else variables in its `environment`, mean. */
export function helmFor(given: Given, environment: Readonly<Record<string, string>>): Helm {
  const from = (name: string) => environment[`K8S_AUTH_${name}`];
  const kubeconfig = given.kubeconfig ?? from('KUBECONFIG');
  const verifies = given.validate_certs !== false && !/^(?:0|no|false|off)$/i.test(from('VERIFY_SSL') ?? '');
  const variables = {
    HELM_KUBECONTEXT: given.context ?? from('CONTEXT'),
    HELM_NAMESPACE: given.release_namespace,
    HELM_KUBEAPISERVER: given.host ?? from('HOST'),
    HELM_KUBECAFILE: given.ca_cert ?? from('SSL_CA_CERT'),
    HELM_KUBEINSECURE_SKIP_TLS_VERIFY: verifies ? undefined : 'true',
  };
  const set = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    program: given.binary_path ?? 'helm',
    environment: { ...environment, ...Object.fromEntries(set) },
    token: given.api_key ?? from('API_KEY'),
    config: isObject(kubeconfig) ? JSON.stringify(kubeconfig) : undefined,
    file: typeof kubeconfig === 'string' ? kubeconfig : undefined,
  };
}

/** The start of a script in which `_helm` is the client. A token and a configuration are the first lines on stdin. */
function withHelm({ program, environment, token, config, file }: Helm): Script {
  const missing = `${program} is missing on the host: Debian has no package of it; see https://helm.sh/docs/intro/install for how to install it`;
  const reading = (name: Script, isThere: boolean) =>
    isThere
      ? script`IFS= read -r ${name}
`
      : script``;
  const path = file === undefined ? script`` : homePath(file);
  const own =
    file === undefined
      ? script``
      : script`[ -r ${path} ] || { printf 'cannot read the kubeconfig %s on the host\n' ${path} >&2; exit 1; }
export KUBECONFIG=${path}
`;
  const exported =
    token === undefined
      ? script``
      : script`export HELM_KUBETOKEN
`;
  const call =
    config === undefined
      ? script`${program} "$@"`
      : script`{ printf '%s' "$_config" | KUBECONFIG=/dev/fd/4 ${program} "$@" 4<&0 <&5; } 5<&0`;
  return script`${exporting(environment)}command -v ${program} >/dev/null || { echo ${missing} >&2; exit 127; }
${own}${reading(script`HELM_KUBETOKEN`, token !== undefined)}${exported}${reading(script`_config`, config !== undefined)}_helm() { ${call}; }`;
}

/** What a script reads on stdin: the token and the configuration, and then the given text. */
const helmInput = ({ token, config }: Helm, text = ''): string =>
  [token, config].map((line) => (line === undefined ? '' : `${line}\n`)).join('') + text;

/** A command that calls helm, with what it reads. */
export const helmCommand = (helm: Helm, text: Script, input = '') => ({
  ...sh`${withHelm(helm)}
${text}`,
  stdin: helmInput(helm, input),
});

/** Run a read-only script in which `_helm` is the client; any exit code is an answer. */
export const askHelm = (
  helm: Helm,
  text: Script,
  asking: { readonly about: readonly Subject[]; readonly input?: string; readonly isSecret?: boolean },
): Question<ShellAnswer> =>
  askCluster(
    script`${withHelm(helm)}
${text}`,
    {
      about: asking.about,
      by: helm.file?.startsWith('/') === true ? [`by:path:${tidyPath(helm.file)}`] : [],
      input: helmInput(helm, asking.input),
      isSecret: asking.isSecret === true || helm.token !== undefined || helm.config !== undefined,
    },
  );

/** Why helm failed, in its own words. */
export const helmComplaint = ({ stderr, stdout, code }: Pick<ShellAnswer, 'stderr' | 'stdout' | 'code'>): string =>
  (stderr.trim() || stdout.trim()).replace(/^Error: /m, '') || `helm ended with exit code ${code}`;

const MARK = '== retrace: next';

/** The start of a script whose answer has several parts; `_next` begins another one. */
export const PARTS = script`_next() { printf '\n%s\n' ${MARK}; }`;

/** The parts of such an answer. */
export const readParts = (stdout: string): readonly string[] => stdout.split(`\n${MARK}\n`);

/** An answer with these parts. */
export const answerOf = (parts: readonly string[]): ShellAnswer => shellAnswer(parts.join(`\n${MARK}\n`));
