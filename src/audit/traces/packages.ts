import { isoOf, type Trace } from './trace.ts';

/** A line of dpkg's log about a package. */
export interface DpkgLine {
  readonly package: string;
  /** In seconds since the epoch. */
  readonly at: number;
  /** `status installed nginx:amd64 1.22`, `upgrade nginx:amd64 1.21 1.22`. */
  readonly text: string;
}

/** A call of apt. */
export interface AptCall {
  readonly from: number;
  readonly to: number;
  readonly command: string;
  readonly user: string;
  /** The names of the packages that it changed. */
  readonly packages: ReadonlySet<string>;
}

/** The calls in apt's history, whose times are seconds since the epoch. */
export const aptCalls = (text: string): readonly AptCall[] =>
  text.split(/\n\s*\n/).flatMap((entry) => {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(entry)?.[1] ?? '';
    const [from, to] = [Number(field('Start-Date')), Number(field('End-Date'))];
    if (!(from > 0) || !(to > 0)) return [];
    const changed = ['Install', 'Reinstall', 'Upgrade', 'Downgrade', 'Remove', 'Purge'].map(field).join(', ');
    const packages = new Set([...changed.matchAll(/(?:^|, )([^\s:,()]+):\S+ \(/g)].map(([, name = '']) => name));
    return [
      { from, to, command: field('Commandline'), user: field('Requested-By').replace(/ \(\d+\)$/, ''), packages },
    ];
  });

/** What dpkg did with a package at the time when one of its files was changed. */
export function changedByDpkg(
  lines: readonly DpkgLine[],
  calls: readonly AptCall[],
  name: string,
  at: number,
): Trace | undefined {
  // dpkg's log has whole seconds.
  const near = lines.filter((line) => line.package === name && line.at - 1 <= at && at <= line.at + 2);
  const [first] = near;
  const last = near.at(-1)?.at ?? 0;
  const act = lines.findLast(
    (line) => line.package === name && line.at <= last && /^(install|upgrade|configure|trigproc) /.test(line.text),
  );
  return first === undefined || act === undefined
    ? undefined
    : told(name, act.text.split(' ')[0] ?? '', first.at, calls);
}

/** The last thing that dpkg did with a package. */
export function lastByDpkg(lines: readonly DpkgLine[], calls: readonly AptCall[], name: string): Trace | undefined {
  const own = lines.filter((line) => line.package === name);
  const act = own.findLast(({ text }) => /^(install|upgrade|remove|purge) /.test(text));
  const end = own.findLast(({ text }) => /^status (installed|config-files|not-installed) /.test(text));
  if (act === undefined || end === undefined || end.at < act.at) return undefined;
  return told(name, act.text.split(' ')[0] ?? '', end.at, calls);
}

function told(name: string, verb: string, at: number, calls: readonly AptCall[]): Trace {
  const call = calls.find(({ from, to, packages }) => from <= at && at <= to + 1 && packages.has(name));
  const did = `dpkg: ${verb} ${name}`;
  if (call === undefined) return { how: 'dpkg', at: isoOf(at), text: did };
  const who = call.user === '' ? '' : `${call.user}: `;
  return { how: 'apt', at: isoOf(at), text: `${who}${call.command === '' ? 'apt' : call.command} (${did})` };
}
