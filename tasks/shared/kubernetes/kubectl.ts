import {
  decodeText,
  exporting,
  type Params,
  type Question,
  type QuestionKind,
  question,
  type Script,
  type ShellAnswer,
  type Subject,
  script,
  sh,
  tidyPath,
} from '../../../src/sdk.ts';
import { isObject } from '../json.ts';
import type { kubeParams } from './kube-params.ts';

/** How `kubectl` reaches a cluster: plain data. */
export interface Kubectl {
  /** Options that come before the command. */
  readonly options: readonly string[];
  /** A configuration with what must not be among the arguments, as JSON. */
  readonly config: string | undefined;
  /** Configuration files on the host; undefined for the usual ones, none if `config` is all there is. */
  readonly files: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

type Given = { readonly [K in keyof Params<typeof kubeParams>]?: Params<typeof kubeParams>[K] };

/** The names of our own entries in a configuration. */
const OURS = 'retrace';

/** The cluster that a task's parameters, or else variables in its `environment`, mean. */
export function kubectlFor(task: Given, environment: Readonly<Record<string, string>>): Kubectl {
  const given = withVariables(task, environment);
  const { kubeconfig, host, context } = given;
  const user = {
    ...(given.api_key !== undefined && { token: given.api_key }),
    ...(given.username !== undefined && { username: given.username, password: given.password ?? '' }),
  };
  const logsIn = Object.keys(user).length > 0;
  const hasLogin = logsIn || given.client_cert !== undefined;
  const isWhole = host !== undefined && hasLogin && kubeconfig === undefined && context === undefined;
  const own = { ...(isWhole && entriesFor(host)), ...(logsIn && usersFor(user)) };
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}=${value}`]);
  return {
    options: [
      // The client would otherwise leave files with what the server offers.
      '--cache-dir=/dev/null/none',
      ...option('--context', context),
      ...option('--server', host),
      ...(logsIn ? [`--user=${OURS}`] : []),
      ...option('--client-certificate', given.client_cert),
      ...option('--client-key', given.client_key),
      ...option('--certificate-authority', given.ca_cert),
      ...(given.validate_certs === false ? ['--insecure-skip-tls-verify'] : []),
      ...option('--as', given.impersonate_user),
      ...(given.impersonate_groups ?? []).map((group) => `--as-group=${group}`),
    ],
    config: configOf(kubeconfig, own),
    files: filesOf(kubeconfig, isWhole),
    environment: { ...environment, ...proxyVariables(given) },
  };
}

type Entries = Readonly<Record<string, unknown>>;

const usersFor = (user: Entries): Entries => ({ users: [{ name: OURS, user }] });

const entriesFor = (server: string): Entries => ({
  clusters: [{ name: OURS, cluster: { server } }],
  contexts: [{ name: OURS, context: { cluster: OURS, user: OURS } }],
  'current-context': OURS,
});

function configOf(kubeconfig: unknown, own: Entries): string | undefined {
  if (!isObject(kubeconfig) && Object.keys(own).length === 0) return undefined;
  const base = isObject(kubeconfig) ? kubeconfig : { apiVersion: 'v1', kind: 'Config' };
  const { users } = base;
  const all = [users, own['users']].flat().filter((one) => one !== undefined && one !== null);
  return JSON.stringify({ ...base, ...own, users: all });
}

function filesOf(kubeconfig: unknown, isWhole: boolean): readonly string[] | undefined {
  if (isWhole || isObject(kubeconfig)) return [];
  return kubeconfig === undefined ? undefined : String(kubeconfig).split(':').filter(Boolean);
}

/** Values that the task does not give are taken from the variables that Ansible's modules look at. */
function withVariables(task: Given, environment: Readonly<Record<string, string>>): Given {
  const from = (name: string) => environment[`K8S_AUTH_${name}`];
  const truth = (text: string | undefined) => (text === undefined ? undefined : !/^(?:0|no|false|off)$/i.test(text));
  return {
    ...task,
    kubeconfig: task.kubeconfig ?? from('KUBECONFIG'),
    context: task.context ?? from('CONTEXT'),
    host: task.host ?? from('HOST'),
    api_key: task.api_key ?? from('API_KEY'),
    username: task.username ?? from('USERNAME'),
    password: task.password ?? from('PASSWORD'),
    client_cert: task.client_cert ?? from('CERT_FILE'),
    client_key: task.client_key ?? from('KEY_FILE'),
    ca_cert: task.ca_cert ?? from('SSL_CA_CERT'),
    validate_certs: task.validate_certs ?? truth(from('VERIFY_SSL')),
    proxy: task.proxy ?? from('PROXY'),
    no_proxy: task.no_proxy ?? from('NO_PROXY'),
    impersonate_user: task.impersonate_user ?? from('IMPERSONATE_USER'),
    impersonate_groups: task.impersonate_groups ?? from('IMPERSONATE_GROUPS')?.split(','),
  };
}

function proxyVariables({ proxy, no_proxy, proxy_headers: headers }: Given): Readonly<Record<string, string>> {
  if (proxy === undefined) return {};
  const [user = '', ...password] = headers?.proxy_basic_auth?.split(':') ?? [];
  const login = user === '' ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password.join(':'))}@`;
  const url = proxy.replace(/^(\w+:\/\/)?/, (scheme) => `${scheme || 'http://'}${login}`);
  return { HTTPS_PROXY: url, HTTP_PROXY: url, ...(no_proxy !== undefined && { NO_PROXY: no_proxy }) };
}

