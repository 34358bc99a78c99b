import { defineTask, facts, globPattern, localWarnings } from '../src/sdk.ts';

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
      doc: 'The facts to gather: all, min, hardware, network, virtual or local; a leading `!` excludes one.',
    },
    filter: {
      type: 'list',
      elements: 'str',
      default: [],
      doc: 'Return only facts whose names match one of these patterns.',
    },
    fact_path: { type: 'path', default: '/etc/ansible/facts.d', doc: 'The directory that contains local facts.' },
    gather_timeout: { type: 'int', default: 10, ignored: 'all facts share one deadline' },
  },
  ask: ({ fact_path }) => ({ facts: facts(fact_path === '/etc/ansible/facts.d' ? {} : { factPath: fact_path }) }),
  plan({ facts: all }, { gather_subset, filter }) {
    const wanted = subsetsOf(gather_subset);
    const unknown = gather_subset
      .map((one) => one.replace(/^!/, ''))
      .find((one) => one !== 'all' && one !== 'min' && !known.has(one));
    if (unknown !== undefined)
      return {
        failed: `Bad subset '${unknown}' given to Ansible. gather_subset options allowed: all, min, ${[...known].join(', ')}`,
      };
    const patterns = filter
      .filter((one) => one !== '')
      .flatMap((one) => [globPattern(one), globPattern(`ansible_${one}`)]);
    const kept = Object.entries(all).filter(
      ([name]) => wanted.has(subsetOf(name, all)) && (patterns.length === 0 || patterns.some((one) => one.test(name))),
    );
    const given = Object.fromEntries(kept);
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

const groups: Readonly<Record<string, RegExp>> = {
  hardware: /^ansible_(processor|mem|swap|mounts|bios|board|chassis|product|system_vendor|devices|uptime_seconds)/,
  network: /^ansible_(interfaces|all_ipv|default_ipv)/,
  virtual: /^ansible_virtualization/,
  local: /^ansible_local$/,
};

/** Ansible's finer-grained subsets, and which of our subsets contains their facts. */
const finer: Readonly<Record<string, string>> = {
  apparmor: 'min',
  cmdline: 'min',
  date_time: 'min',
  distribution: 'min',
  dns: 'min',
  env: 'min',
  fips: 'min',
  lsb: 'min',
  machine: 'min',
  machine_id: 'min',
  pkg_mgr: 'min',
  platform: 'min',
  python: 'min',
  python_version: 'min',
  selinux: 'min',
  service_mgr: 'min',
  ssh_pub_keys: 'min',
  user: 'min',
  kernel: 'min',
  loadavg: 'min',
  interfaces: 'network',
  default_ipv4: 'network',
  default_ipv6: 'network',
  all_ipv4_addresses: 'network',
  all_ipv6_addresses: 'network',
  processor: 'hardware',
  memory: 'hardware',
  mounts: 'hardware',
  devices: 'hardware',
  facter: 'none',
  ohai: 'none',
  caps: 'none',
  is_chroot: 'min',
  virtualization_type: 'virtual',
  virtualization_role: 'virtual',
};

const known = new Set([...Object.keys(groups), ...Object.keys(finer)]);

/** The subsets to gather: the defaults (unless excluded), with the words in `gather_subset` added or removed. */
function subsetsOf(words: readonly string[]): ReadonlySet<string> {
  const every = ['min', ...Object.keys(groups)];
  const named = (word: string) => (word === 'all' ? every.filter((one) => one !== 'min') : [finer[word] ?? word]);
  const added = words.filter((word) => !word.startsWith('!')).flatMap(named);
  const start = added.length === 0 && !words.includes('!all') ? every : ['min', ...added];
  const removed = new Set(
    words
      .filter((word) => word.startsWith('!') && word !== '!all')
      .flatMap((word) => (word === '!min' ? ['min'] : named(word.slice(1)))),
  );
  return new Set([...start.filter((one) => !removed.has(one)), 'meta']);
}

function subsetOf(name: string, all: Readonly<Record<string, unknown>>): string {
  if (!name.startsWith('ansible_')) return 'meta';
  const interfaces = all.ansible_interfaces as readonly string[] | undefined;
  if (interfaces?.some((one) => name === `ansible_${one.replace(/[-.:]/g, '_')}`) === true) return 'network';
  return Object.entries(groups).find(([, pattern]) => pattern.test(name))?.[0] ?? 'min';
}
