import type { Subject } from '../touches.ts';

/**
 * The subjects of the facts that a task can change while the host runs. No task changes any other fact: the
 * distribution, and the hardware. Facts that change
 * by themselves (time, memory, load) keep the value they had when they were gathered.
 */
const changeable: readonly { readonly names: RegExp; readonly subjects: readonly Subject[] }[] = [
  { names: /^(hostname|nodename)$/, subjects: ['hostname:', 'entry:/etc/hostname'] },
  { names: /^(fqdn|domain)$/, subjects: ['hostname:', 'entry:/etc/hostname', 'entry:/etc/hosts'] },
  { names: /^(interfaces|default_ipv[46]|all_ipv[46]_addresses)$/, subjects: ['network:'] },
  { names: /^dns$/, subjects: ['network:', 'entry:/etc/resolv.conf'] },
  { names: /^device/, subjects: ['device:*', 'lvm:'] },
  { names: /^(iscsi_iqn|hostnqn)$/, subjects: ['entry:/etc/iscsi/*', 'entry:/etc/nvme/*'] },
  { names: /^systemd$/, subjects: ['package:systemd'] },
  { names: /^mounts$/, subjects: ['mount:*'] },
  { names: /^swap/, subjects: ['mount:*'] },
  { names: /^local$/, subjects: ['entry:/etc/ansible/facts.d/*'] },
  { names: /^ssh_host_key_/, subjects: ['entry:/etc/ssh/*'] },
  { names: /^python/, subjects: ['package:python3', 'missing:/usr/bin/python3'] },
  { names: /^(kernel|kernel_version|cmdline|proc_cmdline|service_mgr)$/, subjects: ['boot:'] },
  { names: /^user_/, subjects: ['user:*'] },
];

/**
 * The subjects of a fact: a predicted change to one of them makes the fact unknown. `interfaces` are the host's network
 * interfaces, each of which has its own fact.
 */
export function aboutFact(name: string, interfaces: readonly string[]): readonly Subject[] {
  const plain = name.replace(/^ansible_/, '');
  if (interfaces.some((one) => plain === one.replace(/[-.:]/g, '_'))) return ['network:'];
  return changeable.find(({ names }) => names.test(plain))?.subjects ?? [];
}
