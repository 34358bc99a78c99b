import { createHash, createHmac } from 'node:crypto';
import { globPattern } from '../../core/text/glob.ts';

/** One line of a known_hosts file. */
export interface KnownHost {
  readonly marker?: '@revoked' | '@cert-authority';
  /** Comma-separated patterns, or one hashed name. */
  readonly names: string;
  readonly type: string;
  readonly key: Buffer;
  /** As `file:line`. */
  readonly at: string;
}

/** The lines of known_hosts files, which are found by a name without looking at each of them. */
export interface KnownHosts {
  /** The lines for a name as OpenSSH writes it (`web`, `[web]:2222`), in lower case and in the order of the files. */
  named(name: string): readonly KnownHost[];
  readonly revoked: readonly KnownHost[];
}

/** The verdict of known_hosts on a key that a host presented. */
type Verdict =
  | { readonly verdict: 'trusted' }
  | { readonly verdict: 'unknown'; readonly otherTypes: readonly KnownHost[]; readonly authority?: KnownHost }
  | { readonly verdict: 'changed' | 'revoked'; readonly by: KnownHost };

/** Check a key that `host` presents, as OpenSSH does. */
export function judgeHostKey(known: KnownHosts, host: string, port: number, key: Buffer): Verdict {
  const revoked = known.revoked.find((entry) => entry.key.equals(key));
  if (revoked) return { verdict: 'revoked', by: revoked };
  const entries = entriesFor(known, host, port);
  const plain = entries.filter(({ marker }) => !marker);
  if (plain.some((entry) => entry.key.equals(key))) return { verdict: 'trusted' };
  const other = plain.find(({ type }) => type === keyType(key));
  if (other) return { verdict: 'changed', by: other };
  // OpenSSH also accepts a key that is known without the port.
  if (port !== 22 && entriesFor(known, host, 22).some((entry) => !entry.marker && entry.key.equals(key)))
    return { verdict: 'trusted' };
  return {
    verdict: 'unknown',
    otherTypes: plain,
    authority: entries.find(({ marker }) => marker === '@cert-authority'),
  };
}

/**
 * The key types known for a host, to be requested first: otherwise a host known by its ed25519 key may present an rsa
 * key and look unknown.
 */
export const knownTypes = (known: KnownHosts, host: string, port: number): readonly string[] => [
  ...new Set(entriesFor(known, host, port).flatMap(({ marker, type }) => (marker ? [] : [type]))),
];

/** Parse a known_hosts file; skips lines that it cannot parse, as OpenSSH does. */
export const parseKnownHosts = (text: string, file: string): KnownHosts =>
  indexed(text.split('\n').flatMap((line, index) => parseLine(line, `${file}:${index + 1}`)));

/** The lines of several files, one after another. */
export const together = (files: readonly KnownHosts[]): KnownHosts => ({
  named: (name) => files.flatMap((file) => file.named(name)),
  revoked: files.flatMap(({ revoked }) => revoked),
});

/**
 * Thousands of hosts have thousands of lines, and each login looks for its own. So plain names are looked up; only patterns and hashed
 * names are tried one by one, once for each name.
 */
function indexed(all: readonly KnownHost[]): KnownHosts {
  const plain = new Map<string, number[]>();
  const tried: number[] = [];
  for (const [at, { names }] of all.entries())
    if (isPlain(names))
      for (const name of new Set(names.toLowerCase().split(','))) {
        const known = plain.get(name);
        if (known === undefined) plain.set(name, [at]);
        else known.push(at);
      }
    else tried.push(at);
  const found = new Map<string, readonly KnownHost[]>();
  const find = (name: string): readonly KnownHost[] => {
    const fitting = tried.filter((at) => all[at] !== undefined && isFor(all[at], name));
    return [...(plain.get(name) ?? []), ...fitting].sort((a, b) => a - b).flatMap((at) => all[at] ?? []);
  };
  return {
    named(name) {
      const known = found.get(name) ?? find(name);
      found.set(name, known);
      return known;
    },
    revoked: all.filter(({ marker }) => marker === '@revoked'),
  };
}

/** Names without a pattern: neither wildcards, nor a negation, nor a hash. */
const isPlain = (names: string): boolean => !/[*?!|]/.test(names);

/** Whether a line with patterns or a hashed name is for this name. */
const isFor = ({ names }: KnownHost, name: string): boolean =>
  names.startsWith('|1|') ? matchesHash(names, name) : matchesPatterns(names.toLowerCase().split(','), name);

/** A key's fingerprint, in ssh's format. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The type at the start of a key blob, such as `ssh-ed25519`. */
export const keyType = (key: Buffer): string => key.toString('latin1', 4, 4 + key.readUInt32BE(0));

function parseLine(line: string, at: string): KnownHost[] {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  const [names, type, key] = words;
  if (!names || names.startsWith('#') || !type || !key) return [];
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return [];
  const blob = Buffer.from(key, 'base64');
  return blob.length > 8 ? [{ ...(marker && { marker }), names, type, key: blob, at }] : [];
}

const entriesFor = (known: KnownHosts, host: string, port: number): readonly KnownHost[] =>
  known.named(port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`);

function matchesHash(hashed: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hashed.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** Whether one of the patterns matches and none of those starting with `!` does. */
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  const matches = patterns.filter((pattern) => globPattern(pattern.replace(/^!/, ''), { classes: false }).test(name));
  return matches.length > 0 && !matches.some((pattern) => pattern.startsWith('!'));
}
