# off1: the pool with what was replicated so far, syncoid's arguments with the mistake, the container template.
# Runs once, in off1, beside the lab's content and keys.
install -d -m 700 /var/lib/lab-data/keys/100
cp keys/host-ct100 /var/lib/lab-data/keys/100/host
cp keys/host-ct100.pub /var/lib/lab-data/keys/100/host.pub
cp keys/operator.pub /var/lib/lab-data/keys/operator.pub

install -m 600 keys/off1-root /root/.ssh/id_ed25519
install -m 644 keys/off1-root.pub /root/.ssh/id_ed25519.pub
printf '10.0.0.2,off2 %s\n' "$(cut -d ' ' -f 1,2 keys/host-off2.pub)" >/root/.ssh/known_hosts

truncate -s 320M /var/lib/lab-data/zpool.img
zpool create -f zfs-hdd /var/lib/lab-data/zpool.img
zfs create zfs-hdd/pve
for flavor in off obf opff; do
  syncoid --no-sync-snap --no-privilege-elevation --recursive "off1operator@10.0.0.2:zfs-hdd/$flavor" "zfs-hdd/$flavor"
done

# The document's mistake: a pool that is not there, so that opf was never replicated.
install -d /etc/sanoid
sed 's,:zfs-hdd/opf ,:zfs-hddd/opf ,' repository/infrastructure/confs/off1/sanoid/syncoid-args.conf >/etc/sanoid/syncoid-args.conf
