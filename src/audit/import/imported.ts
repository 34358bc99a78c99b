import { nameOf } from '../../core/questions/files/paths.ts';
import type { AtPath } from '../at-path.ts';
import { inOrder, nameOfTask } from '../unmanaged/as-tasks.ts';
import { secretIn } from '../unmanaged/secrets.ts';
import { contentPaths, linkTask, pathOfTask, type Unmanaged, type WantedTask } from '../unmanaged/thing.ts';
import type { Dataset, FoundClone } from './questions.ts';
import { crowdedFolders, rankOf, topicOf } from './topics.ts';

/** A task of an imported playbook. */
export interface ImportedTask {
  /** Unique in its playbook. */
  readonly name: string;
  /** The file of tasks that it stands in, without `.yaml`. */
  readonly topic: string;
  readonly type: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The service that is restarted after a change. */
  readonly notify?: string;
}

/** A file beside the playbook. */
interface ImportedFile {
  /** Its path on the host. */
  readonly path: string;
  readonly text: string;
  /** Why it is kept encrypted, if it is. */
  readonly secret?: string;
}

/** What an import makes of a host. */
export interface Imported {
  readonly tasks: readonly ImportedTask[];
  readonly files: readonly ImportedFile[];
  /** Variables whose values are secrets. */
  readonly variables: Readonly<Record<string, string>>;
  /** What no task declares: the thing, and why. */
  readonly left: readonly string[];
}

/** What is known of a host. */
interface Known {
  readonly things: readonly Unmanaged[];
  readonly paths: ReadonlyMap<string, AtPath>;
  readonly clones: readonly FoundClone[];
  /** Packages that were removed. */
  readonly removed: readonly string[];
  readonly datasets: readonly Dataset[];
  readonly containers: ReadonlyMap<string, readonly string[]>;
  readonly passwords: ReadonlyMap<string, string>;
  /** The units that run. */
  readonly running: ReadonlySet<string>;
  /** Whether secrets can be encrypted; otherwise what holds them is left out. */
  readonly keepsSecrets: boolean;
}

/** What is not carried to another machine, and why. */
const NOT_CARRIED: readonly (readonly [path: RegExp, why: string])[] = [
  [/^\/etc\/(ssh\/ssh_host_.*|machine-id|hostid)$/, "it is this machine's own, and no other's"],
  [/^\/etc\/\.(git|etckeeper|gitignore)(\/|$)/, "etckeeper's own record"],
];

const whyNotCarried = (task: WantedTask): string | undefined =>
  NOT_CARRIED.find(([pattern]) => pattern.test(pathOfTask(task)))?.[1];

/** Without the keys of the hosts that it comes from, no clone can be made on a new host. */
const KNOWN_HOSTS = '/root/.ssh/known_hosts';

/** The files whose content is wanted: not those in clones, which come from their repositories. */
export const pathsToRead = (things: readonly Unmanaged[], clones: readonly FoundClone[]): readonly string[] => [
  ...(clones.length > 0 ? [KNOWN_HOSTS] : []),
  ...contentPaths(
    outsideClones(things, clones).map(({ tasks }) => ({
      tasks: tasks.filter((task) => whyNotCarried(task) === undefined),
    })),
  ),
];

/** Makes tasks and files of what is known of a host. */
export function importedFrom(known: Known): Imported {
  const { clones, keepsSecrets, paths } = known;
  const things = outsideClones(known.things, clones);
  const left: string[] = [];
  const files: ImportedFile[] = [];
  const places = inOrder(things).filter(({ task }) => whyNotCarried(task) === undefined);
  for (const { name, tasks } of things) {
    const why = tasks.map(whyNotCarried).find((one) => one !== undefined);
    if (why !== undefined) left.push(`${name}: ${why}`);
  }
  const crowded = crowdedFolders(places.map(({ task }) => task));
  const placed = places.flatMap(({ thing, task }): readonly ImportedTask[] => {
    const made = madeTask(task, paths.get(task.contentOf ?? ''), keepsSecrets);
    if ('why' in made) {
      left.push(`${task.contentOf ?? thing.name}: ${made.why}`);
      return [];
    }
    if (made.file !== undefined) files.push(made.file);
    const name = nameOfTask(thing, task);
    return [{ name, topic: topicOf(thing, task, crowded), type: made.type, args: made.args }];
  });
  const secrets = passwordTasks(known.passwords, keepsSecrets);
  if (!keepsSecrets)
    left.push(
      ...[...known.passwords.keys()].map((name) => `password of ${name}: a secret, and no vault password was given`),
    );
  for (const { name, group, tasks, instead } of things)
    if (tasks.length === 0 && instead !== undefined && !(group === 'accounts' && name.startsWith('password of ')))
      left.push(`${name}: ${instead.split('\n')[0]}`);
  const all = [
    ...placed.map((task) => withState(task, known.running)),
    ...removedTasks(known.removed),
    ...knownHosts(paths.get(KNOWN_HOSTS), files),
    ...secrets.tasks,
    ...clones.map(cloneTask),
    ...known.datasets.map(datasetTask),
    ...[...known.containers].flatMap(containerTasks),
  ];
  const topics = all.toSorted((a, b) => rankOf(a.topic) - rankOf(b.topic));
  return { tasks: withOwnNames(topics), files, variables: secrets.variables, left };
}

