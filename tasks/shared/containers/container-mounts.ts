import { entriesAt, textAt, textEntries } from './json.ts';
import { bytesIn } from './sizes.ts';

interface Mount {
  readonly target: string;
  readonly source: string | undefined;
  readonly type: string;
  readonly read_only: boolean | undefined;
  readonly consistency: string | undefined;
  readonly propagation: string | undefined;
  readonly no_copy: boolean | undefined;
  readonly labels: Readonly<Record<string, unknown>> | undefined;
  readonly volume_driver: string | undefined;
  readonly volume_options: Readonly<Record<string, unknown>> | undefined;
  readonly tmpfs_size: string | undefined;
  readonly tmpfs_mode: string | undefined;
}

/** The client's argument for a mount, which is a line of CSV. */
export function mountOption(mount: Mount): readonly string[] {
  const field = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}=${value}`]);
  const size = mount.tmpfs_size === undefined ? undefined : bytesIn(mount.tmpfs_size);
  const fields = [
    `type=${mount.type}`,
    ...field('source', mount.source),
    `target=${mount.target}`,
    ...(mount.read_only === true ? ['readonly'] : []),
    ...field('consistency', mount.consistency),
    ...field('bind-propagation', mount.propagation),
    ...(mount.no_copy === true ? ['volume-nocopy'] : []),
    ...textEntries(mount.labels).map(([key, value]) => `volume-label=${key}=${value}`),
    ...field('volume-driver', mount.volume_driver),
    ...textEntries(mount.volume_options).map(([key, value]) => `volume-opt=${key}=${value}`),
    ...field('tmpfs-size', size === undefined ? mount.tmpfs_size : String(size)),
    ...field('tmpfs-mode', mount.tmpfs_mode),
  ];
  return ['--mount', fields.map(csvField).join(',')];
}

const csvField = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** A mount as one text, to compare it with one that the engine tells. */
export const mountText = (mount: Mount): string =>
  textOf({
    type: mount.type,
    source: mount.source ?? '',
    target: mount.target,
    readonly: String(mount.read_only === true),
    consistency: mount.consistency ?? '',
    propagation: mount.propagation ?? '',
    nocopy: String(mount.no_copy === true),
    labels: textEntries(mount.labels),
    driver: mount.volume_driver ?? '',
    options: textEntries(mount.volume_options),
    size: String(bytesIn(mount.tmpfs_size ?? '') ?? ''),
    mode: String(Number.parseInt(mount.tmpfs_mode ?? '', 8)),
  });

/** The same for a mount that the engine tells. */
export const mountTextOf = (mount: unknown): string =>
  textOf({
    type: textAt(mount, 'Type'),
    source: textAt(mount, 'Source'),
    target: textAt(mount, 'Target'),
    readonly: String(textAt(mount, 'ReadOnly') === 'true'),
    consistency: textAt(mount, 'Consistency'),
    propagation: textAt(mount, 'BindOptions', 'Propagation'),
    nocopy: String(textAt(mount, 'VolumeOptions', 'NoCopy') === 'true'),
    labels: entriesAt(mount, 'VolumeOptions', 'Labels'),
    driver: textAt(mount, 'VolumeOptions', 'DriverConfig', 'Name'),
    options: entriesAt(mount, 'VolumeOptions', 'DriverConfig', 'Options'),
    size: textAt(mount, 'TmpfsOptions', 'SizeBytes'),
    mode: textAt(mount, 'TmpfsOptions', 'Mode') || 'NaN',
  });

/** What is not the default, as words. */
function textOf({
  type,
  source,
  target,
  ...more
}: Readonly<Record<string, string | readonly (readonly [string, unknown])[]>>): string {
  const words = Object.entries(more).flatMap(([name, value]) => {
    if (typeof value !== 'string') return value.map(([key, text]) => `${name} ${key}=${String(text)}`).toSorted();
    return ['', 'false', 'NaN'].includes(value) ? [] : [`${name} ${value}`];
  });
  return [`${String(type)} ${String(source)}:${String(target)}`, ...words].join(', ');
}
