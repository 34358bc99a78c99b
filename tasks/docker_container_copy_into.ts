import {
  type Change,
  type Checksum,
  type Command,
  ControllerError,
  checksum,
  defineTask,
  fitsUstar,
  followed,
  hash,
  mayAlter,
  nameOf,
  nothing,
  type Params,
  type PathState,
  type Plan,
  parentOf,
  predicts,
  type Question,
  reading,
  type ShellAnswer,
  script,
  sh,
  showMode,
  stat,
  type TaskContext,
  tidyPath,
  ustar,
} from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { dockerEngine, dockerParams, engineComplaint, withEngine } from './shared/containers/engine.ts';
import { askInside, fileInside, type Inside, permissionText, readInside } from './shared/containers/file-inside.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';

const params = {
  container: { type: 'str', required: true, doc: 'The name or ID of the container.' },
  path: { type: 'path', doc: 'The file on the host.' },
  content: { type: 'str', secret: true, doc: 'The content of the file, instead of a file on the host.' },
  content_is_b64: { type: 'bool', default: false, doc: '`content` is encoded as base64.' },
  container_path: { type: 'str', required: true, doc: 'The path of the file in the container.' },
  follow: { type: 'bool', default: false, doc: 'Follow links in the container.' },
  local_follow: {
    type: 'bool',
    default: true,
    doc: 'Follow links on the host. A link itself (`false`) cannot be copied.',
  },
  owner_id: { type: 'int', doc: "The file's owner, as a number (default: the user of the container)." },
  group_id: { type: 'int', doc: "The file's group, as a number (default: the one of the container's user)." },
  mode: { type: 'raw', doc: "The file's mode (default: the one of the file on the host)." },
  mode_parse: {
    type: 'str',
    default: 'legacy',
    choices: ['legacy', 'modern', 'octal_string_only'],
    doc: 'How `mode` is read: `legacy` takes a text as a decimal number, `modern` as an octal one, and `octal_string_only` accepts no number.',
  },
  force: {
    type: 'bool',
    doc: 'Write the file every time, or (`false`) only if nothing is there (default: if it differs).',
  },
  ...dockerParams,
} as const;

type Given = Params<typeof params>;

interface Task extends Given {
  readonly bytes: Uint8Array | undefined;
  readonly permissions: number | undefined;
}

type Asking = {
  readonly container: Question<Inspected>;
  readonly inside: Question<ShellAnswer>;
  readonly ids: Question<ShellAnswer | undefined>;
  readonly source: Question<PathState | undefined>;
  readonly sum: Question<Checksum | undefined>;
};

