import { joined, type Script, script } from '../../../src/sdk.ts';
import { isObject, jsonAt, listInside } from '../json.ts';
import { filterValues } from './filters.ts';
import { entriesAt, textAt } from './json.ts';

/** What can be pruned, in the order in which it is: what removed containers used is not used afterwards. */
export const PRUNED = ['containers', 'images', 'networks', 'volumes'] as const;

/** A kind of thing that can be pruned. */
export type PrunedKind = (typeof PRUNED)[number];

const MARK = '-- retrace: ';

/** A script that tells everything that may be pruned, and all containers. */
export function listUnused(kinds: readonly PrunedKind[]): Script {
  const inspecting = (kind: string, list: Script) => script`
echo ${`${MARK}${kind}`}
ids=$(${list}) || exit
[ -z "$ids" ] || printf '%s\n' "$ids" | sort -u | while read -r id; do _engine ${kind} inspect --format '{{json .}}' -- "$id" || exit; done`;
  return joined(
    [
      inspecting('container', script`_engine container ls --all --quiet --no-trunc`),
      ...(kinds.includes('images') ? [inspecting('image', script`_engine image ls --quiet --no-trunc`)] : []),
      ...(kinds.includes('networks')
        ? [inspecting('network', script`_engine network ls --quiet --no-trunc --filter dangling=true`)]
        : []),
      ...(kinds.includes('volumes')
        ? [
            script`
echo ${`${MARK}version`}
_engine version --format '{{.Server.APIVersion}}' || exit`,
            inspecting('volume', script`_engine volume ls --quiet`),
          ]
        : []),
    ],
    script``,
  );
}

interface Prunable {
  readonly names: readonly string[];
  /** Whether these are exactly the things that will be removed, and not only those that may be. */
  readonly isExact: boolean;
}

type Filters = Readonly<Record<string, unknown>>;

/** What will be pruned of each kind, given what `listUnused` tells. */
export function prunable(
  text: string,
  kinds: readonly PrunedKind[],
  filtersOf: (kind: PrunedKind) => Filters,
): Readonly<Record<PrunedKind, Prunable>> {
  const parts = new Map(
    text
      .split(MARK)
      .slice(1)
      .map((part) => {
        const [kind = '', ...lines] = part.split('\n');
        return [kind, lines.filter((line) => line !== '')] as const;
      }),
  );
  const things = (kind: string): readonly unknown[] =>
    (parts.get(kind) ?? []).map((line): unknown => JSON.parse(line)).filter(isObject);
  const all = things('container');
  const matching = (kind: PrunedKind, candidates: readonly unknown[]): readonly unknown[] =>
    kinds.includes(kind) ? candidates.filter((one) => hasLabels(one, filtersOf(kind))) : [];
  const idle = all.filter((one) => ['created', 'exited', 'dead'].includes(textAt(one, 'State', 'Status')));
  const gone = matching('containers', idle);
  const areGone = isExact(filtersOf('containers'));
  const kept = all.filter((one) => !gone.includes(one));
  const images = new Set(kept.map((one) => textAt(one, 'Image')));
  const volumes = new Set(kept.flatMap((one) => listInside(one, 'Mounts').map((mount) => textAt(mount, 'Name'))));
  const onlyAnonymous =
    Number((parts.get('version')?.[0] ?? '').replace(/^1\./, '')) >= 42 && !isTrue(filtersOf('volumes')['all']);
  const found = (kind: PrunedKind, key: string, candidates: readonly unknown[]): Prunable => ({
    names: matching(kind, candidates).map((one) => textAt(one, key)),
    isExact: areGone && isExact(filtersOf(kind)),
  });
  return {
    containers: found('containers', 'Id', idle),
    images: found(
      'images',
      'Id',
      things('image').filter(
        (one) => !images.has(textAt(one, 'Id')) && (isNameless(one) || isFalse(filtersOf('images')['dangling'])),
      ),
    ),
    networks: found('networks', 'Name', things('network')),
    volumes: found(
      'volumes',
      'Name',
      things('volume').filter((one) => !volumes.has(textAt(one, 'Name')) && (!onlyAnonymous || isAnonymous(one))),
    ),
  };
}

const isTrue = (value: unknown): boolean => value !== undefined && /^(?:true|1)$/i.test(String(value));

const isFalse = (value: unknown): boolean => value !== undefined && /^(?:false|0)$/i.test(String(value));

const isNameless = (image: unknown): boolean => listInside(image, 'RepoTags').length === 0;

const isAnonymous = (volume: unknown): boolean => {
  const labels = Object.fromEntries(entriesAt(volume, 'Labels'));
  return Object.hasOwn(labels, 'com.docker.volume.anonymous');
};

/** Only the engine can compare times and sizes. */
const isExact = (filters: Filters): boolean =>
  Object.keys(filters).every((name) => ['label', 'label!', 'dangling', 'all'].includes(name));

function hasLabels(thing: unknown, filters: Filters): boolean {
  const labels = Object.fromEntries(
    entriesAt(isObject(jsonAt(thing, 'Config')) ? jsonAt(thing, 'Config') : thing, 'Labels'),
  );
  const has = (text: string): boolean => {
    const [name = '', ...value] = text.split('=');
    return Object.hasOwn(labels, name) && (value.length === 0 || String(labels[name]) === value.join('='));
  };
  const values = (name: string) => (filters[name] === undefined ? [] : filterValues(filters[name]));
  return values('label').every(has) && !values('label!').some(has);
}
