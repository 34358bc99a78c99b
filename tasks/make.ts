import {
  anyCode,
  defineTask,
  exporting,
  type Params,
  type ShellAnswer,
  sh,
  shell,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { commandResult, inFolder } from './shared/commands/run-command.ts';
import { missingTool } from './shared/commands/unanswered.ts';

const params = {
  chdir: { type: 'path', required: true, doc: 'The directory to run make in.' },
  target: { type: 'str', doc: 'The target (default: the first one).' },
  targets: { type: 'list', elements: 'str', doc: 'Several targets.' },
  params: { type: 'dict', doc: 'Variables to pass to make; for one without a value, only the name is passed.' },
  file: { type: 'path', doc: 'The makefile.' },
  make: { type: 'path', doc: 'The program (default: `make`).' },
  jobs: { type: 'int', doc: 'How many recipes to run at the same time.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.make',
  summary: 'Build targets with make, unless they are up to date.',
  description:
    'Requires the `make` package on the host. `make --question` tells whether the targets are up to date; a target that is not a file never is. Even with `--question`, make updates included makefiles and runs lines that start with `+`.',
  params,
  rules: { mutuallyExclusive: [['target', 'targets']] },
  acts: true,
  ask: (task, context) => ({ question: askMake(task, context) }),
  plan({ question }, task) {
    const failure = refusal(question, task);
    if (failure !== undefined) return failure;
    if (question.code === 0) return { changes: [] };
    const command = { ...sh`${inFolder(task.chdir)}${wordsOf(task, [])}`, long: true, ownLocale: true };
    const change = {
      what: 'command',
      from: '',
      to: wordsOf(task, []).join(' '),
      // A failure is reported with the output.
      commands: [{ ...command, accepts: anyCode }],
    };
    return { changes: [change] };
  },
  result(done) {
    const { params: task, state, changes } = done;
    const own = {
      target: task.target ?? null,
      targets: task.targets ?? null,
      params: task.params ?? null,
      chdir: task.chdir,
      file: task.file ?? null,
      jobs: task.jobs ?? null,
      command: wordsOf(task, []).join(' '),
    };
    if (changes.length === 0) return { ...own, stdout: state.question.stdout, stderr: state.question.stderr };
    const { rc, stdout, stderr, msg, failed } = commandResult(done, wordsOf(task, []));
    if (failed === true) return { ...own, rc, stdout, stderr, failed, msg: String(stderr) || msg };
    return { ...own, stdout, stderr };
  },
  returns: {
    chdir: 'the directory',
    command: 'the command as it was run',
    file: 'the `file` parameter',
    jobs: 'the `jobs` parameter',
    params: 'the `params` parameter',
    target: 'the `target` parameter',
    targets: 'the `targets` parameter',
    stdout: "make's stdout",
    stderr: "make's stderr",
    rc: 'the exit code, if make failed',
    msg: 'why make failed',
  },
  examples: [
    {
      title: 'Build the default target',
      yaml: 'make:\n  chdir: /opt/app',
      runs: { no: 'needs the directory and the make package' },
    },
    {
      title: 'Install under a different prefix',
      yaml: 'make:\n  chdir: /opt/app\n  target: install\n  params:\n    PREFIX: /usr/local',
      runs: { no: 'needs the directory and the make package' },
    },
  ],
});

/** The command line: options, then targets, then variables. */
const wordsOf = (task: Task, options: readonly string[]): readonly string[] => [
  task.make ?? 'make',
  ...(task.jobs === undefined ? [] : ['--jobs', String(task.jobs)]),
  ...(task.file === undefined ? [] : ['--file', task.file]),
  ...options,
  ...(task.target === undefined ? (task.targets ?? []) : [task.target]),
  ...Object.entries(task.params ?? {}).map(([name, value]) =>
    value === null || value === undefined ? name : `${name}=${String(value)}`,
  ),
];

const askMake = (task: Task, { environment }: TaskContext) =>
  shell({
    ...sh`${exporting(environment)}${inFolder(task.chdir)}${wordsOf(task, ['--question'])}`,
    about: [`path:${tidyPath(task.chdir)}`, 'by:package:make'],
    deadlineMs: 120_000,
  });

/** Why make cannot tell whether the targets are up to date; undefined if it can. */
function refusal({ code, stderr }: ShellAnswer, task: Task) {
  if (code === 127) return { failed: missingTool({ name: task.make ?? 'make', package: 'make' }) };
  // Before make runs anything, it looks for the makefile and the rules. Other errors may come from the recipes that it
  // runs even when asked, for a makefile in another directory.
  const isCertain = stderr.startsWith('Unable to change directory') || /^make: \*\*\* No /m.test(stderr);
  return code !== 0 && isCertain ? { failed: stderr.trim(), result: { rc: code } } : undefined;
}
