import { defineTask, type Params, sh, splitWords, type TaskResult } from '../src/sdk.ts';
import { type Dialogue, dialogueInput, ENDINGS, type Exchange, forPerl, partner } from './shared/commands/dialogue.ts';
import {
  askGuards,
  commandResult,
  commandReturns,
  guards,
  inFolder,
  notEntered,
  planCommand,
} from './shared/commands/run-command.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { patternOf } from './shared/editing/python-pattern.ts';

const params = {
  command: { type: 'str', required: true, doc: 'The program and its arguments, split as a shell would.' },
  responses: {
    type: 'dict',
    required: true,
    doc: 'Python regular expressions for the questions of the program, each with the response, or a list of responses for each time it asks. They are sent on a terminal, and never shown.',
  },
  timeout: {
    type: 'int',
    default: 30,
    doc: 'How many seconds to wait for the next question, or for the end; null: for ever.',
  },
  echo: { type: 'bool', default: false, doc: 'Let the terminal show the responses.' },
  creates: guards.creates,
  removes: guards.removes,
  chdir: guards.chdir,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.expect',
  summary: 'Run a program on a terminal, and answer its questions.',
  description:
    'Needs no pexpect: Perl, which is part of every Debian system (`perl-base`), holds the dialogue. Runs every time, unless `creates` or `removes` shows that there is nothing to do. If the program has another way to get a password, such as its stdin, use `command` with `stdin`.',
  params,
  acts: true,
  ask: (task, context) => askGuards(task, context),
  plan(state, task) {
    const words = splitWords(task.command);
    if (words === undefined) return { failed: `No closing quotation in: ${task.command}` };
    if (words.length === 0) return { failed: 'no command given' };
    const exchanges = exchangesOf(task);
    if ('failed' in exchanges) return exchanges;
    const dialogue: Dialogue = { words, ...exchanges, seconds: task.timeout ?? undefined, echo: task.echo };
    return planCommand(state, task, task.command, {
      ...sh`${inFolder(task.chdir)}${partner()}`,
      stdin: dialogueInput(dialogue),
      shown: task.command,
    });
  },
  result(done) {
    const result = commandResult(done, done.params.command);
    return notEntered(done.params.chdir, result) ?? broken(done.params, result) ?? result;
  },
  returns: commandReturns,
  examples: [
    {
      title: 'Set a password with a program that asks for it twice',
      yaml: "expect:\n  command: passwd retrace\n  responses:\n    '(?i)password': '{{ new_password }}'\nvars:\n  new_password: a secret\nno_log: true",
      runs: { no: 'needs the user' },
    },
    {
      title: 'Answer several questions in turn',
      yaml: 'expect:\n  command: /bin/sh -c \'read -p "Name? " a; read -p "Place? " b\'\n  responses:\n    \'\\? \':\n      - retrace\n      - here',
    },
  ],
});

function exchangesOf({ responses }: Task): { readonly exchanges: readonly Exchange[] } | { readonly failed: string } {
  const exchanges = Object.entries(responses).map(([pattern, given]): Exchange => {
    const all: readonly unknown[] = Array.isArray(given) ? given : [given];
    return { pattern: forPerl(pattern), responses: all.map(String), repeats: !Array.isArray(given) };
  });
  const wrong = Object.keys(responses)
    .map((source) => patternOf(source))
    .find((one) => !one.ok);
  return wrong === undefined || wrong.ok ? { exchanges } : { failed: wrong.why };
}

/** The result if the dialogue ended early, or if it could not begin. */
function broken({ command }: Task, result: TaskResult): TaskResult | undefined {
  const why = String(result['stderr'] ?? '');
  const { stdout, ...rest } = result;
  const failed = (msg: string, rc: number | null): TaskResult => ({
    ...rest,
    stdout,
    stderr: '',
    stderr_lines: [],
    rc,
    failed: true,
    msg,
  });
  if (why === ENDINGS.timeout) return failed('command exceeded timeout', null);
  if (why.startsWith(ENDINGS.speechless))
    return failed(
      `No remaining responses for '${why.slice(ENDINGS.speechless.length)}', output was '${String(stdout)}'`,
      null,
    );
  if (why.startsWith(ENDINGS.missing))
    return failed(
      `The command was not found or was not executable: ${splitWords(command)?.[0]} (${why.slice(ENDINGS.missing.length)})`,
      null,
    );
  if (result['rc'] === 127 && /perl.*not found/.test(why))
    return failed(missingTool({ name: 'perl', package: 'perl-base' }), 127);
  return undefined;
}
