import { withLacking } from '../../lacking.ts';
import { must } from '../../must.ts';
import type { Foreseen } from '../../picture/overlay.ts';
import { NotForeseen } from '../../picture/picture.ts';
import type { Picture } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { contentAt } from '../files/content.ts';
import { exists } from '../files/exists.ts';
import { joinPath, nameOf, parentOf, targetPath } from '../files/paths.ts';
import type { Unit } from './unit.ts';

/** Where an administrator's unit files are: they come before those of packages (systemd.unit(5)). */
const FOLDER = '/etc/systemd/system';

/**
 * In a check: a unit of the system, once its unit file in /etc is what is foreseen there. `now` is what systemd says of it. What cannot be
 * said for certain is not foreseen: masks, aliases, init scripts, and units with faults.
 */
export function foreseenUnit(picture: Picture, now: Unit): Unit {
  const path = joinPath(FOLDER, now.name);
  const there = picture.files.at(path);
  if (there === undefined || (there.is === 'file' && 'place' in there.held && there.held.place === path)) return now;
  const uncertain = new NotForeseen(there.task);
  if (there.is === 'absent' && now.properties['FragmentPath'] !== path) return now;
  if (there.is !== 'file' && there.is !== 'link') throw uncertain;
  if (there.is === 'link' && nameOf(targetPath(path, there.target)) !== now.name) throw uncertain;
  if (!isPlain(now)) throw uncertain;
  picture.restsOn(there);
  const bytes = contentAt(picture, path);
  const says = bytes === undefined ? undefined : readUnitFile(now.name, [decodeText(bytes), ...dropIns(picture, now)]);
  if (says === undefined) throw uncertain;
  const { installs, ends, canReload } = says;
  const isNew = now.load === 'not-found';
  const enabled = now.file === 'enabled' || startsWithAnother(picture, now.name, isNew);
  const otherwise = there.is === 'link' ? 'linked' : installs;
  const unit: Unit = {
    name: now.name,
    load: 'loaded',
    active: now.active,
    sub: now.sub,
    file: enabled ? 'enabled' : otherwise,
    needsReload: !isNew && now.active !== 'inactive',
    ends,
    canReload,
    properties: {},
  };
  return { ...unit, properties: foreseenProperties(unit, now, path) };
}

/** Whether it is a unit that has no file yet, or one with a file of its own. */
const isPlain = ({ load, file, initScript }: Unit): boolean =>
  initScript === undefined &&
  (load === 'not-found' || (load === 'loaded' && /^(enabled|disabled|static|indirect|linked)$/.test(file)));

/** The texts of the unit's foreseen drop-ins in their order. Those that the host has of a unit that is not there yet are not read. */
function dropIns(picture: Picture, now: Unit): readonly string[] {
  const folder = joinPath(FOLDER, `${now.name}.d`);
  const foreseen = picture.files.below(folder).filter(([place]) => place.endsWith('.conf'));
  const last = foreseen.at(-1);
  const theirs = now.load === 'not-found' ? picture.now(exists(`${folder}/*.conf`)) : hasDropIns(now);
  if (theirs && last !== undefined) throw new NotForeseen(last[1].task);
  return foreseen.flatMap(([place]) => {
    const bytes = contentAt(picture, place);
    return bytes === undefined ? [] : [decodeText(bytes)];
  });
}

const hasDropIns = ({ properties }: Unit): boolean => (properties['DropInPaths'] ?? '') !== '';

/** Whether a link in a `.wants` or `.requires` directory starts the unit with another. */
function startsWithAnother(picture: Picture, name: string, isNew: boolean): boolean {
  const links = picture.files
    .below(FOLDER)
    .filter(([place]) => nameOf(place) === name && /\.(wants|requires)$/.test(parentOf(place)));
  const gone: readonly [string, Foreseen] | undefined = links.find(([, { is }]) => is !== 'link');
  if (gone !== undefined) throw new NotForeseen(gone[1].task);
  return links.length > 0 || (isNew && picture.now(exists(`${FOLDER}/*.[wr]*/${name}`)));
}

/** What a unit file says that its state depends on. */
interface UnitFile {
  /** What `systemctl is-enabled` says as long as nothing starts it. */
  readonly installs: 'disabled' | 'indirect' | 'static';
  readonly ends: boolean;
  readonly canReload: boolean;
}

/** Reads a unit file and its drop-ins (systemd.syntax(7)); undefined if systemd may not accept it. */
function readUnitFile(name: string, texts: readonly string[]): UnitFile | undefined {
  const settings = new Map<string, readonly string[]>();
  const sections = new Set<string>();
  for (const text of texts)
    for (const { section, key, value } of assignments(text)) {
      sections.add(section);
      if (key === undefined) continue;
      const full = `${section}.${key}`;
      settings.set(full, value === '' ? [] : [...(settings.get(full) ?? []), value]);
    }
  const has = (...keys: string[]): boolean => keys.some((key) => (settings.get(key) ?? []).length > 0);
  const last = (key: string): string | undefined => settings.get(key)?.at(-1);
  const suffix = must(/\.(\w+)$/.exec(name)?.[1], 'the suffix of a unit');
  const own = OWN_SECTION[suffix];
  if (own === undefined || (own.needed && !sections.has(own.section))) return undefined;
  const isOneshot = suffix === 'service' && last('Service.Type') === 'oneshot';
  if (suffix === 'service' && !has('Service.ExecStart') && !(isOneshot && has('Service.ExecStop'))) return undefined;
  const isInstalled = has('Install.WantedBy', 'Install.RequiredBy', 'Install.UpheldBy', 'Install.Alias');
  const otherwise = has('Install.Also') ? 'indirect' : 'static';
  return {
    installs: isInstalled ? 'disabled' : otherwise,
    ends: isOneshot && !/^(yes|true|1|on)$/i.test(last('Service.RemainAfterExit') ?? ''),
    canReload: has('Service.ExecReload') || last('Service.Type') === 'notify-reload',
  };
}

const OWN_SECTION: Readonly<Record<string, { readonly section: string; readonly needed: boolean }>> = {
  service: { section: 'Service', needed: true },
  timer: { section: 'Timer', needed: true },
  socket: { section: 'Socket', needed: true },
  path: { section: 'Path', needed: true },
  mount: { section: 'Mount', needed: true },
  automount: { section: 'Automount', needed: true },
  target: { section: 'Unit', needed: false },
  slice: { section: 'Slice', needed: false },
};

/** The sections (without a key) and assignments of a unit file; lines that end in a backslash go on. */
function assignments(text: string): readonly { section: string; key?: string; value: string }[] {
  let section = '';
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const header = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
      if (header !== undefined) {
        section = header;
        return [{ section, value: '' }];
      }
      const [, key, value = ''] = /^\s*([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return key === undefined ? [] : [{ section, key, value }];
    });
}

/** What `systemctl show` would say of it; the properties that nobody can foresee are there without a value. */
function foreseenProperties(unit: Unit, now: Unit, path: string): Unit['properties'] {
  const known = {
    Id: unit.name,
    LoadState: unit.load,
    ActiveState: unit.active,
    SubState: unit.sub,
    UnitFileState: unit.file,
    FragmentPath: path,
  };
  return withLacking(
    known,
    Object.keys(now.properties).filter((name) => !(name in known)),
  );
}
