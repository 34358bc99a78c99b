import {
  blurs,
  type Change,
  type Command,
  type Dataset,
  defineTask,
  predicts,
  type Questions,
  sh,
  upTo,
  zfs,
} from '../src/sdk.ts';
import { byState } from './shared/retire/by-state.ts';
import { sameProperty, zfsValue } from './shared/storage/zfs-values.ts';

export default defineTask({
  name: 'community.general.zfs',
  summary: 'Create, configure or destroy a ZFS dataset.',
  description:
    'Each property is compared separately and by value, so `10G` and `10737418240` are the same. Missing parents are created. An inherited or default value is overridden only if it differs from the requested one.',
  params: {
    name: {
      type: 'str',
      required: true,
      doc: 'The dataset, for example `tank/data`, or the snapshot, for example `tank/data@monday`.',
    },
    state: { type: 'str', required: true, choices: ['absent', 'present'], doc: 'Whether the dataset should exist.' },
    origin: { type: 'str', doc: 'The snapshot to create the dataset from, as a clone.' },
    extra_zfs_properties: {
      type: 'dict',
      default: {},
      doc: 'Properties and their values; `true` and `false` mean `on` and `off`.',
    },
  },
  // The parents determine where the dataset is mounted.
  ask: ({ name }): Questions => Object.fromEntries([name, ...parents(name)].map((one) => [one, zfs(one)])),
  plan: (datasets, { name, state, origin, extra_zfs_properties }) => {
    const known = datasets as Readonly<Record<string, Dataset>>;
    const dataset = known[name];
    const wanted = Object.entries(extra_zfs_properties).map(
      ([property, value]) => [property, zfsValue(value)] as const,
    );
    if (state === 'absent') return { changes: dataset === undefined ? [] : [destroy(name)] };
    if (dataset === undefined) return { changes: [create(name, origin, wanted, known)] };
    const differing = wanted.filter(([property, value]) => !sameProperty(dataset[property]?.value, value));
    const after = { ...dataset, ...local(differing) };
    return { changes: differing.map(([property, value]) => adjust(name, dataset, after, property, value)) };
  },
  result: ({ params: { name, state, extra_zfs_properties } }) => ({ name, state, ...extra_zfs_properties }),
  retire: byState('zfs dataset', ['name']),
  returns: { name: 'The dataset.', state: 'Whether the dataset exists.' },
  examples: [
    {
      title: 'Create a dataset for the images',
      yaml: 'zfs:\n  name: zfs-hdd/off/images\n  state: present\n  extra_zfs_properties:\n    compression: lz4\n    quota: 100G',
      runs: { no: 'a test host has no pool' },
    },
  ],
});

function destroy(name: string): Change {
  return {
    what: `dataset ${name}`,
    from: 'present',
    to: null,
    commands: [sh`zfs destroy -R ${name}`],
    effects: [predicts(zfs(name), undefined), blurs(`dataset:${name}/*`, `dataset:${name}@*`, ...mounted(undefined))],
  };
}

function create(
  name: string,
  origin: string | undefined,
  properties: Properties,
  known: Readonly<Record<string, Dataset>>,
): Change {
  const path = mountpoint(name, properties, known);
  return {
    what: `dataset ${name}`,
    from: null,
    to: properties.map(([property, value]) => `${property}=${value}`).join(' ') || 'present',
    commands: [creation(name, origin, properties)],
    effects: [
      predicts(zfs(name), {
        ...(typeof path === 'string' && { mountpoint: { value: path, source: 'default' } }),
        ...local(properties),
      }),
      blurs(
        ...parents(name)
          .filter((one) => known[one] === undefined)
          .map((one) => `dataset:${one}`),
        ...mounted(path),
      ),
    ],
  };
}

function adjust(
  name: string,
  dataset: NonNullable<Dataset>,
  after: NonNullable<Dataset>,
  property: string,
  value: string,
): Change {
  const now = dataset[property];
  return {
    what: `${property} of ${name}`,
    from: now === undefined ? null : now.value,
    to: value,
    commands: [sh`zfs set ${`${property}=${value}`} ${name}`],
    effects: [
      predicts(zfs(name), after),
      blurs(`dataset:${name}/*`, ...(property === 'mountpoint' ? mounted(undefined) : [])),
    ],
  };
}

function creation(name: string, origin: string | undefined, properties: Properties): Command {
  const size = volumeSize(properties);
  const options = properties
    .filter(([property]) => property !== 'volsize')
    .flatMap(([property, value]) => ['-o', `${property}=${value}`]);
  if (origin !== undefined) return sh`zfs clone -p ${options} ${origin} ${name}`;
  if (name.includes('@')) return sh`zfs snapshot ${options} ${name}`;
  return size === undefined ? sh`zfs create -p ${options} ${name}` : sh`zfs create -p -V ${size} ${options} ${name}`;
}

type Properties = readonly (readonly [string, string])[];

/** Properties as `zfs get` will report them. */
const local = (properties: Properties): NonNullable<Dataset> =>
  Object.fromEntries(properties.map(([property, value]) => [property, { value, source: 'local' }]));

const volumeSize = (properties: Properties): string | undefined =>
  properties.find(([property]) => property === 'volsize')?.[1];

/** The ancestors of a dataset, nearest first. */
function parents(name: string): readonly string[] {
  const words = upTo(name, '@').split('/');
  return words.slice(1).map((_, index) => words.slice(0, words.length - 1 - index).join('/'));
}

/** The mount point of a new dataset: undefined if it is unknown, null if the dataset is not mounted. */
function mountpoint(
  name: string,
  properties: Properties,
  known: Readonly<Record<string, Dataset>>,
): string | null | undefined {
  if (name.includes('@') || volumeSize(properties) !== undefined) return null;
  const own = properties.find(([property]) => property === 'mountpoint')?.[1];
  const parent = parents(name).find((one) => known[one] !== undefined);
  const above = parent === undefined ? undefined : known[parent]?.['mountpoint']?.value;
  const path =
    own ?? (above?.startsWith('/') ? `${above.replace(/\/$/, '')}/${name.slice(parent!.length + 1)}` : above);
  return path === undefined || path.startsWith('/') ? path : null;
}

/** The subjects that mounting a filesystem there may change. */
function mounted(path: string | null | undefined): readonly string[] {
  if (path === null) return [];
  return path === undefined ? ['path:*', 'entry:*'] : [`path:${path}`, `entry:${path}`, `entry:${path}/*`];
}
