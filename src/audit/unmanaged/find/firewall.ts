import { type Parts, partText } from '../../../core/facts/parts.ts';
import type { Unmanaged } from '../thing.ts';

/** Chains and tables that other programs load themselves. */
const OF_PROGRAMS = /\b(DOCKER|f2b-|LIBVIRT|ufw6?-|KUBE-|CNI-|NETAVARK|f2b_|firewalld|libvirt)/;

/** Rules that are loaded, and that no file in the usual places has word for word. */
export function firewall(parts: Parts): readonly Unmanaged[] {
  return [...iptables(parts), ...nft(parts)];
}

function iptables(parts: Parts): readonly Unmanaged[] {
  const kept = lineSet(partText(parts, 'iptables-files'));
  return partText(parts, 'iptables')
    .split('\x1d')
    .flatMap((text) => {
      const [program = '', ...lines] = text.split('\n');
      const rules = lines.filter((line) => /^-A /.test(line) && !OF_PROGRAMS.test(line) && !kept.has(line.trim()));
      return rules.map((rule) => thing(`${program} ${rule.trim()}`, 'ansible.builtin.iptables'));
    });
}

function nft(parts: Parts): readonly Unmanaged[] {
  const kept = lineSet(partText(parts, 'nft-files'));
  const [found, place]: [string[], string[]] = [[], []];
  for (const line of partText(parts, 'nft')
    .split('\n')
    .map((one) => one.trim())) {
    if (line.endsWith('{')) place.push(line.slice(0, -1).trim());
    else if (line === '}') place.pop();
    // The tables of iptables-nft are shown by iptables-save.
    else if (line !== '' && !line.startsWith('#') && !line.startsWith('type ') && place.length > 1 && !kept.has(line))
      if (!OF_PROGRAMS.test(place.join(' ')) && !/^table ip6? (filter|nat|mangle|raw)$/.test(place[0] ?? ''))
        found.push(`${place.join(', ')}: ${line}`);
  }
  return found.map((rule) => thing(`nft ${rule}`, 'nftables'));
}

const lineSet = (text: string): ReadonlySet<string> => new Set(text.split('\n').map((line) => line.trim()));

const thing = (name: string, of: string): Unmanaged => ({
  group: 'firewall',
  name,
  why: 'loaded, and in no file: lost at the next boot',
  subjects: [[`firewall:${name.split(' ')[0]}`]],
  tasks: [],
  instead:
    of === 'nftables' ? 'write it to /etc/nftables.conf' : 'declare it with iptables, and save it with iptables_state',
});
