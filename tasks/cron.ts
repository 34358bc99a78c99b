import { type Change, defineTask, predicts } from '../src/sdk.ts';
import { type CronEntry, withEntry, withoutEntry } from './shared/editing/cron-table.ts';
import { askTable, backup, store, unreadTable } from './shared/editing/crontab.ts';
import { cronThings } from './shared/retire/cron.ts';

export default defineTask({
  name: 'ansible.builtin.cron',
  summary: "Manage a job or a variable in a user's crontab or in /etc/cron.d.",
  description: 'A job is identified by the comment `#Ansible: NAME` above it, as written by Ansible.',
  params: {
    name: { type: 'str', required: true, doc: 'A name that identifies the job; with `env`, the name of the variable.' },
    state: {
      type: 'str',
      default: 'present',
      choices: ['absent', 'present'],
      doc: 'Whether the job or variable should be present.',
    },
    job: { type: 'str', aliases: ['value'], doc: 'The command to run; with `env`, the value of the variable.' },
    user: {
      type: 'str',
      doc: 'The user whose crontab to manage; with `cron_file`, the user the job runs as (default: root).',
    },
    cron_file: {
      type: 'path',
      doc: 'The crontab file; a bare name means a file in /etc/cron.d. /etc/crontab belongs to the system and is refused.',
    },
    minute: { type: 'str', default: '*', doc: 'The minute at which the job runs.' },
    hour: { type: 'str', default: '*', doc: 'The hour at which the job runs.' },
    day: { type: 'str', default: '*', aliases: ['dom'], doc: 'The day of the month on which the job runs.' },
    month: { type: 'str', default: '*', doc: 'The month in which the job runs.' },
    weekday: {
      type: 'str',
      default: '*',
      aliases: ['dow'],
      doc: 'The day of the week on which the job runs; 0 is Sunday.',
    },
    special_time: {
      type: 'str',
      choices: ['annually', 'daily', 'hourly', 'monthly', 'reboot', 'weekly', 'yearly'],
      doc: 'A schedule nickname, instead of the five time fields.',
    },
    disabled: { type: 'bool', default: false, doc: 'Keep the job in the crontab, but commented out.' },
    env: { type: 'bool', default: false, doc: 'Manage a variable instead of a job.' },
    insertafter: { type: 'str', doc: 'Insert a new variable after this one.' },
    insertbefore: { type: 'str', doc: 'Insert a new variable before this one.' },
    backup: {
      type: 'bool',
      default: false,
      doc: 'Keep a backup of the previous crontab in a file in /tmp that only root can read.',
    },
  },
  rules: {
    mutuallyExclusive: [['insertafter', 'insertbefore']],
    requiredIf: [{ param: 'state', is: 'present', needs: ['job'] }],
  },
  ask: ({ cron_file, user }) => ({ table: askTable(cron_file, user) }),
  plan({ table }, params) {
    if (params.cron_file === '/etc/crontab')
      return { failed: 'Will not manage /etc/crontab via cron_file, see documentation.' };
    if (params.cron_file !== undefined && params.user === undefined && params.state === 'present' && !params.env)
      return { failed: 'To use cron_file=... parameter you must specify user=... as well' };
    if (
      params.special_time !== undefined &&
      [params.minute, params.hour, params.day, params.month, params.weekday].some((one) => one !== '*')
    )
      return { failed: 'You must specify time and date fields or special time.' };
    const unread = unreadTable(table);
    if (unread !== undefined) return { failed: unread };
    const entry: CronEntry = params.env
      ? { env: true, name: params.name, line: `${params.name}="${params.job ?? ''}"` }
      : { env: false, name: params.name, line: jobLine(params) };
    const after =
      params.state === 'absent' ? withoutEntry(table.stdout, entry) : withEntry(table.stdout, entry, params);
    if (typeof after !== 'string') return { failed: after.failed };
    if (after === table.stdout) return { changes: [] };
    const found = withoutEntry(table.stdout, entry) !== table.stdout;
    const change: Change = {
      what: `cron ${params.env ? 'variable' : 'job'} ${params.name}`,
      from: found ? 'present' : null,
      to: params.state === 'absent' ? null : entry.line,
      diff: {
        before: table.stdout,
        after,
        beforeHeader: params.cron_file ?? 'crontab',
        afterHeader: params.cron_file ?? 'crontab',
      },
      commands: [
        ...(params.backup ? [backup(params.cron_file, params.user)] : []),
        ...store(params.cron_file, params.user, after),
      ],
      effects: [predicts(askTable(params.cron_file, params.user), { ...table, stdout: after })],
    };
    return { changes: [change] };
  },
  result: ({ state: { table }, params: { cron_file } }) => ({
    jobs: [...table.stdout.matchAll(/^#Ansible: (.*)$/gm)].map(([, name]) => name),
    envs: [...table.stdout.matchAll(/^([A-Za-z_]\w*)\s*=/gm)].map(([, name]) => name),
    ...(cron_file === undefined ? {} : { cron_file }),
  }),
  retire: (task) => cronThings(task, task.env, task.env ? { env: true } : {}),
  returns: { jobs: 'The names of all jobs in the crontab.', envs: 'The names of all variables in the crontab.' },
  examples: [
    {
      title: 'Run a job every night',
      yaml: 'cron:\n  name: look back\n  minute: "30"\n  hour: "4"\n  job: /usr/bin/true',
    },
    {
      title: 'Put a job in a separate file and run it as another user',
      yaml: 'cron:\n  name: count\n  special_time: daily\n  cron_file: retrace\n  user: nobody\n  job: /usr/bin/true',
    },
    { title: 'Set a variable for all jobs', yaml: 'cron:\n  name: MAILTO\n  env: true\n  job: tech@example.org' },
    { title: 'Remove a job', yaml: 'cron:\n  name: nobody knows\n  state: absent' },
  ],
});

interface Job {
  readonly job: string | undefined;
  readonly user: string | undefined;
  readonly cron_file: string | undefined;
  readonly disabled: boolean;
  readonly special_time: string | undefined;
  readonly minute: string;
  readonly hour: string;
  readonly day: string;
  readonly month: string;
  readonly weekday: string;
}

function jobLine({
  job = '',
  user,
  cron_file,
  disabled,
  special_time,
  minute,
  hour,
  day,
  month,
  weekday,
}: Job): string {
  const when = special_time === undefined ? `${minute} ${hour} ${day} ${month} ${weekday}` : `@${special_time}`;
  return `${disabled ? '#' : ''}${when} ${cron_file === undefined ? '' : `${user} `}${job.replace(/[\r\n]+$/, '')}`;
}
