import { type Controller, defineTask, UndefinedError } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.debug',
  summary: 'Print a message or a variable.',
  controllerOnly: true,
  params: {
    msg: { type: 'raw', default: 'Hello world!', doc: 'What to print.' },
    var: { type: 'raw', doc: 'The name of a variable, or an expression, to print.' },
    verbosity: { type: 'int', default: 0, doc: 'Print only with so many `-v`.' },
  },
  rules: { mutuallyExclusive: [['msg', 'var']] },
  prepare: (params, controller, { verbosity = 0 }) => ({
    ...params,
    shown:
      verbosity < params.verbosity || params.var === undefined || params.var === null
        ? undefined
        : evaluated(params.var, controller),
  }),
  plan(_state, { msg, var: name, verbosity, shown }, context) {
    if ((context.verbosity ?? 0) < verbosity)
      return {
        changes: [],
        skipped: 'Verbosity threshold not met.',
        result: { skipped_reason: 'Verbosity threshold not met.' },
      };
    if (name === undefined || name === null) return { changes: [], result: { msg } };
    return { changes: [], result: { [typeof name === 'string' ? name : pythonType(name)]: shown } };
  },
  returns: { msg: 'The message.' },
  examples: [
    { title: 'Say something', yaml: 'debug:\n  msg: "{{ inventory_hostname }} is being looked at"' },
    { title: 'Show a variable', yaml: 'debug:\n  var: group_names' },
  ],
});

function evaluated(name: unknown, controller: Controller): unknown {
  if (typeof name !== 'string') return name;
  try {
    return controller.evaluate(name);
  } catch (error) {
    if (error instanceof UndefinedError) return 'VARIABLE IS NOT DEFINED!';
    throw error;
  }
}

const pythonType = (value: unknown): string => (Array.isArray(value) ? "<class 'list'>" : "<class 'dict'>");
