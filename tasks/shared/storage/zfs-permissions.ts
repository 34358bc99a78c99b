/** To whom permissions are delegated: `user tom`, `group staff` or `everyone`. */
export type Entity = string;

/** Where delegated permissions hold: in the dataset itself, in those below it, or in both. */
type DelegationScope = 'Local' | 'Descendent' | 'Local+Descendent';

/** The permissions of each entity in each scope. */
export type Delegations = ReadonlyMap<DelegationScope, ReadonlyMap<Entity, readonly string[]>>;

/**
 * Reads what `zfs allow DATASET` prints (zfs-allow(8)) about each dataset. It also tells what datasets above delegate, each under a heading
 * of its own; permission sets and create time permissions are left out.
 */
export function readDelegations(stdout: string): ReadonlyMap<string, Delegations> {
  const all = new Map<string, Map<DelegationScope, Map<Entity, readonly string[]>>>();
  let own: Map<DelegationScope, Map<Entity, readonly string[]>> | undefined;
  let scope: DelegationScope | undefined;
  for (const line of stdout.split('\n')) {
    const dataset = /^-+ Permissions on (.*?) -*$/.exec(line)?.[1];
    const heading = /^(\S.*?):?$/.exec(line)?.[1]?.replace(/ permissions( on \(.*\))?$/i, '');
    if (dataset !== undefined) {
      own = new Map();
      all.set(dataset, own);
      scope = undefined;
    } else if (heading !== undefined) {
      scope = SCOPES.find((one) => one === heading);
    } else if (own !== undefined && scope !== undefined) {
      const [, entity, list] = /^\s+(everyone|(?:user|group) .+?)\s+(\S+)$/.exec(line) ?? [];
      if (entity === undefined || list === undefined) continue;
      const before = own.get(scope) ?? new Map<Entity, readonly string[]>();
      own.set(scope, before.set(entity, list.split(',')));
    }
  }
  return all;
}

const SCOPES: readonly DelegationScope[] = ['Local', 'Descendent', 'Local+Descendent'];

/** What an entity may do in the dataset itself (`Local`) or below it (`Descendent`). */
export const permissionsIn = (
  delegations: Delegations | undefined,
  entity: Entity,
  where: 'Local' | 'Descendent',
): ReadonlySet<string> =>
  new Set([where, 'Local+Descendent' as const].flatMap((scope) => delegations?.get(scope)?.get(entity) ?? []));
