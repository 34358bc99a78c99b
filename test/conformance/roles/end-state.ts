import { labExec } from '../../../src/lab/index.ts';
import { filesOn } from '../differential/files.ts';

/** What is on a host, by place: files, accounts, packages, units, jobs, firewall rules. */
export type EndState = Readonly<Record<string, string>>;

/** Files with their content where configuration lives, those elsewhere with their mode and owner; and what the programs that keep a state of their own tell. */
export async function endStateOf(host: string): Promise<EndState> {
  const { code, stdout, stderr } = await labExec(host, script);
  if (code !== 0) throw new Error(`on ${host}: exit code ${code}\n${stderr}`);
  const lines = stdout.split('\n').flatMap((line) => {
    const [place = '', ...what] = line.split('\t');
    return place === '' ? [] : [[place, what.join(' ')] as const];
  });
  return { ...Object.fromEntries(lines), ...(await filesOn(host)) };
}

/** Each difference on one line. */
export const stateDifferences = (ours: EndState, theirs: EndState): readonly string[] =>
  [...new Set([...Object.keys(ours), ...Object.keys(theirs)])]
    .filter((place) => ours[place] !== theirs[place] && !APART.some(({ places }) => places.test(place)))
    .toSorted()
    .map((place) => `${place}: ours ${ours[place] ?? 'none'}, Ansible's ${theirs[place] ?? 'none'}`);

/** What differs for a known reason. */
export const APART: readonly { readonly places: RegExp; readonly why: string }[] = [
  { places: /^\/root\/\.ansible/, why: "Ansible's own temporary directory" },
  { places: /\.ansible$/, why: 'the same of another user' },
  {
    places: /^\/etc\/pam\.d\/sshd(\.\d+\.[\d-]+@[\d:]+~)?$/,
    why: "Ansible's pamd writes the time into the file and aligns its lines; a backup is named by process and time",
  },
  { places: /\/__pycache__(\/|$)/, why: 'written when a program is first used' },
  { places: /^\/var\/lib\/(systemd|apt|dpkg|ucf|dbus)\//, why: 'records of when something was done' },
  {
    places: /^\/(etc|var\/lib)\/ssl\/.*(snakeoil|[0-9a-f]{8}\.0$)/,
    why: 'a key that the package generates, and its hash',
  },
  { places: /^\/etc\/docker\/key\.json$/, why: 'a key that docker generates' },
  { places: /^\/etc\/shadow(-|:root)?$/, why: 'a random salt' },
];

const script = `export LC_ALL=C
# Everything, without what the kernel, caches and logs hold.
find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/cache -o -path /var/log -o -path /var/lib/mysql -o -path /var/lib/postgresql \\) -prune \\
  -o -printf '%p\\t%y %m %u:%g %l\\n'
# Databases name their files by counts of their own: only who may read them counts.
find /var/lib/mysql /var/lib/postgresql /var/log -maxdepth 1 -printf '%p\\t%y %m %u:%g\\n' 2>/dev/null
dpkg-query -W -f 'package \${Package}\\t\${Version} \${db:Status-Status}\\n'
systemctl list-unit-files --no-legend --no-pager | awk '{ print "unit file " $1 "\\t" $2 }'
systemctl list-units --all --no-legend --no-pager --plain --type=service,socket,timer | awk '{ print "unit " $1 "\\t" $2 " " $3 }' | grep -v 'user@\\|user-runtime\\|session\\|apt-daily\\|dpkg-db\\|e2scrub\\|man-db\\|fstrim\\|systemd-tmpfiles-clean\\|logrotate'
for table in filter nat; do iptables-save -t $table 2>/dev/null | awk -v table=$table '/^-/ { n++; print "iptables " table " " n "\\t" $0 }'; done
for user in $(ls /var/spool/cron/crontabs 2>/dev/null); do crontab -l -u "$user" | grep -v '^# ' | awk -v user="$user" '{ print "crontab " user " " NR "\\t" $0 }'; done
exit 0
`;
