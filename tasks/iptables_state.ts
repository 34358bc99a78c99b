import {
  blurs,
  type Change,
  decodeText,
  defineTask,
  type Effect,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { askEdit, type EditState, inTheWay, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import {
  askRestored,
  askSave,
  familyOf,
  iptablesTool,
  ONLY_HERE,
  restoreWords,
  savedLines,
  tablesOf,
} from './shared/network/iptables-save.ts';

const params = {
  state: {
    type: 'str',
    required: true,
    choices: ['saved', 'restored'],
    doc: 'Whether the rules are saved to the file or restored from it.',
  },
  path: { type: 'path', required: true, doc: 'The file.' },
  table: {
    type: 'str',
    choices: ['filter', 'nat', 'mangle', 'raw', 'security'],
    doc: 'Save or restore only this table (default: all).',
  },
  ip_version: { type: 'str', default: 'ipv4', choices: ['ipv4', 'ipv6'], doc: 'Use `iptables` or `ip6tables`.' },
  counters: {
    type: 'bool',
    default: false,
    doc: 'Save or restore the counters of packets, too. They change all the time, and so does the file.',
  },
  noflush: {
    type: 'bool',
    default: false,
    doc: 'Keep the present rules when others are restored. These are then added every time.',
  },
  modprobe: { type: 'path', doc: 'The program that loads kernel modules.' },
  wait: { type: 'int', doc: 'The number of seconds to wait for another program that changes the rules.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.iptables_state',
  summary: 'Save the rules of iptables to a file, or restore them from one.',
  description:
    'Requires the `iptables` package on the host. A check restores the file in a network namespace of its own, so it compares rules and not the way in which they are written. There is no rollback if the new rules cut off the host.',
  params,
  ask: (task) => ({ ...askEdit({ path: task.path }), save: askSave(task) }),
  thenAsk: (state, task) => {
    const { bytes } = state.now;
    const restored: Question<ShellAnswer | undefined> =
      task.state === 'restored' && bytes !== undefined && state.save.code === 0
        ? askRestored(task, decodeText(bytes))
        : nothing();
    return { ...thenAskEdit(state, { path: task.path }), restored };
  },
  plan(state, task, context): Plan {
    const failure = unanswered(state.save, iptablesTool);
    if (failure !== undefined) return { failed: failure };
    if (task.state === 'restored') return restoring(state, task);
    const lines = savedLines(state.save.stdout, task);
    const same =
      state.now.bytes !== undefined && savedLines(openEdited(state).text, task).join('\n') === lines.join('\n');
    if (same) return { changes: [] };
    const text = lines.map((line) => `${line}\n`).join('');
    return planEdit(state, { path: task.path }, { opened: openEdited(state), text }, context, {
      what: task.path,
      from: state.now.bytes === undefined ? null : 'other rules',
      to: `the rules of ${familyOf(task)}`,
    });
  },
  result: ({ params: task, before, state, context, changes }) => {
    const initial = savedLines(before.save.stdout, task);
    const file = savedLines(openEdited(task.state === 'saved' && !context.check ? state : before).text, task);
    return {
      applied: task.state === 'restored' && (!context.check || changes.length === 0),
      initial_state: initial,
      tables: tablesOf(initial),
      ...(task.state === 'saved' ? { saved: initial } : { restored: file }),
    };
  },
  returns: {
    applied: 'Whether the rules have been restored.',
    initial_state: 'The rules before the task.',
    tables: 'The same, by table.',
    saved: 'What was saved.',
    restored: 'What was restored.',
  },
  examples: [
    {
      title: 'Save all rules',
      yaml: 'iptables_state:\n  state: saved\n  path: /etc/iptables/rules.v4',
      runs: { no: 'needs the iptables package' },
    },
    {
      title: 'Restore the rules of one table',
      yaml: 'community.general.iptables_state:\n  state: restored\n  path: /etc/iptables/rules.v6\n  ip_version: ipv6\n  table: filter',
      runs: { no: 'needs the iptables package' },
    },
  ],
});

type State = EditState & { readonly save: ShellAnswer; readonly restored?: ShellAnswer | undefined };

function restoring(state: State, task: Task): Plan {
  const { path, table } = task;
  const blocked = inTheWay(state, { path }, `Source ${path} not found`);
  if (blocked !== undefined) return blocked;
  const file = openEdited(state).text;
  if (table !== undefined && !file.split('\n').includes(`*${table}`))
    return { failed: `Table ${table} to restore not defined in ${path}` };
  const { restored } = state;
  if (restored === undefined) return { changes: [] };
  const isOnlyHere = restored.code === ONLY_HERE;
  if (restored.code !== 0 && !isOnlyHere) return { failed: restored.stderr.trim() || `${path} cannot be restored` };
  const now = rules(state.save.stdout, task);
  // A file with rules that a new network cannot have is compared as it is written.
  const after = rules(isOnlyHere ? file : restored.stdout, task);
  if (now === after && !task.noflush) return { changes: [] };
  const repeats = task.noflush || task.counters || isOnlyHere;
  const change: Change = {
    what: `rules of ${familyOf(task)}`,
    from: counted(now),
    to: isOnlyHere ? `restored from ${path}` : `${counted(after)}, restored from ${path}`,
    diff: { before: now, after },
    commands: [sh`${restoreWords(task)} <${path}`],
    effects: effectsOf(task, file, repeats ? undefined : restored),
    ...(repeats && { repeats: true as const }),
  };
  return { changes: [change] };
}

/** Rules as text to compare; without counters, which change all the time. */
const rules = (text: string, { table }: Task): string =>
  savedLines(text, { counters: false, table })
    .filter((line) => !line.startsWith('#'))
    .map((line) => `${line}\n`)
    .join('');

function counted(text: string): string {
  const count = text.split('\n').filter((line) => line.startsWith('-A')).length;
  return `${count} rule${count === 1 ? '' : 's'}`;
}

/** What is asked afterwards, if it is known, and whether others can be reached. */
const effectsOf = (task: Task, file: string, after: ShellAnswer | undefined): readonly Effect[] => [
  ...(after === undefined ? [] : [predicts(askSave(task), after), predicts(askRestored(task, file), after)]),
  blurs(`firewall:${familyOf(task)}/*`),
  mayAlter('network:'),
];
