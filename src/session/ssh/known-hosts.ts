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

/** The verdict of known_hosts on a key that a host presented. */
type Verdict =
  | { readonly verdict: 'trusted' }
  | { readonly verdict: 'unknown'; readonly otherTypes: readonly KnownHost[]; readonly authority?: KnownHost }
  | { readonly verdict: 'changed' | 'revoked'; readonly by: KnownHost };

/** Check a key that `host` presents, as OpenSSH does. */
export function judgeHostKey(known: readonly KnownHost[], host: string, port: number, key: Buffer): Verdict {
  const revoked = known.find((entry) => entry.marker === '@revoked' && entry.key.equals(key));
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
export const knownTypes = (known: readonly KnownHost[], host: string, port: number): readonly string[] => [
  ...new Set(entriesFor(known, host, port).flatMap(({ marker, type }) => (marker ? [] : [type]))),
];

/** Parse a known_hosts file; skips lines that it cannot parse, as OpenSSH does. */
export const parseKnownHosts = (text: string, file: string): readonly KnownHost[] =>
  text.split('\n').flatMap((line, index) => parseLine(line, `${file}:${index + 1}`));

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

function entriesFor(known: readonly KnownHost[], host: string, port: number): KnownHost[] {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  return known.filter(({ names }) =>
    names.startsWith('|1|') ? matchesHash(names, name) : matchesPatterns(names.toLowerCase().split(','), name),
  );
}

function matchesHash(hashed: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hashed.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** Whether one of the patterns matches and none of those starting with `!` does. */
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  const matches = patterns.filter((pattern) => globPattern(pattern.replace(/^!/, ''), { classes: false }).test(name));
  return matches.length > 0 && !matches.some((pattern) => pattern.startsWith('!'));
}
