import { badSubset, defineTask, facts, localWarnings, selectFacts } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.setup',
  summary: 'Gather facts about a host.',
  description:
    'Facts are gathered in a single query with a deadline. Plays gather facts automatically, as soon as one is needed.',
  params: {
    gather_subset: {
      type: 'list',
      elements: 'str',
      default: ['all'],
      doc: 'The facts to gather: `all`, `min`, or names of subsets (`network`, `hardware`, …) and facts, which are gathered in addition to `min`; a leading `!` excludes one.',
    },
    filter: {
      type: 'list',
      elements: 'str',
      default: [],
      doc: 'Return only facts whose names match one of these patterns.',
    },
    fact_path: { type: 'path', default: '/etc/ansible/facts.d', doc: 'The directory that contains local facts.' },
    gather_timeout: {
      type: 'int',
      default: 10,
      doc: 'How long to wait for file systems that do not respond, in seconds.',
    },
  },
  ask: ({ fact_path, gather_timeout }) => ({
    facts: facts({
      ...(fact_path !== '/etc/ansible/facts.d' && { factPath: fact_path }),
      ...(gather_timeout !== 10 && { timeoutSeconds: gather_timeout }),
    }),
  }),
  plan({ facts: all }, { gather_subset: subset, filter }) {
    const wrong = badSubset(subset);
    if (wrong !== undefined) return { failed: wrong };
    const given = selectFacts(all, { subset, filter });
    return { changes: [], result: { ansible_facts: given }, warnings: localWarnings(given['ansible_local']) };
  },
  gives: 'facts',
  returns: { ansible_facts: 'The facts.' },
  examples: [
    { title: 'Gather all facts', yaml: 'setup:' },
    {
      title: 'Gather some facts',
      yaml: "setup:\n  gather_subset: ['!all', network]\n  filter: ['ansible_default_ipv4', 'ansible_all_*']",
    },
  ],
});
