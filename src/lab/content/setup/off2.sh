# off2: the pool with images and snapshots, the user that off1 fetches them by, the containers 101 (proxy) and 113 (backend).
# Runs once, in off2, beside the lab's content and keys.
for id in 100:ct100 101:proxy 113:backend; do
  install -d -m 700 "/var/lib/lab-data/keys/${id%:*}"
  cp "keys/host-${id#*:}" "/var/lib/lab-data/keys/${id%:*}/host"
  cp "keys/host-${id#*:}.pub" "/var/lib/lab-data/keys/${id%:*}/host.pub"
done
cp keys/operator.pub /var/lib/lab-data/keys/operator.pub

truncate -s 320M /var/lib/lab-data/zpool.img
zpool create -f zfs-hdd /var/lib/lab-data/zpool.img
zfs create zfs-hdd/pve
for flavor in off obf opf opff; do
  zfs create "zfs-hdd/$flavor"
  zfs create "zfs-hdd/$flavor/images"
  product=/zfs-hdd/$flavor/images/products/560/247/784/2456
  mkdir -p "$product"
  cp images/front_fr.3.200.jpg "$product/"
  zfs snapshot -r "zfs-hdd/$flavor@autosnap_2024-06-04_09:00:00_hourly"
  cp images/ingredients_fr.5.200.jpg "$product/"
  zfs snapshot -r "zfs-hdd/$flavor@autosnap_2024-06-04_10:00:00_hourly"
done
install -D -m 644 repository/infrastructure/confs/off2/sanoid/sanoid.conf /etc/sanoid/sanoid.conf

# Debian gives logins that are not root no /sbin, where zfs is.
useradd --create-home --shell /bin/sh --groups zfs off1operator
install -d -m 700 -o off1operator -g off1operator ~off1operator/.ssh
install -m 600 -o off1operator -g off1operator keys/off1-root.pub ~off1operator/.ssh/authorized_keys
printf 'Match User off1operator\n\tSetEnv PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin\n' >/etc/ssh/sshd_config.d/off1operator.conf
systemctl reload ssh

lower=/var/lib/lab-images
LAB_LAYERS=$lower/web:$lower/base pct create 113 local:vztmpl/debian-12-standard_12.2-1_amd64.tar.zst --hostname backend \
  --cores 4 --memory 4096 --swap 0 --rootfs zfs-hdd:32 --features nesting=1 --onboot 1 --unprivileged 0 \
  --net0 name=eth0,bridge=vmbr1,ip=10.1.0.113/24,gw=10.0.0.2
LAB_LAYERS=$lower/proxy:$lower/web:$lower/base pct create 101 local:vztmpl/debian-12-standard_12.2-1_amd64.tar.zst --hostname proxy \
  --cores 4 --memory 2048 --swap 0 --rootfs zfs-hdd:32 --features nesting=1 --onboot 1 --unprivileged 0 \
  --net0 name=eth0,bridge=vmbr1,ip=10.1.0.101/24 --net1 name=eth1,bridge=vmbr0,ip=198.51.100.208/27,gw=198.51.100.222
pct start 113
pct start 101

wait_for() { for _ in $(seq 100); do pct exec "$1" -- systemctl is-system-running --wait 2>/dev/null | grep -q -e running -e degraded && return 0; sleep 0.1; done; return 1; }
wait_for 113
tar -c -C images only-on-backend.jpg | pct exec 113 -- sh -euc '
  folder=/var/www/html/images/products/560/247/784/2456
  mkdir -p $folder
  tar -x --no-same-owner -C $folder'

wait_for 101
sites=$(mktemp -d)
cp repository/infrastructure/confs/proxy-off/nginx/free-exporters.openfoodfacts.org repository/infrastructure/confs/off2/nginx/sites-available/static-off "$sites"
tar -c -C "$sites" . -C "$PWD/keys" ca.pem free-exporters.pem free-exporters.key | pct exec 101 -- sh -euc '
  work=$(mktemp -d)
  tar -x --no-same-owner -C $work
  install -D -m 644 $work/free-exporters.pem /etc/ssl/free-exporters/fullchain.pem
  install -D -m 600 $work/free-exporters.key /etc/ssl/free-exporters/privkey.pem
  printf "prometheus:%s\n" "$(echo lab-password | openssl passwd -6 -stdin)" >/etc/nginx/free-exporters.htpasswd
  chown root:www-data /etc/nginx/free-exporters.htpasswd
  chmod 640 /etc/nginx/free-exporters.htpasswd
  certbot certonly -q --nginx --non-interactive --agree-tos --email tech@openfoodfacts.org --server https://acme.lab:14000/dir -d images.openfoodfacts.org
  rm /etc/nginx/sites-enabled/default
  for site in free-exporters.openfoodfacts.org static-off; do
    install -m 644 $work/$site /etc/nginx/sites-available/
    ln -s ../sites-available/$site /etc/nginx/sites-enabled/
  done
  rm -r $work
  nginx -t -q
  systemctl reload nginx'
