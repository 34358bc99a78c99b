import { defineTask } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.set_stats',
  summary: 'Record values that are printed at the end of the run.',
  controllerOnly: true,
  params: {
    data: { type: 'dict', required: true, doc: 'Names and values.' },
    per_host: { type: 'bool', default: false, doc: 'Keep them for each host.' },
    aggregate: { type: 'bool', default: true, doc: 'Add to what is kept already.' },
  },
  plan(_state, { data, per_host, aggregate }) {
    const wrong = Object.keys(data).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
    if (wrong !== undefined)
      return {
        failed: `The variable name '${wrong}' is not valid. Variables must start with a letter or underscore character, and contain only letters, numbers and underscores.`,
      };
    return { changes: [], result: { ansible_stats: { data, per_host, aggregate } } };
  },
  returns: { ansible_stats: 'What is kept.' },
  examples: [{ title: 'A number for the recap', yaml: 'set_stats:\n  data:\n    certificates: 3' }],
});
