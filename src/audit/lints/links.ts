import { sh } from '../../core/command.ts';
import type { Parts } from '../../core/facts/parts.ts';
import { fieldRows } from '../unmanaged/survey.ts';
import { begin, type LintFinding } from './lint.ts';

// Only where configuration lies: repositories and node_modules are full of links that lead nowhere, and nobody minds. A link that
// is itself in a clone is what somebody committed. Emacs locks files with links to nowhere (`.#name`).
/** Links that lead nowhere: the link, what it says, where that is, the clone around that place, and the commit that removed it there. */
export const danglingScript = sh`${begin}
around() { d=\${1%/*}; while [ -n "$d" ]; do if [ -e "$d/.git" ] && [ "$d" != /etc ]; then printf %s "$d"; return; fi; d=\${d%/*}; done; }
as_owner() { o=$(stat -c %u -- "$1"); if [ "$(id -u)" = 0 ] && [ "$o" != 0 ]; then setpriv --reuid="$o" --regid="$(stat -c %g -- "$1")" --clear-groups -- env HOME=/ git -c log.showSignature=false -C "$@"; else git -c log.showSignature=false -C "$@"; fi; }
part links
{ find /etc /usr/local /var/spool/cron -xdev -xtype l ! -name '.#*' ! -name '*
*' -print; [ ! -r /root ] || find /root -maxdepth 2 -xdev -xtype l ! -name '.#*' ! -name '*
*' -print; } | while IFS= read -r link; do
  [ -z "$(around "$link")" ] || continue
  target=$(readlink -m -- "$link"); clone=$(around "$target")
  removed=; [ -z "$clone" ] || removed=$(as_owner "$clone" log -1 --diff-filter=DR --format='%h of %as' -- ":(top,literal)\${target#"$clone"/}" 2>/dev/null </dev/null)
  printf '%s\037%s\037%s\037%s\n' "$link" "$target" "$clone" "$removed"
done
part end`;

/** Directories in which clones lie, and nothing that Debian links to. Programs leave such links in a home. */
const OF_CLONES = /^\/(opt|srv|home|root|var\/www)\//;

/** Links into a clone that lead nowhere. Where the clone itself is gone, the place tells that it was one. */
export const danglingLinks = (parts: Parts): readonly LintFinding[] =>
  fieldRows(parts, 'links', 4).flatMap(([link = '', target = '', clone = '', removed = '']) => {
    if (clone === '' && (!OF_CLONES.test(target) || link.startsWith('/root/'))) return [];
    const gone = removed === '' ? '' : `; commit ${removed} removed it`;
    return [
      {
        subject: link,
        reason: `leads to ${target}, ${clone === '' ? 'where nothing is' : `which the clone ${clone} does not have`}${gone}`,
        remedy: `point the link to where it is now (ln -sfn), bring it back, or remove the link`,
      },
    ];
  });
