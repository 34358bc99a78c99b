import { defineTask } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.fail',
  summary: 'Fail with a message.',
  refusedOnController: true,
  controllerOnly: true,
  guards: true,
  params: { msg: { type: 'str', default: 'Failed as requested from task', doc: 'The message to fail with.' } },
  plan: (_state, { msg }) => ({ failed: msg, result: { msg } }),
  returns: { msg: 'The message.' },
  examples: [
    {
      title: 'Refuse a host that the play is not meant for',
      yaml: "fail:\n  msg: only Debian is supported\nwhen: inventory_hostname == 'nowhere'",
    },
  ],
});
