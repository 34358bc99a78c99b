import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Facts that outlive a run: one JSON file per host, in the format of Ansible's `jsonfile`. */
export interface FactCache {
  read(host: string): Readonly<Record<string, unknown>> | undefined;
  write(host: string, facts: Readonly<Record<string, unknown>>): void;
  forget(host: string): void;
}

/** A cache in a directory. Files older than the timeout are ignored; 0 means no timeout. */
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
    // Invalid JSON means that a crash cut the file short: treat it as missing.
    return undefined;
  }
}
