import { sh } from '../../core/command.ts';
import type { Parts } from '../../core/facts/parts.ts';
import { groupBy } from '../../core/group-by.ts';
import { fieldRows } from '../unmanaged/survey.ts';
import { begin, type LintFinding, utc } from './lint.ts';

// A service's configuration: what its command line and EnvironmentFile= name, and for well-known servers what they read when they start.
// Files that their own service may write do not count, nor snippets that are perhaps included, nor keys and certificates, which many
// programs read again by themselves. Some servers start new workers when they are told to read it again, whoever told them.
/**
 * For each running service and file of its configuration: when the main process began and the unit's state changed last (a reload
 * changes it, too), how many clock ticks later its youngest worker began, and the file with its time and that of the link to it.
 */
export const configurationScript = sh`${begin}
[ -d /run/systemd/system ] && command -v systemctl >/dev/null || exit 127
files_of() { case $1 in
  nginx) printf '%s\n' /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/* /etc/nginx/modules-enabled/*.conf ;;
  apache2) printf '%s\n' /etc/apache2/apache2.conf /etc/apache2/ports.conf /etc/apache2/sites-enabled/*.conf /etc/apache2/conf-enabled/*.conf /etc/apache2/mods-enabled/* ;;
  sshd) printf '%s\n' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf ;;
  mariadbd|mysqld) printf '%s\n' /etc/mysql/mariadb.cnf /etc/mysql/mariadb.conf.d/*server*.cnf /etc/mysql/mysql.conf.d/mysqld.cnf ;;
  haproxy) printf '%s\n' /etc/haproxy/haproxy.cfg ;;
  chronyd) printf '%s\n' /etc/chrony/chrony.conf /etc/chrony/conf.d/*.conf ;;
  rsyslogd) printf '%s\n' /etc/rsyslog.conf /etc/rsyslog.d/*.conf ;;
  dnsmasq) printf '%s\n' /etc/dnsmasq.conf /etc/dnsmasq.d/* ;;
  systemd-journald|systemd-resolved|systemd-timesyncd|systemd-logind) n=\${1#systemd-}; printf '%s\n' "/etc/systemd/$n.conf" "/etc/systemd/$n.conf.d"/*.conf ;;
  *) : ;; esac; }
part files
systemctl show --type=service --state=active '*' -p Id -p MainPID -p User -p ExecMainStartTimestamp -p StateChangeTimestamp -p EnvironmentFiles -p ExecStart | awk -v RS= -F '\n' '
  { delete of; paths = ""
    for (i = 1; i <= NF; i++) { key = $i; sub(/=.*/, "", key); value = substr($i, length(key) + 2)
      if (key == "EnvironmentFiles") { sub(/ \(.*/, "", value); paths = paths " " value }
      else if (key == "ExecStart") { program = value; sub(/^\{ path=/, "", program); sub(/ ;.*/, "", program); sub(/.*\//, "", program)
        sub(/.* argv\[\]=/, "", value); sub(/ ; ignore_errors=.*/, "", value); count = split(value, words, " ")
        for (w = 2; w <= count; w++) { word = words[w]; sub(/^-[^=\/]*=?/, "", word); if (word ~ /^\/[A-Za-z0-9_.\/@:+-]+$/ && word !~ /\.(pem|crt|cer|key)$/ && (word ~ /^\/(usr\/local\/)?etc\// || word ~ /\.(conf|cfg|cnf|ini|ya?ml|json|toml)$/)) paths = paths " " word } }
      else of[key] = value }
    if (of["MainPID"] > 0) printf "%s\037%s\037%s\037%s\037%s\037%s\037%s\n", of["Id"], of["MainPID"], of["User"], of["ExecMainStartTimestamp"], of["StateChangeTimestamp"], program, paths }' |
while IFS=$(printf '\037') read -r unit pid user began changed program paths; do
  worker=0
  case $program in nginx|apache2|haproxy|php-fpm*) first=$(sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f 20); [ -z "$first" ] || worker=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v pid="$pid" -v first="$first" '{ sub(/^.*\) /, ""); if ($2 == pid && $20 - first > most) most = $20 - first } END { print most + 0 }') ;; esac
  { files_of "$program"; for p in $paths; do printf '%s\n' "$p"; done; } | sort -u | while IFS= read -r f; do
    [ -f "$f" ] && [ ! -x "$f" ] || continue
    [ "$(stat -L -c %U -- "$f")" != "\${user:-root}" ] || [ -z "$user" ] || [ "$user" = root ] || continue
    printf '%s\037%s\037%s\037%s\037%s\037%s\037%s\n' "$unit" "$began" "$changed" "$worker" "$f" "$(stat -L -c %Y -- "$f")" "$(stat -c %Y -- "$f")"
  done
done
part end`;

/** Linux counts a hundred ticks a second for programs, on all architectures that Debian has. */
const TICKS = 100;

/** Running services with a file of their configuration that has changed since they read it. Both times are the host's own. */
export function newerConfiguration(parts: Parts): readonly LintFinding[] {
  const newer = fieldRows(parts, 'files', 7).flatMap(
    ([unit = '', began = '', changed = '', worker = '', file = '', own = '', link = '']) => {
      const read = Math.max(secondsOf(began) + Math.ceil(Number(worker) / TICKS), secondsOf(changed));
      const written = Math.max(Number(own), Number(link));
      // Within a second, nobody knows what came first.
      return Number.isFinite(read) && written > read + 1 ? [{ unit, read, file, written }] : [];
    },
  );
  return [...groupBy(newer, ({ unit }) => unit)].map(([unit, files]) => ({
    subject: unit,
    reason: `running since ${utc(files[0].read)} without the changes of ${files.map(({ file, written }) => `${file} (${utc(written)})`).join(', ')}`,
    remedy: `systemctl reload-or-restart ${unit}`,
  }));
}

/** systemd.time(7), in UTC: `Mon 2026-11-30 19:38:37 UTC`. */
function secondsOf(timestamp: string): number {
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(timestamp) ?? [];
  return Date.parse(`${day}T${time}Z`) / 1000;
}
