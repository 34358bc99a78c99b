import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { onlyReply } from '../only-reply.ts';
import { fullName, systemctl, type UnitScope } from './units.ts';

/** What was changed last, and when. */
export interface Newest {
  readonly path: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** Whether a service runs with what its files say now. */
export interface Freshness {
  /** Seconds since the epoch when its main process was started; undefined where none runs. */
  readonly startedAt?: number;
  /** When it has read its configuration last, as far as can be told: when it was started or reloaded. */
  readonly loadedAt?: number;
  /** What was changed last of its unit and drop-ins. */
  readonly unit?: Newest;
  /** What was changed last of its configuration. */
  readonly config?: Newest;
  /** Configuration that is not there. */
  readonly missing: readonly string[];
  /** Configuration that is a file of its own and no link: what else comes and goes does not touch it. */
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
  // A unit that will have read its configuration anew leaves the configuration as it is.
  about: ({ name, config }, answer) => [
    `unit:${fullName(name)}`,
    ...config.flatMap((path) =>
      answer?.files?.includes(path) === true
        ? [`by:inode:${path}`, `by:data:${path}`]
        : [`by:path:${path}`, `by:entry:${path}`, `by:entry:${path}/*`],
    ),
  ],
};

/** Whether unit, drop-ins or configuration of a service changed since its process was started. */
export const freshness = (name: string, scope: UnitScope, config: readonly string[]): Question<Freshness> =>
  question(kind, { name, scope, config });

// A process's start is told in ticks since boot; what they are in seconds since the epoch, a process started now tells.
// Of a reload tell two: systemd's last change of the unit's state, if it succeeded; and programs that begin anew with new
// children (nginx, postfix), whoever told them to. Of those the oldest counts, but not one of before that only ends its work.
// Folders of drop-ins count as well, under the names that they have there: they may be links, and a drop-in may be gone from them.
// The time of a file's last change of any kind is what counts: packages and `cp -p` bring files with old contents' times.
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
  # Of a unit that names no main process (Debian's postfix@-) the oldest of its processes.
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

/** The 22nd field; the second, the program's name in parentheses, may hold anything. */
const startTicks = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
