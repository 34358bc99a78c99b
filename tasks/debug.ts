import { defineTask } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.debug',
  summary: 'Print a message or a variable.',
  refusedOnController: true,
  controllerOnly: true,
  onlyValues: true,
  params: {
    msg: { type: 'raw', default: 'Hello world!', doc: 'What to print.' },
    var: { type: 'expression', doc: 'The variable or expression to print.' },
    verbosity: { type: 'int', default: 0, doc: 'Print only if `-v` is given at least this many times.' },
  },
  rules: { mutuallyExclusive: [['msg', 'var']] },
  prepare: (params, controller, { verbosity = 0 }) => ({
    ...params,
    shown: verbosity < params.verbosity || params.var === undefined ? undefined : controller.evaluate(params.var),
  }),
  plan(_state, { msg, verbosity, shown }, context) {
    if ((context.verbosity ?? 0) < verbosity)
      return {
        changes: [],
        skipped: 'Verbosity threshold not met.',
        result: { skipped_reason: 'Verbosity threshold not met.' },
      };
    return { changes: [], result: shown === undefined ? { msg } : { [shown.name]: shown.value } };
  },
  returns: { msg: 'The message.' },
  examples: [
    { title: 'Print a message', yaml: 'debug:\n  msg: "this is {{ inventory_hostname }}"' },
    { title: 'Print a variable', yaml: 'debug:\n  var: group_names' },
  ],
});
