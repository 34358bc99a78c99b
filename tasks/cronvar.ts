import { type Change, defineTask, predicts } from '../src/sdk.ts';
import { type CronEntry, withEntry, withoutEntry } from './shared/editing/cron-table.ts';
import { askTable, backup, store, unreadTable } from './shared/editing/crontab.ts';
import { cronThings } from './shared/retire/cron.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The variable.' },
  value: { type: 'str', doc: 'Its value, as it should be in the crontab, with quotes if it needs any.' },
  user: { type: 'str', doc: 'The user whose crontab to manage (default: the user who runs the task).' },
  cron_file: { type: 'str', doc: 'A crontab file instead; a bare name means a file in /etc/cron.d.' },
  insertafter: { type: 'str', doc: 'Insert a new variable after this one.' },
  insertbefore: { type: 'str', doc: 'Insert a new variable before this one.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the variable should be set.',
  },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a copy of the previous crontab: of a file next to it, of a user in a file in /tmp that only root can read.',
  },
} as const;

export default defineTask({
  name: 'community.general.cronvar',
  summary: "Manage a variable in a user's crontab or in /etc/cron.d.",
  description:
    'The same variables can be managed by `cron` with `env: true`, which puts their values in quotes. A new variable is put at the top.',
  params,
  rules: { mutuallyExclusive: [['insertafter', 'insertbefore']] },
  ask: ({ cron_file, user }) => ({ table: askTable(cron_file, user) }),
  plan({ table }, task) {
    const { name, value, state, cron_file, user } = task;
    if (state === 'present' && (value ?? '') === '')
      return { failed: "You must specify 'value' to insert a new cron variable" };
    const unread = unreadTable(table);
    if (unread !== undefined) return { failed: unread };
    const is = valueIn(table.stdout, name);
    const to = state === 'absent' ? undefined : value;
    if (is === to) return { changes: [] };
    const entry: CronEntry = { env: true, name, line: `${name}=${value ?? ''}` };
    const after = to === undefined ? withoutEntry(table.stdout, entry) : withEntry(table.stdout, entry, task);
    if (typeof after !== 'string') return after;
    const header = cron_file ?? 'crontab';
    const change: Change = {
      what: `cron variable ${name}`,
      from: is ?? null,
      to: to ?? null,
      diff: { before: table.stdout, after, beforeHeader: header, afterHeader: header },
      commands: [
        ...(task.backup && table.stdout !== '' ? [backup(cron_file, user)] : []),
        ...store(cron_file, user, after),
      ],
      effects: [predicts(askTable(cron_file, user), { ...table, stdout: after })],
    };
    return { changes: [change] };
  },
  result: ({ state: { table }, params: { cron_file } }) => ({
    vars: variableNames(table.stdout),
    ...(cron_file === undefined ? {} : { cron_file }),
  }),
  retire: (task) => cronThings(task, true, {}),
  returns: { vars: 'The names of all variables in the crontab.', cron_file: 'The `cron_file` parameter.' },
  examples: [
    { title: 'Send the output of all jobs to an address', yaml: 'cronvar:\n  name: MAILTO\n  value: tech@example.org' },
    {
      title: 'Set a variable in a file, after another one',
      yaml: 'cronvar:\n  name: LOGS\n  value: /var/log/jobs\n  cron_file: retrace\n  user: root',
    },
    { title: 'Remove a variable', yaml: 'cronvar:\n  name: NOTHING\n  state: absent' },
  ],
});

/** The value of the first line that sets a variable. */
const valueIn = (table: string, name: string): string | undefined =>
  table
    .split('\n')
    .map((line) => setting(line))
    .find((one) => one?.name === name)?.value;

const variableNames = (table: string): readonly string[] =>
  table.split('\n').flatMap((line) => {
    const found = setting(line);
    return found === undefined ? [] : [found.name];
  });

function setting(line: string): { readonly name: string; readonly value: string } | undefined {
  const [, name, value = ''] = /^([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  return name === undefined ? undefined : { name, value };
}