const MISSING =
  'kubectl is missing on the host: install the package kubernetes-client, or the kubectl package of pkgs.k8s.io';

/**
 * The start of a script in which `_kubectl` is the client. If it has a configuration of its own, that is the first line on stdin. It
 * reaches the client through a pipe, because arguments and files can be seen.
 */
export function withKubectl({ options, config, files, environment }: Kubectl): Script {
  const paths = files?.map(homePath) ?? [];
  const usual = script`"\${KUBECONFIG:-$HOME/.kube/config}"`;
  const own = files === undefined ? usual : paths.reduce((one, path) => script`${one}:${path}`, script``);
  const readable = paths.map(
    (
      path,
    ) => script`[ -r ${path} ] || { printf 'Failed to load kubeconfig: cannot read %s on the host\n' ${path} >&2; exit 1; }
`,
  );
  const start = script`${exporting(environment)}command -v kubectl >/dev/null || { echo ${MISSING} >&2; exit 127; }
${readable}`;
  if (config === undefined) {
    const setting =
      paths.length === 0
        ? script``
        : script`export KUBECONFIG=${paths.reduce((one, path) => script`${one}:${path}`)}
`;
    return script`${start}${setting}_kubectl() { kubectl ${options} "$@"; }`;
  }
  const joined = files === undefined ? script`:${usual}` : own;
  return script`${start}IFS= read -r _config
_kubectl() { { printf '%s' "$_config" | KUBECONFIG=/dev/fd/4${joined} kubectl ${options} "$@" 4<&0 <&5; } 5<&0; }`;
}

/** A path whose leading `~` is the home directory on the host. */
export const homePath = (path: string): Script =>
  /^~(?=\/|$)/.test(path) ? script`"$HOME"${path.slice(1) === '' ? [] : path.slice(1)}` : script`${path}`;

/** What a script reads on stdin: the configuration, and then the given lines. */
export const kubectlInput = ({ config }: Kubectl, lines: readonly string[] = []): string =>
  [...(config === undefined ? [] : [config]), ...lines].map((line) => `${line}\n`).join('');

/** The start of a command that uses a cluster, with what it reads. */
export const kubectlCommand = (kubectl: Kubectl, text: Script, lines: readonly string[] = []) => ({
  ...sh`${withKubectl(kubectl)}
${text}`,
  stdin: kubectlInput(kubectl, lines),
});

interface ToCluster {
  readonly text: string;
  readonly input: string;
  readonly about: readonly Subject[];
  readonly by: readonly Subject[];
}

const kind: QuestionKind<ToCluster, ShellAnswer> = {
  name: 'kubernetes, script',
  scripts: (all) => all.map(({ text, input }) => ({ script: text, deadlineMs: 300_000, stdin: Buffer.from(input) })),
  read: (replies) =>
    replies.map(({ code, stdout, stderr, timedOut }) => ({
      ok: true,
      value: { code, stdout: decodeText(stdout), stderr: decodeText(stderr), timedOut: timedOut === true },
    })),
  about: ({ about, by }, answer) => [...about, ...by, ...(answer?.code === 0 ? [] : REACHING)],
};

/** Everything that decides whether a client can reach a cluster. */
const REACHING = ['by:package:*', 'by:unit:*', 'by:path:/usr/local/bin', 'by:path:/etc', 'by:path:/root/.kube'];

/** What a question to a cluster depends on and reads. */
interface Asking {
  readonly about: readonly Subject[];
  readonly lines?: readonly string[];
  readonly isSecret?: boolean;
}

/** Run a read-only script in which `_kubectl` is the client; any exit code is an answer. */
export const askKubectl = (kubectl: Kubectl, text: Script, asking: Asking): Question<ShellAnswer> =>
  askCluster(
    script`${withKubectl(kubectl)}
${text}`,
    {
      ...asking,
      input: kubectlInput(kubectl, asking.lines),
      by: (kubectl.files ?? []).filter((file) => file.startsWith('/')).map((file) => `by:path:${tidyPath(file)}`),
      isSecret: asking.isSecret === true || kubectl.config !== undefined,
    },
  );

/** Run any read-only script that asks a cluster. */
export const askCluster = (
  text: Script,
  asking: Omit<Asking, 'lines'> & { readonly input: string; readonly by: readonly Subject[] },
): Question<ShellAnswer> =>
  question(
    kind,
    { text: text.text, input: asking.input, about: asking.about, by: asking.by },
    { secret: asking.isSecret === true, beyond: true },
  );

/** Why a client failed, in its own words. */
export const kubectlComplaint = ({ stderr, stdout, code }: ShellAnswer): string =>
  explained((stderr.trim() || stdout.trim()).replace(/^error: /, '')) || `kubectl ended with exit code ${code}`;

/** What the client said, with the cause if it did not get our configuration. */
export const explained = (said: string): string =>
  said.includes(`auth info "${OURS}" does not exist`)
    ? `${said} (this kubectl is a wrapper that reads the configuration before the program that it calls can do so; put the program itself in its place, or give a file as \`kubeconfig\` instead of \`api_key\`)`
    : said;
