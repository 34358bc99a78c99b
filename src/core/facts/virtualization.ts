import { type Parts, partLines, partText } from './parts.ts';
import { there } from './system.ts';

/** The kind of guest or virtualization host. */
export function virtualizationFacts(parts: Parts): Readonly<Record<string, unknown>> {
  const guest = container(parts) ?? machine(parts);
  const host = there(parts, '/dev/kvm') || there(parts, '/sys/module/kvm') ? 'kvm' : undefined;
  return {
    virtualization_type: guest ?? host ?? 'NA',
    virtualization_role: roleOf(guest, host),
    virtualization_tech_guest:
      guest === undefined ? [] : [...new Set([guest, ...(container(parts) === undefined ? [] : ['container'])])],
    virtualization_tech_host: host === undefined ? [] : [host],
  };
}

function container(parts: Parts): string | undefined {
  const [, told] = /(?:^|\0)container=([^\0]+)/.exec(parts.get('init-environment') ?? '') ?? [];
  const manager = told ?? (partText(parts, 'container-manager') || undefined);
  if (there(parts, '/.dockerenv') || /\/docker[/-]/.test(partText(parts, 'init-cgroup'))) return 'docker';
  if (manager !== undefined) return ['lxc', 'podman', 'docker'].includes(manager) ? manager : 'container';
  if (/\/lxc\//.test(partText(parts, 'init-cgroup'))) return 'lxc';
  return there(parts, '/proc/vz') ? 'openvz' : undefined;
}

const products: readonly (readonly [RegExp, string])[] = [
  [
    /KVM|Bochs|QEMU|OpenStack|RHEV|oVirt|Google Compute Engine|Alibaba Cloud|DigitalOcean|Hetzner|Amazon EC2|Firecracker/i,
    'kvm',
  ],
  [/VMware/i, 'VMware'],
  [/VirtualBox|innotek/i, 'virtualbox'],
  [/Virtual Machine|Hyper-V/i, 'VirtualPC'],
  [/Parallels/i, 'parallels'],
  [/Xen|HVM domU/i, 'xen'],
];

function machine(parts: Parts): string | undefined {
  const dmi = partLines(parts, 'dmi')
    .filter((line) => /^(product_name|sys_vendor|bios_vendor|board_vendor):/.test(line))
    .join('\n');
  const known = products.find(([pattern]) => pattern.test(dmi))?.[1];
  if (known !== undefined) return known;
  if (!/hypervisor/.test(partText(parts, 'cpuinfo'))) return undefined;
  return there(parts, '/proc/xen') ? 'xen' : 'kvm';
}

function roleOf(guest: string | undefined, host: string | undefined): string {
  if (guest !== undefined) return 'guest';
  return host === undefined ? 'NA' : 'host';
}
