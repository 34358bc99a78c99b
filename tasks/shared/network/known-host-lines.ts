import { hash, hmacSha1 } from '../../../src/sdk.ts';

/** A key on a line of known_hosts. */
interface HostKey {
  readonly marker: string;
  readonly hosts: readonly string[];
  readonly type: string;
  readonly key: string;
  readonly comment: string;
}

/** Parses a line as a key; undefined for comments and anything else that is not a key. */
export function readHostKey(line: string): HostKey | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : '';
  const [hosts, type, key, ...comment] = words;
  if (hosts === undefined || hosts.startsWith('#') || type === undefined || key === undefined) return undefined;
  return { marker, hosts: hosts.split(','), type, key, comment: comment.join(' ') };
}

/** What tells keys of the same host apart. */
const wordsOf = ({ marker, key }: HostKey): string => `${marker} ${key}`;

const hostLine = ({ marker, hosts, type, key, comment }: HostKey): string =>
  [marker, hosts.join(','), type, key, comment].filter((word) => word !== '').join(' ');

/** Whether a name on a line, hashed or not, refers to this host. */
export function isHost(word: string, host: string): boolean {
  const [, salt, hidden] = /^\|1\|([^|]+)\|([^|]+)$/.exec(word) ?? [];
  return salt === undefined
    ? word.toLowerCase() === host.toLowerCase()
    : hmacSha1(Buffer.from(salt, 'base64'), host) === hidden;
}

/** A hashed name, which does not reveal the host. The salt is derived from host and key, so that the line is always the same. */
export function hideHost(host: string, key: string): string {
  const salt = Buffer.from(hash('sha1', `${host} ${key}`), 'hex');
  return `|1|${salt.toString('base64')}|${hmacSha1(salt, host)}`;
}

/** The wanted keys of a host. */
interface HostWish {
  readonly host: string;
  /** If empty, all of the host's keys are meant. */
  readonly keys: readonly HostKey[];
  readonly state: 'present' | 'absent';
  readonly hashed: boolean;
}

/**
 * The text with the host's keys added or removed. Another key of the same type is replaced, except that of a certificate
 * authority and one that is revoked: a host may have several of these.
 */
export function putHostKeys(text: string, wish: HostWish): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const found = new Set<string>();
  const kept = lines.flatMap((line) => keepLine(line, wish, found));
  const added =
    wish.state === 'absent'
      ? []
      : wish.keys
          .filter((key) => !found.has(wordsOf(key)))
          .map((key) => hostLine(wish.hashed ? { ...key, hosts: [hideHost(wish.host, key.key)] } : key));
  const all = [...kept, ...new Set(added)];
  return all.length === 0 ? '' : `${all.join('\n')}\n`;
}

/** Whether a wanted key takes the place of an old one of the same host. */
const takesPlaceOf = (old: HostKey, { marker, type }: HostKey): boolean =>
  marker === '' && old.marker === '' && type === old.type;

function keepLine(line: string, { host, keys, state, hashed }: HostWish, found: Set<string>): readonly string[] {
  const entry = readHostKey(line);
  const named = entry?.hosts.find((word) => isHost(word, host));
  if (entry === undefined || named === undefined) return [line];
  const same = keys.find((key) => key.key === entry.key && key.type === entry.type && key.marker === entry.marker);
  if (state === 'present') {
    const replaced = same !== undefined || keys.some((key) => takesPlaceOf(entry, key));
    const isAsWished = named.startsWith('|1|') === hashed;
    if (same !== undefined && isAsWished && !found.has(wordsOf(entry))) {
      found.add(wordsOf(entry));
      return [line];
    }
    if (!replaced) return [line];
  } else if (keys.length > 0 && same === undefined) return [line];
  const others = entry.hosts.filter((word) => word !== named);
  return others.length === 0 ? [] : [hostLine({ ...entry, hosts: others })];
}
