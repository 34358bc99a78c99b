import { type Change, type Command, defineTask, predicts, reading, sh, shell, writeFile } from '../src/sdk.ts';
import { type CronEntry, withEntry, withoutEntry } from './shared/editing/cron-table.ts';

export default defineTask({
  name: 'ansible.builtin.cron',
  summary: "Manage a job or a variable in a user's crontab or in /etc/cron.d.",
  description: 'A job is identified by the comment `#Ansible: NAME` above it, as Ansible writes it.',
  params: {
    name: { type: 'str', required: true, doc: "What the job is for; with `env`, the variable's name." },
    state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether it should be present.' },
    job: { type: 'str', aliases: ['value'], doc: "The command; with `env`, the variable's value." },
    user: { type: 'str', doc: 'Whose crontab; in a file, who runs it (default: root).' },
    cron_file: { type: 'path', doc: 'A file, in /etc/cron.d where only its name is given.' },
    minute: { type: 'str', default: '*', doc: 'When: the minute.' },
    hour: { type: 'str', default: '*', doc: 'When: the hour.' },
    day: { type: 'str', default: '*', aliases: ['dom'], doc: 'When: the day of the month.' },
    month: { type: 'str', default: '*', doc: 'When: the month.' },
    weekday: { type: 'str', default: '*', aliases: ['dow'], doc: 'When: the day of the week; 0 is Sunday.' },
    special_time: {
      type: 'str',
      choices: ['annually', 'daily', 'hourly', 'monthly', 'reboot', 'weekly', 'yearly'],
      doc: 'When, in a word.',
    },
    disabled: { type: 'bool', default: false, doc: 'Keep it, as a comment.' },
    env: { type: 'bool', default: false, doc: 'It is a variable, not a job.' },
    insertafter: { type: 'str', doc: 'The variable after which a new variable goes.' },
    insertbefore: { type: 'str', doc: 'The variable before which a new variable goes.' },
    backup: {
      type: 'bool',
      default: false,
      doc: 'Keep the crontab as it was in a file of /tmp that only root may read.',
    },
  },
  rules: {
    mutuallyExclusive: [['insertafter', 'insertbefore']],
    requiredIf: [{ param: 'state', is: 'present', needs: ['job'] }],
  },
  ask: ({ cron_file, user }) => ({ table: askTable(cron_file, user) }),
  plan({ table }, params) {
    if (params.cron_file !== undefined && params.user === undefined && params.state === 'present' && !params.env)
      return { failed: 'To use cron_file=... parameter you must specify user=... as well' };
    if (
      params.special_time !== undefined &&
      [params.minute, params.hour, params.day, params.month, params.weekday].some((one) => one !== '*')
    )
      return { failed: 'You must specify time and date fields or special time.' };
    if (table.code !== 0) return { failed: table.stderr.trim() || 'the crontab cannot be read' };
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
  returns: { jobs: 'The names of all jobs there.', envs: 'The names of all variables there.' },
  examples: [
    { title: 'Every night', yaml: 'cron:\n  name: look back\n  minute: "30"\n  hour: "4"\n  job: /usr/bin/true' },
    {
      title: 'In a file, as another user',
      yaml: 'cron:\n  name: count\n  special_time: daily\n  cron_file: retrace\n  user: nobody\n  job: /usr/bin/true',
    },
    { title: 'A variable for all jobs', yaml: 'cron:\n  name: MAILTO\n  env: true\n  job: tech@example.org' },
    { title: 'No longer', yaml: 'cron:\n  name: nobody knows\n  state: absent' },
  ],
});

const fileOf = (name: string): string => (name.startsWith('/') ? name : `/etc/cron.d/${name}`);
const ofUser = (user: string | undefined): readonly string[] => (user === undefined ? [] : ['-u', user]);

const askTable = (file: string | undefined, user: string | undefined) =>
  file === undefined
    ? shell({
        ...sh`LC_ALL=C; export LC_ALL; out=$(crontab -l ${ofUser(user)} 2>&1; code=$?; echo .; exit $code) && { printf %s "\${out%.}"; exit; }
case $out in *'no crontab for'*) ;; *) printf %s "$out" >&2; exit 1 ;; esac`,
        about: [`crontab:${user ?? ''}`, 'by:package:cron'],
      })
    : shell({
        ...sh`[ ! -e ${fileOf(file)} ] || cat -- ${fileOf(file)}`,
        about: [`entry:${fileOf(file)}`, `path:${fileOf(file)}`],
      });

function store(file: string | undefined, user: string | undefined, table: string): readonly Command[] {
  if (file === undefined) return [reading(sh`crontab ${ofUser(user)} -`, table)];
  if (table.trim() === '') return [sh`rm -f -- ${fileOf(file)}`];
  return [writeFile({ path: fileOf(file), content: table, mode: 0o644 })];
}

const backup = (file: string | undefined, user: string | undefined): Command =>
  file === undefined
    ? sh`umask 077; crontab -l ${ofUser(user)} >"$(mktemp /tmp/crontab.XXXXXX)" || :`
    : sh`cp -p -- ${fileOf(file)} ${`${fileOf(file)}~`}`;

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
