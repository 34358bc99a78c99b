import { defineTask } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.group_by',
  summary: 'Put hosts into a group with a computed name.',
  refusedOnController: true,
  controllerOnly: true,
  params: {
    key: { type: 'str', required: true, doc: 'The name of the group.' },
    parents: { type: 'list', elements: 'str', default: ['all'], doc: "The group's parent groups." },
  },
  plan: (_state, { key, parents }) => ({
    changes: [],
    result: { add_group: { name: dashed(key), parents: parents.map(dashed) }, parent_groups: parents.map(dashed) },
  }),
  returns: { add_group: 'The name of the group.', parent_groups: "The group's parent groups." },
  examples: [
    { title: 'Create a group for each site', yaml: 'group_by:\n  key: "site_{{ site | default(\'main\') }}"' },
  ],
});

const dashed = (name: string): string => name.replaceAll(' ', '-');
