import {
  blurs,
  ControllerError,
  content,
  defineTask,
  nothing,
  type Params,
  type PathState,
  type Plan,
  type ShellAnswer,
  sh,
  stat,
  type TaskContext,
} from '../src/sdk.ts';
import { deb822 } from './shared/apt/deb822.ts';
import { keyAtUrl, keyBytes } from './shared/apt/key-at-url.ts';
import { askEdit, type EditState, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { absentEffect } from './shared/files/path-info.ts';
import { byState } from './shared/retire/by-state.ts';

const list = { type: 'list', elements: 'str' } as const;

const params = {
  name: { type: 'str', required: true, doc: 'The name of the source and of its file.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the source should be present.',
  },
  types: { ...list, default: ['deb'], doc: 'Binary packages (`deb`), sources (`deb-src`), or both.' },
  uris: { ...list, doc: 'The URLs of the repository.' },
  suites: { ...list, doc: 'The suites to use.' },
  components: { ...list, doc: 'The components to use.' },
  architectures: { ...list, doc: 'Use only these architectures.' },
  signed_by: { type: 'str', doc: 'The signing key: a URL, a path on the host, or the ASCII-armored key itself.' },
  enabled: { type: 'bool', doc: 'Whether apt uses the source.' },
  trusted: { type: 'bool', doc: 'Whether the source is trusted without a signature.' },
  allow_downgrade_to_insecure: { type: 'bool', doc: 'Allow a source that used to be signed to become unsigned.' },
  allow_insecure: { type: 'bool', doc: 'Allow the source to be insecure.' },
  allow_weak: { type: 'bool', doc: 'Allow weak hash algorithms.' },
  by_hash: { type: 'bool', doc: 'Fetch index files by their hash.' },
  check_date: { type: 'bool', doc: 'Refuse release files dated in the future.' },
  check_valid_until: { type: 'bool', doc: 'Refuse release files that are too old.' },
  date_max_future: { type: 'int', doc: 'How far in the future the date of a release file may be, in seconds.' },
  inrelease_path: { type: 'str', doc: 'The path of the InRelease file.' },
  languages: { ...list, doc: 'The languages to fetch translations for.' },
  targets: { ...list, doc: 'The index targets to fetch.' },
  include: { ...list, doc: 'Use only these packages of the source.' },
  exclude: { ...list, doc: 'Ignore these packages of the source.' },
  pdiffs: { type: 'bool', doc: 'Fetch only the differences from the previous index files.' },
  mode: { type: 'mode', default: '0644', doc: 'The mode of the file.' },
  install_python_debian: { type: 'bool', default: false, ignored: 'no Python is needed' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.deb822_repository',
  summary: 'Manage an apt source in deb822 format.',
  description:
    'Writes /etc/apt/sources.list.d/NAME.sources, and saves a key from a URL in /etc/apt/keyrings. Package lists are not fetched: use `apt` with `update_cache`.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['uris', 'suites'] }] },
  prepare(task): Task {
    if (nameOf(task) === '') throw new ControllerError(`expected a name with letters or digits, got "${task.name}"`);
    return task;
  },
  ask: (task) => ({
    ...askEdit({ path: fileOf(task), mode: task.mode }),
    armored: stat(keyFile(task, 'asc')),
    binary: stat(keyFile(task, 'gpg')),
    armoredNow: isUrl(task) ? content(keyFile(task, 'asc')) : nothing(),
    binaryNow: isUrl(task) ? content(keyFile(task, 'gpg')) : nothing(),
    keyrings: isUrl(task) ? stat('/etc/apt/keyrings') : nothing(),
    key: isUrl(task) ? keyAtUrl(task.signed_by ?? '') : nothing(),
  }),
  thenAsk: (state, task) => thenAskEdit(state, { path: fileOf(task) }),
  plan: (state, task, context) => (task.state === 'absent' ? planGone(state, task) : planSource(state, task, context)),
  result: ({ state, params: task }) => ({
    repo: task.state === 'absent' ? null : textOf(task, keyPath(task, state.key)),
    dest: fileOf(task),
    key_filename: isUrl(task) ? (keyPath(task, state.key) ?? null) : null,
  }),
  retire: byState('apt repository', ['name']),
  returns: {
    repo: 'the source as written',
    dest: 'the file that holds the source',
    key_filename: 'the file that holds the signing key',
  },
  examples: [
    {
      title: 'Add backports',
      yaml: 'deb822_repository:\n  name: backports\n  uris: http://deb.debian.org/debian\n  suites: bookworm-backports\n  components: [main]\n  signed_by: /usr/share/keyrings/debian-archive-keyring.gpg',
    },
    {
      title: 'Add a source with a key from a URL',
      yaml: 'deb822_repository:\n  name: tools\n  uris: https://apt.example.org\n  suites: stable\n  components: main\n  signed_by: https://apt.example.org/key.asc',
      runs: { no: 'needs the network' },
    },
    { title: 'Remove a source', yaml: 'deb822_repository:\n  name: gone\n  state: absent' },
  ],
});

/** The name in the form that apt requires for file names. */
const nameOf = ({ name }: Task): string =>
  name
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
    .replace(/[^a-z0-9.-]/g, '')
    .replace(/^[-.]+/, '');
const fileOf = (task: Task): string => `/etc/apt/sources.list.d/${nameOf(task)}.sources`;
const keyFile = (task: Task, ending: string): string => `/etc/apt/keyrings/${nameOf(task)}.${ending}`;
const isUrl = ({ signed_by, state }: Task): boolean =>
  state === 'present' && /^(https?|ftp):\/\//i.test(signed_by ?? '');

const isArmored = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 64).includes('-----BEGIN PGP');

