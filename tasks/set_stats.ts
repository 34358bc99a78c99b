import { defineTask, truthOf } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.set_stats',
  summary: 'Record values that are printed at the end of the run if `show_custom_stats` is set.',
  refusedOnController: true,
  controllerOnly: true,
  params: {
    data: { type: 'dict', required: true, doc: 'The names and values to record.' },
    per_host: { type: 'bool', default: false, doc: 'Record the values separately for each host.' },
    aggregate: {
      type: 'raw',
      default: true,
      doc: 'Add to values that are already recorded, instead of replacing them.',
    },
  },
  misfit: (given) =>
    Array.isArray(given.get('data'))
      ? { changed: false, msg: "The 'data' option needs to be a dictionary/hash" }
      : undefined,
  plan(_state, { data, per_host, aggregate }) {
    const wrong = Object.keys(data).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
    if (wrong !== undefined)
      return {
        failed: `The variable name '${wrong}' is not valid. Variables must start with a letter or underscore character, and contain only letters, numbers and underscores.`,
      };
    const adds = truthOf(aggregate);
    return {
      changes: [],
      result: { ansible_stats: { data, per_host, aggregate: adds ?? false } },
      ...(adds === undefined && { warnings: [`aggregate is not a boolean, so it counts as false: ${aggregate}`] }),
    };
  },
  returns: { ansible_stats: 'The recorded values.' },
  examples: [{ title: 'Record a number for the recap', yaml: 'set_stats:\n  data:\n    certificates: 3' }],
});
