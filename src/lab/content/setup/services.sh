# services: the forge with its repositories, the zone, the certificates of the ACME server.
# Runs once, in services, beside the lab's content and keys.
# The keys' own command (forge-serve) lets nobody have this shell.
useradd --create-home --shell /bin/sh git
install -d -m 700 -o git -g git ~git/.ssh
install -m 600 -o git -g git /dev/null ~git/.ssh/authorized_keys
publish() {
  bare=/home/git/openfoodfacts/$2.git
  git init -q --bare --initial-branch="$3" "$bare"
  work=$(mktemp -d)
  cp -a "$1/." "$work"
  rm -rf "$work/.git"
  git -C "$work" init -q --initial-branch="$3"
  git -C "$work" add --all --force
  # A fixed date: the same content is the same commit in every lab.
  GIT_AUTHOR_DATE='2024-06-04T10:00:00Z' GIT_COMMITTER_DATE='2024-06-04T10:00:00Z' \
    git -C "$work" -c user.name='Open Food Facts' -c user.email=off@openfoodfacts.org commit -q -m 'Configuration as of June 2024'
  git -C "$work" push -q "$bare" "$3"
  rm -rf "$work"
}
# Ours, or what RETRACE_LAB_REPOSITORY names.
seed=repository
[ ! -d forge ] || seed=forge
publish $seed/infrastructure openfoodfacts-infrastructure develop
publish $seed/monitoring openfoodfacts-monitoring main
chown -R git:git /home/git/openfoodfacts
# off1 is a server of the team: its key has been there for long. Those of container 100 have not.
lab-deploy-key add openfoodfacts-infrastructure <keys/off1-root.pub

install -m 644 keys/acme.pem /etc/lab/acme.pem
install -m 644 keys/acme.key /etc/lab/acme.key
systemctl restart lab-pebble

lab-dns init
lab-dns set off1 198.51.100.193
lab-dns set off2 198.51.100.194
# images is served by off2's proxy until somebody moves it: `lab do images-dns`.
for name in proxy2 images free-exporters static; do lab-dns set "$name" 198.51.100.208; done
