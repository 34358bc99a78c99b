import { type Parts, partLines } from '../../../core/facts/parts.ts';
import { nameOf } from '../../../core/questions/files/paths.ts';
import type { Unowned } from '../entry.ts';
import { partNames } from '../survey.ts';

/** A unit as `systemctl list-unit-files` shows it. */
interface UnitFile {
  readonly name: string;
  readonly state: string;
}

/** The unit files of a host. */
export const unitFiles = (parts: Parts): readonly UnitFile[] =>
  partLines(parts, 'units').map((line) => {
    const [name = '', state = ''] = line.trim().split(/\s+/);
    return { name, state };
  });

/** The template of an instance; other names stay as they are. */
const templateOf = (name: string): string => name.replace(/@[^.]*(?=\.\w+$)/, '@');

/** The unit that a link in /etc/systemd enables, masks or gives another name; undefined if it does nothing of this. */
export function unitOfLink({ path, target }: Unowned, parts: Parts): string | undefined {
  if (partNames(parts, 'links-of-package').has(path)) return nameOf(path);
  // Only the units of the system are looked at one by one.
  if (path.startsWith('/etc/systemd/user/')) return undefined;
  if (target === '/dev/null') return nameOf(path);
  const files = new Map(unitFiles(parts).map(({ name, state }) => [name, state]));
  const inFolder = /\.(wants|requires|upholds)\//.test(path);
  const unit = inFolder ? nameOf(path) : nameOf(target);
  const state = files.get(unit) ?? files.get(templateOf(unit));
  if (inFolder)
    return state === undefined || nameOf(target) !== (files.has(unit) ? unit : templateOf(unit)) ? undefined : unit;
  return state === 'enabled' && files.get(nameOf(path)) === 'alias' ? unit : undefined;
}
