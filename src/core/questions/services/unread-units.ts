import { becomes, type Effect, predicts } from '../../change.ts';
import { joined, type Script, script, sh } from '../../command.ts';
import { NotForeseen } from '../../picture/picture.ts';
import { type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import type { Subject } from '../../touches.ts';
import { parentOf, targetPath } from '../files/paths.ts';
import type { UnitScope } from './unit.ts';
import { systemctl } from './units.ts';

/** What a service manager has not read yet. */
export interface Unread {
  /** The files and directories that have changed since; only the first few. */
  readonly paths: readonly string[];
  /** Links of the administrator's units that lead outside systemd's directories, such as into a clone. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

type ManagerScope = 'system' | 'user';

const MOST = 5;

/** Touched by the system's manager when it has read its units. */
const READ = '/run/systemd/systemd-units-load';

/** Where the system's manager reads units from, and what its generators read. */
const SYSTEM = ['/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system', '/lib/systemd/system'];
const GENERATORS = ['/etc/fstab', '/etc/crypttab'];
const FOR_USERS = ['/etc/systemd/user', '/usr/lib/systemd/user'];

const PLACES: Readonly<Record<ManagerScope, Script>> = {
  system: script`${[...SYSTEM, ...GENERATORS]}`,
  user: script`"\${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user" ${FOR_USERS}`,
};

const kind: QuestionKind<ManagerScope, Unread> = {
  name: 'unread-units',
  scripts: (scopes) => scopes.map((scope) => ({ script: scriptOf(scope) })),
  read: (replies) =>
    replies.map(({ stdout }) => {
      const [paths = '', links = ''] = decodeText(stdout).split('\x1e\n');
      const lines = (text: string) => text.split('\n').filter((line) => line !== '');
      const outside = lines(links).map((line) => {
        const [path = '', target = ''] = line.split('\x1f');
        return { path, target: targetPath(path, target) };
      });
      return { ok: true, value: { paths: lines(paths), links: outside } };
    }),
  about: (_, answer) => [...PATHS, ...(answer?.links ?? []).map(({ target }) => `entry:${target}`)],
  foretell(scope, picture) {
    const now = picture.now(question(kind, scope));
    const read = scope === 'system' ? picture.files.at(READ) : undefined;
    const since = read?.at ?? 0;
    picture.mustBeKnown([...PATHS, ...now.links.map(({ target }) => `entry:${target}`)], since);
    const changed = [...foreseenIn(picture, scope, since), ...throughLinks(picture, now, since)];
    const paths = [...new Set([...(read === undefined ? now.paths : []), ...changed])];
    return { ...now, paths: paths.slice(0, MOST) };
  },
};

const PATHS: readonly Subject[] = [
  'path:/etc/systemd',
  'entry:/etc/systemd/*',
  'entry:/lib/systemd/*',
  'entry:/usr/lib/systemd/*',
  'entry:/etc/fstab',
];

/** The paths that would change where a manager reads its units. */
function foreseenIn({ files }: Picture, scope: ManagerScope, since: number): readonly string[] {
  const folders = scope === 'system' ? [...SYSTEM, '/usr/lib/systemd/system'] : FOR_USERS;
  const own =
    scope === 'user' ? files.below('/').find(([place]) => place.includes('/.config/systemd/user/')) : undefined;
  if (own !== undefined) throw new NotForeseen(own[1].task);
  const changed = folders.flatMap((folder) =>
    files.below(folder).flatMap(([place, { is, at }]) => {
      const parent = parentOf(place);
      return at <= since ? [] : [...(files.isRelisted(parent) ? [parent] : []), ...(is === 'absent' ? [] : [place])];
    }),
  );
  const isNew = (path: string): boolean => (files.at(path)?.at ?? 0) > since;
  return scope === 'system' ? [...changed, ...GENERATORS.filter(isNew)] : changed;
}

/** The links whose targets would change. */
function throughLinks({ files }: Picture, now: Unread, since: number): readonly string[] {
  const foreseen = SYSTEM.flatMap((folder) =>
    files
      .below(folder)
      .flatMap(([path, there]) => (there.is === 'link' ? [{ path, target: targetPath(path, there.target) }] : [])),
  );
  const changed = [...now.links, ...foreseen].filter(({ target }) => {
    const there = files.at(target) ?? files.emptiedAbove(target);
    return there !== undefined && there.at > since;
  });
  return changed.map(({ path }) => path);
}

/** What happens when the manager reads its units again, as with `daemon-reload`, `enable` and `mask`. */
export const unitsAreRead = (scope: UnitScope): readonly Effect[] => {
  if (scope === 'user') return [predicts(unreadUnits('user'), { paths: [], links: [] })];
  if (scope === 'global') return [];
  const entry = { kind: 'file', mode: 0o444, uid: 0, gid: 0, owner: 'root', group: 'root', size: 0 } as const;
  return [becomes({ place: READ, was: 'file', entry, holds: { bytes: new Uint8Array() }, inPlace: true })];
};

// `NeedDaemonReload` misses new drop-in directories.
const scriptOf = (scope: ManagerScope): string =>
  sh`run=${scope === 'system' ? '/run' : script`"\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"`}; read=$run/systemd/systemd-units-load
if [ -e "$read" ]; then find -L ${PLACES[scope]} -newercm "$read" 2>/dev/null | head -n ${String(MOST)}
else LC_ALL=C ${systemctl(scope)} show --no-pager -p FragmentPath,NeedDaemonReload -- '*' | grep -B 1 -x NeedDaemonReload=yes | sed -n 's/^FragmentPath=//p'; fi
${scope === 'system' ? outside : script`:`}`.script;

const outside = script`printf '\036\n'; find /etc/systemd/system -maxdepth 2 -type l ${joined(
  ['/lib/systemd/*', '/usr/lib/systemd/*', '/etc/systemd/system/*', '/dev/null'].map(
    (pattern) => script`! -lname ${pattern}`,
  ),
  script` `,
)} -printf '%p\037%l\n' 2>/dev/null`;

/** What a service manager has not read yet of its unit files, drop-ins, and the files that its generators read. */
export const unreadUnits = (scope: ManagerScope): Question<Unread> => question(kind, scope);
