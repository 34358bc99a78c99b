import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Facts of hosts that outlive a run: one JSON file a host, as Ansible's `jsonfile` keeps them. */
export interface FactCache {
  read(host: string): Readonly<Record<string, unknown>> | undefined;
  write(host: string, facts: Readonly<Record<string, unknown>>): void;
  forget(host: string): void;
}

/** A cache in a folder. Files older than the timeout count for nothing; 0 is for ever. */
export function jsonFactCache(folder: string, prefix: string, timeoutSeconds: number): FactCache {
  const fileOf = (host: string): string => join(folder, `${prefix}${host.replaceAll('/', '_')}`);
  return {
    read(host) {
      const stat = statSync(fileOf(host), { throwIfNoEntry: false });
      if (stat === undefined || (timeoutSeconds > 0 && Date.now() - stat.mtimeMs > timeoutSeconds * 1000))
        return undefined;
      return factsIn(readFileSync(fileOf(host), 'utf8'));
    },
    write(host, facts) {
      mkdirSync(folder, { recursive: true });
      const beside = `${fileOf(host)}.${process.pid}.tmp`;
      writeFileSync(beside, JSON.stringify(facts, null, 4), { mode: 0o600 });
      renameSync(beside, fileOf(host));
    },
    forget: (host) => rmSync(fileOf(host), { force: true }),
  };
}

function factsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const facts: unknown = JSON.parse(text);
    return typeof facts === 'object' && facts !== null ? (facts as Record<string, unknown>) : undefined;
  } catch {
    // A file that is no JSON was cut short by a crash: it is as if there were none.
    return undefined;
  }
}
