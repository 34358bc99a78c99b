import { sh } from '../../core/command.ts';
import { type Parts, partLines } from '../../core/facts/parts.ts';
import { groupBy } from '../../core/group-by.ts';
import { suggest } from '../../core/suggest.ts';
import { fieldRows } from '../unmanaged/survey.ts';
import { begin, type LintFinding } from './lint.ts';

// Units of Debian's own packages name others that need not be there; so only files in /etc count that are not a package's, nor a
// link to one. An instance stands for all instances of its template: %-specifiers in it are replaced by an x.
/** Units that files in /etc name, whether systemd knows them, and whether a packaged unit names them too; failed units; stale ones. */
export const unitsScript = sh`${begin}
[ -d /run/systemd/system ] && command -v systemctl >/dev/null || exit 127
cd /etc/systemd/system || exit
named() { for f in *.service *.timer *.socket *.path *.mount *.automount *.swap *.target *.slice *.d/*.conf; do
  [ -f "$f" ] || continue
  case $(readlink -f -- "$f") in /usr/lib/*|/lib/*|/run/*|/dev/*) continue ;; esac
  grep -qxF "/etc/systemd/system/$f" /var/lib/dpkg/info/*.list 2>/dev/null && continue
  awk -v file="$f" '
    { line = $0; if (line ~ /^[[:space:]]*[#;]/) next; if (more != "") line = more " " line; else begun = FNR
      if (line ~ /\\$/) { sub(/\\$/, "", line); more = line; next } more = ""
      if (line !~ /^[[:space:]]*(OnFailure|OnSuccess|Requires|Requisite|BindsTo|Wants|After|Unit|Service)[[:space:]]*=/) next
      key = line; sub(/[[:space:]]*=.*/, "", key); sub(/^[[:space:]]*/, "", key); sub(/^[^=]*=[[:space:]]*/, "", line)
      if ((key == "Unit" && file !~ /^[^\/]*\.(timer|path)/) || (key == "Service" && file !~ /^[^\/]*\.socket/)) next
      count = split(line, names, /[[:space:]]+/)
      for (i = 1; i <= count; i++) { name = names[i]; at = index(name, "@")
        if (at > 0) { instance = substr(name, at + 1); sub(/\.[a-z]+$/, "", instance); if (instance ~ /%/) { suffix = name; sub(/^.*\./, "", suffix); name = substr(name, 1, at) "x." suffix } }
        if (name ~ /^[A-Za-z0-9:_.\\@-]+\.(service|socket|timer|path|mount|automount|swap|target)$/ && name !~ /@\./) printf "%s\037%d\037%s\037%s\037%s\n", file, begun, key, names[i], name } }' "$f"
done; }
part named; named
part missing; named | cut -d "$(printf '\037')" -f 5 | sort -u | while IFS= read -r name; do
  [ "$(systemctl show -p LoadState --value -- "$name" 2>/dev/null)" = not-found ] || continue
  printf '%s\037%s\n' "$name" "$(grep -lwF -e "$name" -r /usr/lib/systemd/system 2>/dev/null | head -n 1)"
done
part units; systemctl list-unit-files --no-legend --no-pager --full 2>/dev/null | awk '{ print $1 }'
part failed; systemctl list-units --failed --all --plain --no-legend --no-pager --full | awk '{ print $1 }' | while IFS= read -r name; do printf '%s\037%s\037%s\037%s\n' "$name" "$(systemctl show -p Result --value -- "$name")" "$(systemctl show -p ExecMainStatus --value -- "$name")" "$(systemctl show -p StateChangeTimestamp --value -- "$name")"; done
part stale; systemctl show '*' -p Id -p NeedDaemonReload | awk -v RS= -F '\n' '/(^|\n)NeedDaemonReload=yes/ { for (i = 1; i <= NF; i++) if ($i ~ /^Id=/) print substr($i, 4) }'
part end`;

/** With these, a unit that is missing makes a difference: the unit does not start, or is not heard of. */
const NEEDED = new Set(['OnFailure', 'OnSuccess', 'Requires', 'Requisite', 'BindsTo', 'Unit', 'Service']);

/** Was removed from systemd, and is still what many units come after, in vain and without harm. */
const OBSOLETE = 'syslog.target';

/**
 * Units that are named in a file in /etc and do not exist. That a unit comes After= or Wants= another one may be meant for where
 * that exists: it counts unless Debian's units say the same of it, or the line names another service that exists (as in
 * `After=mysql.service mariadb.service`). Mounts come and go without units.
 */
export function missingUnits(parts: Parts): readonly LintFinding[] {
  const missing = new Map(fieldRows(parts, 'missing', 2).map(([name = '', namedIn = '']) => [name, namedIn]));
  const known = partLines(parts, 'units');
  const rows = fieldRows(parts, 'named', 5).map(([file = '', line = '', key = '', written = '', name = '']) => ({
    file,
    line,
    key,
    written,
    name,
  }));
  const lines = groupBy(rows, ({ file, line, key }) => `${file}:${line}:${key}`);
  const found = [...lines.values()].flatMap((line) => {
    const hasOther = line.some(({ name }) => name.endsWith('.service') && !missing.has(name));
    return line.filter(({ key, name }) => {
      const namedIn = missing.get(name);
      if (namedIn === undefined) return false;
      return (
        NEEDED.has(key) || (namedIn === '' && name !== OBSOLETE && !hasOther && !/\.(mount|automount|swap)$/.test(name))
      );
    });
  });
  return [...groupBy(found, ({ file, written }) => `/etc/systemd/system/${file}: ${written}`)].map(
    ([subject, [first, ...more]]) => {
      const meant = nearUnit(first.name, known);
      const keys = [...new Set([first, ...more].map(({ key }) => `${key}=`))].join(', ');
      return {
        subject,
        reason: `named in ${keys} (line ${first.line}), but there is no such unit`,
        remedy: meant === undefined ? 'correct the name, or install the unit' : `correct the name: is ${meant} meant?`,
      };
    },
  );
}

/** A unit of the same type whose name is near. */
function nearUnit(name: string, known: readonly string[]): string | undefined {
  const [, stem = name, suffix = ''] = /^(.*)(\.[a-z]+)$/.exec(name) ?? [];
  const stems = known.flatMap((one) => (one.endsWith(suffix) ? [one.slice(0, -suffix.length)] : []));
  const near = suggest(stem, stems);
  return near === undefined ? undefined : `${near}${suffix}`;
}

/** Units that have failed. */
export const failedUnits = (parts: Parts): readonly LintFinding[] =>
  fieldRows(parts, 'failed', 4).map(([name = '', result = '', status = '', since = '']) => ({
    subject: name,
    reason: `failed: ${result}${status === '' || status === '0' ? '' : ` (status ${status})`}${since === '' ? '' : `, since ${since.replace(/^\S+ /, '')}`}`,
    remedy: `journalctl -u ${name} tells why; systemctl reset-failed ${name} if it is over`,
  }));

/** Units whose files have changed since systemd read them. */
export const staleUnits = (parts: Parts): readonly LintFinding[] =>
  partLines(parts, 'stale')
    .toSorted()
    .map((name) => ({
      subject: name,
      reason: 'its files have changed since systemd read them',
      remedy: `systemctl daemon-reload, and restart ${name}`,
    }));
