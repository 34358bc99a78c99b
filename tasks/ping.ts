import { defineTask, sh, shell } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.ping',
  summary: 'Check that the host can be reached and has a working shell.',
  params: { data: { type: 'str', default: 'pong', doc: 'The value to return; `crash` makes the task fail.' } },
  ask: () => ({ answer: shell({ ...sh`echo alive`, about: [] }) }),
  plan: ({ answer }, { data }) =>
    data === 'crash' || answer.code !== 0
      ? { failed: 'boom', result: { rc: 1, module_stdout: '', module_stderr: 'Exception: boom\n' } }
      : { changes: [], result: { ping: data } },
  returns: { ping: 'The value of `data`.' },
  examples: [{ title: 'Check that the host can be reached', yaml: 'ping:' }],
});
