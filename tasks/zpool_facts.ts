import { defineTask, type Params, type Plan, sh, shell } from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { readProperties } from './shared/storage/zfs-facts.ts';

const params = {
  name: { type: 'str', aliases: ['pool', 'zpool'], doc: 'The pool; all imported pools by default.' },
  parsable: { type: 'bool', default: false, doc: 'Exact numbers, as in `10737418240` instead of `10G`.' },
  properties: { type: 'str', default: 'all', doc: 'The properties, separated by commas.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.zpool_facts',
  summary: 'Gather facts about ZFS pools.',
  description:
    'Requires `zpool` of OpenZFS on the host. Tested on recorded answers, because the ZFS of the test hosts has an older `zpool get`.',
  params,
  looks: () => true,
  gives: 'facts',
  factNames: () => ['ansible_zfs_pools'],
  ask: (task) => ({ told: askPools(task) }),
  plan({ told: { code, stdout, stderr } }, { name }): Plan {
    if (code === 127) return { failed: missingTool({ name: 'zpool', package: 'zfsutils-linux' }) };
    if (code === 0) return { changes: [], result: { ansible_facts: { ansible_zfs_pools: readProperties(stdout) } } };
    const why = stderr.trim();
    const isGone = name !== undefined && /no such pool/.test(why);
    return { failed: isGone ? `ZFS pool ${name} does not exist!` : why || `zpool get: exit code ${code}` };
  },
  result: ({ params: { name, parsable } }) => ({ ...(name !== undefined && { name }), ...(parsable && { parsable }) }),
  returns: {
    name: 'The pool, if one was given.',
    parsable: 'The `parsable` parameter, if it is true.',
    ansible_facts: '`ansible_zfs_pools`: the properties of each pool; `name` is its name.',
  },
  examples: [
    {
      title: 'How full the pools are',
      yaml: 'zpool_facts:\n  properties: size,free,capacity,health',
      runs: { no: 'a test host has no pool' },
    },
  ],
});

const askPools = ({ name, parsable, properties }: Task) =>
  shell({
    ...sh`command -v zpool >/dev/null || exit 127
zpool get -H ${parsable ? '-p' : []} -o name,property,value ${properties} ${name ?? []}`,
    about: [`dataset:${name ?? '*'}`, ...(name === undefined ? [] : [`dataset:${name}/*`]), 'by:package:zfs*'],
  });
