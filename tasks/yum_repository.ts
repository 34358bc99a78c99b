import { ControllerError, defineTask, type Params, type Plan, sh, type TaskContext } from '../src/sdk.ts';
import {
  askEdit,
  type EditState,
  inTheWay,
  isFile,
  openEdited,
  planEdit,
  thenAskEdit,
} from './shared/editing/edit-file.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { absentEffect } from './shared/files/path-info.ts';
import { hasRepository, withoutRepository, withRepository } from './shared/packages/rpm/repository-file.ts';
import { byState } from './shared/retire/by-state.ts';

const list = { type: 'list', elements: 'str' } as const;

/** The settings that are written under their own names. */
const settings = {
  async: { type: 'bool', doc: 'Download in parallel (yum only).' },
  bandwidth: { type: 'str', doc: 'The available bandwidth in bytes per second, for `throttle`.' },
  baseurl: { ...list, doc: 'The URLs of the directory that contains `repodata`.' },
  cost: { type: 'str', doc: 'The cost of using it: of two repositories, the cheaper one is preferred.' },
  countme: { type: 'bool', doc: 'Let the owner of the repository count this host once a week.' },
  deltarpm_metadata_percentage: { type: 'str', doc: 'Up to which relative size the metadata of deltas is downloaded.' },
  deltarpm_percentage: { type: 'str', doc: 'Up to which relative size deltas are used.' },
  enabled: { type: 'bool', doc: 'Whether the repository is used.' },
  enablegroups: { type: 'bool', doc: 'Whether its groups of packages are used.' },
  exclude: { ...list, aliases: ['excludepkgs'], doc: 'Packages not to take from it.' },
  failovermethod: { type: 'str', choices: ['roundrobin', 'priority'], doc: 'Which URL is tried next.' },
  gpgcakey: { type: 'str', doc: 'The URL of the key that signs the keys.' },
  gpgcheck: { type: 'bool', doc: 'Whether the signatures of packages are checked.' },
  gpgkey: { ...list, doc: 'The URLs of the signing keys.' },
  http_caching: { type: 'str', choices: ['all', 'packages', 'none'], doc: 'What proxies may cache.' },
  include: { type: 'str', doc: 'Another configuration file to include.' },
  includepkgs: { ...list, doc: 'Take only these packages from it.' },
  ip_resolve: { type: 'str', choices: ['4', '6', 'IPv4', 'IPv6', 'whatever'], doc: 'Which kind of addresses to use.' },
  keepalive: { type: 'bool', doc: 'Whether to keep connections open.' },
  keepcache: { type: 'str', choices: ['0', '1'], doc: 'Whether to keep downloaded packages.' },
  metadata_expire: { type: 'str', doc: 'After how many seconds the package lists are out of date.' },
  metadata_expire_filter: {
    type: 'str',
    choices: ['never', 'read-only:past', 'read-only:present', 'read-only:future'],
    doc: 'For which commands package lists may be out of date.',
  },
  metalink: { type: 'str', doc: 'The URL of a list of mirrors in the form of a metalink.' },
  mirrorlist: { type: 'str', doc: 'The URL of a list of mirrors.' },
  mirrorlist_expire: { type: 'str', doc: 'After how many seconds the list of mirrors is out of date.' },
  module_hotfixes: { type: 'bool', doc: 'Make all packages available, whatever modules are enabled.' },
  password: { type: 'str', secret: true, doc: 'The password for the repository.' },
  priority: { type: 'str', doc: 'Its priority, from 1 (first) to 99.' },
  protect: { type: 'bool', doc: 'Protect its packages from upgrades by other repositories.' },
  proxy: { type: 'str', doc: 'The proxy; `_none_` for none.' },
  proxy_password: { type: 'str', secret: true, doc: 'The password for the proxy.' },
  proxy_username: { type: 'str', doc: 'The user name for the proxy.' },
  repo_gpgcheck: { type: 'bool', doc: 'Whether the signature of the package lists is checked.' },
  retries: { type: 'str', doc: 'How many times a download is tried.' },
  s3_enabled: { type: 'bool', doc: 'Whether it is in S3 (needs a plugin).' },
  skip_if_unavailable: { type: 'bool', doc: 'Go on without it if it cannot be reached.' },
  ssl_check_cert_permissions: { type: 'bool', doc: 'Whether to check the permissions of certificates.' },
  sslcacert: { type: 'str', aliases: ['ca_cert'], doc: 'The certificate authorities to trust.' },
  sslclientcert: { type: 'str', aliases: ['client_cert'], doc: "The host's own certificate." },
  sslclientkey: { type: 'str', aliases: ['client_key'], doc: 'Its key.' },
  sslverify: { type: 'bool', aliases: ['validate_certs'], doc: 'Whether the certificate must be valid.' },
  throttle: { type: 'str', doc: 'The limit for downloads, in bytes per second or in percent of `bandwidth`.' },
  timeout: { type: 'str', doc: 'How many seconds to wait for a connection.' },
  ui_repoid_vars: { type: 'str', doc: "The variables that are shown with the repository's name." },
  username: { type: 'str', doc: 'The user name for the repository.' },
} as const;

