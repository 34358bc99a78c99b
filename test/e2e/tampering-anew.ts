/** A manual change to a host, and the task that must report it. */
export interface TamperingAnew {
  readonly what: string;
  readonly host: string;
  readonly script: string;
  /** What must exist on another host before it can be done. */
  readonly before?: { readonly host: string; readonly script: string };
  /** The task that must report it. */
  readonly task: string;
  /** The text that the check must report about the difference or the failure of the task. */
  readonly told: RegExp;
  /** The task at which a run stops, if it is an earlier one. */
  readonly stops?: string;
  /** How a person undoes it, for changes that no run repairs: a run stops there. */
  readonly undo?: string;
}

const clone = '/opt/openfoodfacts-infrastructure';
const monitoring = '/opt/openfoodfacts-monitoring';
const conf = '/etc/pve/lxc/100.conf';
const image = '/zfs-hdd/off/images/products/560/247/784/2456';
const siteOfExporters = '/etc/nginx/sites-available/free-exporters.openfoodfacts.org';

/** Somebody commits a change to Prometheus's configuration in the forge, and fetches it here. */
const commit = (
  edit: string,
) => `cd ${monitoring} && ${edit} && git -c user.name=other -c user.email=other@example.org commit -qam other &&
  git -c core.sshCommand='ssh -i /root/.ssh/id_ed25519_monitoring' push -q`;

/** Rejects connections that match a rule, using a separate table. */
const refuse = (rule: string) =>
  `nft 'add table inet shut; add chain inet shut in { type filter hook input priority 0; }; add rule inet shut in ${rule} reject with tcp reset'`;

