import { decodeText, defineTask, type Params, type Plan, predicts, script, type TaskResult } from '../src/sdk.ts';
import { helmCommand, helmFor, helmParams } from './shared/kubernetes/helm-client.ts';
import { askRepositories, readRepositories, repositoriesAnswer } from './shared/kubernetes/helm-repositories.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';

const params = {
  repo_name: { type: 'str', required: true, aliases: ['name'], doc: 'The name of the repository.' },
  repo_url: { type: 'str', aliases: ['url'], doc: 'Its URL.', secret: 'password in URL' },
  repo_username: { type: 'str', aliases: ['username'], doc: 'The user to log in to it as.' },
  repo_password: {
    type: 'str',
    secret: true,
    aliases: ['password'],
    doc: 'The password of that user. It is sent to helm on stdin, which needs helm 3.9 or newer.',
  },
  repo_state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    aliases: ['state'],
    doc: 'Whether the user who runs the task should have the repository.',
  },
  pass_credentials: {
    type: 'bool',
    default: false,
    doc: 'Send the password to other hosts as well, if charts are there.',
  },
  force_update: {
    type: 'bool',
    default: false,
    aliases: ['force'],
    doc: 'Add the repository every time, in the place of one with the same name.',
  },
  insecure_skip_tls_verify: {
    type: 'bool',
    default: false,
    aliases: ['skip_tls_certs_check'],
    doc: "Do not verify the repository's certificate.",
  },
  ...helmParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'kubernetes.core.helm_repository',
  summary: 'Manage repositories of Helm charts.',
  description: 'Needs `helm` 3 on the host. Repositories belong to the user who runs the task.',
  params,
  rules: {
    requiredTogether: [['repo_username', 'repo_password']],
    requiredIf: [{ param: 'repo_state', is: 'present', needs: ['repo_url'] }],
    mutuallyExclusive: [['context', 'ca_cert']],
  },
  prepare: (given, controller): Task => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: Task, { environment }) => ({ repositories: askRepositories(helmFor(task, environment)) }),
  plan({ repositories }, task, { environment }): Plan {
    const all = readRepositories(repositories);
    if ('failed' in all) return { failed: all.failed };
    const { repo_name: name, repo_state, repo_url = '', repo_username: user, repo_password: password } = task;
    const helm = helmFor(task, environment);
    const url = repo_url.replace(/\/+$/, '');
    const now = all.find((one) => one.name === name);
    const others = all.filter((one) => one.name !== name);
    if (repo_state === 'absent') {
      if (now === undefined) return { changes: [] };
      const change = {
        what: `chart repository ${name}`,
        from: now.url,
        to: null,
        commands: [{ ...helmCommand(helm, script`_helm repo remove ${name}`), shown: `helm repo remove ${name}` }],
        effects: [predicts(askRepositories(helm), repositoriesAnswer(others))],
      };
      return { changes: [change] };
    }
    const isSameJson = now !== undefined && now.url.replace(/\/+$/, '') === url;
    if (isSameJson && !task.force_update) return { changes: [] };
    if (now !== undefined && !task.force_update)
      return { failed: `Repository already have a repository named ${name}` };
    const options = [
      ...(user === undefined ? [] : [`--username=${user}`, '--password-stdin']),
      ...(task.pass_credentials ? ['--pass-credentials'] : []),
      ...(task.force_update ? ['--force-update'] : []),
      ...(task.insecure_skip_tls_verify ? ['--insecure-skip-tls-verify'] : []),
    ];
    const change = {
      what: `chart repository ${name}`,
      from: now?.url ?? null,
      to: isSameJson ? 'added again' : url,
      commands: [
        {
          ...helmCommand(helm, script`_helm repo add ${name} ${url} ${options}`, password ?? ''),
          shown: `helm repo add ${name} ${url}`,
        },
      ],
      effects: [predicts(askRepositories(helm), repositoriesAnswer([...others, { name, url }]))],
      ...(isSameJson && { repeats: true as const }),
    };
    return { changes: [change] };
  },
  result({ params: { repo_name, repo_url }, replies: [reply], changes }): TaskResult {
    if (reply === undefined) return changes.length > 0 ? {} : { repo_name, repo_url };
    const [stdout, stderr] = [decodeText(reply.stdout), decodeText(reply.stderr)];
    return {
      stdout,
      stderr,
      stdout_lines: filledLines(stdout),
      stderr_lines: filledLines(stderr),
      command: changes[0]?.commands[0]?.shown ?? '',
    };
  },
  returns: {
    stdout: "helm's stdout.",
    stderr: "helm's stderr.",
    stdout_lines: 'The lines of stdout.',
    stderr_lines: 'The lines of stderr.',
    command: 'The call of helm.',
    repo_name: 'The name of the repository, if nothing changed.',
    repo_url: 'Its URL, if nothing changed.',
  },
  examples: [
    {
      title: 'Add a repository',
      yaml: 'helm_repository:\n  name: ingress-nginx\n  repo_url: https://kubernetes.github.io/ingress-nginx',
      runs: { no: 'needs helm' },
    },
    {
      title: 'Remove a repository',
      yaml: 'kubernetes.core.helm_repository:\n  name: stable\n  state: absent',
      runs: { no: 'needs helm' },
    },
  ],
});

const filledLines = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
