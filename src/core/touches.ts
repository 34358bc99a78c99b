/**
 * What a question is about, or what a change affects: `path:/etc/nginx`, `unit:nginx.service`, `package:nginx`,
 * `user:bob`, `dataset:tank/a`, `network:`. The part after the colon may end in `*`.
 *
 * - `path:` means the path and everything below it.
 * - `entry:/etc/nginx` means that path alone: creating a directory or changing its mode leaves what is below it
 *   unchanged. It has two parts: `data:` is a file's content, `inode:` everything else, so a new mode leaves the
 *   content unchanged.
 * - `listed:/etc` means the names in a directory: names come and go, while the files that stay are unchanged.
 * - `absent:unit:…` and `missing:/path` mean that an answer reports something as not existing.
 * - `by:package:git` is something that an answer depends on but does not report: changing what the answer
 *   reports does not change it.
 */
export type Subject = string;

/**
 * Whether a statement about one subject can affect the other: they are equal, one contains the other, or a star
 * matches.
 */
export function touches(changed: Subject, asked: Subject): boolean {
  if (changed.startsWith('listed:'))
    return /^(path|entry):/.test(asked) && touches(changed.replace('listed:', 'path:'), asked);
  return covers(changed, asked) || covers(asked, changed);
}

function covers(wide: Subject, narrow: Subject): boolean {
  if (wide === narrow) return true;
  const [, alone] = /^(?:entry|data|inode):(.*)$/s.exec(narrow) ?? [];
  if (wide.startsWith('path:') && alone !== undefined) return covers(wide, `path:${alone}`);
  if (wide.startsWith('entry:') && alone !== undefined && !narrow.startsWith('entry:'))
    return covers(wide, `entry:${alone}`);
  if (wide.endsWith('*')) return narrow.startsWith(wide.slice(0, -1));
  return wide.startsWith('path:') && narrow.startsWith(wide.endsWith('/') ? wide : `${wide}/`);
}
