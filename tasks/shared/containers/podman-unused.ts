import { joined, type Script, script } from '../../../src/sdk.ts';
import { isObject, jsonAt, listInside } from '../json.ts';
import { filterOptions } from './filters.ts';
import { entriesAt, textAt } from './json.ts';

/** What `podman … prune` can remove, in the order in which it is done: what removed containers used is not used then. */
export const PODMAN_PRUNED = ['container', 'image', 'network', 'volume'] as const;

/** A kind of thing that can be pruned. */
export type PodmanPruned = (typeof PODMAN_PRUNED)[number];

/** What may be pruned of a kind. */
export interface Pruning {
  readonly kind: PodmanPruned;
  readonly filters: Readonly<Record<string, unknown>>;
  /** Whether images with a name are pruned, too. */
  readonly isAll: boolean;
}

const MARK = '-- retrace: ';

/** Only these filters mean the same in a list as when something is pruned. */
const LISTED = ['label', 'until'];

const filtersOf = ({ filters, isAll, kind }: Pruning): readonly string[] => [
  ...filterOptions(Object.fromEntries(Object.entries(filters).filter(([name]) => LISTED.includes(name)))),
  ...(kind === 'image' && !isAll ? ['--filter', 'dangling=true'] : []),
];

/** A script that tells what may be pruned, all containers, and the pods in which nothing runs. */
export const listPrunable = (all: readonly Pruning[]): Script =>
  joined(
    [
      script`
echo ${`${MARK}all`}
_ids=$(_engine container ls --all --quiet --no-trunc) || exit
[ -z "$_ids" ] || _engine container inspect -- $_ids || exit
echo ${`${MARK}pods`}
_engine pod ls --quiet --filter status=exited --filter status=stopped || exit`,
      ...all.map((one) => {
        const words = {
          container: ['--all', '--no-trunc'],
          image: ['--no-trunc'],
          network: ['--no-trunc'],
          volume: [],
        }[one.kind];
        return script`
echo ${`${MARK}${one.kind}`}
_engine ${one.kind} ls --quiet ${words} ${filtersOf(one)} || exit`;
      }),
    ],
    script``,
  );

/** What will be pruned of a kind. */
interface Prunable {
  readonly names: readonly string[];
  /** Whether these are exactly the things that will be removed, and not only those that may be. */
  readonly isExact: boolean;
}

/** What will be pruned, given what `listPrunable` tells; `pods`: those in which nothing runs. */
export function prunableOf(
  text: string,
  all: readonly Pruning[],
): { readonly of: ReadonlyMap<PodmanPruned, Prunable>; readonly pods: readonly string[] } {
  const parts = new Map(
    text
      .split(MARK)
      .slice(1)
      .map((part) => {
        const [kind = '', ...lines] = part.split('\n');
        return [kind, lines.filter((line) => line !== '')] as const;
      }),
  );
  const listed = (kind: string): readonly string[] => [...new Set((parts.get(kind) ?? []).map(plainId))];
  const containers = (JSON.parse((parts.get('all') ?? []).join('\n') || '[]') as readonly unknown[]).filter(isObject);
  const idle = new Set(containers.filter(isIdle).map((one) => textAt(one, 'Id')));
  const gone = listed('container').filter((id) => idle.has(id));
  const kept = containers.filter((one) => !gone.includes(textAt(one, 'Id')));
  const used: Readonly<Record<PodmanPruned, ReadonlySet<string>>> = {
    container: new Set(containers.map((one) => textAt(one, 'Id')).filter((id) => !idle.has(id))),
    image: new Set(kept.map((one) => plainId(textAt(one, 'Image')))),
    network: new Set(['podman', ...kept.flatMap((one) => networksOf(one))]),
    volume: new Set(kept.flatMap((one) => listInside(one, 'Mounts').map((mount) => textAt(mount, 'Name')))),
  };
  const areKnown = (one: Pruning | undefined): boolean =>
    one === undefined || Object.keys(one.filters).every((name) => LISTED.includes(name));
  const areContainersKnown = areKnown(all.find(({ kind }) => kind === 'container'));
  return {
    of: new Map(
      all.map((one) => [
        one.kind,
        {
          names: listed(one.kind).filter((name) => !used[one.kind].has(name)),
          isExact: areContainersKnown && areKnown(one),
        },
      ]),
    ),
    pods: listed('pods'),
  };
}

const plainId = (id: string): string => id.replace(/^sha256:/, '');

/** Containers in pods are only removed with their pod. */
const isIdle = (container: unknown): boolean =>
  ['created', 'configured', 'exited', 'stopped'].includes(textAt(container, 'State', 'Status')) &&
  textAt(container, 'Pod') === '';

const networksOf = (container: unknown): readonly string[] =>
  isObject(jsonAt(container, 'NetworkSettings'))
    ? entriesAt(container, 'NetworkSettings', 'Networks').map(([name]) => name)
    : [];
