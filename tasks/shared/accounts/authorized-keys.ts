/** A line of an authorized_keys file that contains a key. */
export interface AuthorizedKey {
  readonly type: string;
  readonly key: string;
  /** As written: `no-pty,command="x"`. */
  readonly options: string;
  readonly comment: string;
}

const types =
  /^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-\S+@openssh\.com|ssh-\S+-cert-v01@openssh\.com|ecdsa-\S+-cert-v01@openssh\.com)$/;

/** Parses a line's key; undefined for comments, empty lines and anything else that is not a key. */
export function readAuthorizedKey(line: string): AuthorizedKey | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const words = splitOutsideQuotes(text, ' ').filter((word) => word !== '');
  const at = words.findIndex((word) => types.test(word));
  const [type, key, ...comment] = words.slice(Math.max(at, 0));
  if (at < 0 || type === undefined || key === undefined || at > 1) return undefined;
  return {
    options: words.slice(0, at).join(' '),
    type,
    key,
    comment: comment.join(' '),
  };
}

/** Formats a key as a line. */
const keyLine = ({ type, key, options, comment }: AuthorizedKey): string =>
  [options, type, key, comment].filter((word) => word !== '').join(' ');

/** Whether two sets of options are equivalent, regardless of order. */
const sameOptions = (a: string, b: string): boolean =>
  splitOutsideQuotes(a, ',').toSorted().join('\n') === splitOutsideQuotes(b, ',').toSorted().join('\n');

/** Returns a key file's text with the wanted keys added or removed; every other line stays in place. */
export function putKeys(
  text: string,
  wanted: readonly AuthorizedKey[],
  state: 'present' | 'absent',
  exclusive: boolean,
): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const byKey = new Map(wanted.map((key) => [key.key, key]));
  const seen = new Set<string>();
  const kept = lines.flatMap((line) => {
    const key = readAuthorizedKey(line);
    const wish = key === undefined ? undefined : byKey.get(key.key);
    if (key === undefined) return exclusive && state === 'present' ? [] : [line];
    if (state === 'absent') return wish === undefined ? [line] : [];
    if (wish === undefined) return exclusive ? [] : [line];
    if (seen.has(key.key)) return [];
    seen.add(key.key);
    const same = key.type === wish.type && key.comment === wish.comment && sameOptions(key.options, wish.options);
    return [same ? line : keyLine(wish)];
  });
  const added = state === 'absent' ? [] : wanted.filter((key) => !seen.has(key.key)).map(keyLine);
  const all = [...kept, ...new Set(added)];
  return all.length === 0 ? '' : `${all.join('\n')}\n`;
}

function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const parts = [''];
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\' && text[at + 1] === '"') parts[parts.length - 1] += char + text.charAt(++at);
    else if (char === separator && !quoted) parts.push('');
    else {
      if (char === '"') quoted = !quoted;
      parts[parts.length - 1] += char;
    }
  }
  return parts;
}
