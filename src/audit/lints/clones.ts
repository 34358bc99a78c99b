import { sh } from '../../core/command.ts';
import type { Parts } from '../../core/facts/parts.ts';
import { fieldRows } from '../unmanaged/survey.ts';
import { begin, type LintContext, type LintFinding, type Unread } from './lint.ts';

// Clones lie where server software does, or links of the configuration lead into them; a person's own work in /home is not looked
// at otherwise. Git runs as the owner of a clone: a clone's configuration can name programs to run. It never asks for anything,
// and never accepts a host key.
/**
 * Each clone with a branch that is checked out and a remote: how many of its commits no remote is known to have, its last commit,
 * the commit that the branch has at the remote, and how many commits of that the clone is behind (`?` if it does not have that commit).
 */
export const clonesScript = sh`${begin}
command -v git >/dev/null || exit 127
export GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=/bin/false SSH_ASKPASS=/bin/false GIT_OPTIONAL_LOCKS=0
as_owner() { if [ "$(id -u)" = 0 ] && [ "$owner" != 0 ]; then setpriv --reuid="$owner" --regid="$(stat -c %g -- "$clone")" --init-groups -- env HOME="$(getent passwd "$owner" | cut -d: -f6)" "$@"; else "$@"; fi; }
in_clone() { as_owner git -c log.showSignature=false -c core.fsmonitor=false -C "$clone" "$@" </dev/null; }
tip() { ssh=$(in_clone config core.sshCommand || echo ssh); as_owner env GIT_SSH_COMMAND="$ssh -oBatchMode=yes -oConnectTimeout=5 -oStrictHostKeyChecking=yes -oUpdateHostKeys=no" timeout 10 git -C "$clone" ls-remote "$1" "$2" </dev/null 2>&1; }
part clones
{ for d in /opt /srv /root /var/www /usr/local; do [ ! -r "$d" ] || find "$d" -maxdepth 3 -xdev -name .git -prune ! -path '*
*' -printf '%h\n'; done
  find /etc /usr/local/bin /usr/local/sbin /usr/local/lib -xdev -type l -lname '/*' ! -name '*
*' -printf '%l\n' | grep -Ev '^/(etc|usr|lib|lib64|bin|sbin|proc|run|dev|sys|tmp)/' | sed 's|/[^/]*$||' | sort -u | while IFS= read -r d; do while [ -n "$d" ]; do if [ -e "$d/.git" ]; then echo "$d"; break; fi; d=\${d%/*}; done; done
} | sort -u | while IFS= read -r clone; do
  owner=$(stat -c %u -- "$clone")
  if ! said=$(in_clone rev-parse --git-dir 2>&1); then printf '%s\037unreadable\037%s\037\037\037\037\n' "$clone" "$(printf %s "$said" | head -n 1)"; continue; fi
  branch=$(in_clone symbolic-ref -q --short HEAD) || continue
  remote=$(in_clone config "branch.$branch.remote" || in_clone remote | head -n 1)
  head=$(in_clone rev-parse -q --verify HEAD) || continue
  [ -n "$remote" ] && [ "$remote" != . ] || continue
  ahead=$(in_clone rev-list --count HEAD --not --remotes)
  merge=$(in_clone config "branch.$branch.merge" || echo "refs/heads/$branch")
  if said=$(tip "$remote" "$merge"); then at=$(printf '%s\n' "$said" | sed -n "s|^\([0-9a-f]\{40,\}\)	$merge\$|\1|p"); error=; else at=; error=$(printf '%s\n' "$said" | grep -v '^$' | head -n 1); [ -n "$error" ] || error='no answer within 10 s'; fi
  behind=0; [ -z "$at" ] || [ "$at" = "$head" ] || { behind='?'; in_clone cat-file -e "$at^{commit}" 2>/dev/null && { behind=$(in_clone rev-list --count "HEAD..$at"); ahead=$(in_clone rev-list --count HEAD --not --remotes "$at"); }; }
  [ "$at" != "$head" ] || ahead=0
  printf '%s\037%s\037%s\037%s\037%s\037%s\037%s\n' "$clone" "$remote/\${merge#refs/heads/}" "$error" "$ahead" "$at" "$behind" "$(in_clone log -1 --format='"%s" by %an on %as' | tr -d '\037')"
done
part end`;

interface Clone {
  readonly path: string;
  readonly upstream: string;
  readonly error: string;
  readonly ahead: number;
  readonly tip: string;
  readonly behind: string;
  readonly last: string;
}

const clonesIn = (parts: Parts): readonly Clone[] =>
  fieldRows(parts, 'clones', 7).map(
    ([path = '', upstream = '', error = '', ahead = '', tip = '', behind = '', last = '']) => ({
      path,
      upstream,
      // Git tells the address of a remote, which may have a password in it.
      error: error.replace(/\/\/[^/@\s]*@/g, '//'),
      ahead: Number(ahead),
      tip,
      behind,
      last,
    }),
  );

/** Clones with commits of their branch that no remote has. */
export const unpushedCommits = (parts: Parts): readonly (LintFinding | Unread)[] =>
  clonesIn(parts).flatMap(({ path, upstream, error, ahead, last }): readonly (LintFinding | Unread)[] => {
    if (upstream === 'unreadable') return [{ subject: path, unknown: `git does not read it: ${error}` }];
    if (ahead === 0) return [];
    return [
      {
        subject: path,
        reason: `${commits(ahead)} that nobody pushed to ${upstream}, the last ${last}`,
        remedy: `git -C ${path} push, or bring the commits to the repository in another way`,
      },
    ];
  });

/** Clones whose branch has commits at the remote that they do not have. A task that manages a clone tells that itself. */
export const clonesBehind = (parts: Parts, { isManaged }: LintContext): readonly (LintFinding | Unread)[] =>
  clonesIn(parts).flatMap(({ path, upstream, error, tip, behind }): readonly (LintFinding | Unread)[] => {
    if (upstream === 'unreadable' || isManaged({ subjects: [['tasks of ansible.builtin.git', `entry:${path}`]] }))
      return [];
    if (error !== '')
      return [
        { subject: path, unknown: `whether it is behind ${upstream}: the host cannot ask the remote (${error})` },
      ];
    if (behind === '0') return [];
    const count = behind === '?' ? '' : `, ${commits(Number(behind))} ahead of it`;
    return [
      {
        subject: path,
        reason: `behind: ${upstream} is at ${tip.slice(0, 10)}${count}`,
        remedy: `git -C ${path} pull --ff-only`,
      },
    ];
  });

const commits = (count: number): string => `${count} ${count === 1 ? 'commit' : 'commits'}`;
