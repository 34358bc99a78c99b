import { quote, type Script, script } from '../../command.ts';
import { groupBy } from '../../group-by.ts';
import { must } from '../../must.ts';
import { pairs } from '../../pairs.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import type { Subject } from '../../touches.ts';
import { foreseenUnit } from './foreseen-unit.ts';
import type { Unit, UnitScope } from './unit.ts';

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
  scripts: (args) => byScope(args).map(([scope, names]) => ({ script: scriptOf(scope, names) })),
  read(replies, args) {
    const scopes = pairs(replies, byScope(args));
    return args.map(({ name, scope }) => {
      const [reply, [, names]] = must(
        scopes.find(([, [one]]) => one === scope),
        `the reply about ${scope}`,
      );
      if (reply.code !== 0)
        return { ok: false, why: decodeText(reply.stderr).trim() || 'systemd is not running on this host' };
      const index = names.indexOf(name);
      if (decodeText(reply.stdout).startsWith(`${openrcMark}\n`))
        return { ok: true, value: readOpenrc(name, decodeText(reply.stdout).split('\x1e\n')[index + 1] ?? '') };
      const [boot = '', ...blocks] = blocksOf(decodeText(reply.stdout));
      const { code, text } = blockOf(blocks[index] ?? '');
      if (code !== '0') return { ok: false, why: text.trim() || 'systemctl gave no reason' };
      return { ok: true, value: readUnit(name, readProperties(text), boot.split('\n')[index] ?? '') };
    });
  },
  about: ({ name }, answer) => unitSubjects(name, answer),
  foretell(arg, picture) {
    const now = picture.now(question(kind, arg));
    picture.mustBeKnown(unitSubjects(arg.name, now), 0);
    const isOwn = arg.scope === 'system' && now.openrc === undefined && !arg.name.includes('@');
    return isOwn ? foreseenUnit(picture, now) : now;
  },
};

/** The subjects of an answer about a unit; a missing unit may be installed by a package. */
const unitSubjects = (name: string, answer?: Unit): readonly Subject[] => [
  `unit:${fullName(name)}`,
  ...(answer === undefined || answer.load === 'not-found' ? [`absent:unit:${fullName(name)}`] : []),
];

/** The state of a unit: one `systemctl show` for all units in question. */
export const unit = (name: string, scope: UnitScope = 'system'): Question<Unit> => question(kind, { name, scope });

/** A unit's name with its suffix. */
export const fullName = (name: string): string =>
  /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope|snapshot)$/.test(name)
    ? name
    : `${name}.service`;

/** `systemctl` for a scope; a user's manager is found by its runtime directory. */
export const systemctl = (scope: UnitScope): Script => SYSTEMCTL[scope];

const SYSTEMCTL: Readonly<Record<UnitScope, Script>> = {
  system: script`systemctl`,
  global: script`systemctl --global`,
  user: script`XDG_RUNTIME_DIR=\${XDG_RUNTIME_DIR:-/run/user/$(id -u)} systemctl --user`,
};

const byScope = (args: readonly Arg[]): readonly (readonly [UnitScope, readonly string[]])[] =>
  [...groupBy(args, (arg) => arg.scope)].map(([scope, ones]) => [scope, ones.map((one) => one.name)] as const);

const scriptOf = (scope: UnitScope, names: readonly string[]): string => `export LC_ALL=C TZ=UTC
# A task's environment may say that systemd is offline: what runs is asked of systemd all the same.
unset SYSTEMD_OFFLINE
if [ ! -d /run/systemd/system ] && command -v rc-service >/dev/null; then
${openrcScript(names)}
exit; fi
command -v systemctl >/dev/null || { echo 'systemctl is not installed: this host has no systemd' >&2; exit 1; }
at_boot() { [ -e "/etc/init.d/$1" ] || { echo; return; }; for f in /etc/rc[2345].d/S[0-9][0-9]"$1"; do [ -e "$f" ] && { echo yes; return; }; done; echo no; }
${names.map((name) => `at_boot ${quote(name.replace(/\.service$/, ''))}`).join('\n')}
told() { printf '\\036\\n%s\\n%s\\n' "$1" "$2"; }
show() { ${systemctl(scope)} show --no-pager -p ${properties.join(',')} -- "$@"; }
file() { ${systemctl(scope)} is-enabled -- "$1" 2>/dev/null; }
# A template is not a unit, but its file can be enabled and masked.
one() {
  case $1 in
    ?*@.?*) f=$(file "$1"); if [ -z "$f" ]; then l=not-found; elif [ "$f" = masked ]; then l=masked; else l=loaded; fi
      told 0 "LoadState=$l
UnitFileState=$f" ;;
    *) o=$(show "$1" 2>&1); told $? "$o" ;;
  esac
}
${scope === 'global' ? names.map(globally).join('\n') : asking(names.map(fullName))}`;

