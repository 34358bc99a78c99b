import {
  type Change,
  type Command,
  content,
  decodeText,
  defineTask,
  exporting,
  nothing,
  ownLocale,
  type Params,
  type Plan,
  predicts,
  type Question,
  reading,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  shellAnswer,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';

const params = {
  command: { type: 'str', doc: 'The command to run later.' },
  script_file: { type: 'path', doc: 'A file on the host with the commands to run later; at keeps a copy of them.' },
  count: { type: 'int', doc: 'How many `units` from now.' },
  units: { type: 'str', choices: ['minutes', 'hours', 'days', 'weeks'], doc: 'The unit of `count`.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: '`present` adds a job, `absent` removes all jobs with the same commands.',
  },
  unique: { type: 'bool', default: false, doc: 'Add no job if one with the same commands is waiting.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.posix.at',
  summary: 'Run a command once, some time later.',
  description:
    'Requires the `at` package on the host. Jobs belong to the user that the task runs as. Two jobs are the same if all their commands are the same; for Ansible it is enough that one occurs in the other.',
  params,
  rules: { mutuallyExclusive: [['command', 'script_file']], requiredOneOf: [['command', 'script_file']] },
  ask: ({ script_file }) => ({ file: script_file === undefined ? nothing() : content(tidyPath(script_file)) }),
  thenAsk: ({ file }, task) => ({ jobs: askJobs(textOf(task, file?.bytes) ?? '') }),
  plan({ file, jobs = shellAnswer() }, task, { environment }): Plan {
    const { script_file, state, count, units, unique } = task;
    if (state === 'present' && (count === undefined || count === 0 || units === undefined))
      return { failed: 'present state requires count and units' };
    const text = textOf(task, file?.bytes);
    if (text === undefined) return { failed: `${script_file} is not a file on the host` };
    const wrong = unanswered(jobs, { name: 'at', package: 'at' });
    if (wrong !== undefined) return { failed: wrong };
    const waiting = jobs.stdout.split('\n').length - 1;
    if (state === 'absent') return { changes: waiting === 0 ? [] : [removingJobs(text, waiting)] };
    if (unique && waiting > 0) return { changes: [] };
    const change: Change = {
      what: `job in ${count} ${units}`,
      from: null,
      to: shownText(text),
      commands: [adding(task, text, environment)],
      effects: [predicts(askJobs(text), shellAnswer('job\n'.repeat(waiting + 1)))],
      ...(!unique && { repeats: true }),
    };
    return { changes: [change] };
  },
  result: ({ params: { state, script_file, count, units }, changes }) => ({
    state,
    ...(state === 'present' &&
      changes.length > 0 && { count, units, ...(script_file !== undefined && { script_file }) }),
  }),
  returns: {
    state: 'The `state` parameter.',
    script_file: 'The file with the commands, if a job was added from one.',
    count: 'The `count` parameter, if a job was added.',
    units: 'The `units` parameter, if a job was added.',
  },
  examples: [
    {
      title: 'Remove a file in twenty minutes, unless that is already planned',
      yaml: 'at:\n  command: rm -f /run/maintenance\n  count: 20\n  units: minutes\n  unique: true',
      runs: { no: 'needs the at package' },
    },
    {
      title: 'Do not run it after all',
      yaml: 'at:\n  command: rm -f /run/maintenance\n  state: absent',
      runs: { no: 'needs the at package' },
    },
  ],
});

/** The commands, without line breaks at their end; undefined if there is no such file. */
function textOf({ command, script_file }: Task, bytes: Uint8Array | undefined): string | undefined {
  const text = script_file === undefined ? command : bytes && decodeText(bytes);
  return text?.replace(/^\n+|\n+$/g, '');
}

/** The commands on one line. */
const shownText = (text: string): string => {
  const [first = '', ...more] = text.split('\n');
  return more.length === 0 ? first : `${first} … (${more.length + 1} lines)`;
};

/**
 * A script that does something with each waiting job of the user, `$n`, whose commands are the text on stdin. A job is a
 * script that sets the environment, goes to a directory, and then has the commands.
 */
const forEachJob = (what: Script): Command => sh`command -v at >/dev/null || exit 127
wanted=$(cat)
all=$(at -l) || exit
me=$(id -un)
printf '%s\n' "$all" | while read -r n _ _ _ _ _ queue user; do
  [ "$user" = "$me" ] && [ "$queue" != = ] || continue
  has=$(at -c "$n" | sed -e '1,/^cd .* || {$/d' | sed -e '1,/^}$/d' -e '/./,$!d')
  [ "$has" != "$wanted" ] || ${what} || exit
done`;

/** Asks for the waiting jobs of the user with these commands: a line for each. */
const askJobs = (text: string): Question<ShellAnswer> =>
  shell({ ...forEachJob(script`echo job`), input: text, about: ['at:', 'by:package:at'] });

const adding = (
  { count = 0, units = 'minutes' }: Task,
  text: string,
  environment: TaskContext['environment'],
): Command => reading(sh`${exporting(environment)}${ownLocale}at now + ${count} ${units}`, `${text}\n`);

function removingJobs(text: string, waiting: number): Change {
  return {
    what: 'job',
    from: `${shownText(text)}${waiting > 1 ? ` (${waiting} times)` : ''}`,
    to: null,
    commands: [reading(forEachJob(script`at -r "$n"`), text)],
    effects: [predicts(askJobs(text), shellAnswer())],
  };
}
