import { sh } from '../../core/command.ts';
import { type Parts, partLines } from '../../core/facts/parts.ts';
import { groupBy } from '../../core/group-by.ts';
import { begin, type LintFinding } from './lint.ts';

/** The default routes of both families, and what ifupdown is told. */
export const routesScript = sh`${begin}
command -v ip >/dev/null || exit 127
part IPv4; ip -4 -o route show default
part IPv6; ip -6 -o route show default
part interfaces; [ ! -e /etc/network/interfaces ] || cat /etc/network/interfaces; for f in /etc/network/interfaces.d/*; do case \${f##*/} in *[!a-zA-Z0-9_-]*) ;; *) [ ! -f "$f" ] || { echo; cat "$f"; } ;; esac; done
part end`;

/** Families with two default routes: of the same metric in the kernel, or among the interfaces that ifupdown brings up. */
export const twoDefaultRoutes = (parts: Parts): readonly LintFinding[] =>
  (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const reason = inKernel(parts, family) ?? inInterfaces(parts, family);
    const remedy = 'remove the gateway of one of them, or give them different metrics';
    return reason === undefined ? [] : [{ subject: family, reason, remedy }];
  });

/** Routers that announce themselves are meant to be several, and so are routes with different metrics. */
function inKernel(parts: Parts, family: string): string | undefined {
  const routes = partLines(parts, family).flatMap((line) => {
    if (/\bproto ra\b/.test(line)) return [];
    const metric = /\bmetric (\d+)/.exec(line)?.[1] ?? '0';
    const ways = family === 'IPv6' ? line.matchAll(/\bvia (\S+) dev (\S+)/g) : [/\bvia (\S+) dev (\S+)/.exec(line)];
    return [...ways].flatMap((way) => (way === null ? [] : [{ metric, via: way[1] ?? '', dev: way[2] ?? '' }]));
  });
  const several = [...groupBy(routes, ({ metric }) => metric).values()].find((same) => same.length > 1);
  return several === undefined
    ? undefined
    : `two default routes: ${several
        .map(({ via, dev }) => `via ${via} on ${dev}`)
        .sort()
        .join(', ')}`;
}

interface Stanza {
  readonly name: string;
  readonly family: string;
  readonly options: string[];
}

/** interfaces(5): only what is brought up at boot or when a card appears; a metric says that several are meant. */
function inInterfaces(parts: Parts, family: 'IPv4' | 'IPv6'): string | undefined {
  const up = new Set<string>();
  const stanzas: Stanza[] = [];
  let inIface = false;
  for (const line of partLines(parts, 'interfaces')) {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    if (word.startsWith('#')) continue;
    const begins = /^(iface|mapping|auto|allow-\S+|source(-directory)?|no-auto-down|no-scripts|rename|template)$/.test(
      word,
    );
    if (word === 'auto' || word === 'allow-hotplug') for (const name of rest) up.add(name);
    if (word === 'iface') stanzas.push({ name: rest[0] ?? '', family: rest[1] ?? '', options: [] });
    inIface = begins ? word === 'iface' : inIface;
    if (!begins && inIface) stanzas.at(-1)?.options.push(word);
  }
  const gateways = stanzas.filter(
    (one) =>
      one.family === (family === 'IPv4' ? 'inet' : 'inet6') &&
      up.has(one.name) &&
      one.options.includes('gateway') &&
      !one.options.includes('metric'),
  );
  const names = [...new Set(gateways.map(({ name }) => name))].sort();
  return names.length < 2
    ? undefined
    : `a gateway each for ${names.join(' and ')} in /etc/network/interfaces: the second fails`;
}
