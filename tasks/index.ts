import type { TaskType } from '../src/sdk.ts';

type Load = () => Promise<{ default: unknown }>;

/** Types of `ansible.builtin`, by short name; also known as `ansible.legacy.NAME` and `NAME`. */
const builtin: Record<string, Load> = {
  add_host: () => import('./add_host.ts'),
  apt: () => import('./apt.ts'),
  apt_repository: () => import('./apt_repository.ts'),
  assert: () => import('./assert.ts'),
  blockinfile: () => import('./blockinfile.ts'),
  command: () => import('./command.ts'),
  copy: () => import('./copy.ts'),
  cron: () => import('./cron.ts'),
  debconf: () => import('./debconf.ts'),
  debug: () => import('./debug.ts'),
  dpkg_selections: () => import('./dpkg_selections.ts'),
  fail: () => import('./fail.ts'),
  fetch: () => import('./fetch.ts'),
  file: () => import('./file.ts'),
  getent: () => import('./getent.ts'),
  git: () => import('./git.ts'),
  group: () => import('./group.ts'),
  group_by: () => import('./group_by.ts'),
  hostname: () => import('./hostname.ts'),
  include_vars: () => import('./include_vars.ts'),
  known_hosts: () => import('./known_hosts.ts'),
  lineinfile: () => import('./lineinfile.ts'),
  package: () => import('./package.ts'),
  package_facts: () => import('./package_facts.ts'),
  pause: () => import('./pause.ts'),
  ping: () => import('./ping.ts'),
  raw: () => import('./raw.ts'),
  replace: () => import('./replace.ts'),
  script: () => import('./script.ts'),
  service: () => import('./service.ts'),
  service_facts: () => import('./service_facts.ts'),
  set_fact: () => import('./set_fact.ts'),
  set_stats: () => import('./set_stats.ts'),
  setup: () => import('./setup.ts'),
  shell: () => import('./shell.ts'),
  slurp: () => import('./slurp.ts'),
  stat: () => import('./stat.ts'),
  systemd: () => import('./systemd.ts'),
  template: () => import('./template.ts'),
  uri: () => import('./uri.ts'),
  user: () => import('./user.ts'),
  validate_argument_spec: () => import('./validate_argument_spec.ts'),
  wait_for: () => import('./wait_for.ts'),
};

/** Types of other collections that were once Ansible's own, by full name; also known as `NAME` and `ansible.builtin.NAME`. */
const collections: Record<string, Load> = {
  'ansible.posix.sysctl': () => import('./sysctl.ts'),
  'community.general.alternatives': () => import('./alternatives.ts'),
  'community.general.locale_gen': () => import('./locale_gen.ts'),
  'community.general.modprobe': () => import('./modprobe.ts'),
  'community.general.timezone': () => import('./timezone.ts'),
  'community.crypto.openssh_keypair': () => import('./openssh_keypair.ts'),
  'ansible.posix.authorized_key': () => import('./authorized_key.ts'),
  'community.general.zfs': () => import('./zfs.ts'),
};

/** Types of our own, by their only name. */
const ours: Record<string, Load> = {
  config_links: () => import('./config_links.ts'),
  copy_between: () => import('./copy_between.ts'),
  certbot: () => import('./certbot.ts'),
  dns_record: () => import('./dns_record.ts'),
  manual: () => import('./manual.ts'),
  proxmox_ct: () => import('./proxmox_ct.ts'),
  syncoid: () => import('./syncoid.ts'),
  tls_certificate: () => import('./tls_certificate.ts'),
  verify: () => import('./verify.ts'),
};

/** Second names of the types above. */
const aliases: Record<string, string> = {
  systemd_service: 'ansible.builtin.systemd',
};

const prefixed = (prefix: string, types: Record<string, Load>): [string, Load][] =>
  Object.entries(types).map(([name, load]) => [`${prefix}${name}`, load]);

/** Every task type there is, by its canonical name. */
export const taskTypes: Readonly<Record<string, () => Promise<{ default: TaskType }>>> = Object.fromEntries([
  ...prefixed('ansible.builtin.', builtin),
  ...Object.entries(collections),
  ...Object.entries(ours),
  // A type's functions take its own parameters only; the engine gives them what `bindParams` made of that type's specs.
]) as Record<string, () => Promise<{ default: TaskType }>>;

const shortNames = new Map([
  ...Object.keys(collections).map((name) => [name.slice(name.lastIndexOf('.') + 1), name] as const),
  ...Object.keys(builtin).map((name) => [name, `ansible.builtin.${name}`] as const),
  ...Object.entries(aliases),
]);

/** The canonical name of a task type, from any name that Ansible knows it by. */
export function canonical(name: string): string | undefined {
  if (Object.hasOwn(taskTypes, name)) return name;
  const short = name.replace(/^ansible\.(builtin|legacy)\./, '');
  return shortNames.get(short);
}
