import { defineTask, sh, shell } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.getent',
  summary: 'Look up one or all entries in a database on the host, such as passwd or hosts.',
  params: {
    database: { type: 'str', required: true, doc: 'The database: passwd, group, hosts, services, …' },
    key: { type: 'str', default: '', doc: 'The entry to look up (default: all).' },
    service: { type: 'str', doc: 'The source to query, instead of the ones configured on the host.' },
    split: { type: 'str', doc: 'The character that separates the fields.' },
    fail_key: { type: 'bool', default: true, doc: 'Fail if the entry is missing.' },
  },
  ask: ({ database, key, service }) => ({
    entries: shell({
      ...sh`LC_ALL=C getent ${[...(service === undefined ? [] : ['-s', service]), database, ...(key === '' ? [] : [key])]}`,
      about: [subject(database, key), 'entry:/etc/nsswitch.conf'],
    }),
  }),
  plan(
    { entries: { code, stdout, stderr } },
    { database, key, split = colons.has(database) ? ':' : undefined, fail_key },
  ) {
    const fact = `getent_${database}`;
    if (code === 0) {
      const rows = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (split === undefined ? line.trim().split(/\s+/) : line.split(split)));
      return {
        changes: [],
        result: { ansible_facts: { [fact]: Object.fromEntries(rows.map(([name = '', ...fields]) => [name, fields])) } },
      };
    }
    if (code === 2 && !fail_key) return { changes: [], result: { ansible_facts: { [fact]: { [key]: null } } } };
    const reasons: Readonly<Record<number, string>> = {
      1: 'Missing arguments, or database unknown.',
      2: 'One or more supplied key could not be found in the database.',
      3: 'Enumeration not supported on this database.',
    };
    return { failed: reasons[code] ?? (stderr.trim() || `getent: exit code ${code}`) };
  },
  gives: 'facts',
  factNames(args) {
    const database: unknown = args instanceof Map ? args.get('database') : undefined;
    return typeof database === 'string' ? [`getent_${database}`] : undefined;
  },
  returns: { ansible_facts: '`getent_DATABASE`: the fields of each entry.' },
  examples: [
    { title: 'Look up a user', yaml: 'getent:\n  database: passwd\n  key: root' },
    {
      title: 'Look up a group that may not exist',
      yaml: 'getent:\n  database: group\n  key: nobody-knows\n  fail_key: false',
    },
  ],
});

const colons = new Set(['passwd', 'shadow', 'group', 'gshadow']);

function subject(database: string, key: string): string {
  if (database === 'passwd' || database === 'shadow') return `user:${key || '*'}`;
  if (database === 'group' || database === 'gshadow') return `group:${key || '*'}`;
  return `path:/etc/${database}`;
}
