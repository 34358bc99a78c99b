import { on } from '../lab/in-lab.ts';

/** The content of a host's disk and what its systemd has done, in comparable form; leaves out what hosts write by themselves. */
export async function fingerprint(host: string): Promise<readonly string[]> {
  const pools = /^off\d$/.test(host)
    ? 'zfs list -H -p -t all -o name,guid,mountpoint; pct list; cat /etc/pve/lxc/*.conf'
    : ':';
  const said = await on(host, `export LC_ALL=C\n${files}\n${units}\n${pools}`);
  return said.split('\n').toSorted();
}

/** What systemd has done on a host since then: units started, stopped, reloaded; ignores logins and timers. */
export async function unitsTouched(host: string, since: Date): Promise<readonly string[]> {
  const said = await on(host, `journalctl --quiet --output=cat --since=@${since.getTime() / 1000} _PID=1`);
  return said
    .split('\n')
    .filter((line) => /^(Start|Stop|Reload|Restart|Reexecut|Remov)/.test(line))
    .filter(
      (line) =>
        !/Session|session-|user@|User Manager|User Runtime|user-runtime|User Slice|user-\d|apt-daily|Daily|logrotate|certbot|Certbot|etckeeper|tmpfiles|e2scrub|fstrim|sanoid|syncoid/.test(
          line,
        ),
    );
}

// Nobody can set a file's ctime, so together with the size it reveals every write; reading does not count.
const files = `find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /dev -o -path /tmp -o -path /var/tmp -o -path /var/log \\
  -o -path /zfs-hdd/pve -o -path /var/lib/lab-data -o -path /var/lib/systemd/timers -o -path /var/lib/systemd/random-seed -o -path /var/lib/fail2ban \\
  -o -path /var/spool/postfix -o -path /var/lib/postfix -o -path /var/cache/nginx -o -path /var/lib/lab-mail \\) -prune \\
  -o -printf '%p %y %m %U:%G %s %T@ %C@ %l\\n'
  find /etc /opt /root /usr/local -xdev -type f -exec sha256sum {} +`;

const units = `systemctl list-units --all --plain --no-legend --no-pager --type=service,timer,mount |
  awk '$1 !~ /^(user@|user-runtime-dir@|session-|apt-daily|logrotate|certbot\\.service|systemd-tmpfiles|e2scrub|fstrim|sanoid|syncoid)/ { print $1 }' |
  xargs systemctl show --no-pager --property=Id,ActiveState,UnitFileState,MainPID,NRestarts,InvocationID --`;
