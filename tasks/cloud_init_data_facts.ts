import { type Content, content, decodeText, defineTask, nothing, type Params, type Plan } from '../src/sdk.ts';

const params = {
  filter: { type: 'str', choices: ['status', 'result'], doc: 'Read only this one (default: both).' },
} as const;

type Task = Params<typeof params>;

const KINDS = ['result', 'status'] as const;

export default defineTask({
  name: 'community.general.cloud_init_data_facts',
  summary: 'Gather facts about what cloud-init did.',
  description:
    'Reads `status.json` and `result.json` in `/var/lib/cloud/data`. If there is no such file, the fact is an empty dictionary.',
  params,
  ask: (task) => ({ result: askData(task, 'result'), status: askData(task, 'status') }),
  plan(state): Plan {
    const facts: Record<string, unknown> = {};
    for (const kind of KINDS) {
      const file = state[kind];
      if (file === undefined) continue;
      const data = dataIn(file);
      if (data === undefined) return { failed: `${pathOf(kind)} is not JSON` };
      facts[kind] = data;
    }
    const told = { cloud_init_data_facts: facts };
    return { changes: [], result: { ...told, ansible_facts: told } };
  },
  gives: 'facts',
  factNames: () => ['cloud_init_data_facts'],
  returns: { cloud_init_data_facts: '`status` and `result`, as cloud-init wrote them.' },
  examples: [
    { title: 'What cloud-init did', yaml: 'cloud_init_data_facts:' },
    {
      title: 'Wait until cloud-init has finished',
      yaml: 'cloud_init_data_facts:\n  filter: status\nregister: told\nuntil: told.cloud_init_data_facts.status.v1.stage is defined and not told.cloud_init_data_facts.status.v1.stage\nretries: 50\ndelay: 5',
      runs: { no: 'needs cloud-init' },
    },
  ],
});

const pathOf = (kind: (typeof KINDS)[number]): string => `/var/lib/cloud/data/${kind}.json`;

const askData = ({ filter }: Task, kind: (typeof KINDS)[number]) =>
  filter === undefined || filter === kind ? content(pathOf(kind)) : nothing();

/** What is in a file; nothing if it is missing, and undefined if it is not JSON. */
function dataIn({ bytes = new Uint8Array() }: Content): unknown {
  const text = decodeText(bytes).trim();
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}
