import { defineTask, sh } from '../src/sdk.ts';
import {
  askGuards,
  commandResult,
  commandReturns,
  guards,
  inFolder,
  inputOf,
  noCommand,
  notEntered,
  planCommand,
  streams,
} from './shared/commands/run-command.ts';

export default defineTask({
  name: 'ansible.builtin.shell',
  summary: 'Run a script in a shell on the host.',
  description:
    'Runs and reports a change every time, unless `creates`, `removes`, `unless` or `onlyif` shows that there is nothing to do. A check honours these parameters as well.',
  freeForm: 'cmd',
  acts: true,
  params: {
    cmd: { type: 'str', required: true, aliases: ['_raw_params', 'free_form'], doc: 'The script.' },
    ...guards,
    executable: { type: 'path', doc: 'The absolute path of the shell that runs the script (default: /bin/sh).' },
    stdin: { type: 'str', doc: 'Standard input for the script.' },
    ...streams,
    warn: { type: 'bool', default: false, ignored: 'no warnings are given about commands' },
  },
  misfit: (given) => (given.has('cmd') ? undefined : noCommand('no command given')),
  ask: (params, context) => askGuards(params, context),
  plan(state, params) {
    const stdin = inputOf(params);
    // Use a separate shell, so that `exit`, `exec` or `set` in the script does not affect the session.
    const command = sh`${inFolder(params.chdir)}${params.executable ?? '/bin/sh'} -c ${params.cmd}`;
    return planCommand(state, params, params.cmd, { ...command, stdin, shown: params.cmd });
  },
  result(done) {
    const result = commandResult(done, done.params.cmd, done.params.strip_empty_ends);
    return notEntered(done.params.chdir, result) ?? result;
  },
  returns: commandReturns,
  examples: [
    {
      title: 'Run a pipeline, which `command` cannot do',
      yaml: 'shell: echo one two | wc -w\nregister: words\nchanged_when: false\ncheck_mode: false',
    },
    {
      title: 'Run once, in bash',
      yaml: 'shell:\n  cmd: echo {a,b} > /tmp/retrace-shell\n  executable: /bin/bash\n  creates: /tmp/retrace-shell',
    },
    {
      title: 'Run only if needed',
      yaml: 'shell: echo x >> /tmp/retrace-once\nargs:\n  unless: grep -qx x /tmp/retrace-once',
    },
  ],
});
