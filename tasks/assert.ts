import { defineTask } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.assert',
  summary: 'Fail unless conditions hold.',
  controllerOnly: true,
  guards: true,
  params: {
    that: { type: 'expression', required: true, doc: 'A condition, or a list of them, as in `when`.' },
    fail_msg: { type: 'raw', aliases: ['msg'], doc: 'What to say where one does not hold; text or a list.' },
    success_msg: { type: 'raw', doc: 'What to say where all hold; text or a list.' },
    quiet: { type: 'bool', default: false, doc: 'Say less.' },
  },
  prepare: (params, controller) => ({ ...params, broken: controller.broken(params.that) }),
  plan(_state, { broken, fail_msg, success_msg, quiet }) {
    const shown = quiet ? {} : { _ansible_verbose_always: true };
    if (broken === undefined) return { changes: [], result: { msg: success_msg ?? 'All assertions passed', ...shown } };
    const msg = fail_msg ?? 'Assertion failed';
    return { failed: text(msg), result: { assertion: broken.condition, evaluated_to: false, msg } };
  },
  returns: {
    msg: 'What was said.',
    assertion: 'The condition that does not hold.',
    evaluated_to: 'False, where one does not hold.',
  },
  examples: [
    { title: 'Two conditions', yaml: 'assert:\n  that:\n    - inventory_hostname is string\n    - 1 + 1 == 2' },
    { title: 'With a message', yaml: 'assert:\n  that: 5 > 4\n  fail_msg: arithmetic is broken\n  quiet: true' },
  ],
});

const text = (message: unknown): string => (Array.isArray(message) ? message.join('\n') : String(message));
