#!/bin/sh
# Times a check of 50 tasks that are in order on many hosts, beside parallel ssh that sends the same questions, in one run:
#
#     npm run bench:fleet -- 100 1000
#
# The hosts are addresses of 127/8 in a network namespace, with an sshd and a user of their own; known_hosts has a line for each, and 3,000
# at least. Needs root, as it makes the namespace and the user; it removes both.
set -eu

cd "$(dirname "$0")/../.."
program=$PWD/dist/run.cjs
place=$(mktemp -d /tmp/retrace-fleet.XXXXXX)
name=retrace-fleet
export RETRACE_HISTORY=off
unset NODE_EXTRA_CA_CERTS

cleanup() {
  [ ! -e "$place/sshd.pid" ] || kill "$(cat "$place/sshd.pid")" || true
  ip netns del $name || true
  userdel -r $name 2>/dev/null || true
  rm -rf "$place"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# A user whose shell reads no files: root's may take longer to start than everything that is measured.
useradd -m -s /bin/dash $name
usermod -p '*' $name
ip netns add $name
ip netns exec $name ip link set lo up
mkdir -p /run/sshd
chmod 755 "$place"
cd "$place"
ssh-keygen -q -t ed25519 -N '' -f host
ssh-keygen -q -t ed25519 -N '' -f id
cat >sshd_config <<END
Port 22
HostKey $place/host
AuthorizedKeysFile $place/id.pub
StrictModes no
UsePAM no
MaxStartups 1000
PidFile $place/sshd.pid
END
ip netns exec $name /usr/sbin/sshd -f sshd_config

addresses() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print "127.1." int(i / 200) "." 1 + i % 200 }'; }

{
  echo '- hosts: all'
  echo '  gather_facts: false'
  echo '  tasks:'
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    for file in hosts passwd group fstab hostname; do echo "    - file: { path: /etc/$file, state: file }"; done
  done
} >play.yaml

timed() { ip netns exec $name /usr/bin/time -f '%e %U %S %M' -o time "$@" >told 2>&1 || { cat told; exit 1; }; }

echo '| hosts | Retrace | parallel ssh | ratio | CPU of ours for each host | of parallel ssh | memory of ours |'
echo '| --: | --: | --: | --: | --: | --: | --: |'
for count in "$@"; do
  addresses "$count" >addresses
  addresses "$((count > 3000 ? count : 3000))" | while read -r address; do
    echo "$address $(cut -d' ' -f1,2 host.pub)"
  done >known_hosts
  {
    awk '{ print "host" NR " ansible_host=" $1 }' addresses
    echo '[all:vars]'
    echo "ansible_user=$name"
    echo "ansible_ssh_private_key_file=$place/id"
    echo "retrace_known_hosts=$place/known_hosts"
  } >hosts
  # What the check sends to one host, for the other side.
  ip netns exec $name node "$program" play.yaml -i hosts -l host1 --check -o json |
    node -e '
      const lines = require("fs").readFileSync(0, "utf8").trim().split("\n").map((line) => JSON.parse(line));
      process.stdout.write(lines.filter(({ kind }) => kind === "sent").map(({ script }) => script).join("\n"));' >questions
  timed node "$program" play.yaml -i hosts --check -o json
  [ "$(grep -c '"status":"ok"' told)" = $((count * 50)) ] || { echo 'not all hosts are in order' >&2; exit 1; }
  ours=$(cat time)
  timed xargs -a addresses -P 50 -I{} sh -c 'ssh -F none -i id -o UserKnownHostsFile=known_hosts -o BatchMode=yes '$name'@{} sh <questions'
  echo "$count $ours $(cat time)" | awk '{
    printf "| %d | %.1f s | %.1f s | %.2f | %.0f ms | %.0f ms | %.0f MB |\n", $1, $2, $6, $2 / $6, 1000 * ($3 + $4) / $1, 1000 * ($7 + $8) / $1, $5 / 1000
  }'
done