/** Changes that a run repairs, all at once. */
export const repaired: readonly TamperingAnew[] = [
  {
    what: 'less memory',
    host: 'off1',
    script: 'pct set 100 --memory 1024',
    task: 'Container 100 exists and runs',
    told: /memory of container 100: 1024 → 2048/,
  },
  {
    what: 'a network line without its gateway',
    host: 'off1',
    script: `sed -i '/^net1:/s/,gw=[0-9.]*//' ${conf}`,
    task: 'Container 100 has the public address',
    told: /net1 of container 100: .* → .*gw=198\.51\.100\.222,hwaddr=/,
  },
  {
    what: 'a mount that is not ours, for the next start',
    host: 'off1',
    script: `echo 'mp4: /zfs-hdd/off/images,mp=/mnt/stray' >>${conf}`,
    task: 'Container 100 has the images',
    told: /mp4 of container 100: .*stray → absent/,
  },
  {
    what: "the document's mistake",
    host: 'off1',
    script: "sed -i 's,:zfs-hdd/opf ,:zfs-hddd/opf ,' /etc/sanoid/syncoid-args.conf",
    task: 'syncoid fetches opf from the right dataset',
    told: /zfs-hddd\/opf .* → .*zfs-hdd\/opf /,
  },
  {
    what: 'a missing line in the mail configuration',
    host: 'ct100',
    script: "sed -i '/^virtual_alias_maps/d' /etc/postfix/main.cf",
    task: 'Mail to root goes to the team',
    told: /absent → virtual_alias_maps = /,
  },
  {
    what: "M8: all the team's mail is treated as local",
    host: 'ct100',
    script: 'postconf -e mydestination=openfoodfacts.org',
    task: 'Only mail for this machine is local',
    told: /mydestination = openfoodfacts\.org → mydestination = \$myhostname/,
  },
  {
    what: 'M8: no mail after the next boot',
    host: 'ct100',
    script: 'systemctl disable --quiet postfix',
    task: 'postfix is started at boot',
    told: /unit postfix\.service at boot: disabled → enabled/,
  },
  {
    what: 'postfix stopped',
    host: 'ct100',
    script: 'systemctl stop postfix@-',
    task: 'postfix runs',
    told: /unit postfix@-\.service: inactive → active/,
  },
  {
    what: 'a debconf answer',
    host: 'ct100',
    script: 'echo postfix postfix/relayhost string mail.example.org | debconf-set-selections',
    task: 'postfix is preconfigured as a satellite of our mail relay',
    told: /postfix\/relayhost: mail\.example\.org → /,
  },
  {
    what: 'another name',
    host: 'ct100',
    script: 'hostname renamed; echo renamed >/etc/hostname',
    task: 'The host name is still off1-proxy',
    told: /renamed → off1-proxy/,
  },
  {
    what: 'a missing locale',
    host: 'ct100',
    script: "sed -i '/^fr_FR.UTF-8/d' /etc/locale.gen && locale-gen >/dev/null",
    task: 'Our locales are available',
    told: /fr_FR\.UTF-8/,
  },
  {
    what: "root's key, readable by all",
    host: 'ct100',
    script: 'chmod 0644 /root/.ssh/id_ed25519',
    task: 'root has a key',
    told: /mode: 0644 → 0600/,
  },
  {
    what: 'a drop-in that is a copy',
    host: 'ct100',
    script: `rm /etc/systemd/system/fail2ban.service.d && cp -a ${clone}/confs/common/fail2ban-nftables/systemd/fail2ban.service.d /etc/systemd/system/ && systemctl daemon-reload`,
    task: "fail2ban's drop-in is linked",
    told: /fail2ban\.service\.d: a copy with the same content → /,
  },
  {
    what: 'a renewal that asks another server',
    host: 'ct100',
    script:
      "sed -i 's,^server = .*,server = https://acme.example.org/,' /etc/letsencrypt/renewal/images.openfoodfacts.org.conf",
    task: "The certificates from off2's proxy are here, too",
    told: /file renewal\/images\.openfoodfacts\.org\.conf: /,
  },
  {
    what: 'nobody renews',
    host: 'ct100',
    script: 'systemctl stop certbot.timer',
    task: 'Certificates are renewed twice a day',
    told: /unit certbot\.timer: inactive → active/,
  },
  {
    what: 'a link that `sed -i` has replaced with a file',
    host: 'ct100',
    script: "sed -i 's/2048/512/' /etc/nginx/nginx.conf",
    task: 'nginx.conf is the one that all our proxies share',
    told: /link \/etc\/nginx\/nginx\.conf: a copy whose content differs → /,
  },
  {
    what: 'a removed site',
    host: 'ct100',
    script: 'rm /etc/nginx/sites-enabled/images-off',
    task: 'The image site is linked',
    told: /link \/etc\/nginx\/sites-enabled\/images-off: absent → /,
  },
  {
    what: 'a jail that is a copy',
    host: 'ct100',
    script: "sed -i 's/maxretry = 5/maxretry = 50/' /etc/fail2ban/jail.d/nginx.conf",
    task: 'The nginx jails are linked',
    told: /link \/etc\/fail2ban\/jail\.d\/nginx\.conf: a copy whose content differs → /,
  },
  {
    what: 'changed exporter arguments',
    host: 'ct100',
    script: "echo '# by hand' >>/etc/default/prometheus-nginx-exporter",
    task: 'The exporter runs with its current configuration',
    told: /older than \/etc\/default\/prometheus-nginx-exporter → restarted/,
  },
  {
    what: 'the missing entry in the map',
    host: 'proxy',
    script: "sed -i '/off1-proxy/d' /etc/nginx/sites-available/free-exporters.openfoodfacts.org",
    task: "The exporters' map has an entry for container 100",
    told: /absent → .*"\/off1-proxy\/nginx\/metrics" 10\.1\.0\.100:9113;/,
  },
  {
    what: 'the target is missing in Prometheus',
    host: 'ct100',
    script: commit(`sed -i '/off1-proxy.nginx/d' configs/prometheus/config.yml`),
    task: 'Prometheus scrapes the metrics of container 100',
    told: /absent → off1-proxy\/nginx/,
  },
  {
    what: 'an unknown host key for the forge',
    host: 'ct100',
    script: ': >/root/.ssh/known_hosts',
    task: 'root knows the forge',
    told: /forge\.lab/,
  },
  {
    what: 'the key for monitoring, readable by all',
    host: 'ct100',
    script: 'chmod 0644 /root/.ssh/id_ed25519_monitoring',
    task: 'root has a key for the monitoring repository',
    told: /mode: 0644 → 0600/,
  },
];

/** A command is run to repair it, after which a check knows nothing for certain. */
export const commanded: readonly TamperingAnew[] = [
  {
    what: 'a jail that was stopped',
    host: 'ct100',
    script: 'fail2ban-client stop nginx-http-auth',
    task: 'fail2ban watches nginx',
    told: /fail2ban-client/,
  },
];

