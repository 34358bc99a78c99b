#!/bin/sh
# What the tests meet on this machine besides the lab: a real sshd, sudo and doas, another shell, curl, ps, Subversion, Mercurial, Java's keytool, and Ansible
# and ansible-runner to compare with. Debian's packages of what is missing are installed; who may not do that is told.
set -eu
needed=''
while read -r program package; do
  [ -x "$program" ] || needed="$needed $package"
done <<'LIST'
/usr/sbin/sshd openssh-server
/usr/bin/ssh openssh-client
/usr/bin/sudo sudo
/usr/bin/doas doas
/usr/bin/busybox busybox-static
/usr/bin/curl curl
/usr/bin/keytool openjdk-17-jre-headless
/usr/bin/ps procps
/usr/bin/svn subversion
/usr/bin/hg mercurial
/usr/bin/ansible-playbook ansible-core
/usr/bin/ansible-runner python3-ansible-runner
LIST
[ -n "$needed" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "test: without$needed some tests are skipped or fail" >&2
  exit 0
fi
echo "test: installing$needed ..." >&2
export DEBIAN_FRONTEND=noninteractive
# A mirror may be busy for a moment.
for pause in 10 20 0; do
  # shellcheck disable=SC2086
  apt-get update -qq && apt-get install -y -qq --no-install-recommends $needed >/dev/null && exit 0
  sleep "$pause"
done
exit 1
