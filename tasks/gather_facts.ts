import { defineTask } from '../src/sdk.ts';
import setup from './setup.ts';

export default defineTask({
  ...setup,
  name: 'ansible.builtin.gather_facts',
  worker: setup.name,
  summary: 'Gather facts about a host, as a play does when it starts.',
  neverAsync: true,
  description: 'The same as `setup`.',
  params: {
    ...setup.params,
    parallel: { type: 'bool', ignored: 'all facts are gathered by a single question' },
  },
  examples: [{ title: 'Gather facts in a play that does not gather them', yaml: 'gather_facts:' }],
});
