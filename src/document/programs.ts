/** Programs that install documents call. English words among them are in WORDY. */
const PROGRAMS = new Set(
  `a2disconf a2dismod a2dissite a2enconf a2enmod a2ensite add-apt-repository addgroup adduser apachectl apt apt-cache apt-get apt-key apt-mark
  aptitude awk base64 bash basename blkid bunzip2 bzip2 cat cd certbot cfdisk chattr chfn chgrp chmod chown chpasswd chroot chsh cmp composer
  cp cpan cpanm cron crontab cryptsetup curl cut date dd debconf-set-selections deb-systemd-helper declare delgroup deluser df dhclient diff dig dirname dmesg
  dnf docker docker-compose dpkg dpkg-query dpkg-reconfigure du echo egrep env etckeeper ethtool exit export fail2ban-client fallocate fdisk
  fgrep file find findmnt findfs firewall-cmd free fsck fuser gdisk getent getfacl git gpasswd gpg grep groupadd groupdel groupmod groups growpart grub-install
  gunzip gzip head hostname hostnamectl host htop htpasswd hwclock id ifconfig ifdown ifup initctl install invoke-rc.d iostat iotop ip ip6tables iperf iperf3
  ipset iptables iptables-restore iptables-save iwconfig java journalctl jq kill killall kubectl last ldconfig less ln locale locale-gen localectl
  logger login loginctl logrotate losetup ls lsattr lsb_release lsblk lscpu lsmod lsof lspci lsusb lvcreate lvdisplay lvextend lvremove lvs lxc lxc-attach lxc-start mail mailx make man md5sum mdadm mkdir mkfs
  mkfs.ext4 mkfs.xfs mknod mkswap mktemp modinfo modprobe mongo mongodump mongorestore mongosh mosh mount mountpoint mtr mv mysql mysqladmin mysqldump nano nc
  netcat netplan netstat newaliases nft nginx nginx_modsite nmap nmcli node nohup npm nproc nslookup ntpq nvme openssl pacman parted partprobe passwd patch pct pg_dump
  pg_restore pgrep php ping ping6 pip pip3 pipx pkill poetry popd postalias postconf postfix postmap postqueue postsuper printenv printf ps psql pushd pv pvcreate pvdisplay pve-firewall
  pvecm pveam pveceph pveperf pvesh pvesm pveum pvs pwd pwgen python python3 qm rabbitmqctl read readlink realpath reboot redis-cli rename renice reset
  resize2fs restic rm rmdir rmmod route rpm rsync rsnapshot runuser sanoid scp screen sdparm sed seq service set setfacl sftp sgdisk sh sha1sum sha256sum
  shutdown sleep smartctl snap sort source ss ssh ssh-add ssh-agent ssh-copy-id ssh-keygen ssh-keyscan stat strace su sudo swapoff swapon sync
  syncoid sysctl syslogd systemctl systemd-analyze systemd-cat systemd-resolve resolvectl tail tar tee telnet test time timedatectl tmux top touch tr traceroute tree
  true truncate tshark tcpdump tune2fs tzselect ufw umask umount unalias uname uniq unlink unset unzip update-alternatives update-ca-certificates update-grub
  update-initramfs update-locale update-rc.d uptime useradd userdel usermod uuidgen vi vim virsh virt-install visudo vgcreate vgdisplay vgextend vgs vzdump wait watch wc
  wget which who whoami wipefs xargs xdg-open xfs_growfs xz yarn yum zcat zdb zed zfs zgrep zip zpool zypper`.split(
    /\s+/,
  ),
);

/** Programs whose names are English words: a sentence may begin with them. */
const WORDY = new Set(
  `cat cut date declare env exit export file find free groups head host id install last less locale login mail make man mount patch ping read rename
  reset route screen service set sleep sort source sync test time top touch tree true wait watch which who git bash nginx postfix mongo mysql node php java docker cron su`.split(
    /\s+/,
  ),
);

/** Programs that are useful without a word after them, so that their name alone in inline code is a command. */
const ALONE = new Set(
  `blkid df dmesg exit findmnt free htop ifconfig iptables-save locale-gen lsblk lscpu lsmod lsof lspci lsusb lvs mount newaliases nproc partprobe poweroff pvs pwd reboot
  update-ca-certificates update-grub uptime vgs visudo whoami`.split(/\s+/),
);

/** Words that begin a command of several lines in a shell, and the word that ends it. */
export const COMPOUND: Readonly<Record<string, string>> = {
  for: 'done',
  while: 'done',
  until: 'done',
  if: 'fi',
  case: 'esac',
};

/** Whether this is the name of a program, or the path of one. */
export const isProgram = (word: string): boolean =>
  PROGRAMS.has(word) || /^(?:\/(?:usr\/|usr\/local\/)?s?bin\/[\w.+-]+|\.{1,2}\/[\w./+-]+)$/.test(word);

/** Whether a program's name is also an English word, with which a sentence may begin. */
export const isWordy = (word: string): boolean => WORDY.has(word);

/** Whether a program's name alone is a command worth typing. */
export const isWholeCommand = (word: string): boolean => ALONE.has(word);
