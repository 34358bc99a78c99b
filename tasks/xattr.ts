import {
  blurs,
  type Change,
  defineTask,
  type Params,
  type Plan,
  predicts,
  type ShellAnswer,
  sh,
  shell,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['name'], doc: 'The file or directory.' },
  key: { type: 'str', doc: 'The attribute.' },
  value: { type: 'str', doc: 'Its value; with a value, `state` is `present`.' },
  namespace: { type: 'str', default: 'user', doc: 'The namespace of the attribute.' },
  state: {
    type: 'str',
    default: 'read',
    choices: ['absent', 'all', 'keys', 'present', 'read'],
    doc: 'Whether the attribute should be set; `read` only reports it, `all` reports all attributes, and `keys` their names.',
  },
  follow: { type: 'bool', default: true, doc: 'If the path is a link, manage the attributes of its target.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.xattr',
  summary: 'Manage or read extended attributes of files.',
  description: 'Requires the `attr` package on the host.',
  params,
  looks: (task) => !['absent', 'present'].includes(stateOf(task)),
  ask: (task) => ({ attributes: askAttributes(task) }),
  plan({ attributes }, task): Plan {
    const state = stateOf(task);
    const key = keyOf(task);
    if (attributes.code === 127) return { failed: missingTool({ name: 'getfattr and setfattr', package: 'attr' }) };
    if (attributes.code === 2) return { failed: 'path not found or not accessible!' };
    if (attributes.code !== 0) return { failed: attributes.stderr.trim() || `exit code ${attributes.code}` };
    if (key === undefined)
      return state === 'present' || state === 'absent' ? { failed: `state=${state} needs a key` } : { changes: [] };
    const all = readAttributes(attributes);
    const now = all.get(key);
    const to = state === 'present' ? (task.value ?? '') : undefined;
    if (!['present', 'absent'].includes(state) || now === to) return { changes: [] };
    const after = new Map(all);
    if (to === undefined) after.delete(key);
    else after.set(key, to);
    const follow = task.follow ? [] : ['-h'];
    const change: Change = {
      what: key,
      from: now ?? null,
      to: to ?? null,
      commands: [
        to === undefined
          ? sh`setfattr ${follow} -x ${key} -- ${task.path}`
          : sh`setfattr ${follow} -n ${key} -v ${`0x${Buffer.from(to).toString('hex')}`} -- ${task.path}`,
      ],
      effects: [
        predicts(askAttributes(task), { ...attributes, stdout: writeAttributes(after) }),
        blurs(`inode:${tidyPath(task.path)}`),
      ],
    };
    return { changes: [change] };
  },
  result({ state: { attributes }, params: task, changes }) {
    const state = stateOf(task);
    const key = keyOf(task);
    const all = readAttributes(attributes);
    const found =
      key === undefined || state === 'all' || state === 'keys' ? [...all] : [...all].filter(([name]) => name === key);
    const told = Object.fromEntries(found.map(([name, value]) => [name, state === 'keys' ? '' : value]));
    const messages = {
      present: `${key} set to ${task.value ?? ''}`,
      absent: `${key} removed`,
      keys: 'returning all keys',
      all: 'dump all',
      read: key === undefined ? 'dump all' : `returning ${key}`,
    };
    return { xattr: told, msg: changes.length > 0 || !['present', 'absent'].includes(state) ? messages[state] : '' };
  },
  retire: byState('extended attribute', ['path', 'namespace', 'key']),
  returns: { xattr: 'The attributes with their values; with `keys`, without them.', msg: 'What was done.' },
  examples: [
    {
      title: 'Set an attribute',
      yaml: 'xattr:\n  path: /srv/file\n  key: origin\n  value: backup',
      runs: { no: 'needs the attr package' },
    },
    {
      title: 'Read all attributes',
      yaml: 'xattr:\n  path: /srv/file\n  state: all\nregister: attributes',
      runs: { no: 'needs the attr package' },
    },
  ],
});

const stateOf = ({ state, value }: Task): Task['state'] =>
  value !== undefined && state === 'read' ? 'present' : state;

/** The key with its namespace. */
function keyOf({ key, namespace }: Task): string | undefined {
  if (key === undefined || namespace === '' || key.startsWith(`${namespace}.`)) return key;
  return `${namespace}.${key}`;
}

/** Asks for all attributes that the user may read, of whatever namespace; values are in hexadecimal. */
const askAttributes = ({ path, follow }: Task) =>
  shell({
    ...sh`command -v getfattr >/dev/null || exit 127
[ -e ${path} ] || [ -h ${path} ] || exit 2
LC_ALL=C getfattr --absolute-names ${follow ? [] : ['-h']} -d -m - -e hex -- ${path}`,
    about: [`inode:${tidyPath(path)}`, 'by:package:attr'],
  });

/** The values of attributes by name. */
type Attributes = ReadonlyMap<string, string>;

/** Reads getfattr's lines `name=0x…`; an empty value stands without any digits. */
const readAttributes = ({ stdout }: ShellAnswer): Attributes =>
  new Map(
    stdout.split('\n').flatMap((line) => {
      const [, name, value = ''] = /^([^#=\s][^=]*)(?:=(?:0x)?(.*))?$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Buffer.from(value.replace(/"/g, ''), 'hex').toString('utf8')] as const];
    }),
  );

const writeAttributes = (attributes: Attributes): string =>
  [...attributes].map(([name, value]) => `${name}=0x${Buffer.from(value).toString('hex')}\n`).join('');