/** What lies in a clone comes from its repository. */
function outsideClones(things: readonly Unmanaged[], clones: readonly FoundClone[]): readonly Unmanaged[] {
  const isInside = (task: WantedTask): boolean => {
    const path = pathOfTask(task);
    return clones.some((clone) => path === clone.path || path.startsWith(`${clone.path}/`));
  };
  return things
    .filter(({ name }) => !clones.some((clone) => name === `${clone.path}/`))
    .map((thing) => ({ ...thing, tasks: thing.tasks.filter((task) => !isInside(task)) }));
}

type Made =
  | { readonly type: string; readonly args: Readonly<Record<string, unknown>>; readonly file?: ImportedFile }
  | { readonly why: string };

/** The task with its file, or with the link that stands where a file was expected. */
function madeTask(task: WantedTask, at: AtPath | undefined, keepsSecrets: boolean): Made {
  const { type, args, contentOf } = task;
  // On a new host a package may have put a file where this one has a link.
  if (args['state'] === 'link') return { type, args: { ...args, force: true } };
  if (contentOf === undefined) return { type, args };
  const path = pathOfTask(task);
  if (at === undefined || at.kind === 'none') return { why: at?.why ?? 'it was not read' };
  if (at.kind === 'link') return linkTask(path, at.target);
  const secret = secretIn(path, at.text, at.mode);
  if (secret !== undefined && !keepsSecrets) return { why: `${secret}, and no vault password was given` };
  const { owner, group, mode, text } = at;
  return {
    type: 'ansible.builtin.copy',
    args: { src: path, dest: path, owner, group, mode },
    file: { path, text, ...(secret !== undefined && { secret }) },
  };
}

function passwordTasks(
  passwords: ReadonlyMap<string, string>,
  keepsSecrets: boolean,
): Pick<Imported, 'variables'> & { readonly tasks: readonly ImportedTask[] } {
  if (!keepsSecrets) return { variables: {}, tasks: [] };
  const all = [...passwords].map(([name, hash]) => ({
    hash,
    variable: `vault_password_of_${name.replace(/\W/g, '_')}`,
    name,
  }));
  return {
    variables: Object.fromEntries(all.map(({ variable, hash }) => [variable, hash])),
    tasks: all.map(({ name, variable }) => ({
      name: `password of ${name}`,
      topic: 'accounts',
      type: 'ansible.builtin.user',
      args: { name, password: `{{ ${variable} }}` },
    })),
  };
}

/** A new host may have what this one had when it was installed. */
const removedTasks = (names: readonly string[]): readonly ImportedTask[] =>
  names.length === 0
    ? []
    : [
        {
          name: 'removed packages',
          topic: 'packages',
          type: 'ansible.builtin.apt',
          args: { name: names, state: 'absent', purge: true },
        },
      ];

/** The keys of hosts that root knows, which are no secret. */
function knownHosts(at: AtPath | undefined, files: ImportedFile[]): readonly ImportedTask[] {
  if (at?.kind !== 'file') return [];
  files.push({ path: KNOWN_HOSTS, text: at.text });
  const { owner, group, mode } = at;
  const args = { src: KNOWN_HOSTS, dest: KNOWN_HOSTS, owner, group, mode };
  return [{ name: KNOWN_HOSTS, topic: 'accounts', type: 'ansible.builtin.copy', args }];
}

/** A unit that is enabled and runs is started; and a service that runs takes notice of what changes in its own directory. */
function withState(task: ImportedTask, running: ReadonlySet<string>): ImportedTask {
  const { type, args, topic } = task;
  if (type.endsWith('.systemd'))
    return args['enabled'] === true && running.has(String(args['name']))
      ? { ...task, args: { ...args, state: 'started' } }
      : task;
  return running.has(`${topic}.service`) ? { ...task, notify: topic } : task;
}

const cloneTask = ({ path, repository, version, keyFile }: FoundClone): ImportedTask => ({
  name: `clone ${path}`,
  topic: 'clones',
  type: 'ansible.builtin.git',
  args: {
    repo: repository,
    dest: path,
    version,
    update: false,
    ...(keyFile !== undefined && { key_file: keyFile }),
  },
});

const datasetTask = ({ name, properties }: Dataset): ImportedTask => ({
  name: `dataset ${name}`,
  topic: 'datasets',
  type: 'community.general.zfs',
  args: { name, state: 'present', extra_zfs_properties: properties },
});

const containerTasks = ([path, lines]: readonly [string, readonly string[]]): readonly ImportedTask[] =>
  lines.map((line) => ({
    name: `container ${nameOf(path).replace(/\.conf$/, '')}: ${line.split(':')[0]}`,
    topic: 'containers',
    type: 'ansible.builtin.lineinfile',
    args: { path, line },
  }));

/** Names that come twice are numbered, so that a check can tell them apart. */
function withOwnNames(tasks: readonly ImportedTask[]): readonly ImportedTask[] {
  const seen = new Map<string, number>();
  return tasks.map((task) => {
    const count = (seen.get(task.name) ?? 0) + 1;
    seen.set(task.name, count);
    return count === 1 ? task : { ...task, name: `${task.name} (${count})` };
  });
}
