import { sh } from '../../core/command.ts';
import { type Parts, partText } from '../../core/facts/parts.ts';
import { fieldRows } from '../unmanaged/survey.ts';
import { begin, type LintContext, type LintFinding, type Unread } from './lint.ts';

/** What dpkg wants and has of each package, and whether it is at work just now: then much is half done. */
export const packagesScript = sh`${begin}
command -v dpkg-query >/dev/null || exit 127
part packages; dpkg-query -W -f '\${db:Status-Want}\t\${db:Status-Status}\t\${db:Status-Eflag}\t\${binary:Package}\t\${Version}\n' | grep -Ev '^(install|deinstall|unknown|purge)	(installed|config-files|not-installed)	ok	'
part busy; for f in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock; do [ -e "$f" ] && grep -q ":$(stat -c %i "$f") " /proc/locks && echo "$f"; done
part end`;

/** Packages whose version is held, unless a task holds them. */
export const heldPackages = (parts: Parts, { isManaged }: LintContext): readonly LintFinding[] =>
  fieldRows(parts, 'packages', 5, '\t').flatMap(([want, status, , name = '', version = '']) => {
    const [plain = name] = name.split(':');
    const byTask = { subjects: [['tasks of ansible.builtin.dpkg_selections']], mention: plain };
    if (want !== 'hold' || status === 'not-installed' || isManaged(byTask)) return [];
    return [
      {
        subject: name,
        reason: `held at ${version}: it gets no security updates`,
        remedy: `apt-mark unhold ${name}, or declare the hold with a dpkg_selections task`,
      },
    ];
  });

/** Packages whose installation has stopped halfway. */
export function halfPackages(parts: Parts): readonly (LintFinding | Unread)[] {
  const half = fieldRows(parts, 'packages', 5, '\t').filter(
    ([, status = '', error]) =>
      ['half-installed', 'half-configured', 'unpacked', 'triggers-awaited', 'triggers-pending'].includes(status) ||
      error === 'reinstreq',
  );
  if (half.length > 0 && partText(parts, 'busy') !== '')
    return [{ subject: '', unknown: 'dpkg is at work just now, so packages are half done' }];
  return half.map(([, status, error, name = '', version]) => ({
    subject: name,
    reason: `${status}${error === 'reinstreq' ? ', and must be installed anew' : ''} (${version})`,
    remedy: error === 'reinstreq' ? `apt-get install --reinstall ${name}` : 'dpkg --configure -a',
  }));
}