function keyPath(task: Task, key: ShellAnswer | undefined): string | undefined {
  if (!isUrl(task)) return task.signed_by;
  return key === undefined ? undefined : keyFile(task, isArmored(keyBytes(key)) ? 'asc' : 'gpg');
}

interface SourceState extends EditState {
  readonly armored: PathState;
  readonly binary: PathState;
  readonly armoredNow: { readonly bytes: Uint8Array | undefined } | undefined;
  readonly binaryNow: { readonly bytes: Uint8Array | undefined } | undefined;
  readonly keyrings: PathState | undefined;
  readonly key: ShellAnswer | undefined;
}

function planSource(state: SourceState, task: Task, context: TaskContext): Plan {
  const { key } = state;
  if (key !== undefined && key.code !== 0)
    return { failed: `the key ${task.signed_by} cannot be fetched: ${key.stderr.trim()}` };
  if (key !== undefined && keyBytes(key).length === 0) return { failed: `the key ${task.signed_by} is empty` };
  const keyPlan = key === undefined ? { changes: [] } : planKey(state, key, task, context);
  if (!('changes' in keyPlan)) return keyPlan;
  const opened = openEdited(state);
  const plan = planEdit(
    state,
    { path: fileOf(task), mode: task.mode, directory_mode: '0755' },
    { opened, text: textOf(task, keyPath(task, key)) },
    context,
    { what: `package source ${task.name}`, ...(opened.text === '' ? { from: null } : {}) },
  );
  return 'changes' in plan ? { ...plan, changes: [...keyPlan.changes, ...plan.changes] } : plan;
}

function planKey(state: SourceState, key: ShellAnswer, task: Task, context: TaskContext): Plan {
  const bytes = keyBytes(key);
  const [before, now] = isArmored(bytes) ? [state.armored, state.armoredNow] : [state.binary, state.binaryNow];
  const text = (of: Uint8Array | undefined) => Buffer.from(of ?? []).toString('latin1');
  if (state.keyrings?.exists !== true)
    return {
      failed: 'the directory /etc/apt/keyrings does not exist on the host: create it with `file: state=directory`',
    };
  return planEdit(
    { ...state, before, now: { bytes: now?.bytes, resolved: keyPath(task, key) }, parent: state.keyrings },
    { path: keyPath(task, key) ?? '', mode: '0644', directory_mode: '0755' },
    {
      opened: {
        text: text(now?.bytes),
        foreign: (one) => one,
        close: (changed) => Buffer.from(changed, 'latin1'),
      },
      text: text(bytes),
    },
    { ...context, diff: false },
    { what: `key for ${task.name}` },
  );
}

function planGone(state: SourceState, task: Task): Plan {
  const files = [
    [fileOf(task), state.before],
    [keyFile(task, 'asc'), state.armored],
    [keyFile(task, 'gpg'), state.binary],
  ] as const;
  return {
    changes: files.flatMap(([path, there]) =>
      there.exists
        ? [
            {
              what: path,
              from: 'present',
              to: null,
              commands: [sh`rm -f -- ${path}`],
              effects: [absentEffect(path, there), blurs('apt:lists')],
              paths: [path],
            },
          ]
        : [],
    ),
  };
}

/** The fields in Ansible's order, by its parameters, and spelt as it spells them, so that both write the same file. */
const textOf = (task: Task, signedBy: string | undefined): string =>
  deb822([
    ['Allow-Downgrade-To-Insecure', task.allow_downgrade_to_insecure],
    ['Allow-Insecure', task.allow_insecure],
    ['Allow-Weak', task.allow_weak],
    ['Architectures', task.architectures],
    ['By-Hash', task.by_hash],
    ['Check-Date', task.check_date],
    ['Check-Valid-Until', task.check_valid_until],
    ['Components', task.components],
    ['Date-Max-Future', task.date_max_future],
    ['Enabled', task.enabled],
    ['Exclude', task.exclude],
    ['Include', task.include],
    ['Inrelease-Path', task.inrelease_path],
    ['Languages', task.languages],
    ['X-Repolib-Name', task.name],
    ['Pdiffs', task.pdiffs],
    ['Signed-By', signedBy],
    ['Suites', task.suites],
    ['Targets', task.targets],
    ['Trusted', task.trusted],
    ['Types', task.types],
    ['URIs', task.uris],
  ]);
