import { defineTask, sh, splitWords, type TaskResult } from '../src/sdk.ts';
import { readsOnly } from './shared/commands/reads-only.ts';
import {
  askGuards,
  commandResult,
  commandReturns,
  guards,
  inFolder,
  inputOf,
  noCommand,
  notEntered,
  nothingSaid,
  planCommand,
  streams,
} from './shared/commands/run-command.ts';
import { expanding } from './shared/commands/words.ts';

export default defineTask({
  name: 'ansible.builtin.command',
  summary: 'Run a program with arguments, without a shell.',
  description:
    'Runs and reports a change every time, unless `creates`, `removes`, `unless` or `onlyif` shows that there is nothing to do. A check honours these parameters as well.',
  freeForm: 'cmd',
  acts: true,
  looks: (params) => readsOnly(wordsOf(params) ?? []),
  params: {
    cmd: {
      type: 'str',
      aliases: ['_raw_params', 'free_form'],
      doc: 'The program and its arguments, split as a shell would.',
    },
    argv: { type: 'list', elements: 'str', doc: 'The program and its arguments, as a list.' },
    ...guards,
    stdin: { type: 'str', doc: 'Standard input for the program.' },
    ...streams,
    expand_argument_vars: { type: 'bool', default: true, doc: 'Replace `$NAME` and a leading `~` in arguments.' },
    warn: { type: 'bool', default: false, ignored: 'no warnings are given about commands' },
    executable: { type: 'str', ignored: 'a command is run without a shell' },
  },
  rules: { mutuallyExclusive: [['cmd', 'argv']], requiredOneOf: [['cmd', 'argv']] },
  misfit(given) {
    if (given.has('cmd') !== given.has('argv')) return undefined;
    return noCommand(given.has('cmd') ? 'only command or argv can be given, not both' : 'no command given');
  },
  ask: (params, context) => askGuards(params, context),
  plan(state, params) {
    const words = wordsOf(params);
    if (words === undefined) return { failed: `No closing quotation in: ${params.cmd}` };
    if (words.length === 0) return { failed: 'no command given', result: noCommand('no command given') };
    const command = sh`${inFolder(params.chdir)}${params.expand_argument_vars ? words.map(expanding) : words}`;
    const stdin = inputOf(params);
    const plan = planCommand(state, params, words, { ...command, stdin });
    return params.executable === undefined ? plan : { ...plan, warnings: [withoutShell(params.executable)] };
  },
  result(done) {
    const words = wordsOf(done.params) ?? [];
    const result = commandResult(done, words, done.params.strip_empty_ends);
    return notEntered(done.params.chdir, result) ?? notStarted(words, result) ?? result;
  },
  returns: commandReturns,
  examples: [
    {
      title: 'Run a command that never changes the host',
      yaml: 'command: uname -a\nchanged_when: false\ncheck_mode: false',
    },
    {
      title: 'Run a command only if the file that it creates is missing',
      yaml: 'command: touch /tmp/retrace-command\nargs:\n  creates: /tmp/retrace-command',
    },
    {
      title: 'Use a read-only command to see whether there is anything to do',
      yaml: 'command:\n  argv: [mkdir, /tmp/retrace command]\n  unless: test -d "/tmp/retrace command"',
    },
  ],
});

const withoutShell = (executable: string): string =>
  `\`executable\` is no longer supported by \`command\`, which uses no shell: ${executable} is not used`;

/** Ansible's result for a program that does not exist or may not be executed; our shell words it differently. */
function notStarted(words: readonly string[], { rc, stdout, stderr }: TaskResult): TaskResult | undefined {
  const [program = ''] = words;
  const [, named, why = ''] = /^.*?: (?:\d+: )?(?:eval: )?(.*): ([^:]+)$/.exec(String(stderr)) ?? [];
  if ((rc !== 126 && rc !== 127) || stdout !== '' || named !== program) return undefined;
  const [number, text] = /denied/i.test(why) ? [13, 'Permission denied'] : [2, 'No such file or directory'];
  const msg = `[Errno ${number}] ${text}: b'${program}'`;
  return { changed: false, failed: true, rc: number, msg, cmd: words.join(' '), ...nothingSaid };
}

const wordsOf = ({
  cmd,
  argv,
}: {
  readonly cmd: string | undefined;
  readonly argv: readonly string[] | undefined;
}): readonly string[] | undefined => argv ?? splitWords(cmd ?? '');
