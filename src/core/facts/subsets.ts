import { globPattern } from '../text/glob.ts';

/** Which facts to gather, and how. */
export interface FactRequest {
  /** Names of subsets and facts; a leading `!` excludes one. */
  readonly subset: readonly string[];
  /** Patterns for the names of facts, with or without `ansible_`; empty means all. */
  readonly filter: readonly string[];
  /** The directory of local facts. */
  readonly factPath?: string;
  /** Time limit for each file system that is asked, in seconds. */
  readonly timeoutSeconds?: number;
}

/** What Ansible gathers unless it is told otherwise. */
export const everyFact: FactRequest = { subset: ['all'], filter: [] };

/** Facts that are gathered together, as in Ansible. */
interface Subset {
  readonly name: string;
  /** The names of its facts that may be used instead of its own name. */
  readonly aliases?: readonly string[];
  /** Its facts, without `ansible_`. */
  readonly facts: RegExp;
  /** Whether it is in `min`. */
  readonly min?: boolean;
  /** Subsets that are gathered with it. */
  readonly needs?: readonly string[];
}

const none = /^(?!)/;

// biome-ignore format: a table
const subsets: readonly Subset[] = [
  { name: 'apparmor', facts: /^apparmor$/, min: true },
  { name: 'caps', aliases: ['system_capabilities', 'system_capabilities_enforced'], facts: /^system_capabilities/, min: true },
  { name: 'chroot', aliases: ['is_chroot'], facts: /^is_chroot$/ },
  { name: 'cmdline', facts: /^(proc_)?cmdline$/, min: true },
  { name: 'date_time', facts: /^date_time$/, min: true },
  { name: 'distribution', aliases: ['distribution_major_version', 'distribution_release', 'distribution_version', 'os_family'], facts: /^(distribution|os_family$)/, min: true },
  { name: 'dns', facts: /^dns$/, min: true },
  { name: 'env', facts: /^env$/, min: true },
  { name: 'facter', facts: none },
  { name: 'fibre_channel_wwn', facts: /^fibre_channel_wwn$/ },
  { name: 'fips', facts: /^fips$/, min: true },
  { name: 'hardware', aliases: ['devices', 'mounts', 'processor', 'processor_cores', 'processor_count'], facts: /^(processor|mem|swap|mounts|bios_|board_|chassis_|product_|system_vendor|device|form_factor|lvm|uptime_seconds)/, needs: ['platform'] },
  { name: 'iscsi', facts: /^iscsi_iqn$/ },
  { name: 'loadavg', facts: /^loadavg$/ },
  { name: 'local', facts: /^local$/, min: true },
  { name: 'lsb', facts: /^lsb$/, min: true },
  { name: 'network', aliases: ['all_ipv4_addresses', 'all_ipv6_addresses', 'default_ipv4', 'default_ipv6', 'interfaces'], facts: /^(interfaces|all_ipv[46]_addresses|default_ipv[46])$/, needs: ['platform', 'distribution'] },
  { name: 'nvme', facts: /^hostnqn$/ },
  { name: 'ohai', facts: none },
  { name: 'pkg_mgr', facts: /^pkg_mgr$/, min: true, needs: ['distribution'] },
  { name: 'platform', aliases: ['architecture', 'kernel', 'kernel_version', 'machine', 'machine_id', 'python_version', 'system'], facts: /^(architecture|domain|fqdn|hostname|kernel|kernel_version|machine|machine_id|nodename|python_version|system|userspace_.*)$/, min: true },
  { name: 'python', facts: /^python$/, min: true },
  { name: 'selinux', facts: /^selinux/, min: true },
  { name: 'service_mgr', facts: /^service_mgr$/, min: true, needs: ['platform', 'distribution'] },
  { name: 'ssh_pub_keys', aliases: ['ssh_host_key_dsa_public', 'ssh_host_key_ecdsa_public', 'ssh_host_key_ed25519_public', 'ssh_host_key_rsa_public', 'ssh_host_pub_keys'], facts: /^ssh_host_key_/, min: true },
  { name: 'systemd', facts: /^systemd$/ },
  { name: 'user', aliases: ['effective_group_ids', 'effective_user_id', 'real_user_id', 'user_dir', 'user_gecos', 'user_gid', 'user_id', 'user_shell', 'user_uid'], facts: /^(user|effective|real)_/, min: true },
  { name: 'virtual', aliases: ['virtualization_role', 'virtualization_tech_guest', 'virtualization_tech_host', 'virtualization_type'], facts: /^virtualization_/ },
];

const named = (word: string): Subset | undefined =>
  subsets.find(({ name, aliases = [] }) => name === word || aliases.includes(word));

/** Ansible's message about a word in `gather_subset` that names no subset. */
export function badSubset(words: readonly string[]): string | undefined {
  const wrong = words.find(
    (word) => !word.startsWith('!') && word !== 'all' && word !== 'min' && named(word) === undefined,
  );
  if (wrong === undefined) return undefined;
  const allowed = ['all', ...subsets.flatMap(({ name, aliases = [] }) => [name, ...aliases])].sort();
  return `Bad subset '${wrong}' given to Ansible. gather_subset options allowed: ${allowed.join(', ')}`;
}

/** The facts that a request selects; `found` are all facts of a host, under Ansible's names. */
export function selectFacts(
  found: Readonly<Record<string, unknown>>,
  { subset, filter }: FactRequest,
): Readonly<Record<string, unknown>> {
  const chosen = chosenSubsets(subset);
  const patterns = filter
    .filter((one) => one !== '')
    .flatMap((one) => [globPattern(one), globPattern(`ansible_${one}`)]);
  const matches = (name: string) => patterns.length === 0 || patterns.some((one) => one.test(name));
  const all = { ...found, gather_subset: subset };
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => matches(name) && chosen.has(subsetOf(name, found['ansible_interfaces']))),
  );
}

/** What is said about the facts themselves (`gather_subset`, `module_setup`) belongs to no subset and is always there. */
const ALWAYS = '';

/**
 * The names of the subsets that the words of `gather_subset` select: `min`, unless it is excluded, and what the words
 * add. A word of its own is stronger than an exclusion, and so is what another subset needs.
 */
function chosenSubsets(words: readonly string[]): ReadonlySet<string> {
  const removed = new Set(words.filter((word) => word.startsWith('!')).map((word) => word.slice(1)));
  const isRemoved = ({ name, min = false }: Subset) => removed.has(name) || removed.has(min ? 'min' : 'all');
  const general = subsets.filter((one) => (one.min === true || words.includes('all')) && !isRemoved(one));
  const own = words.flatMap((word) => named(word) ?? []);
  const chosen = [...general, ...own];
  return new Set([ALWAYS, ...chosen.flatMap(({ name, needs = [] }) => [name, ...needs])]);
}

function subsetOf(name: string, interfaces: unknown): string {
  if (!name.startsWith('ansible_')) return ALWAYS;
  const plain = name.slice('ansible_'.length);
  const isInterface =
    Array.isArray(interfaces) && interfaces.some((one) => plain === String(one).replace(/[-.:]/g, '_'));
  if (isInterface) return 'network';
  return subsets.find(({ facts }) => facts.test(plain))?.name ?? ALWAYS;
}
