import { type Parts, partLines } from '../../../core/facts/parts.ts';
import { nameOf } from '../../../core/questions/files/paths.ts';
import { readEntries } from '../entry.ts';
import { partNames } from '../survey.ts';
import type { Unmanaged } from '../thing.ts';
import { unitFiles } from './unit-links.ts';

/** What the postinst of Debian's systemd enables; everything else of it is left disabled, whatever its presets say. */
const ENABLED_BY_SYSTEMD: ReadonlySet<string> = new Set([
  'getty@.service',
  'remote-fs.target',
  'systemd-pstore.service',
]);

/**
 * Units that are enabled, disabled or masked otherwise than their packages left them. deb-systemd-helper records what
 * each package enabled and masked; a unit of a package that does not use it is found if it is enabled.
 */
export function changedUnits(parts: Parts): readonly Unmanaged[] {
  const byPackage = partNames(parts, 'enabled-by-package');
  const maskedByPackage = partNames(parts, 'masked-by-package');
  const ofSystemd = new Set(partLines(parts, 'ordinary').map(nameOf));
  const { unowned } = readEntries(parts);
  const masks = new Set(
    unowned.flatMap(({ path, target }) => (target === '/dev/null' && isUnitPath(path) ? [nameOf(path)] : [])),
  );
  const local = new Set(
    unowned.flatMap(({ path, kind }) => (kind === 'file' && isUnitPath(path) ? [nameOf(path)] : [])),
  );
  const isEnabledByDebian = (name: string): boolean =>
    byPackage.has(name) || (ofSystemd.has(name) && ENABLED_BY_SYSTEMD.has(name));
  return unitFiles(parts).flatMap(({ name, state }) => {
    if (masks.has(name)) return maskedByPackage.has(name) ? [] : [changed(name, 'masked', { masked: true })];
    if (state === 'enabled' && !isEnabledByDebian(name)) {
      const whose = local.has(name) ? 'its unit file is not from a package' : 'its package does not enable it';
      return [changed(name, `enabled, and ${whose}`, { enabled: true })];
    }
    if (state === 'disabled' && isEnabledByDebian(name))
      return [changed(name, 'disabled, and its package enables it', { enabled: false })];
    return [];
  });
}

const isUnitPath = (path: string): boolean => /^\/(etc|usr\/local\/lib)\/systemd\/system\/[^/]+$/.test(path);

const changed = (name: string, why: string, how: Readonly<Record<string, boolean>>): Unmanaged => ({
  group: 'units',
  name,
  why,
  subjects: [[`unit:${name}`]],
  // A template has no state of its own: its instances are enabled.
  ...(name.includes('@.') && how['masked'] !== true
    ? { tasks: [], instead: 'enable the instances that are needed' }
    : { tasks: [{ type: 'ansible.builtin.systemd', args: { name, ...how } }] }),
});
