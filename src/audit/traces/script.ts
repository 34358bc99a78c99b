import { type ShellText, sh } from '../../core/command.ts';
import { begin } from '../lints/lint.ts';

/** What a finding is about, as far as a host may have traces of it. */
export interface Traced {
  readonly paths: readonly string[];
  readonly packages: readonly string[];
  readonly units: readonly string[];
}

/** Sessions of sudo last for hours, if an editor runs in them. */
const BEFORE_S = 12 * 3600;

// dpkg and apt write the host's local time, so their lines get the time in seconds in front. Git runs as the owner of a clone, because a
// clone's configuration can name programs to run.
/**
 * For each path, where it leads: each entry with the time of its last change, its package, the clone around it with the last moves of its
 * branch that brought this content; for each package its lines of the logs, for each unit the last jobs; and sudo and cron around all
 * these times.
 */
export const tracesScript = ({ paths, packages, units }: Traced): ShellText =>
  sh`${begin}
LOCAL=$(cat /etc/timezone 2>/dev/null); [ ! -e /etc/localtime ] || LOCAL=:/etc/localtime
local_time() { TZ=$LOCAL date -d "$1" +%s 2>/dev/null; }
times=
around() { d=\${1%/*}; while [ -n "$d" ]; do if [ -e "$d/.git" ] && [ "$d" != /etc ]; then printf %s "$d"; return; fi; d=\${d%/*}; done; }
as_owner() { o=$(stat -c %u -- "$1"); if [ "$(id -u)" = 0 ] && [ "$o" != 0 ]; then setpriv --reuid="$o" --regid="$(stat -c %g -- "$1")" --clear-groups -- env HOME=/ git -c log.showSignature=false -c core.fsmonitor=false -C "$@" </dev/null; else git -c log.showSignature=false -c core.fsmonitor=false -C "$@" </dev/null; fi; }
dpkg_lines() { for log in /var/log/dpkg.log.1 /var/log/dpkg.log; do [ ! -r "$log" ] || awk -v name="$1" '{ for (i = 4; i <= 5; i++) { one = $i; sub(/:.*/, "", one); if (one == name) { print; next } } }' "$log"; done | tail -n 60 | while read -r day time rest; do printf 'dpkg\037%s\037%s\037%s\n' "$1" "$(local_time "$day $time")" "$rest"; done; }
entry() { printf 'entry\037%s\037%s\037%s\037%s\n' "$1" "$2" "$3" "$4"; times="$times \${4%.*}"
  for name in $(grep -lxF -e "$2" -e "\${2#/usr}" /var/lib/dpkg/info/*.list 2>/dev/null); do name=\${name##*/}; name=\${name%.list}; printf 'owner\037%s\037%s\n' "$2" "\${name%%:*}"; dpkg_lines "\${name%%:*}"; done
  command -v git >/dev/null || return 0
  clone=$(around "$2"); relative=\${2#"$clone"/}
  if [ -n "$clone" ] && [ -f "$clone/.git/logs/HEAD" ]; then tail -n 20 "$clone/.git/logs/HEAD" | while IFS=$(printf '\t') read -r who what; do
    old=\${who%% *}; rest=\${who#* }; new=\${rest%% *}
    [ -n "$(as_owner "$clone" diff --name-only "$old" "$new" -- ":(literal)$relative" 2>/dev/null)" ] && as_owner "$clone" diff --quiet "$new" -- ":(literal)$relative" 2>/dev/null || continue
    printf 'moved\037%s\037%s\037%s\037%s\n' "$2" "$clone" "\${rest#* }" "$what"; done; fi
  case $2 in /etc/*) [ ! -e /etc/.git ] || as_owner /etc diff --quiet HEAD -- ":(literal)\${2#/etc/}" 2>/dev/null && { printf 'etckeeper\037%s\037%s\n' "$2" "$(as_owner /etc log -1 --format='%at%x1f%h%x1f%an%x1f%s' -- ":(literal)\${2#/etc/}" 2>/dev/null)"; printf 'before\037%s\037%s\n' "$2" "$(as_owner /etc log -1 --format=%at "$(as_owner /etc log -1 --format=%h -- ":(literal)\${2#/etc/}" 2>/dev/null)^" 2>/dev/null)"; } ;; esac
  return 0; }
part rows
for path in ${[...paths]}; do
  if [ -L "$path" ]; then entry "$path" "$path" link "$(stat -c %.6Z -- "$path")"; path=$(readlink -m -- "$path"); [ ! -e "$path" ] || entry "$path" "$path" target "$(stat -c %.6Z -- "$path")"
  elif [ -e "$path" ]; then entry "$path" "$(realpath -- "\${path%/*}/")/\${path##*/}" there "$(stat -c %.6Z -- "$path")"
  elif [ -d "\${path%/*}/" ]; then entry "$path" "$path" gone "$(stat -c %.6Y -- "\${path%/*}/")"; fi
done
for name in ${[...packages]}; do dpkg_lines "$name"; done
for name in ${[...units]}; do
  at=$(journalctl -q --no-pager -o json --output-fields=MESSAGE,JOB_TYPE,JOB_RESULT,UNIT -n 20 _PID=1 UNIT="$name" 2>/dev/null) || continue
  printf 'unit\037%s\037%s\037%s\n' "$name" "$(systemctl show -p ActiveState --value -- "$name" 2>/dev/null)" "$(printf '%s\n' "$at" | tr '\n' '\035')"
  last=$(printf '%s\n' "$at" | sed -n 's/.*"__REALTIME_TIMESTAMP" *: *"\([0-9]*\)[0-9]\{6\}".*/\1/p' | tail -n 1); times="$times $last"
done
part apt; for log in /var/log/apt/history.log.1.gz /var/log/apt/history.log; do [ ! -r "$log" ] || zcat -f "$log"; done 2>/dev/null | tail -n 400 | while IFS= read -r line; do case $line in Start-Date:*|End-Date:*) printf '%s %s\n' "\${line%%:*}:" "$(local_time "\${line#*:}")" ;; *) printf '%s\n' "$line" ;; esac; done
part journal; for at in $times; do echo "$((at / 600))"; done | sort -un | while read -r slot; do journalctl -q --no-pager -o short-unix -t sudo -t CRON --since="@$((slot * 600 - ${BEFORE_S}))" --until="@$((slot * 600 + 720))" 2>/dev/null | tail -n 4000; done | sort -u
part end`.script;