export default defineTask({
  name: 'community.docker.docker_container_copy_into',
  summary: 'Copy a file into a Docker container.',
  description:
    'Needs the `docker` client on the host. The container need not run if `owner_id` and `group_id` are given.',
  params,
  rules: {
    mutuallyExclusive: [['path', 'content']],
    requiredOneOf: [['path', 'content']],
    requiredTogether: [['owner_id', 'group_id']],
    requiredBy: { content: ['mode'] },
  },
  prepare: (given): Task => ({ ...given, bytes: bytesOf(given), permissions: modeOf(given) }),
  ask: (task: Task, context): Asking => {
    const engine = engineOf(task, context);
    return {
      container: inspect(engine, 'container', task.container),
      inside: askInside(engine, task.container, placeOf(task), task.follow),
      ids:
        task.owner_id === undefined
          ? askEngine(engine, script`_engine exec -- ${task.container} /bin/sh -c 'id -u && id -g'`, {
              about: [engineObject('container', task.container)],
            })
          : nothing(),
      source: task.path === undefined ? nothing() : stat(task.path),
      sum: task.path === undefined ? nothing() : checksum(task.path, 'sha256'),
    };
  },
  plan(state, task, context): Plan {
    const { container, inside, ids, source, sum } = state;
    if (container === null) return { failed: `Could not find container "${task.container}"` };
    if (inside.code !== 0) return { failed: engineComplaint(inside.stderr, inside.code) };
    const [owner, group] =
      ids === undefined ? [task.owner_id, task.group_id] : ids.stdout.split('\n').map((text) => Number(text));
    if (ids !== undefined && !/^\d+\n\d+\n$/.test(ids.stdout))
      return {
        failed: `Cannot determine the user of container "${task.container}": ${engineComplaint(ids.stderr, ids.code)}; give owner_id and group_id`,
      };
    const file = source === undefined ? undefined : followed(source);
    const isLink = source?.exists === true && source.kind === 'link';
    if (isLink && !task.local_follow) return { failed: `${task.path} is a link, and local_follow is false` };
    if (source !== undefined && (file?.kind !== 'file' || sum?.hex === undefined))
      return { failed: `Cannot find local file ${task.path}, or it is no regular file` };
    const now = readInside(inside);
    const mode = task.permissions ?? file?.mode ?? 0;
    const wanted = {
      path: now.path,
      permissions: permissionText(mode),
      owners: `${owner}/${group}`,
      sum: sum?.hex ?? hash('sha256', task.bytes ?? new Uint8Array()),
    };
    if (now.kind === 'd') return { failed: `${now.path} is a directory in the container` };
    if (!now.hasParent) return { failed: `Cannot find directory ${parentOf(now.path)} in the container` };
    if (now.kind !== undefined && task.force === false) return { changes: [] };
    const differences = fileDifferences(now, wanted, mode, task.bytes !== undefined);
    if (differences.length === 0 && task.force !== true) return { changes: [] };
    const engine = engineOf(task, context);
    const effects = [
      predicts(askInside(engine, task.container, placeOf(task), task.follow), fileInside(wanted)),
      mayAlter(engineObject('container', task.container)),
    ];
    const told = differences.length === 0 ? [{ what: now.path, from: '', to: 'written' }] : differences;
    const changes = told.map(
      (one, index): Change => ({
        ...one,
        what: `${one.what} in container ${task.container}`,
        commands: index === 0 ? [copying(task, now.path, { mode, owner: owner ?? 0, group: group ?? 0 }, context)] : [],
        effects,
        ...(task.force === true && { repeats: true as const }),
      }),
    );
    return { changes };
  },
  result: ({ state: { inside } }) => ({ container_path: readInside(inside).path }),
  returns: { container_path: 'The path in the container, after links if they are followed.' },
  examples: [
    {
      title: 'Copy a file of the host into a container',
      yaml: 'docker_container_copy_into:\n  container: web\n  path: /srv/shop/site.conf\n  container_path: /etc/nginx/conf.d/site.conf',
      runs: { no: 'needs Docker and a container' },
    },
    {
      title: 'Write a file into a container that need not run',
      yaml: 'community.docker.docker_container_copy_into:\n  container: app\n  content: "{{ settings }}"\n  container_path: /etc/app.ini\n  owner_id: 0\n  group_id: 0\n  mode: "0640"\n  mode_parse: modern\nvars:\n  settings: "[main]"',
      runs: { no: 'needs Docker and a container' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const placeOf = ({ container_path: path }: Task): string => tidyPath(path.startsWith('/') ? path : `/${path}`);

function bytesOf({ content, content_is_b64 }: Given): Uint8Array | undefined {
  if (content === undefined) return undefined;
  if (!content_is_b64) return Buffer.from(content);
  if (!/^[A-Za-z0-9+/\s]*=*\s*$/.test(content)) throw new ControllerError('Cannot Base64 decode the content option');
  return Buffer.from(content, 'base64');
}

function modeOf({ mode, mode_parse }: Given): number | undefined {
  if (mode === undefined || mode === null) return undefined;
  const wrong = (why: string) => new ControllerError(`Error while parsing 'mode': ${why}`);
  if (typeof mode === 'string') {
    const octal = mode_parse !== 'legacy';
    if (!(octal ? /^(?:0o?)?[0-7]+$/ : /^\d+$/).test(mode)) throw wrong(`"${mode}" is no number`);
    return Number.parseInt(mode.replace(/^0o/, ''), octal ? 8 : 10);
  }
  const number = Number(mode);
  if (!Number.isInteger(number) || number < 0) throw wrong(`${String(mode)} is not a mode`);
  if (mode_parse === 'octal_string_only') throw wrong(`must be an octal string, got ${number}`);
  return number;
}

const KINDS: Readonly<Record<string, string>> = { l: 'link', p: 'pipe', c: 'device', b: 'device', s: 'socket' };

function fileDifferences(now: Inside, wanted: Omit<Inside, 'kind' | 'hasParent'>, mode: number, isSecret: boolean) {
  // The checksum of a content that may be secret is not told.
  const sums = isSecret ? ['other', 'given'] : [now.sum.slice(0, 12), wanted.sum.slice(0, 12)];
  const told = `${isSecret ? 'given content' : wanted.sum.slice(0, 12)}, ${showMode(mode)}, ${wanted.owners}`;
  if (now.kind === undefined) return [{ what: now.path, from: null, to: told }];
  if (now.kind !== '-') return [{ what: now.path, from: KINDS[now.kind] ?? now.kind, to: told }];
  const pairsOf = [
    [`content of ${now.path}`, sums[0] ?? '', sums[1] ?? '', now.sum === wanted.sum],
    [`mode of ${now.path}`, now.permissions, wanted.permissions, now.permissions === wanted.permissions],
    [`owner and group of ${now.path}`, now.owners, wanted.owners, now.owners === wanted.owners],
  ] as const;
  return pairsOf.flatMap(([what, from, to, isSame]) => (isSame ? [] : [{ what, from, to }]));
}

interface Attributes {
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
}

/** The file is sent to the client as an archive, which has the owner and mode as well. */
function copying(task: Task, path: string, attributes: Attributes, context: TaskContext): Command {
  const { mode, owner, group } = attributes;
  const engine = withEngine(engineOf(task, context));
  const to = `${task.container}:${parentOf(path)}`;
  const shown = `docker cp ${task.path ?? '-'} ${task.container}:${path}`;
  const name = nameOf(path);
  if (task.bytes !== undefined && fitsUstar(name)) {
    const archive = ustar([{ name, mode, content: task.bytes, owner, group }]);
    return {
      ...reading(
        sh`${engine}
_engine cp -- - ${to}`,
        archive,
      ),
      shown,
    };
  }
  const source = task.path ?? '';
  const renamed = `s,^.*$,${name.replace(/[\\,&]/g, '\\$&')},`;
  return {
    ...sh`${engine}
tar -C ${parentOf(source)} --dereference --numeric-owner --owner=root:${owner} --group=root:${group} --mode=${showMode(mode)} --transform=${renamed} -cf - -- ${nameOf(source)} | _engine cp -- - ${to}`,
    shown,
    long: true,
  };
}
