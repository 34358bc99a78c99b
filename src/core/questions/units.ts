import { quote } from '../command.ts';
import { groupBy } from '../group-by.ts';
import { type Question, type QuestionKind, question, type Subject } from '../question.ts';

/** Which service manager: the system's, the user's own, or (for enabling) that of all users. */
export type UnitScope = 'system' | 'user' | 'global';

/** A unit as systemd tells of it. */
export interface Unit {
  readonly name: string;
  /** `loaded`, `not-found`, `masked`, `bad-setting`, `error`. */
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  /** `enabled`, `disabled`, `static`, `generated`, `masked` …; empty where there is no file. */
  readonly file: string;
  /** Its files on disk are not what systemd has read. */
  readonly needsReload: boolean;
  /** It does its work and ends: not running is how it should be. */
  readonly ends: boolean;
  readonly canReload: boolean;
  /** An init script that systemd made a unit of, and whether it is started at boot. */
  readonly initScript?: { readonly enabled: boolean };
  /** All that was asked, by systemd's names. */
  readonly properties: Readonly<Record<string, string>>;
}

interface Arg {
  readonly name: string;
  readonly scope: UnitScope;
}

// biome-ignore format: a list
const properties = ['Id', 'Names', 'Description', 'LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'UnitFilePreset', 'NeedDaemonReload', 'FragmentPath', 'DropInPaths', 'SourcePath',
  'Type', 'RemainAfterExit', 'CanReload', 'Result', 'MainPID', 'ExecMainPID', 'ExecMainStatus', 'ExecMainStartTimestamp', 'ActiveEnterTimestamp', 'ActiveEnterTimestampMonotonic',
  'ExecMainStartTimestampMonotonic', 'StateChangeTimestamp', 'InactiveExitTimestamp', 'WantedBy', 'RequiredBy', 'TriggeredBy', 'Triggers'];

const kind: QuestionKind<Arg, Unit> = {
  name: 'unit',
  scripts: (args) => byScope(args).map(([scope, names]) => ({ script: script(scope, names) })),
  read(replies, args) {
    const scopes = byScope(args).map(([scope]) => scope);
    return args.map(({ name, scope }) => {
      const reply = replies[scopes.indexOf(scope)]!;
      if (reply.code !== 0)
        return { ok: false, why: reply.stderr.toString().trim() || 'systemd does not run on this host' };
      const [units = '', scripts = ''] = reply.stdout.toString().split('\x1e\n');
      const index = byScope(args)[scopes.indexOf(scope)]![1].indexOf(name);
      const block = readProperties(units.split('\n\n')[index] ?? '');
      return { ok: true, value: readUnit(name, block, scripts.split('\n')[index] ?? '') };
    });
  },
  about: ({ name }, answer) => unitSubjects(name, answer),
};

/** What an answer about a unit depends on; one that is not there may come with a package. */
const unitSubjects = (name: string, answer?: Unit): readonly Subject[] => [
  `unit:${fullName(name)}`,
  ...(answer === undefined || answer.load === 'not-found' ? [`absent:unit:${fullName(name)}`] : []),
];

/** How a unit is: one `systemctl show` for all units that are asked about. */
export const unit = (name: string, scope: UnitScope = 'system'): Question<Unit> => question(kind, { name, scope });

/** A unit's name with its suffix. */
export const fullName = (name: string): string =>
  /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope|snapshot)$/.test(name)
    ? name
    : `${name}.service`;

/** `systemctl` for a scope; a user's manager is found by its runtime folder. */
export const systemctl = (scope: UnitScope): string =>
  scope === 'system'
    ? 'systemctl'
    : scope === 'global'
      ? 'systemctl --global'
      : 'XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)} systemctl --user';

const byScope = (args: readonly Arg[]): readonly (readonly [UnitScope, readonly string[]])[] =>
  [...groupBy(args, (arg) => arg.scope)].map(([scope, ones]) => [scope, ones.map((one) => one.name)] as const);

const script = (scope: UnitScope, names: readonly string[]): string => `export LC_ALL=C TZ=UTC
command -v systemctl >/dev/null || { echo 'systemctl is not there: this host has no systemd' >&2; exit 1; }
${scope === 'global' ? names.map(globally).join('\n') : `${systemctl(scope)} show --no-pager -p ${properties.join(',')} -- ${names.map((name) => quote(fullName(name))).join(' ')} || exit`}
printf '\\036\\n'
at_boot() { [ -e "/etc/init.d/$1" ] || { echo; return; }; for f in /etc/rc[2345].d/S[0-9][0-9]"$1"; do [ -e "$f" ] && { echo yes; return; }; done; echo no; }
${names.map((name) => `at_boot ${quote(name.replace(/\.service$/, ''))}`).join('\n')}`;

/** The managers of all users cannot be asked; what they would start can. */
const globally = (name: string): string =>
  `printf 'LoadState=loaded\\nUnitFileState=%s\\n\\n' "$(systemctl --global is-enabled -- ${quote(fullName(name))} 2>/dev/null)"`;

const readProperties = (block: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    block.split('\n').flatMap((line) => {
      const equals = line.indexOf('=');
      return equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1)]] : [];
    }),
  );

function readUnit(name: string, told: Readonly<Record<string, string>>, atBoot: string): Unit {
  return {
    name: fullName(name),
    load: told.LoadState ?? 'not-found',
    active: told.ActiveState ?? 'inactive',
    sub: told.SubState ?? 'dead',
    file: told.UnitFileState ?? '',
    needsReload: told.NeedDaemonReload === 'yes',
    ends: told.Type === 'oneshot' && told.RemainAfterExit !== 'yes',
    canReload: told.CanReload === 'yes',
    ...(atBoot === '' || (told.UnitFileState ?? '') !== 'generated'
      ? {}
      : { initScript: { enabled: atBoot === 'yes' } }),
    properties: told,
  };
}
