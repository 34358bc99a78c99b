import type { Dict, Raw, Value } from '../../core/value.ts';
import type { Host, Inventory, RoleRef } from '../model.ts';

/** Variables that are computed on access. */
export type Magic = ReadonlyMap<string, () => Raw>;

/** The input for the magic variables of one host and one item. */
interface MagicInput {
  readonly host: Host;
  readonly inventory: Inventory;
  readonly run: RunFacts;
  readonly play?: PlayFacts;
  readonly role?: RoleRef;
  /** `hostvars`, as built by `hostvarsDict`. */
  readonly hostvars?: () => Value;
  /** `vars`, as built by `varsDict`. */
  readonly vars?: () => Value;
  readonly omit?: Value;
  /** Additional ones, with higher precedence than these: `ansible_loop`, `ansible_failed_task` … */
  readonly also?: Magic;
}

/** The values that stay the same during a run. */
export interface RunFacts {
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  readonly verbosity: number;
  readonly forks: number;
  readonly runTags: readonly string[];
  readonly skipTags: readonly string[];
  readonly playbookDir: string;
  readonly configFile?: string;
  readonly limit?: string;
}

/** The values that differ between plays; functions for those that change during a play, as hosts drop out. */
export interface PlayFacts {
  readonly name: string;
  /** All hosts that match the play's pattern. */
  hostsAll(): readonly string[];
  /** The hosts that have neither failed nor become unreachable. */
  hosts(): readonly string[];
  /** The hosts of the current `serial` batch. */
  batch(): readonly string[];
  /** Names of the roles listed in the play. */
  readonly roleNames: readonly string[];
  /** Names of the roles that are dependencies of others. */
  readonly dependentRoleNames: readonly string[];
}

/**
 * Whether a magic variable names something that only the operator chooses, as trustworthy as the text of a playbook: where
 * files are, and how the program was called. Names of hosts are not among them: an inventory script may get them elsewhere.
 */
export const isOperators = (name: string): boolean => OPERATORS.has(name);

const OPERATORS: ReadonlySet<string> = new Set([
  'role_path',
  'role_name',
  'ansible_role_name',
  'ansible_parent_role_names',
  'ansible_parent_role_paths',
  'playbook_dir',
  'ansible_config_file',
  'ansible_check_mode',
  'ansible_diff_mode',
  'ansible_verbosity',
  'ansible_forks',
  'ansible_version',
]);

/** The version of Ansible whose language we implement, for playbooks that ask. */
export const ANSIBLE_VERSION = '2.16.14';

/** The variables that Ansible defines for every host and item, overriding all others. */
export function magicVariables(input: MagicInput): Magic {
  return new Map<string, () => Raw>([
    ...hostMagic(input),
    ...runMagic(input.run),
    ...(input.play ? playMagic(input.play) : []),
    ...(input.role ? roleMagic(input.role) : []),
    ...optional('hostvars', input.hostvars),
    ...optional('vars', input.vars),
    ...(input.omit === undefined ? [] : [entry('omit', () => input.omit as Value)]),
    ...(input.also ?? []),
  ]);
}

type Entry = readonly [string, () => Raw];

const entry = (name: string, value: () => Raw): Entry => [name, value];
const optional = (name: string, value: (() => Raw) | undefined): Entry[] => (value ? [entry(name, value)] : []);

function hostMagic({ host, inventory }: MagicInput): Entry[] {
  return [
    ['inventory_hostname', () => host.name],
    ['inventory_hostname_short', () => shortName(host.name)],
    ['group_names', () => [...host.groups].sort()],
    ['groups', () => groupsDict(inventory)],
    ['ansible_inventory_sources', () => inventory.sources],
  ];
}

function runMagic(run: RunFacts): Entry[] {
  return [
    ['ansible_check_mode', () => run.checkMode],
    ['ansible_diff_mode', () => run.diffMode],
    ['ansible_verbosity', () => run.verbosity],
    ['ansible_forks', () => run.forks],
    ['ansible_run_tags', () => run.runTags],
    ['ansible_skip_tags', () => run.skipTags],
    ['ansible_version', () => versionDict()],
    ['ansible_config_file', () => run.configFile ?? null],
    ['ansible_playbook_python', () => '/usr/bin/python3'],
    ['playbook_dir', () => run.playbookDir],
    ...(run.limit === undefined ? [] : [entry('ansible_limit', () => run.limit as string)]),
  ];
}

function playMagic(play: PlayFacts): Entry[] {
  return [
    ['ansible_play_name', () => play.name],
    ['ansible_play_hosts_all', () => play.hostsAll()],
    ['ansible_play_hosts', () => play.hosts()],
    ['play_hosts', () => play.batch()],
    ['ansible_play_batch', () => play.batch()],
    ['role_names', () => play.roleNames],
    ['ansible_role_names', () => [...new Set([...play.dependentRoleNames, ...play.roleNames])]],
    ['ansible_play_role_names', () => play.roleNames],
    ['ansible_dependent_role_names', () => play.dependentRoleNames],
  ];
}

function roleMagic(role: RoleRef): Entry[] {
  return [
    ['role_name', () => role.name],
    ['role_path', () => role.path],
    ['ansible_role_name', () => role.name],
    ['role_uuid', () => `${role.name}@${role.path}`],
    ['ansible_collection_name', () => collectionOf(role.name)],
    ...(role.parents.length === 0
      ? []
      : [
          entry('ansible_parent_role_names', () => role.parents.map(({ name }) => name)),
          entry('ansible_parent_role_paths', () => role.parents.map(({ path }) => path)),
        ]),
  ];
}

// A role's full name is namespace.collection.role.
const collectionOf = (role: string) => (role.split('.').length === 3 ? role.split('.').slice(0, 2).join('.') : null);

/** The name up to its first dot; an address is kept whole. */
const shortName = (name: string) => (/^[\d.]+$|:/.test(name) ? name : (name.split('.')[0] ?? name));

function versionDict(): Dict {
  const [major, minor, revision] = ANSIBLE_VERSION.split('.').map(Number);
  return new Map<Value, Value>([
    ['string', ANSIBLE_VERSION],
    ['full', ANSIBLE_VERSION],
    ['major', major ?? 0],
    ['minor', minor ?? 0],
    ['revision', revision ?? 0],
  ]);
}

const groupsDicts = new WeakMap<Inventory, Dict>();

// One dict per inventory: with a thousand hosts it is accessed ten thousand times.
function groupsDict(inventory: Inventory): Dict {
  const known =
    groupsDicts.get(inventory) ??
    new Map<Value, Value>([...inventory.groups].map(([name, hosts]) => [name, [...hosts]]));
  groupsDicts.set(inventory, known);
  return known;
}
