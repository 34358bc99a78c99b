import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { onlyReply } from '../only-reply.ts';
import type { UnitScope } from './unit.ts';
import { fullName, systemctl } from './units.ts';

/** The most recently changed file, and when it changed. */
export interface Newest {
  readonly path: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** Whether a service runs with the current content of its files. */
export interface Freshness {
  /** When its main process started, in seconds since the epoch; undefined if it is not running. */
  readonly startedAt?: number;
  /** When it last read its configuration, as far as can be determined: when it was started or reloaded. */
  readonly loadedAt?: number;
  /** The most recently changed file among its unit and drop-ins. */
  readonly unit?: Newest;
  /** The most recently changed file of its configuration. */
  readonly config?: Newest;
  /** Configuration files that do not exist. */
  readonly missing: readonly string[];
  /** Configuration that is a single file and not a link: other files that come and go do not affect it. */
  readonly files?: readonly string[];
}

interface Arg {
  readonly name: string;
  readonly scope: UnitScope;
  readonly config: readonly string[];
}

const kind: QuestionKind<Arg, Freshness> = {
  name: 'freshness',
  scripts: (args) => [{ script: `${prelude}${args.map(one).join('\n')}`, deadlineMs: 30_000 }],
  read: onlyReply((reply, args) => {
    const [clock = '', ...parts] = decodeText(reply.stdout).split('\x1e\n');
    return args.map((_, index) => ({ ok: true, value: readFreshness(clock, parts[index] ?? '') }));
  }),
  // A unit that rereads its configuration leaves the configuration itself unchanged.
  about: ({ name, config }, answer) => [
    `unit:${fullName(name)}`,
    ...config.flatMap((path) =>
      answer?.files?.includes(path) === true
        ? [`by:inode:${path}`, `by:data:${path}`]
        : [`by:path:${path}`, `by:entry:${path}`, `by:entry:${path}/*`],
    ),
  ],
};

/** Whether the unit, drop-ins or configuration of a service changed since its process started. */
export const freshness = (name: string, scope: UnitScope, config: readonly string[]): Question<Freshness> =>
  question(kind, { name, scope, config });

// A process's start time is given in ticks since boot; a process started now is the reference for converting it to
// seconds since the epoch. Two things reveal a reload: systemd's last state change of the unit, if the reload
// succeeded; and programs that start new children (nginx, postfix), no matter who triggered that. The oldest of those
// children counts, except one from before the reload that is only finishing its work. Drop-in directories count,
// too, under the names they have there: they may be links, and a drop-in may have been removed from them. The time that
// counts is a file's ctime, the last change of any kind, since packages and `cp -p` create files with old modification
// times.
const prelude = `export LC_ALL=C
cat /proc/self/stat; date +%s.%N; getconf CLK_TCK
newest() {
  label=$1; shift
  [ $# -eq 0 ] || { find "$@" -printf '%C@ %p\\n'; find -L "$@" -printf '%C@ %p\\n'; } 2>/dev/null | sort -rn | sed "s/^/$label /;q"
}
told() { if read -r stat <"/proc/$2/stat"; then printf '%s %s\\n' "$1" "$stat"; fi 2>/dev/null; }
fresh() {
  control=$1 unit=$2; shift 2
  printf '\\036\\n'; pid=$(eval "$control" show -p MainPID --value -- '"$unit"' 2>/dev/null)
  # For a unit without a main process (Debian's postfix@-), the oldest of its processes.
  case $pid in '' | 0)
    group=$(eval "$control" show -p ControlGroup --value -- '"$unit"' 2>/dev/null)
    [ -z "$group" ] || pid=$(grep -lsF -- "$group" /proc/[0-9]*/cgroup | cut -d / -f 3 | sort -n | head -n 1) ;;
  esac
  case $pid in '' | 0) ;; *)
    told main "$pid"
    for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do
      tr '\\0' ' ' 2>/dev/null <"/proc/$child/cmdline" | grep -qE 'shutting down' || told child "$child"
    done
    eval "$control" show -p StateChangeTimestampMonotonic,ReloadResult -- '"$unit"' 2>/dev/null ;;
  esac
  for f; do if [ ! -e "$f" ]; then printf 'missing %s\\n' "$f"; elif [ -f "$f" ] && [ ! -L "$f" ]; then printf 'file %s\\n' "$f"; fi; done
  newest config "$@"
  set -- $(eval "$control" show -p FragmentPath,DropInPaths --value -- '"$unit"' 2>/dev/null)
  for d in /etc/systemd/system /run/systemd/system /etc/systemd/user "\${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user"; do
    [ ! -e "$d/$unit.d" ] || set -- "$@" "$d/$unit.d"
  done
  newest unit "$@"
}
`;

const one = ({ name, scope, config }: Arg): string =>
  `fresh ${quote(systemctl(scope).text)} ${quote(fullName(name))} ${config.map(quote).join(' ')}`;

function readFreshness(clock: string, part: string): Freshness {
  const [self = '', now = '', ticks = ''] = clock.split('\n');
  const lines = part.split('\n');
  const having = (label: string) => lines.flatMap((line) => (line.startsWith(label) ? [line.slice(label.length)] : []));
  const sinceBoot = (stat: string) => startTicks(stat) / Number(ticks);
  const atTime = (seconds: number) => Number(now) - (sinceBoot(self) - seconds);
  const [main] = having('main ');
  const startedAt = main === undefined ? undefined : atTime(sinceBoot(main));
  return {
    ...(startedAt === undefined ? {} : { startedAt, loadedAt: Math.max(startedAt, ...reloads()) }),
    ...labelled('unit', having('unit ')),
    ...labelled('config', having('config ')),
    missing: having('missing '),
    files: having('file '),
  };

  function reloads(): readonly number[] {
    const children = having('child ').map((stat) => atTime(sinceBoot(stat)));
    const [changed] = having('StateChangeTimestampMonotonic=');
    const succeeded = having('ReloadResult=')[0] === 'success';
    return [
      ...(children.length > 0 ? [Math.min(...children)] : []),
      ...(succeeded && changed !== undefined ? [atTime(Number(changed) / 1e6)] : []),
    ];
  }
}

function labelled(label: 'unit' | 'config', lines: readonly string[]): { unit?: Newest; config?: Newest } {
  const [, at, path] = /^(\d+\.\d+) (.*)$/.exec(lines[0] ?? '') ?? [];
  return path === undefined ? {} : { [label]: { path, at: Number(at) } };
}

/** The 22nd field; the second one, the program's name in parentheses, may contain anything. */
const startTicks = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