/** Packages: until they are restored, nothing is known about their contents. */
export const removed: readonly TamperingAnew[] = [
  {
    what: 'a removed base package',
    host: 'ct100',
    script: 'apt-get -q -y remove screen',
    task: 'The base packages are installed',
    told: /package screen: absent → /,
  },
  {
    what: 'a package that must not be installed',
    host: 'ct100',
    script: `mkdir -p /tmp/m/DEBIAN; printf 'Package: mailutils\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >/tmp/m/DEBIAN/control
      dpkg-deb -b /tmp/m /tmp/m.deb && dpkg -i /tmp/m.deb`,
    task: 'mailutils is not installed',
    told: /package mailutils: 1 → absent/,
  },
  {
    what: 'nginx',
    host: 'ct100',
    script: 'apt-get -q -y remove nginx',
    task: 'nginx is installed',
    told: /package nginx: absent → /,
  },
  {
    what: "certbot's plugin, which went with it",
    host: 'ct100',
    script: '! dpkg-query -W -f "${db:Status-Status}" python3-certbot-nginx 2>/dev/null | grep -x installed',
    task: 'certbot and its nginx plugin are installed',
    told: /package python3-certbot-nginx: absent → /,
  },
  {
    what: 'the exporter',
    host: 'ct100',
    script: 'apt-get -q -y remove prometheus-nginx-exporter',
    task: 'The exporter is installed',
    told: /package prometheus-nginx-exporter: absent → /,
  },
  {
    what: 'fail2ban',
    host: 'ct100',
    script: 'apt-get -q -y remove fail2ban',
    task: 'fail2ban is installed',
    told: /package fail2ban: absent → /,
  },
];

/** Changed configuration that is not in effect; a reload repairs it. */
export const stale: readonly TamperingAnew[] = [
  {
    what: "postfix's services",
    host: 'ct100',
    script: 'touch /etc/postfix/master.cf',
    task: 'postfix runs with its current configuration',
    told: /loaded before \/etc\/postfix\/master\.cf was changed → reloaded/,
  },
  {
    what: 'a changed file in the clone',
    host: 'ct100',
    script: `touch ${clone}/confs/proxy-off/nginx/log_format.conf`,
    task: 'nginx runs with its current configuration',
    told: /loaded before .*log_format\.conf was changed → reloaded/,
  },
  {
    what: "fail2ban's defaults",
    host: 'ct100',
    script: 'touch /etc/fail2ban/jail.conf',
    task: 'fail2ban runs with its current configuration',
    told: /loaded before \/etc\/fail2ban\/jail\.conf was changed → reloaded/,
  },
  {
    // Not a dataset of opf, whose snapshots are compared. Processes keep the files that they have open.
    what: 'a dataset that is not mounted',
    host: 'off1',
    script: 'umount -l /zfs-hdd/opff/images',
    task: 'The image datasets are mounted',
    told: /zfs mount zfs-hdd\/opff\/images/,
  },
  {
    what: 'a deploy key that the forge no longer knows',
    host: 'services',
    script: "sed -i '/forge-serve openfoodfacts-infrastructure /d' /home/git/.ssh/authorized_keys",
    task: 'The forge gives root write access',
    told: /manual step: open: .* → done/,
  },
  {
    what: 'the deploy key for monitoring',
    host: 'services',
    script: "sed -i '/forge-serve openfoodfacts-monitoring /d' /home/git/.ssh/authorized_keys",
    task: 'The forge gives root write access to the monitoring repository',
    told: /manual step: open: .* → done/,
  },
  {
    what: 'the name of container 100 points elsewhere',
    host: 'services',
    script: 'lab-dns set off1-proxy 198.51.100.9',
    task: 'The public name points here',
    told: /A off1-proxy\.openfoodfacts\.org should be 198\.51\.100\.215: .* returns 198\.51\.100\.9.* → done/,
  },
  {
    what: "the image site's name points to off2 again",
    host: 'services',
    script: 'lab-dns set images 198.51.100.208',
    task: "The image site's name points here",
    told: /A images\.openfoodfacts\.org should be 198\.51\.100\.215: .* returns 198\.51\.100\.208.* → done/,
  },
  {
    what: 'a changed certbot hook',
    host: 'ct100',
    script:
      "mkdir -p /etc/letsencrypt/renewal-hooks/deploy && printf '#!/bin/sh\\n' >/etc/letsencrypt/renewal-hooks/deploy/new && chmod +x /etc/letsencrypt/renewal-hooks/deploy/new",
    task: 'The certificates can be renewed',
    // Changed DNS names are a reason, too.
    told: /renewal dry run: last before .* changed → succeeded/,
  },
];

/**
 * Changes that a run does not repair: it stops there and reports why. Changes that would hide another's effects are made separately, in
 * `stoppingToo`.
 */
