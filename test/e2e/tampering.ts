/** A manual change to a host of the lab, and the difference that a check must report. */
export interface Tampering {
  readonly kind: string;
  readonly host: string;
  readonly script: string;
  /** What must exist on another host before it can be done. */
  readonly before?: { readonly host: string; readonly script: string };
  /** The task that must report it. */
  readonly task: string;
  readonly what: RegExp;
  readonly from: RegExp | null;
  readonly to: RegExp;
  /** Further differences that are reported because of it. */
  readonly follows?: RegExp;
  /** Another task that reports it, too. */
  readonly alsoTold?: string;
}

const clone = '/opt/openfoodfacts-infrastructure/confs';
const certificates = '/etc/letsencrypt/archive/images.openfoodfacts.org';

/**
 * One of each kind, in the order in which they are made: changes that make systemd read its units come before those that it must not read.
 */
export const tamperings: readonly Tampering[] = [
  {
    kind: 'link retargeted',
    host: 'ct100',
    script: 'ln -sfn /etc/nginx/proxy_params /etc/nginx/conf.d/log_format.conf',
    task: 'The log format is linked',
    what: /^link \/etc\/nginx\/conf\.d\/log_format\.conf$/,
    from: /^→ \/etc\/nginx\/proxy_params$/,
    to: /^→ .*\/proxy-off\/nginx\/log_format\.conf$/,
  },
  {
    kind: 'link replaced by a copy',
    host: 'ct100',
    script: `cp --remove-destination ${clone}/off1-reverse-proxy/systemd/system/email-failures@.service /etc/systemd/system/
      sed -i 's/ root.$/ somebody&/' /etc/systemd/system/email-failures@.service`,
    task: 'Our drop-ins and units are linked',
    what: /email-failures@\.service$/,
    from: /^a copy whose content differs$/,
    to: /email-failures@\.service$/,
  },
  {
    kind: 'dangling link',
    host: 'ct100',
    script: `ln -sfn ${clone}/proxy-off/nginx/gone /etc/nginx/sites-enabled/stub_status`,
    task: 'The stub_status site is linked',
    what: /^link \/etc\/nginx\/sites-enabled\/stub_status$/,
    from: /^→ .*\/gone \(dangling\)$/,
    to: /^→ .*\/stub_status$/,
  },
  {
    kind: 'mode',
    host: 'ct100',
    script: 'chmod 0600 /etc/mailname',
    task: 'Mail from this host comes from openfoodfacts.org',
    what: /^mode$/,
    from: /^0600$/,
    to: /^0644$/,
  },
  {
    kind: 'owner',
    host: 'ct100',
    script: 'chown www-data /etc/fail2ban/jail.d/sshd.conf',
    task: 'fail2ban reads logins from the journal',
    what: /^owner$/,
    from: /^www-data$/,
    to: /^root$/,
  },
  {
    kind: 'one line in a file',
    host: 'ct100',
    script: "sed -i 's/^relayhost.*/relayhost = mail.example.org/' /etc/postfix/main.cf",
    task: 'Mail leaves through the relay',
    what: /^line \d+$/,
    from: /^relayhost = mail\.example\.org$/,
    to: /^relayhost = \[10\.1\.0\.102\]$/,
  },
  {
    kind: 'package removed',
    host: 'ct100',
    script: 'apt-get -q -y remove python3-systemd',
    task: 'fail2ban is installed',
    what: /^package python3-systemd$/,
    from: null,
    to: /^\d/,
  },
  {
    kind: 'service stopped',
    host: 'ct100',
    script: 'systemctl stop fail2ban',
    task: 'fail2ban runs',
    what: /^unit fail2ban\.service$/,
    from: /^inactive$/,
    to: /^active$/,
  },
  {
    kind: 'drop-in removed',
    host: 'ct100',
    script: 'rm /etc/systemd/system/logrotate.service.d',
    task: 'Our drop-ins and units are linked',
    what: /logrotate\.service\.d$/,
    from: null,
    to: /logrotate\.service\.d$/,
  },
  {
    kind: 'mpN line removed',
    host: 'off1',
    script: 'pct set 100 --delete mp3',
    task: 'Container 100 has the images',
    what: /^mp3 of container 100$/,
    from: null,
    to: /^\/zfs-hdd\/opff\/images,mp=\/mnt\/opff\/images$/,
    follows: /^container 100$/,
  },
  {
    // One that had been fetched. Those mounted in container 100 are busy, so zfs refuses to destroy them. (This one is only for a moment.)
    kind: 'dataset missing',
    host: 'off1',
    before: { host: 'off2', script: 'zfs create zfs-hdd/opf/extra && zfs snapshot zfs-hdd/opf/extra@by-hand' },
    script: `syncoid --quiet --no-sync-snap --no-privilege-elevation off1operator@10.0.0.2:zfs-hdd/opf/extra zfs-hdd/opf/extra
      timeout 20 sh -c 'until zfs destroy -r zfs-hdd/opf/extra 2>/dev/null; do sleep 0.2; done'`,
    task: 'opf has been fetched',
    what: /^snapshots of zfs-hdd\/opf\/extra$/,
    from: null,
    to: /^by-hand$/,
  },
  {
    kind: 'snapshot behind',
    host: 'off2',
    script: 'zfs snapshot zfs-hdd/opf/images@by-hand',
    task: 'opf has been fetched',
    what: /^snapshots of zfs-hdd\/opf\/images$/,
    from: /^autosnap_/,
    to: /^by-hand$/,
  },
  {
    kind: 'certificate replaced by another',
    host: 'ct100',
    script: `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other.example.org -keyout /dev/null \
      -out ${certificates}/fullchain1.pem 2>/dev/null`,
    task: "The certificates from off2's proxy are here, too",
    what: /^file archive\/images\.openfoodfacts\.org\/fullchain1\.pem$/,
    from: /^[0-9a-f]{12} \(\d+ bytes\)$/,
    to: /^[0-9a-f]{12} \(\d+ bytes\)$/,
  },
  {
    kind: 'DNS record changed',
    host: 'services',
    script: 'lab-dns set off1-proxy 198.51.100.9 2',
    task: 'The public name points here',
    what: /^manual step$/,
    // The resolver asks either of the two.
    from: /^open: A off1-proxy\.openfoodfacts\.org should be 198\.51\.100\.215: .*ns2.* returns 198\.51\.100\.9/,
    to: /^done$/,
  },
  {
    kind: 'clone dirty',
    host: 'ct100',
    script: 'echo A note. >>/opt/openfoodfacts-infrastructure/README.md',
    task: 'Our configuration is cloned',
    what: /^failure$/,
    from: null,
    to: /^Local modifications exist .*README\.md$/,
    alsoTold: 'Everything in our clone is committed',
  },
  {
    kind: 'clone behind',
    host: 'services',
    script: `work=$(mktemp -d) && chown git $work && cd $work && runuser -u git -- sh -euc '
      git clone -q /home/git/openfoodfacts/openfoodfacts-monitoring.git .
      echo More. >>README.md
      git -c user.name=other -c user.email=other@example.org commit -q -a -m More
      git push -q' && rm -r $work`,
    task: 'The monitoring repository is cloned',
    what: /^clone \/opt\/openfoodfacts-monitoring$/,
    from: /^main [0-9a-f]{10}/,
    to: /^main [0-9a-f]{10}$/,
  },
  {
    kind: 'key file mode',
    host: 'ct100',
    script: `chmod 0644 ${certificates}/privkey1.pem`,
    task: "The certificates from off2's proxy are here, too",
    what: /^mode of archive\/images\.openfoodfacts\.org\/privkey1\.pem$/,
    from: /^0644$/,
    to: /^0600$/,
  },
  {
    // Somebody restarted it while its drop-in was missing.
    kind: 'exporter listening on all addresses',
    host: 'ct100',
    script: `cd /etc/systemd/system && mv prometheus-nginx-exporter.service.d /root/away && systemctl daemon-reload
      systemctl restart prometheus-nginx-exporter && sleep 0.5
      ln -s ${clone}/off1-reverse-proxy/systemd/system/prometheus-nginx-exporter.service.d . && rm /root/away && systemctl daemon-reload
      ss -Hltn 'sport = :9113' | grep -qF '*:9113'`,
    task: 'The exporter runs with its current configuration',
    what: /^unit prometheus-nginx-exporter\.service listens on$/,
    from: /^\*:9113$/,
    to: /^10\.1\.0\.100:9113$/,
    // It is older than its drop-in, and is therefore restarted.
    follows: /^unit prometheus-nginx-exporter\.service$/,
  },
  {
    kind: 'service disabled',
    host: 'ct100',
    script: 'systemctl disable nginx',
    task: 'nginx runs',
    what: /^unit nginx\.service at boot$/,
    from: /^disabled$/,
    to: /^enabled$/,
  },
  {
    kind: 'unit file edited but not reloaded',
    host: 'ct100',
    script: "sed -i 's/^Description=.*/& (edited by hand)/' /lib/systemd/system/certbot.service",
    task: 'systemd has read its units',
    what: /^systemd$/,
    from: /^has not read .*certbot\.service/,
    to: /^has read its units$/,
  },
];