const openrcMark = 'openrc';

// A link in a runlevel may lead nowhere: its service is gone.
const openrcScript = (names: readonly string[]): string => `echo ${openrcMark}
service() {
  printf '\\036\\n'
  rc-service --exists "$1" 2>/dev/null || { echo missing; return; }
  said=$(rc-service -- "$1" status 2>&1 </dev/null); echo $?
  for d in /etc/runlevels/*; do [ ! -d "$d" ] || printf '%s ' "\${d##*/}"; done; echo
  for d in /etc/runlevels/*; do [ ! -h "$d/$1" ] || printf '%s ' "\${d##*/}"; done; echo
  printf '%s\\n' "$said"
}
${names.map((name) => `service ${quote(name)}`).join('\n')}`;

/** The exit codes of `rc-service NAME status` (`rc_service_state` in OpenRC). */
const OPENRC_STATES: Readonly<Record<number, Pick<Unit, 'active' | 'sub'>>> = {
  0: { active: 'active', sub: 'running' },
  3: { active: 'inactive', sub: 'dead' },
  4: { active: 'deactivating', sub: 'stop' },
  8: { active: 'activating', sub: 'start' },
  16: { active: 'inactive', sub: 'waiting' },
  32: { active: 'failed', sub: 'crashed' },
};

function readOpenrc(name: string, block: string): Unit {
  const [code = '', all = '', own = '', ...said] = block.split('\n');
  const words = (line: string) => line.split(' ').filter((word) => word !== '');
  const runlevels = words(own);
  return {
    name,
    load: code === 'missing' ? 'not-found' : 'loaded',
    ...(OPENRC_STATES[Number(code)] ?? { active: 'unknown', sub: 'unknown' }),
    file: runlevels.length > 0 ? 'enabled' : 'disabled',
    needsReload: false,
    ends: false,
    canReload: false,
    properties: {},
    openrc: { runlevels, allRunlevels: words(all), code: Number(code), said: said.join('\n').trim() },
  };
}

/**
 * Ask about all units at once if systemd accepts all their names; a name that it cannot parse would make the others
 * fail.
 */
function asking(names: readonly string[]): string {
  const plain = names.filter((name) => /^[A-Za-z0-9:_.\\@-]{1,200}$/.test(name) && !name.includes('@.'));
  const each = names.map((name) => `one ${quote(name)}`).join('\n');
  if (plain.length < names.length || names.length === 1) return each;
  return `if o=$(show ${names.map(quote).join(' ')} 2>/dev/null); then told all "$o"; else
${each}
fi`;
}

/** Split the output into the list of units that start at boot and a block for each unit. */
function blocksOf(stdout: string): readonly string[] {
  const [boot = '', ...blocks] = stdout.split('\x1e\n');
  const together = blocks[0]?.startsWith('all\n') === true ? blocks[0].slice('all\n'.length) : undefined;
  return [boot, ...(together === undefined ? blocks : together.split('\n\n').map((block) => `0\n${block}`))];
}

/** The exit code and the output. */
const blockOf = (block: string): { readonly code: string; readonly text: string } => {
  const end = block.indexOf('\n');
  return { code: block.slice(0, Math.max(end, 0)), text: block.slice(end + 1) };
};

/** There is no way to ask the managers of all users at once, but what they would start can be read. */
const globally = (name: string): string =>
  `told 0 "LoadState=loaded
UnitFileState=$(file ${quote(fullName(name))})"`;

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