export const stopping: readonly TamperingAnew[] = [
  {
    what: 'a package on hold',
    host: 'ct100',
    script: 'apt-mark hold curl',
    task: 'No package is held back',
    told: /held back: curl/,
    undo: 'apt-mark unhold curl',
  },
  {
    what: 'a later line that undoes an earlier one',
    host: 'ct100',
    script: "echo 'myorigin = example.org' >>/etc/postfix/main.cf && systemctl reload postfix@-",
    task: 'postfix interprets its configuration as intended',
    told: /myorigin is example\.org, not \/etc\/mailname/,
    undo: "sed -i '/^myorigin = example.org/d' /etc/postfix/main.cf && systemctl reload postfix@- && touch /var/lib/misc/test-mail-was-sent",
  },
  {
    what: 'an untracked file',
    host: 'ct100',
    script: `touch ${clone}/forgotten`,
    task: 'Everything in our clone is committed',
    told: /forgotten/,
    undo: `rm ${clone}/forgotten`,
  },
  {
    // As the document leaves it: the unit that is to report its failure does not exist.
    what: 'a unit whose OnFailure unit does not exist',
    host: 'ct100',
    script: `mkdir -p /run/systemd/system/logrotate.service.d && printf '[Unit]\\nOnFailure=gone@logrotate.service\\n' >/run/systemd/system/logrotate.service.d/zz.conf && systemctl daemon-reload`,
    task: 'Each unit that may fail reports it through a unit that exists',
    told: /gone@logrotate\.service/,
    undo: 'rm -r /run/systemd/system/logrotate.service.d && systemctl daemon-reload',
  },
  {
    what: 'a setting in the wrong section',
    host: 'ct100',
    script: `mkdir -p /run/systemd/system/certbot.timer.d && printf '[Unit]\\nRestart=always\\n' >/run/systemd/system/certbot.timer.d/zz.conf && systemctl daemon-reload`,
    task: 'systemd understands everything in our units',
    told: /Unknown key name 'Restart'|Unknown key 'Restart'/,
    undo: 'rm -r /run/systemd/system/certbot.timer.d && systemctl daemon-reload',
  },
  {
    what: 'a second default route through the same gateway',
    host: 'ct100',
    script: 'ip route add default via 198.51.100.222 metric 77',
    task: 'There is exactly one default route',
    told: /^failed .*(exit code 1|cd: )/m,
    undo: 'ip route del default via 198.51.100.222 metric 77',
  },
  {
    what: 'images that nginx may not read',
    host: 'off1',
    script: 'chmod 0700 /zfs-hdd/obf/images',
    task: 'The images are mounted and readable',
    told: /Permission denied/,
    undo: 'chmod 0755 /zfs-hdd/obf/images',
  },
  {
    what: 'port 80 closed to the outside',
    host: 'ct100',
    script: `nft 'add table inet shut; add chain inet shut in { type filter hook input priority 0; }; add rule inet shut in iifname eth1 tcp dport 80 drop'`,
    task: 'nginx responds on the public address',
    told: /198\.51\.100\.215:80/,
    undo: 'nft delete table inet shut',
  },
  {
    what: 'another password',
    host: 'proxy',
    script: 'cp -a /etc/nginx/free-exporters.htpasswd /root/kept && : >/etc/nginx/free-exporters.htpasswd',
    task: 'The metrics are available with the password',
    told: /401/,
    undo: 'cp -a /root/kept /etc/nginx/free-exporters.htpasswd && rm /root/kept',
  },
  {
    what: 'an image that nginx may not read',
    host: 'off1',
    script: `chmod 0600 ${image}/front_fr.3.200.jpg`,
    task: 'An image comes from the disk',
    told: /403/,
    undo: `chmod 0644 ${image}/front_fr.3.200.jpg`,
  },
  {
    what: 'a backend that is down',
    host: 'backend',
    script: 'systemctl stop nginx',
    task: 'An image that is not on the disk comes from the backend',
    told: /502/,
    undo: 'systemctl start nginx',
  },
  {
    what: 'metrics that cannot be read locally',
    host: 'ct100',
    script: refuse('iif lo tcp dport 8080'),
    task: 'nginx reports its statistics here',
    told: /^failed .*127\.0\.0\.1 port 8080/m,
    undo: 'nft delete table inet shut 2>/dev/null || :',
  },
  {
    what: 'metrics that proxy cannot reach',
    host: 'ct100',
    script: refuse('ip saddr 10.1.0.101 tcp dport 9113'),
    task: 'The metrics of container 100 are reachable from here',
    told: /^failed .*10\.1\.0\.100 port 9113/m,
    undo: 'nft delete table inet shut 2>/dev/null || :',
  },
  {
    // The relay cannot be reached; this uses a separate table, since this one is for outgoing traffic.
    what: 'M8: stuck mail',
    host: 'ct100',
    script: `nft 'add table inet mute; add chain inet mute out { type filter hook output priority 0; }; add rule inet mute out tcp dport 25 reject with tcp reset'
      echo stuck | mail -s stuck nobody@example.org; timeout 60 sh -c 'until postqueue -j | grep -q deferred; do sleep 0.5; done'`,
    task: 'No mail is stuck',
    told: /for nobody@example\.org: .*10\.1\.0\.102/,
    undo: 'nft delete table inet mute && postsuper -d ALL',
  },
];

