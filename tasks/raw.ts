import { defineTask, sh } from '../src/sdk.ts';
import { commandResult, commandReturns, planCommand } from './shared/commands/run-command.ts';

export default defineTask({
  name: 'ansible.builtin.raw',
  summary: "Run a script in the host's shell, with nothing added.",
  neverAsync: true,
  description:
    'Retrace tasks need only /bin/sh on a host, so this is just `shell` without its guards; Ansible needs it for hosts without Python.',
  freeForm: 'cmd',
  acts: true,
  params: {
    cmd: { type: 'str', required: true, aliases: ['_raw_params', 'free_form'], doc: 'The script.' },
    executable: { type: 'path', doc: 'The absolute path of the shell that runs the script.' },
  },
  plan: (_state, { cmd, executable }) =>
    planCommand({}, {}, cmd, { ...sh`${executable ?? '/bin/sh'} -c ${cmd}`, shown: cmd }),
  result(done) {
    const { start, end, delta, cmd, msg, ...result } = commandResult(done, done.params.cmd, false);
    // Ansible has a message only about a failure.
    return msg === '' ? result : { ...result, msg };
  },
  returns: commandReturns,
  examples: [{ title: 'Look at a file', yaml: 'raw: cat /etc/debian_version\nchanged_when: false\ncheck_mode: false' }],
});
