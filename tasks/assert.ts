import { defineTask } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.assert',
  summary: 'Fail unless all conditions hold.',
  refusedOnController: true,
  controllerOnly: true,
  guards: true,
  params: {
    that: { type: 'expression', required: true, doc: 'A condition, or a list of them, as in `when`.' },
    fail_msg: { type: 'raw', aliases: ['msg'], doc: 'The message if a condition does not hold: a string or a list.' },
    success_msg: { type: 'raw', doc: 'The message if all conditions hold: a string or a list.' },
    quiet: { type: 'bool', default: false, doc: 'Print less.' },
  },
  prepare: (params, controller) => ({ ...params, broken: controller.broken(params.that) }),
  plan(_state, { broken, fail_msg, success_msg, quiet }) {
    const shown = quiet ? {} : { _ansible_verbose_always: true };
    if (broken === undefined) return { changes: [], result: { msg: success_msg ?? 'All assertions passed', ...shown } };
    const msg = fail_msg ?? 'Assertion failed';
    return { failed: text(msg), result: { assertion: broken.condition, evaluated_to: false, msg } };
  },
  returns: {
    msg: 'The message.',
    assertion: 'The condition that does not hold.',
    evaluated_to: 'False if a condition does not hold.',
  },
  examples: [
    { title: 'Check two conditions', yaml: 'assert:\n  that:\n    - inventory_hostname is string\n    - 1 + 1 == 2' },
    { title: 'Fail with a message', yaml: 'assert:\n  that: 5 > 4\n  fail_msg: arithmetic is broken\n  quiet: true' },
  ],
});

const text = (message: unknown): string => (Array.isArray(message) ? message.join('\n') : String(message));