const params = {
  name: { type: 'str', required: true, doc: 'The ID of the repository.' },
  description: { type: 'str', doc: 'Its name for people. Required for `present`.' },
  file: { type: 'str', doc: 'The name of the file, without `.repo` (default: the ID).' },
  reposdir: { type: 'path', default: '/etc/yum.repos.d', doc: 'The directory of the file.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether it should be configured.' },
  ...settings,
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.yum_repository',
  summary: 'Manage a repository of dnf and yum.',
  description:
    'All settings of the repository that the task does not give are removed. Comments outside of its section and other repositories in the file stay as they are. Package lists are not fetched.',
  params,
  rules: {
    requiredIf: [
      { param: 'state', is: 'present', needs: ['description'] },
      { param: 'state', is: 'present', needs: ['baseurl', 'metalink', 'mirrorlist'], any: true },
    ],
  },
  prepare(task): Task {
    if (/[\]\n]/.test(task.name)) throw new ControllerError(`expected the ID of a repository, got "${task.name}"`);
    return task;
  },
  ask: (task) => askEdit(editOf(task), { secret: isSecret(task) }),
  thenAsk: (state, task) => (task.state === 'absent' ? {} : thenAskEdit(state, editOf(task))),
  plan: (state, task, context) =>
    task.state === 'absent' ? removal(state, task, context) : setting(state, task, context),
  result: ({ params: task }) => ({ repo: task.name, state: task.state }),
  retire: byState('yum repository', ['name'], ['file', 'reposdir']),
  returns: { repo: 'The ID of the repository.', state: 'The `state` parameter.' },
  examples: [
    {
      title: 'Add a repository',
      yaml: 'yum_repository:\n  name: epel\n  description: Extra packages\n  baseurl: https://download.example.org/epel/$releasever/$basearch/\n  gpgkey: https://download.example.org/epel.asc\n  gpgcheck: true\n  reposdir: /tmp/yum.repos.d',
    },
    { title: 'Remove a repository', yaml: 'yum_repository:\n  name: epel\n  state: absent' },
  ],
});

const editOf = (task: Task) => ({ ...task, path: pathOf(task) });

const pathOf = ({ reposdir, file, name }: Task): string => `${reposdir}/${file ?? name}.repo`;

const isSecret = ({ password, proxy_password }: Task): boolean =>
  password !== undefined || proxy_password !== undefined;

function setting(state: EditState, task: Task, context: TaskContext): Plan {
  const opened = openEdited(state);
  const text = withRepository(opened.text, task.name, wantedOf(task));
  return planEdit(
    state,
    editOf(task),
    { opened, text },
    { ...context, diff: context.diff && !isSecret(task) },
    hasRepository(opened.text, task.name)
      ? { what: `repository ${task.name}` }
      : { what: `repository ${task.name}`, from: null, to: 'present' },
  );
}

/** A file without repositories is removed. */
function removal(state: EditState, task: Task, context: TaskContext): Plan {
  const path = pathOf(task);
  const opened = openEdited(state);
  const blocked = isFile(state) ? inTheWay(state, editOf(task)) : undefined;
  if (blocked !== undefined) return blocked;
  if (!isFile(state) || !hasRepository(opened.text, task.name)) return { changes: [] };
  const text = withoutRepository(opened.text, task.name);
  const told = { what: `repository ${task.name}`, from: 'present', to: null };
  if (text !== undefined) return planEdit(state, editOf(task), { opened, text }, context, told);
  return {
    changes: [
      {
        ...told,
        commands: [sh`rm -f -- ${path}`],
        effects: [absentEffect(path, state.before)],
        paths: [path],
      },
    ],
  };
}

/** Lists of packages are on one line, those of URLs on several. */
function wantedOf(task: Task): ReadonlyMap<string, string> {
  const given = (Object.keys(settings) as (keyof typeof settings)[]).flatMap((key) => {
    const value = task[key];
    return value === undefined ? [] : [[key, told(key, value)] as const];
  });
  return new Map<string, string>([['name', task.description ?? ''], ...given]);
}

function told(key: string, value: string | boolean | readonly string[]): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return value;
  return value.join(key === 'exclude' || key === 'includepkgs' ? ' ' : '\n');
}