/** The rest of the changes at which a run stops. */
export const stoppingToo: readonly TamperingAnew[] = [
  {
    what: "the backend's image on disk",
    host: 'off1',
    script: `cd ${image} && cp front_fr.3.200.jpg only-on-backend.jpg`,
    task: 'That image is not on the disk',
    told: /^failed .*(exit code 1|cd: )/m,
    undo: `rm ${image}/only-on-backend.jpg`,
  },
  {
    what: 'a directory that nginx may not read: the backend, which also has that image, responds',
    host: 'off1',
    before: {
      host: 'backend',
      script: 'cd /var/www/html/images/products/560/247/784/2456 && cp only-on-backend.jpg front_fr.3.200.jpg',
    },
    script: `chmod 0700 ${image}`,
    task: 'The response matches the file on disk',
    told: /the served image has the tag .*, the file on the disk has "/,
    undo: `chmod 0755 ${image}`,
  },
  {
    what: 'metrics without a password',
    host: 'proxy',
    script: `cp -a ${siteOfExporters} /root/kept && sed -i 's/auth_basic .*/auth_basic off;/' ${siteOfExporters} && systemctl reload nginx`,
    task: 'The metrics are not available without the password',
    told: /200/,
    undo: `cp -a /root/kept ${siteOfExporters} && rm /root/kept && systemctl reload nginx`,
  },
  {
    what: 'a certificate that nginx does not serve',
    host: 'ct100',
    script: `nft 'add table inet shut; add chain inet shut in { type filter hook input priority 0; }; add rule inet shut in iifname eth1 tcp dport 443 reject with tcp reset'`,
    task: "nginx serves the image site's certificate",
    told: /198\.51\.100\.215:443/,
    undo: 'nft delete table inet shut',
  },
];

/** Changes after which services would be reloaded or restarted, so that their answers are unknown. */
export const listeningToo: readonly TamperingAnew[] = [
  {
    what: 'an additional site',
    host: 'ct100',
    script: ': >/etc/nginx/sites-enabled/stray',
    task: 'nginx serves our sites and no others',
    told: /also in sites-enabled or conf\.d: stray/,
    undo: 'rm /etc/nginx/sites-enabled/stray && systemctl reload nginx',
  },
  {
    what: 'metrics that the whole world can read',
    host: 'ct100',
    script:
      'systemd-run --quiet --unit by-hand python3 -m http.server 9113 --bind 198.51.100.215 && until ss -Hltn "sport = :9113" | grep -q 198; do sleep 0.2; done',
    task: 'The metrics are not reachable from outside',
    told: /198\.51\.100\.215:9113/,
    stops: 'The exporter runs with its current configuration',
    undo: 'systemctl stop by-hand',
  },
];

/** Changes that also end the check of their host: nothing may be pushed then. */
export const ending: readonly TamperingAnew[] = [
  {
    what: 'a target in another job',
    host: 'ct100',
    script: commit(`printf '          - off1-proxy/nginx\\n' >>configs/prometheus/config.yml`),
    task: "Our target is in the free network's job and in no other",
    told: /off1-proxy\/nginx is a target of these jobs: free-exporters, blackbox-exporter-icmp/,
    undo: commit(`sed -i '$d' configs/prometheus/config.yml`),
  },
  {
    what: 'a configuration that nginx refuses',
    host: 'ct100',
    script: 'echo "bogus on;" >/etc/nginx/modules-enabled/50-bogus.conf',
    task: 'nginx accepts its configuration',
    told: /unknown directive "bogus"/,
    undo: 'rm /etc/nginx/modules-enabled/50-bogus.conf && systemctl reload nginx',
  },
];
