import { quote } from '../command.ts';
import { type Question, type QuestionKind, question } from '../question.ts';
import { fullName, systemctl, type UnitScope } from './units.ts';

/** Whether a service runs with what its files say now. */
export interface Freshness {
  /** Seconds since the epoch when its main process was started; undefined where none runs. */
  readonly startedAt?: number;
  /** What was changed last of unit, drop-ins and configuration, and when. */
  readonly newest?: { readonly path: string; readonly at: number };
  /** Configuration that is not there. */
  readonly missing: readonly string[];
}

interface Arg {
  readonly name: string;
  readonly scope: UnitScope;
  readonly config: readonly string[];
}

const kind: QuestionKind<Arg, Freshness> = {
  name: 'freshness',
  scripts: (args) => [{ script: `${prelude}${args.map(one).join('\n')}`, deadlineMs: 30_000 }],
  read([reply], args) {
    const [clock = '', ...parts] = reply!.stdout.toString().split('\x1e\n');
    return args.map((_, index) => ({ ok: true, value: readFreshness(clock, parts[index] ?? '') }));
  },
  about: ({ name, config }) => [
    `unit:${fullName(name)}`,
    ...config.flatMap((path) => [`path:${path}`, `entry:${path}`, `entry:${path}/*`]),
  ],
};

/** Whether unit, drop-ins or configuration of a service changed since its process was started. */
export const freshness = (name: string, scope: UnitScope, config: readonly string[]): Question<Freshness> =>
  question(kind, { name, scope, config });

// A process's start is told in ticks since boot; what they are in seconds since the epoch, a process started now tells.
// Folders of drop-ins count as well, under the names that they have there: they may be links, and a drop-in may be gone from them.
// The time of a file's last change of any kind is what counts: packages and `cp -p` bring files with old contents' times.
const prelude = `export LC_ALL=C
cat /proc/self/stat; date +%s.%N; getconf CLK_TCK
find() { command find "$@" -printf '%C@ %p\\n' 2>/dev/null; }
fresh() {
  control=$1 unit=$2; shift 2
  printf '\\036\\n'; pid=$(eval "$control" show -p MainPID --value -- '"$unit"' 2>/dev/null)
  case $pid in '' | 0) echo ;; *) if read -r stat <"/proc/$pid/stat"; then printf '%s\\n' "$stat"; else echo; fi ;; esac
  for f; do [ -e "$f" ] || printf 'missing %s\\n' "$f"; done
  set -- $(eval "$control" show -p FragmentPath,DropInPaths --value -- '"$unit"' 2>/dev/null) "$@"
  for d in /etc/systemd/system /run/systemd/system /etc/systemd/user "\${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user"; do
    [ ! -e "$d/$unit.d" ] || set -- "$@" "$d/$unit.d"
  done
  [ $# -eq 0 ] || { find "$@"; find -L "$@"; } | sort -rn | head -n 1
}
`;

const one = ({ name, scope, config }: Arg): string =>
  `fresh ${quote(systemctl(scope))} ${quote(fullName(name))} ${config.map(quote).join(' ')}`;

function readFreshness(clock: string, part: string): Freshness {
  const [self = '', now = '', ticks = ''] = clock.split('\n');
  const [stat = '', ...lines] = part.split('\n').filter((line, index) => index === 0 || line !== '');
  const start = startTicks(stat);
  const [, at, path] = lines.map((line) => /^(\d+\.\d+) (.*)$/.exec(line)).find((match) => match !== null) ?? [];
  return {
    ...(start === undefined ? {} : { startedAt: Number(now) - (startTicks(self)! - start) / Number(ticks) }),
    ...(path === undefined ? {} : { newest: { path, at: Number(at) } }),
    missing: lines.flatMap((line) => (line.startsWith('missing ') ? [line.slice(8)] : [])),
  };
}

/** The 22nd field; the second, the program's name in parentheses, may hold anything. */
function startTicks(stat: string): number | undefined {
  const field = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return field === undefined ? undefined : Number(field);
}
