import { defineTask, type Params } from '../src/sdk.ts';
import { askEdit, type EditState, inTheWay, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: {
    type: 'str',
    required: true,
    doc: 'The name of the opened device, with or without `/dev/mapper/`.',
  },
  state: {
    type: 'str',
    required: true,
    choices: ['absent', 'opts_absent', 'opts_present', 'present'],
    doc: 'Whether the entry should exist; `opts_present` and `opts_absent` only add or remove options.',
  },
  backing_device: { type: 'str', doc: 'The encrypted device or file; required for a new entry.' },
  password: { type: 'path', doc: 'The file with the key, or `none` to ask at boot.' },
  opts: { type: 'str', doc: 'The options, separated by commas.' },
  path: { type: 'path', default: '/etc/crypttab', doc: 'The file.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.crypttab',
  summary: 'Manage an entry of /etc/crypttab, which lists the encrypted devices to open at boot.',
  params,
  ask: (task) => askEdit({ path: task.path }),
  thenAsk: (state, task) => thenAskEdit(state, { path: task.path }),
  plan(state, task, context) {
    const wrong = wrongly(task);
    if (wrong !== undefined) return { failed: wrong };
    const blocked = inTheWay(state, { path: task.path });
    if (blocked !== undefined) return blocked;
    const { text, line, was, refused } = edited(state, task);
    if (refused !== undefined) return { failed: refused };
    if (state.now.bytes === undefined && text === '') return { changes: [] };
    const file = { path: task.path, ...(state.now.bytes === undefined ? { mode: '0644' } : {}) };
    return planEdit(state, file, { opened: openEdited(state), text }, context, {
      what: `${nameOf(task)} in ${task.path}`,
      from: was ?? null,
      to: line ?? null,
    });
  },
  result: ({ before, params: task }) => ({
    msg: edited(before, task).message,
    name: nameOf(task),
    state: task.state,
    backing_device: task.backing_device ?? null,
    password: task.password ?? null,
    opts: task.opts ?? null,
    path: task.path,
  }),
  retire: byState('encrypted device', ['name'], ['path']),
  returns: {
    msg: 'what was done',
    name: 'the name of the opened device',
    state: 'the `state` parameter',
    backing_device: 'the `backing_device` parameter',
    password: 'the `password` parameter',
    opts: 'the `opts` parameter',
    path: 'the file',
  },
  examples: [
    {
      title: 'Open an encrypted disk at boot',
      yaml: 'crypttab:\n  name: data\n  state: present\n  backing_device: UUID=b3e48f45-f933-4c8e-a700-22a159ec9077\n  password: /etc/keys/data\n  opts: luks\n  path: /etc/retrace-crypttab',
    },
    {
      title: 'Allow TRIM',
      yaml: 'crypttab:\n  name: data\n  state: opts_present\n  opts: discard\n  path: /etc/retrace-crypttab',
      runs: { no: 'needs the entry' },
    },
  ],
});

const nameOf = ({ name }: Task): string => name.replace(/^\/dev\/mapper\//, '');

const changesOptions = ({ state }: Task): boolean => state === 'opts_present' || state === 'opts_absent';

function wrongly(task: Task): string | undefined {
  const { state, backing_device, password, opts } = task;
  if (state !== 'absent' && (backing_device ?? password ?? opts) === undefined)
    return "expected one or more of 'backing_device', 'password' or 'opts'";
  if (changesOptions(task) && (backing_device ?? password) !== undefined)
    return `cannot update 'backing_device' or 'password' when state=${state}`;
  const given = Object.entries({ name: nameOf(task), backing_device, password, opts });
  const spaced = given.find(([, value]) => value !== undefined && (value === '' || /[ \t]/.test(value)));
  return spaced === undefined ? undefined : `invalid '${spaced[0]}': contains white space or is empty`;
}

interface Entry {
  readonly name: string;
  readonly device: string;
  readonly password: string | undefined;
  readonly options: readonly string[];
}

function readEntry(line: string): Entry | undefined {
  const [name = '', device, password, options] = line.trim().split(/\s+/);
  if (device === undefined || name.startsWith('#')) return undefined;
  return { name, device, password, options: options === undefined ? [] : optionsIn(options) };
}

const optionsIn = (text: string): readonly string[] => text.split(',').filter((one) => one !== '');

function writeEntry({ name, device, password, options }: Entry): string {
  if (options.length === 0) return [name, device, ...(password === undefined ? [] : [password])].join(' ');
  return [name, device, password ?? 'none', options.join(',')].join(' ');
}

interface Edited {
  readonly text: string;
  readonly message: string;
  /** The line of the entry, before and after. */
  readonly was?: string;
  readonly line?: string;
  readonly refused?: string;
}

function edited(state: EditState, task: Task): Edited {
  const { text } = openEdited(state);
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const at = lines.findIndex((line) => readEntry(line)?.name === nameOf(task));
  const was = lines[at];
  if (was === undefined) return added(text, lines, task);
  if (task.state === 'absent') return { text: joined(lines.toSpliced(at, 1)), message: 'removed line', was };
  const line = entryAfter(was, task);
  if (line === was) return { text, message: '?', was, line };
  const message = { present: 'updated line', opts_present: 'added options', opts_absent: 'removed options' }[
    task.state
  ];
  return { text: joined(lines.with(at, line)), message, was, line };
}

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function added(text: string, lines: readonly string[], task: Task): Edited {
  if (task.state === 'absent' || task.state === 'opts_absent') return { text, message: '?' };
  if (task.backing_device === undefined)
    return { text, message: '?', refused: "'backing_device' required to add a new entry" };
  const line = writeEntry({
    name: nameOf(task),
    device: task.backing_device,
    password: task.password,
    options: optionsIn(task.opts ?? ''),
  });
  return { text: joined([...lines, line]), message: 'added line', line };
}

/** The line as it should be: as it is, if nothing differs. */
function entryAfter(line: string, task: Task): string {
  const now = readEntry(line);
  if (now === undefined) return line;
  const after = {
    ...now,
    device: task.backing_device ?? now.device,
    password: task.password ?? now.password,
    options: optionsAfter(now.options, task),
  };
  const isSame =
    after.device === now.device &&
    after.password === now.password &&
    after.options.toSorted().join() === now.options.toSorted().join();
  return isSame ? line : writeEntry(after);
}

const keyOf = (option: string): string => option.split('=')[0] ?? option;

function optionsAfter(now: readonly string[], { opts, state }: Task): readonly string[] {
  if (opts === undefined) return now;
  const given = optionsIn(opts);
  if (state === 'present') return given;
  if (state === 'opts_absent') return now.filter((one) => !given.some((other) => keyOf(other) === keyOf(one)));
  const replaced = now.map((one) => given.find((other) => keyOf(other) === keyOf(one)) ?? one);
  return [...replaced, ...given.filter((one) => !now.some((other) => keyOf(other) === keyOf(one)))];
}
