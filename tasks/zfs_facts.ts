import { defineTask, type Params, type Plan, sh, shell } from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { readProperties } from './shared/storage/zfs-facts.ts';

const params = {
  name: { type: 'str', required: true, aliases: ['ds', 'dataset'], doc: 'The dataset.' },
  recurse: { type: 'bool', default: false, doc: 'Also everything below it.' },
  parsable: { type: 'bool', default: false, doc: 'Exact numbers, as in `10737418240` instead of `10G`.' },
  properties: { type: 'str', default: 'all', doc: 'The properties, separated by commas.' },
  type: {
    type: 'list',
    elements: 'str',
    default: ['all'],
    choices: ['all', 'filesystem', 'volume', 'snapshot', 'bookmark'],
    doc: 'The types of datasets.',
  },
  depth: {
    type: 'int',
    default: 0,
    doc: 'How many levels below the dataset to go; 0 means none, or all with `recurse`.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.zfs_facts',
  summary: 'Gather facts about a ZFS dataset and those below it.',
  description: 'Requires `zfs` on the host.',
  params,
  looks: () => true,
  gives: 'facts',
  factNames: () => ['ansible_zfs_datasets'],
  ask: (task) => ({ told: askFacts(task) }),
  plan({ told: { code, stdout, stderr } }, { name, type }): Plan {
    if (type.includes('all') && type.length > 1)
      return { failed: "Value 'all' for parameter 'type' is mutually exclusive with other values" };
    if (code === 127) return { failed: missingTool({ name: 'zfs', package: 'zfsutils-linux' }) };
    if (code === 0) return { changes: [], result: { ansible_facts: { ansible_zfs_datasets: readProperties(stdout) } } };
    const why = stderr.trim();
    return {
      failed: /does not exist/.test(why) ? `ZFS dataset ${name} does not exist!` : why || `zfs get: exit code ${code}`,
    };
  },
  result: ({ params: { name, parsable, recurse } }) => ({
    name,
    ...(parsable && { parsable }),
    ...(recurse && { recurse }),
  }),
  returns: {
    name: 'The dataset.',
    parsable: 'The `parsable` parameter, if it is true.',
    recurse: 'The `recurse` parameter, if it is true.',
    ansible_facts: '`ansible_zfs_datasets`: the properties of each dataset; `name` is its name.',
  },
  examples: [
    {
      title: 'How much space the datasets use',
      yaml: 'zfs_facts:\n  name: zfs-hdd/off\n  recurse: true\n  type: filesystem\n  properties: used,available',
      runs: { no: 'a test host has no pool' },
    },
    {
      title: 'All properties of a dataset',
      yaml: 'zfs_facts:\n  name: zfs-hdd/off/images\n  parsable: true',
      runs: { no: 'a test host has no pool' },
    },
  ],
});

const askFacts = ({ name, recurse, parsable, properties, type, depth }: Task) =>
  shell({
    ...sh`command -v zfs >/dev/null || exit 127
zfs get -H ${parsable ? '-p' : []} ${recurse ? '-r' : []} ${depth === 0 ? [] : ['-d', depth]} ${type.includes('all') ? [] : ['-t', type.join(',')]} -o name,property,value ${properties} ${name}`,
    about: [`dataset:${name}`, `dataset:${name}/*`, `dataset:${name}@*`, 'by:package:zfs*'],
  });
