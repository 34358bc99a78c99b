import { quote } from '../command.ts';
import { deviceFiles } from '../facts/devices.ts';
import { readFacts } from '../facts/read-facts.ts';
import { type Question, type QuestionKind, question } from '../question.ts';
import { decodeText } from '../text-codec.ts';

/** Which facts to gather. */
interface FactsQuestion {
  /** The directory of local facts. Default: Ansible's `/etc/ansible/facts.d`. */
  readonly factPath?: string;
  /** How long to wait for file systems that do not respond. Default: Ansible's 10 seconds. */
  readonly timeoutSeconds?: number;
}

/** Facts under Ansible's names, including `ansible_`. */
export type Facts = Readonly<Record<string, unknown>>;

const kind: QuestionKind<FactsQuestion, Facts> = {
  name: 'facts',
  scripts: (args) =>
    args.map(({ factPath = '/etc/ansible/facts.d', timeoutSeconds = 10 }) => ({
      script: script(factPath, timeoutSeconds),
      deadlineMs: (timeoutSeconds + 20) * 1000,
    })),
  read: (replies) => replies.map((reply) => ({ ok: true, value: readFacts(decodeText(reply.stdout)) })),
  // Each fact has its own subjects (`aboutFact`): the engine omits the facts that a predicted change may alter.
  about: () => [],
};

/** Gather a host's facts with one script, which needs only a POSIX shell and coreutils. */
export const facts = (arg: FactsQuestion = {}): Question<Facts> => question(kind, arg);

/**
 * Each part of the output begins with a record separator and its name. Parts that the host does not have are omitted.
 */
const script = (factPath: string, timeoutSeconds: number): string => `export LC_ALL=C
part() { printf '\\036%s\\n' "$1"; }
file() { [ -r "$2" ] && { part "$1"; cat "$2" 2>/dev/null; }; }
line() { value=; [ -r "$1" ] && { IFS= read -r value <"$1" || :; } 2>/dev/null; }
first() { line "$2"; [ -n "$value" ] && { part "$1"; printf '%s\\n' "$value"; }; }
part env; cat /proc/self/environ
for f in ostype hostname osrelease version domainname; do first "$f" "/proc/sys/kernel/$f"; done
part machine; uname -m
file os-release /etc/os-release; first debian_version /etc/debian_version; file redhat-release /etc/redhat-release; file lsb-release /etc/lsb-release
part cpuinfo; grep -E '^(processor|vendor_id|model name|physical id|core id|siblings|cpu cores|Processor|Hardware|cpu model|cpu)[[:space:]]*:|hypervisor' /proc/cpuinfo 2>/dev/null
part nproc; nproc 2>/dev/null
file meminfo /proc/meminfo; first uptime /proc/uptime; first loadavg /proc/loadavg; first cmdline /proc/cmdline; first fips /proc/sys/crypto/fips_enabled
first init /proc/1/comm; first machine-id /etc/machine-id || first machine-id /var/lib/dbus/machine-id; file resolv /etc/resolv.conf
first container-manager /run/systemd/container; file init-environment /proc/1/environ; file init-cgroup /proc/1/cgroup
part there; for f in /run/systemd/system /sbin/openrc-run /usr/bin/apt-get /usr/bin/dnf /usr/bin/yum /sbin/apk /usr/bin/pacman /usr/bin/zypper /usr/bin/lsb_release /sys/kernel/security/apparmor /.dockerenv /dev/kvm /proc/xen /proc/vz /sys/module/kvm; do [ -e "$f" ] && echo "$f"; done
part python; readlink /usr/bin/python3
part dmi; cd /sys/devices/virtual/dmi/id 2>/dev/null && grep -s . bios_date bios_vendor bios_version board_asset_tag board_name board_serial board_vendor board_version chassis_asset_tag chassis_serial chassis_vendor chassis_version product_name product_serial product_uuid product_version sys_vendor chassis_type
part host-keys; cd /etc/ssh 2>/dev/null && grep -s . ssh_host_*_key.pub
part root; stat -c '%d %i' / /proc/1/root/. 2>/dev/null
part selinux; cat /sys/fs/selinux/enforce /sys/fs/selinux/policyvers 2>/dev/null
part user; id -u; id -ru; id -g; id -rg; getent passwd "$(id -u)"
part date; date '+%Y|%m|%d|%H|%M|%S|%A|%w|%W|%s|%Z|%z|%N'; date -u '+%Y-%m-%dT%H:%M:%S.%N'
part zones; TZ= ; for d in 01 07; do date -d "2024-$d-01" +%Z 2>/dev/null; done; unset TZ
line /proc/sys/kernel/hostname; name=$value
part names; timeout 3 getent hosts "$name" && timeout 3 getent hosts "$(timeout 3 getent hosts "$name" | { read -r address rest; echo "$address"; })"
part interfaces; for d in /sys/class/net/*; do [ -e "$d/address" ] || continue; printf '%s' "\${d##*/}"; for f in address mtu type flags operstate speed; do line "$d/$f"; printf '|%s' "$value"; done; printf '|'; [ -d "$d/bridge" ] && printf bridge; [ -d "$d/bonding" ] && printf bonding; printf '|'; [ -d "$d/brif" ] && ls "$d/brif" | tr '\\n' ' '; echo; done
if command -v ip >/dev/null; then
  part addresses; ip -o addr show
  part route4; ip -4 -o route get 8.8.8.8 2>/dev/null
  part route6; ip -6 -o route get 2404:6800:400a:800::1012 2>/dev/null
else
  file fib /proc/net/fib_trie; file route /proc/net/route; file inet6 /proc/net/if_inet6; file ipv6_route /proc/net/ipv6_route
fi
part mounts; cat /proc/self/mounts
part space; timeout ${timeoutSeconds} stat -f -c '%S %b %a %c %d %n' -- $(while read -r device where type rest; do case $device:$type in *:none) ;; /* | *:/*) printf '%b\\n' "$where" ;; esac; done </proc/self/mounts | grep -v '[[:space:]*?]' | sort -u) 2>/dev/null
part devices; cd /sys/block 2>/dev/null && { readlink -- *; part device-files; grep -sH . ${deviceFiles.join(' ')}; part slaves; ls -d -- */slaves/* 2>/dev/null; }
part links; find /dev/disk/by-id /dev/disk/by-uuid /dev/disk/by-label -type l -printf '%p %l\\n' 2>/dev/null
command -v lspci >/dev/null && { part pci; lspci -D 2>/dev/null; }
file iscsi /etc/iscsi/initiatorname.iscsi; file hostnqn /etc/nvme/hostnqn; part fibre-channel; cat /sys/class/fc_host/*/port_name 2>/dev/null
[ -d /run/systemd/system ] && { part systemd; systemctl --version 2>/dev/null; }
part uuids; [ -d /dev/disk/by-uuid ] && find /dev/disk/by-uuid -type l -printf '%f %l\\n'
cd ${quote(factPath)} 2>/dev/null && part local-folder && pwd && for f in *.fact; do
  [ -L "$f" ] && [ ! -e "$f" ] && part "local-missing $f"
  [ -f "$f" ] || continue
  part "local $f"; if [ -x "$f" ]; then { err=$(timeout 10 "./$f" 2>&1 >&3 3>&-) || { rc=$?; part "local-failed $f"; printf 'rc: %s, err: %s' "$rc" "\${err:+$err
}"; }; } 3>&1; else cat "$f"; fi
done
part end`;
